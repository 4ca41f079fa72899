// The application of the conformance suite, for every framework of Node.js.
'use strict';

const http = require('node:http');

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const paths = ['/', '/:a', '/:a/:b', '/:a/:b/:c'];

// routes returns the routes of the application. Only where the policy leaves preflights
// to the application does every path have a route for OPTIONS.
function routes(policy) {
  const own = policy.passPreflight ? paths : ['/own-options'];
  return [
    ...own.map((path) => ({ method: 'OPTIONS', path })),
    ...paths.flatMap((path) => methods.map((method) => ({ method, path }))),
  ];
}

// respond returns the status of the response to a request, and its body in
// parts. It sets the headers of the response. headers is an
// http.ServerResponse, or has the same methods.
function respond(request, headers) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const query = url.searchParams;
  const action = query.get('do');
  if (action === 'error' || action === 'panic') throw new Error('the application fails as it was asked to');

  if (action === 'mutate') {
    for (const name of headers.getHeaderNames()) {
      const values = [].concat(headers.getHeader(name)).map(() => 'https://mutated.example');
      headers.setHeader(name, [...values, 'https://appended.example']);
    }
  } else if (action === 'reset') {
    for (const name of headers.getHeaderNames()) headers.removeHeader(name);
  }
  headers.setHeader('X-Handled', 'yes');
  headers.setHeader('X-Total-Count', '42');
  headers.setHeader('X-Secret', 'secret');
  headers.setHeader('Content-Type', 'text/plain; charset=utf-8');
  for (const header of query.getAll('set')) headers.setHeader(...cut(header));
  for (const header of query.getAll('add')) headers.appendHeader(...cut(header));
  for (const name of query.getAll('del')) headers.removeHeader(name);

  let status = Number(query.get('status') ?? 200);
  let body = `${request.method} ${decodeURIComponent(url.pathname)}\n`;
  switch (action) {
    case 'redirect':
      headers.setHeader('Location', query.get('to'));
      status = Number(query.get('code') ?? 302);
      break;
    case 'cookie':
      headers.appendHeader('Set-Cookie', 'session=1; Path=/; HttpOnly');
      break;
    case 'whoami': {
      const session = /(?:^|; ?)session=([^;]*)/.exec(request.headers.cookie ?? '');
      body = session ? `session ${session[1]}\n` : 'nobody\n';
      break;
    }
    case 'cacheable':
      headers.setHeader('Cache-Control', 'public, max-age=60');
      break;
    case 'etag':
      headers.setHeader('ETag', '"1"');
      if (request.headers['if-none-match'] === '"1"') status = 304;
      break;
  }
  if (request.method === 'HEAD' || status === 204 || status === 304) return { status, parts: [] };
  return { status, parts: action === 'stream' ? [body, body, body] : [body] };
}

function cut(header) {
  const colon = header.indexOf(':');
  return [header.slice(0, colon), header.slice(colon + 1)];
}

// allMethods returns every method that a policy allows, for libraries that list all of
// them: a policy leaves out those that need no permission.
function allMethods({ allowMethods = [] }) {
  return allowMethods.includes('*') ? allowMethods : [...new Set(['GET', 'HEAD', 'POST', ...allowMethods])];
}

// whole returns a regular expression that matches whole strings only.
function whole(expression) {
  return new RegExp(`^(?:${expression})$`);
}

// anyOrigin reports whether a policy allows any origin.
function anyOrigin({ allowOrigins = [] }) {
  return allowOrigins.includes('*');
}

// acceptsAnyOriginWithCredentials reports whether a policy accepts the risk of
// any origin with credentials. Some libraries have an option of their own for
// that.
function acceptsAnyOriginWithCredentials(policy) {
  return anyOrigin(policy) && policy.allowCredentials && (policy.acceptRisks ?? []).includes('any-origin-with-credentials');
}

// serve serves what configure returns for a policy: a request listener, or a
// promise of one. If configure throws, the library refuses the policy.
async function serve(configure) {
  let listener;
  const set = async (text) => {
    const [policy] = JSON.parse(text);
    try {
      listener = await configure(policy);
    } catch (error) {
      throw new Refusal(error.message);
    }
  };
  try {
    await set(process.env.CORS_POLICY);
  } catch (error) {
    console.error(error);
    process.exit(error instanceof Refusal ? 3 : 1);
  }
  const server = http.createServer((request, response) => {
    if (request.url !== '/.conformance/policy') {
      listener(request, response);
      return;
    }
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => { text += part; });
    request.on('end', () => set(text).then(
      () => response.writeHead(204).end(),
      (error) => response.writeHead(error instanceof Refusal ? 422 : 400).end(error.message),
    ));
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}

class Refusal extends Error {}

module.exports = { routes, respond, allMethods, whole, anyOrigin, acceptsAnyOriginWithCredentials, serve };
