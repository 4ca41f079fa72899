// @koa/cors, as https://github.com/koajs/cors#corsoptions says.
'use strict';

const { Readable } = require('node:stream');
const cors = require('@koa/cors');
const { default: Router } = require('@koa/router');
const Koa = require('koa');
const app = require('./app');

app.serve((policy) => {
  const koa = new Koa();
  koa.use(cors({
    origin: origin(policy),
    allowMethods: app.allMethods(policy),
    exposeHeaders: policy.exposeHeaders,
    allowHeaders: policy.allowHeaders ?? [],
    maxAge: policy.maxAge && String(Math.max(policy.maxAge, 0)),
    credentials: policy.allowCredentials,
    privateNetworkAccess: policy.allowPrivateNetwork,
  }));
  const router = new Router({ sensitive: true, strict: true });
  for (const { method, path } of app.routes(policy)) router.register(path, [method], handle);
  koa.use(router.routes()).use(router.allowedMethods());
  return koa.callback();
});

// origin returns a string, or a function for more than one origin. Otherwise
// any origin is allowed, and named in the response if there are credentials.
function origin(policy) {
  if (app.anyOrigin(policy)) return undefined;
  const origins = policy.allowOrigins ?? [];
  if (origins.length === 1) return origins[0];
  return (context) => (origins.includes(context.get('Origin')) ? context.get('Origin') : '');
}

async function handle(context) {
  const { status, parts } = app.respond(context.req, context.res);
  context.status = status;
  if (parts.length > 0) context.body = parts.length > 1 ? Readable.from(parts) : parts[0];
}
