"""The application of the conformance suite, for every framework of Python."""

import json
import os
import sys
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
OWN_OPTIONS = "/own-options"
POLICY_PATH = "/.conformance/policy"
PORT = int(os.environ["PORT"])


class Failure(Exception):
    """The application fails as it was asked to, by returning an error."""


def respond(method, path, query, headers):
    """Returns the status, the headers and the body, in parts, of the response to a
    request. headers are those of the request, with names in any case.

    The middlewares add their headers after the handler, so there is nothing yet that
    do=mutate could overwrite or do=reset could remove.
    """
    query = parse_qs(query, keep_blank_values=True)
    action = query.get("do", [""])[0]
    if action == "error":
        raise Failure
    if action == "panic":
        raise RuntimeError("the application fails as it was asked to")

    lines = [
        ("X-Handled", "yes"),
        ("X-Total-Count", "42"),
        ("X-Secret", "secret"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ]
    for header in query.get("set", []):
        name, _, value = header.partition(":")
        lines = [*without(name, lines), (name, value)]
    for header in query.get("add", []):
        name, _, value = header.partition(":")
        lines.append((name, value))
    for name in query.get("del", []):
        lines = without(name, lines)

    status = int(query.get("status", ["200"])[0])
    body = f"{method} {path}\n"
    if action == "redirect":
        status = int(query.get("code", ["302"])[0])
        lines.append(("Location", query["to"][0]))
    elif action == "cookie":
        lines.append(("Set-Cookie", "session=1; Path=/; HttpOnly"))
    elif action == "whoami":
        session = SimpleCookie(headers.get("Cookie", "")).get("session")
        body = f"session {session.value}\n" if session else "nobody\n"
    elif action == "cacheable":
        lines.append(("Cache-Control", "public, max-age=60"))
    elif action == "etag":
        lines.append(("ETag", '"1"'))
        if headers.get("If-None-Match") == '"1"':
            status = 304
    if method == "HEAD" or status in (204, 304):
        return status, lines, []
    return status, lines, [body] * (3 if action == "stream" else 1)


def without(name, lines):
    return [line for line in lines if line[0].lower() != name.lower()]


def all_methods(policy):
    """Returns every method that a policy allows, for libraries that list all of them: a
    policy leaves out those that need no permission."""
    methods = policy.get("allowMethods", [])
    if "*" in methods:
        return methods
    return list(dict.fromkeys(["GET", "HEAD", "POST", *methods]))


def whole(expression):
    """Returns a regular expression that matches only whole strings."""
    return f"^(?:{expression})$"


class Served:
    """What a server serves: what configure returns for the policy in force. If configure
    raises an exception, the library refuses the policy."""

    def __init__(self, configure):
        self.configure = configure
        policy = json.loads(os.environ["CORS_POLICY"])
        try:
            self.current = configure(policy)
        except Exception as error:
            print(error, file=sys.stderr)
            sys.exit(3)

    def set(self, text):
        """Puts another policy in force. Returns the response."""
        try:
            policy = json.loads(text)
        except ValueError as error:
            return 400, str(error)
        try:
            self.current = self.configure(policy)
        except Exception as error:
            return 422, str(error)
        return 204, ""
