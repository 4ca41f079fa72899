"""The application's settings. Its CORS is configured as the documentation of
django-cors-headers says."""

import json
import os

SECRET_KEY = "conformance"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"

INSTALLED_APPS = ["corsheaders"]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
]

# Errors go where the suite shows them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR"}},
}


def cors(policy):
    """Returns the settings for a policy of the suite."""
    [config] = policy
    origins = config.get("allowOrigins", [])
    return {
        "CORS_ALLOW_ALL_ORIGINS": "*" in origins,
        "CORS_ALLOWED_ORIGINS": [origin for origin in origins if origin != "*"],
        "CORS_ALLOWED_ORIGIN_REGEXES": [
            whole(expression) for expression in config.get("allowOriginRegexps", [])
        ],
        "CORS_URLS_REGEX": whole("|".join(config.get("pathRegexps", [".*"]))),
        "CORS_ALLOW_METHODS": config.get("allowMethods", []),
        "CORS_ALLOW_HEADERS": config.get("allowHeaders", []),
        "CORS_EXPOSE_HEADERS": config.get("exposeHeaders", []),
        "CORS_ALLOW_CREDENTIALS": config.get("allowCredentials", False),
        "CORS_PREFLIGHT_MAX_AGE": config.get("maxAge", 0),
    }


def whole(expression):
    """Anchors a regular expression as django-cors-headers' documentation does."""
    return f"^(?:{expression})$"


globals().update(cors(json.loads(os.environ["CORS_POLICY"])))
