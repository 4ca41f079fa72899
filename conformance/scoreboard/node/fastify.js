// @fastify/cors, as https://github.com/fastify/fastify-cors#options says.
'use strict';

const { Readable } = require('node:stream');
const cors = require('@fastify/cors');
const fastify = require('fastify');
const app = require('./app');

app.serve(async (policy) => {
  const router = fastify({ exposeHeadRoutes: false });
  // The application takes a body of any type, and none.
  router.removeAllContentTypeParsers();
  router.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);
  router.register(cors, {
    origin: origin(policy),
    methods: app.allMethods(policy),
    allowedHeaders: policy.allowHeaders ?? [],
    ...(policy.exposeHeaders && { exposedHeaders: policy.exposeHeaders }),
    credentials: policy.allowCredentials ?? false,
    ...(policy.maxAge && { maxAge: Math.max(policy.maxAge, 0) }),
    preflightContinue: policy.passPreflight ?? false,
    optionsSuccessStatus: policy.preflightStatus ?? 204,
  });
  for (const { method, path } of app.routes(policy)) router.route({ method, url: path, handler: handle });
  await router.ready();
  return router.routing;
});

function origin(policy) {
  if (app.acceptsAnyOriginWithCredentials(policy)) return true;
  if (app.anyOrigin(policy)) return '*';
  const origins = [...policy.allowOrigins ?? [], ...(policy.allowOriginRegexps ?? []).map(app.whole)];
  return origins.length === 1 ? origins[0] : origins;
}

async function handle(request, reply) {
  const { status, parts } = app.respond(request.raw, new Headers(reply));
  return reply.code(status).send(parts.length > 1 ? Readable.from(parts) : parts[0]);
}

// Headers are those of a reply, with the methods of an http.ServerResponse.
class Headers {
  constructor(reply) { this.reply = reply; }
  getHeaderNames() { return Object.keys(this.reply.getHeaders()); }
  getHeader(name) { return this.reply.getHeader(name); }
  setHeader(name, value) { this.reply.removeHeader(name).header(name, value); }
  appendHeader(name, value) { this.setHeader(name, [].concat(this.getHeader(name) ?? [], value)); }
  removeHeader(name) { this.reply.removeHeader(name); }
}
