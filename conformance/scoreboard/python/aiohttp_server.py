"""aiohttp-cors, as https://github.com/aio-libs/aiohttp-cors#usage says."""

import asyncio

import aiohttp_cors
import app
from aiohttp import web


def configure(policy):
    [config] = policy
    application = web.Application()
    application.router.add_put(app.POLICY_PATH, set_policy)
    options = {
        "allow_credentials": config.get("allowCredentials", False),
        "expose_headers": names(config.get("exposeHeaders", [])),
        "allow_headers": names(config.get("allowHeaders", [])),
        "allow_methods": names(app.all_methods(config)),
    }
    if age := config.get("maxAge"):
        options["max_age"] = max(age, 0)
    cors = aiohttp_cors.setup(
        application,
        defaults={
            origin: aiohttp_cors.ResourceOptions(**options)
            for origin in config.get("allowOrigins", [])
        },
    )
    for path in ["/", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}"]:
        resource = cors.add(application.router.add_resource(path))
        for method in app.METHODS:
            route = resource.add_route(method, handle)
            # CORS is enabled for each route that an origin may use.
            if options["allow_methods"] == "*" or method in options["allow_methods"]:
                cors.add(route)
    # Idle connections would be served by the application of an earlier policy.
    return web.AppRunner(application, keepalive_timeout=0, access_log=None)


def names(names):
    return "*" if "*" in names else names


async def handle(request):
    try:
        status, lines, parts = app.respond(
            request.method, request.path, request.query_string, request.headers
        )
    except app.Failure as failure:
        raise web.HTTPInternalServerError from failure
    if len(parts) > 1:
        response = web.StreamResponse(status=status, headers=lines)
        await response.prepare(request)
        for part in parts:
            await response.write(part.encode())
        return response
    return web.Response(status=status, headers=lines, body="".join(parts).encode())


async def set_policy(request):
    status, message = served.set(await request.read())
    if status == 204:
        await served.current.setup()
    return web.Response(status=status, text=message)


async def serve():
    await served.current.setup()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: served.current.server(), "127.0.0.1", app.PORT)
    await server.serve_forever()


served = app.Served(configure)
asyncio.run(serve())
