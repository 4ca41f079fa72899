// The middleware of Hono, as https://hono.dev/docs/middleware/builtin/cors#options says.
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { stream } from 'hono/streaming';
import app from './app.js';

app.serve((policy) => {
  const hono = new Hono();
  hono.use(cors({
    origin: origin(policy),
    allowMethods: app.allMethods(policy),
    allowHeaders: policy.allowHeaders,
    maxAge: policy.maxAge && Math.max(policy.maxAge, 0),
    credentials: policy.allowCredentials,
    exposeHeaders: policy.exposeHeaders,
  }));
  for (const { method, path } of app.routes(policy)) hono.on(method, path, handle);
  return getRequestListener(hono.fetch);
});

function origin(policy) {
  if (app.anyOrigin(policy)) return '*';
  const origins = policy.allowOrigins ?? [];
  return origins.length === 1 ? origins[0] : origins;
}

function handle(context) {
  const { method, url, raw } = context.req;
  const request = { method, url, headers: Object.fromEntries(raw.headers) };
  const { status, parts } = app.respond(request, new ResponseHeaders(context));
  context.status(status);
  if (parts.length < 2) return context.body(parts[0] ?? null);
  return stream(context, async (body) => {
    for (const part of parts) await body.write(part);
  });
}

// ResponseHeaders are those of a response, with the methods of an http.ServerResponse.
class ResponseHeaders {
  constructor(context) { this.context = context; }
  getHeaderNames() { return [...this.context.res.headers.keys()]; }
  getHeader(name) { return this.context.res.headers.get(name) ?? undefined; }
  setHeader(name, value) {
    this.removeHeader(name);
    for (const line of [].concat(value)) this.appendHeader(name, line);
  }
  appendHeader(name, value) { this.context.header(name, value, { append: true }); }
  removeHeader(name) { this.context.header(name, undefined); }
}
