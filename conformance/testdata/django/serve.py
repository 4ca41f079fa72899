"""Serves the application on 127.0.0.1 at $PORT, with the policy $CORS_POLICY."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

from django.conf import settings
from django.core.checks import run_checks
from django.core.servers.basehttp import run
from django.core.wsgi import get_wsgi_application

from settings import cors

django = get_wsgi_application()


def application(environ, start_response):
    """Takes another policy between two cases, or passes the request to Django."""
    if environ["PATH_INFO"] != "/.conformance/policy":
        return django(environ, start_response)
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    # django-cors-headers reads its settings at every request, so they can be
    # overridden as Django's own tests do it.
    for name, value in cors(json.loads(body)).items():
        setattr(settings, name, value)
    problems = check()
    start_response("422 Unprocessable Entity" if problems else "204 No Content", [])
    return [problems.encode()]


def check():
    """Returns what "manage.py check" says against the settings."""
    return "\n".join(str(problem) for problem in run_checks())


if problems := check():
    print(problems, file=sys.stderr)
    sys.exit(3)  # the policy is refused
run("127.0.0.1", int(os.environ["PORT"]), application, threading=True)
