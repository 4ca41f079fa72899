// cors for Express, as https://github.com/expressjs/cors#configuration-options says.
'use strict';

const cors = require('cors');
const express = require('express');
const app = require('./app');

app.serve((policy) => {
  const router = express();
  router.set('case sensitive routing', true);
  router.set('strict routing', true);
  router.use(cors({
    origin: origin(policy),
    methods: app.allMethods(policy),
    allowedHeaders: policy.allowHeaders ?? [],
    exposedHeaders: policy.exposeHeaders,
    credentials: policy.allowCredentials,
    maxAge: policy.maxAge && Math.max(policy.maxAge, 0),
    preflightContinue: policy.passPreflight,
    optionsSuccessStatus: policy.preflightStatus ?? 204,
  }));
  for (const { method, path } of app.routes(policy)) router[method.toLowerCase()](path, handle);
  return router;
});

function origin(policy) {
  if (app.acceptsAnyOriginWithCredentials(policy)) return true;
  if (app.anyOrigin(policy)) return '*';
  const origins = [...policy.allowOrigins ?? [], ...(policy.allowOriginRegexps ?? []).map(app.whole)];
  return origins.length === 1 ? origins[0] : origins;
}

function handle(request, response, next) {
  if (request.query.do === 'error') {
    next(new Error('the application fails as it was asked to'));
    return;
  }
  const { status, parts } = app.respond(request, response);
  response.status(status);
  if (parts.length > 1) {
    for (const part of parts) response.write(part);
    response.end();
  } else {
    response.end(parts[0]);
  }
}
