"""The application that RUNNING.md describes, as Django views."""

from django.http import HttpResponse, HttpResponseServerError, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods


def application(request, **parameters):
    """Handles every route, whatever the parameters of its path."""
    query = request.GET
    do = query.get("do")
    if do == "panic":
        raise RuntimeError("the application fails as it was asked to")
    if do == "error":
        return HttpResponseServerError("the application fails as it was asked to")

    # Django's middleware adds its headers after the view, so there is nothing
    # yet that do=mutate could overwrite or do=reset could remove.
    response = StreamingHttpResponse() if do == "stream" else HttpResponse()
    response["X-Handled"] = "yes"
    response["X-Total-Count"] = "42"
    response["X-Secret"] = "secret"
    response["Content-Type"] = "text/plain; charset=utf-8"
    for header in query.getlist("set"):
        name, _, value = header.partition(":")
        response[name] = value
    for header in query.getlist("add"):
        name, _, value = header.partition(":")
        # A response of Django has one line for each header.
        response[name] = f"{response[name]}, {value}" if name in response else value
    for name in query.getlist("del"):
        del response[name]

    response.status_code = int(query.get("status", 200))
    body = f"{request.method} {request.path}\n"
    if do == "redirect":
        response.status_code = int(query.get("code", 302))
        response["Location"] = query["to"]
    elif do == "cookie":
        response.set_cookie("session", "1", path="/", httponly=True)
    elif do == "whoami":
        session = request.COOKIES.get("session")
        body = f"session {session}\n" if session else "nobody\n"
    elif do == "cacheable":
        response["Cache-Control"] = "public, max-age=60"
    elif do == "etag":
        response["ETag"] = '"1"'
        if request.headers.get("If-None-Match") == '"1"':
            response.status_code = 304

    if request.method == "HEAD" or response.status_code in (204, 304):
        pass  # and no body
    elif do == "stream":
        response.streaming_content = [body] * 3
    else:
        response.content = body
    return response


methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
view = require_http_methods(methods)(application)
own_options = require_http_methods([*methods, "OPTIONS"])(application)

urlpatterns = [
    path("own-options", own_options),
    path("", view),
    path("<a>", view),
    path("<a>/<b>", view),
    path("<a>/<b>/<c>", view),
]
