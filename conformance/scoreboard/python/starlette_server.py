"""The middleware of Starlette and FastAPI, as
https://www.starlette.io/middleware/#corsmiddleware says, and
https://fastapi.tiangolo.com/tutorial/cors/#use-corsmiddleware for credentials."""

import app
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route


def configure(policy):
    [config] = policy
    options = {
        "allow_origins": config.get("allowOrigins", []),
        "allow_methods": app.all_methods(config),
        "allow_headers": config.get("allowHeaders", []),
        "allow_credentials": config.get("allowCredentials", False),
        "expose_headers": config.get("exposeHeaders", []),
    }
    if expressions := config.get("allowOriginRegexps"):
        options["allow_origin_regex"] = app.whole("|".join(expressions))
    if age := config.get("maxAge"):
        options["max_age"] = max(age, 0)
    routes = [Route(app.OWN_OPTIONS, endpoint, methods=[*app.METHODS, "OPTIONS"])]
    for path in ["/", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}"]:
        routes.append(Route(path, endpoint, methods=app.METHODS))
    starlette = Starlette(routes=routes, middleware=[Middleware(CORSMiddleware, **options)])
    starlette.router.redirect_slashes = False
    return starlette


async def endpoint(request):
    try:
        status, lines, parts = app.respond(
            request.method, request.url.path, request.url.query, request.headers
        )
    except app.Failure as failure:
        raise HTTPException(500) from failure
    if len(parts) > 1:
        response = StreamingResponse(iter(parts), status)
    else:
        response = Response("".join(parts), status)
    response.raw_headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in lines]
    return response


served = app.Served(configure)


async def application(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != app.POLICY_PATH:
        await served.current(scope, receive, send)
        return
    status, message = served.set(await Request(scope, receive).body())
    await PlainTextResponse(message, status)(scope, receive, send)


uvicorn.run(application, host="127.0.0.1", port=app.PORT, log_level="error")
