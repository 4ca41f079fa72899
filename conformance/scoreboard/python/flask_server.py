"""Flask-CORS, as https://flask-cors.readthedocs.io/en/latest/api.html says."""

from http import HTTPStatus

import app
from flask import Flask, Response, abort, request
from flask_cors import CORS
from werkzeug.serving import run_simple


def configure(policy):
    flask = Flask(__name__)
    resources = {
        app.whole(path): options_for(config)
        for config in policy
        for path in config.get("pathRegexps", [])
    }
    if resources:
        CORS(flask, resources=resources)
    else:
        CORS(flask, **options_for(policy[0]))
    for rule in ["/", "/<a>", "/<a>/<b>", "/<a>/<b>/<c>"]:
        flask.add_url_rule(rule, view_func=view, methods=app.METHODS)
    flask.add_url_rule(app.OWN_OPTIONS, view_func=view, methods=[*app.METHODS, "OPTIONS"])
    return flask


def options_for(config):
    options = {
        "origins": [
            *config.get("allowOrigins", []),
            *map(app.whole, config.get("allowOriginRegexps", [])),
        ],
        "methods": app.all_methods(config),
        "expose_headers": config.get("exposeHeaders", []),
        "allow_headers": config.get("allowHeaders", []),
        "supports_credentials": config.get("allowCredentials", False),
    }
    if config.get("maxAge", 0) > 0:
        options["max_age"] = config["maxAge"]
    return options


def view(**parameters):
    try:
        status, lines, parts = app.respond(
            request.method, request.path, request.query_string.decode(), request.headers
        )
    except app.Failure:
        abort(500)
    body = iter(parts) if len(parts) > 1 else "".join(parts)
    response = Response(body, status)
    response.headers.clear()
    response.headers.extend(lines)
    if isinstance(body, str):
        response.content_length = len(response.data)
    return response


served = app.Served(configure)


def application(environ, start_response):
    if environ["PATH_INFO"] != app.POLICY_PATH:
        return served.current(environ, start_response)
    status, message = served.set(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    start_response(f"{status} {HTTPStatus(status).phrase}", [])
    return [message.encode()]


run_simple("127.0.0.1", app.PORT, application, threaded=True)
