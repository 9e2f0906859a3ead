"""Every knob of the product, one line each: name, environment variable, default."""

import platform
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_email_url
import django_stubs_ext
from corsheaders.defaults import default_headers
from environs import EnvError, validate

from config import doors
from config.databases import POSTGRESQL, SQLITE, on_sqlite
from config.knobs import (
    Knobs,
    address,
    bounds,
    endpoint_or_nothing,
    endpoints_or_nothing,
    host_or_nothing,
    key_or_nothing,
    keys_or_nothing,
    mail_server_or_nothing,
    origins,
    prices,
    push_key_or_nothing,
    redis_or_nothing,
)
from config.own_keys import kept_key, own_key
from config.version import VERSION as VERSION

django_stubs_ext.monkeypatch()  # lets Django's classes take type parameters, as mypy knows them

BASE_DIR = Path(__file__).resolve().parent.parent

env = Knobs()
env.read_env(env.str("ENV_FILE", str(BASE_DIR / ".env")), recurse=False)

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
MODES = ("development", "production")
PRODUCTION = env.str("DJANGO_ENV", "development", validate=validate.OneOf(MODES)) == "production"
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# Serving

BIND = env.str("BIND", "127.0.0.1", validate=address)
PORT = env.int("PORT", 8000, validate=bounds(0, 65_535))
WEB_THREADS = env.int("WEB_THREADS", 64, validate=bounds(1))

# What is told to those who run it

NODE = env.str("NODE", platform.node())[:64]
LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(LEVELS))
SLOW_TURN_SECONDS = env.float("SLOW_TURN_SECONDS", 30.0, validate=bounds(0))
SLOW_QUERY_SECONDS = env.float("SLOW_QUERY_SECONDS", 1.0, validate=bounds(0))
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=host_or_nothing)
MODEL_PRICES = prices(env.json("MODEL_PRICES", {}))

# Keys and hosts

SECRET_KEY = env.str("SECRET_KEY", "") or own_key(DATA_DIR, "secret_key", production=PRODUCTION)
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", "", validate=key_or_nothing) or own_key(
    DATA_DIR, "jwt_signing_key", production=PRODUCTION
)
JWT_VERIFYING_KEYS = env.listed("JWT_VERIFYING_KEYS", validate=keys_or_nothing)
ALLOWED_HOSTS = env.listed(
    "ALLOWED_HOSTS", *([] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
)
CORS_ALLOWED_ORIGINS = env.listed("CORS_ALLOWED_ORIGINS", validate=origins)
CORS_ALLOW_HEADERS = (*default_headers, *doors.SENT_HEADERS)
CORS_EXPOSE_HEADERS = doors.READ_HEADERS
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS", validate=origins)
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=bounds(0))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The prefix has browsers refuse the cookie from another host of the domain, and over plain HTTP.
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
# A proxy that we trust tells how the browser came, and does not let the browser tell it.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION and TRUSTED_PROXY_COUNT > 0 else None
)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: other hosts of the domain are not ours to bind,
    "security.W021",  # nor to put on the browsers' lists
    "security.W008",  # the redirect to HTTPS: the proxy's work, which has both doors
]

# Database and cache

DB_POOL_MIN = env.int("DB_POOL_MIN", 2, validate=bounds(0))
DB_POOL_MAX = env.int("DB_POOL_MAX", 10, validate=bounds(1))
DB_SERVER_SIDE_CURSORS = env.bool("DB_SERVER_SIDE_CURSORS", True)
REDIS_URL = env.str("REDIS_URL", "", validate=redis_or_nothing)
EXTERNAL_SESSIONS = env.bool("EXTERNAL_SESSIONS", False)

_own = f"sqlite:///{quote(str(DATA_DIR / 'db.sqlite3'))}"
_database: dict[str, Any] = dict(env.dj_db_url("DATABASE_URL", _own, conn_health_checks=True))
ON_SQLITE = _database["ENGINE"] == SQLITE
if not ON_SQLITE and _database["ENGINE"] != POSTGRESQL:
    raise EnvError('Environment variable "DATABASE_URL" invalid: Give PostgreSQL, or SQLite.')
if ON_SQLITE:
    _database = on_sqlite(_database) | {"TEST": {"NAME": DATA_DIR / "test.sqlite3"}}
else:
    # Beside what the address says, such as sslmode and sslrootcert.
    _database.setdefault("OPTIONS", {}).update(
        pool={
            "min_size": DB_POOL_MIN,
            "max_size": DB_POOL_MAX,
            # Seconds after which a request without a connection is told so.
            "timeout": 5,
            # A pool that tried for longer would pause for minutes, and sleep on when the database
            # is back. When it has given up, the next request has it try anew.
            "reconnect_timeout": 5,
            # Seconds after which one that nobody has needed meanwhile is closed. A new one has to
            # be opened, and to read, plan and prepare again all that it is asked.
            "max_idle": 5,
        },
        connect_timeout=5,
    )
    # Behind a pooler, the rows to come may be asked of another connection than the cursor's.
    # What is prepared would be lost likewise, and then nothing is.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = not DB_SERVER_SIDE_CURSORS
DATABASES = {"default": _database}
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 1 if ON_SQLITE else 2, validate=bounds(1))
ATOMIC_REQUESTS = False  # for ever: a turn must not hold a transaction while the model thinks
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "web.cache.RedisOrMemoryCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # by default 300 counters, and others are forgotten
    }
}

# The assistant

OPENAI_API_KEY = env.str("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", "", validate=endpoint_or_nothing)
OPENROUTER_API_KEY = env.str("OPENROUTER_API_KEY", "")
# Under this name Django hides it from the pages of DEBUG, for there are keys in it.
AGENT_MODELS_AND_KEYS = env.str("AGENT_MODELS", "", validate=endpoints_or_nothing)
AGENT_MODEL = env.str("AGENT_MODEL", "")
AGENT_HISTORY_MESSAGES = min(200, env.int("AGENT_HISTORY_MESSAGES", 50, validate=bounds(1)))
AGENT_MAX_STEPS = env.int("AGENT_MAX_STEPS", 8, validate=bounds(1))
AGENT_MAX_TOOL_CALLS = env.int("AGENT_MAX_TOOL_CALLS", 16, validate=bounds(0))
AGENT_MAX_TOKENS = env.int("AGENT_MAX_TOKENS", 4_000, validate=bounds(0))
AGENT_CONTEXT_TOKENS = env.int("AGENT_CONTEXT_TOKENS", 0, validate=bounds(0))
AGENT_TEMPERATURE = env.float("AGENT_TEMPERATURE", None, validate=bounds(0, 2))
AGENT_MAX_REPLY_CHARS = env.int("AGENT_MAX_REPLY_CHARS", 20_000, validate=bounds(1, 100_000))
AGENT_FIRST_BYTE_DEADLINE = env.float("AGENT_FIRST_BYTE_DEADLINE", 0.0, validate=bounds(0))
AGENT_IDLE_DEADLINE = env.float("AGENT_IDLE_DEADLINE", 30.0, validate=bounds(1))
AGENT_TURN_DEADLINE = env.float("AGENT_TURN_DEADLINE", 90.0, validate=bounds(1))
AGENT_CALL_DEADLINE = env.float("AGENT_CALL_DEADLINE", 30.0, validate=bounds(1))
# A remote model has only that of the turn, unless one is given.
AGENT_REMOTE_DEADLINE = env.float("AGENT_CALL_DEADLINE", AGENT_TURN_DEADLINE)
AGENT_FALLBACK = env.bool("AGENT_FALLBACK", False)
AGENT_FINISH_TURNS = env.bool("AGENT_FINISH_TURNS", True)
AGENT_TRY_AT_START = env.bool("AGENT_TRY_AT_START", PRODUCTION)
AGENT_LEASE = env.float("AGENT_LEASE", 45.0, validate=bounds(1))
TURN_WAIT_SECONDS = env.float("TURN_WAIT_SECONDS", 10.0, validate=bounds(0))

# Limits, in django-ratelimit's form

CHAT_RATE = env.str("CHAT_RATE", "20/m")
LOGIN_RATE = env.str("LOGIN_RATE", "10/m")
LOGIN_ADDRESS_RATE = env.str("LOGIN_ADDRESS_RATE", "20/m")
AGENT_MAX_OPEN_TURNS = env.int("AGENT_MAX_OPEN_TURNS", 3, validate=bounds(1))
AGENT_DAILY_TURNS = env.int("AGENT_DAILY_TURNS", 500, validate=bounds(0))
REGISTER_RATE = env.str("REGISTER_RATE", "10/h")
CALENDAR_RATE = env.str("CALENDAR_RATE", "120/m")
CHANNEL_TEST_RATE = env.str("CHANNEL_TEST_RATE", "5/m")
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024
WHOLE_HISTORY_MAX_MB = 2
WHOLE_HISTORY_PATHS = doors.WHOLE_HISTORY_PATHS
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", 20, validate=bounds(1, 100))
IMPORT_PATHS = ("/api/import", "/import")  # of the API and of the page: bodies may be larger there

# Reminders

REMIND = env.bool("REMIND", True)
PUBLIC_URL = env.str("PUBLIC_URL", "", validate=host_or_nothing).rstrip("/")
OUTBOUND_PRIVATE_HOSTS = env.listed("OUTBOUND_PRIVATE_HOSTS")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "", validate=push_key_or_nothing) or kept_key(
    DATA_DIR, "vapid_private_key", 32
)

# Clean-up, in days; 0: never

CLEANUP_INACTIVE_DAYS = env.int("CLEANUP_INACTIVE_DAYS", 0, validate=bounds(0))
CLEANUP_PURGE_DELETED_DAYS = env.int("CLEANUP_PURGE_DELETED_DAYS", 30, validate=bounds(0))
CLEANUP_DELIVERIES_DAYS = env.int("CLEANUP_DELIVERIES_DAYS", 30, validate=bounds(0))
CLEANUP_TASKS_DAYS = env.int("CLEANUP_TASKS_DAYS", 90, validate=bounds(0))

# Django

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config",
    "config.static.UsedStaticFiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "todos",
    "reminders",
    "transfer",
    "conversations",
    "chat",
    "evaluation",
    "oversight",
]
MIDDLEWARE = [
    "web.headers.security_headers",
    "web.request_id.request_id",
    "telemetry.middleware.request_metrics",
    "telemetry.middleware.trace_context",
    "web.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "web.middleware.body_limit",
    "web.middleware.optional_slash",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "web.middleware.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.authentication.SessionUser",
    "accounts.erased.ErasedMeanwhile",
    "django.contrib.messages.middleware.MessageMiddleware",
    "web.middleware.DatabaseFailures",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {  # ours: each compiled once
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "pages"],
        "OPTIONS": {
            "environment": "chat.pages.environment.environment",
            "context_processors": ["chat.pages.environment.of_request"],
        },
    },
    {  # the admin's, mails and reports
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "accounts.validators.MaximumLengthValidator",
    )
]
SESSION_ENGINE = "accounts.sessions"
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"
MACHINE_PATHS = (  # errors are JSON there
    *("/api/", "/health", "/metrics", "/news/", "/calendar/", "/chatkit", "/mcp", "/v1"),
)
ERROR_SHAPES = doors.ERROR_SHAPES
FOLLOW_PATHS = ("/news/",)  # asked by every tab all the time: the log tells only what failed
HEALTH_PATHS = ("/health/", "/health/ready/", "/metrics/")  # asked by any name that we have
HOST_PATHS = ("/mcp/",)  # the view itself looks at the name that we are called by
EMAIL_URL = env.str("EMAIL_URL", "", validate=mail_server_or_nothing)
SENDS_MAIL = bool(EMAIL_URL)
# EMAIL_HOST, EMAIL_PORT, … as Django has them; and no mail server may keep a page waiting.
globals().update(dj_email_url.parse(EMAIL_URL or "dummy:") | {"EMAIL_TIMEOUT": 10})
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
# To these one may be led on by signing in, and to those of the admin.
PAGES = (
    *("home", "conversation", "print", "settings", "password", "delete-account"),
    *("settings-reminders", "settings-calendar", "settings-keys", "files"),
)
LOGOUT_REDIRECT_URL = "/accounts/login/"
USE_I18N = False  # all words are marked for it, and none is translated yet
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStaticFiles"},
}
LOGGING_CONFIG = "config.logging.configure"
LOGGING = {"json": PRODUCTION, "level": LOG_LEVEL}

# REST framework, tokens, OpenAPI

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",  # first: 401, not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.scopes.HasScope",
    ],
    "DEFAULT_PARSER_CLASSES": ["web.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "web.negotiation.WhateverIsAccepted",
    "DEFAULT_METADATA_CLASS": "web.metadata.AllowedMethods",
    "DEFAULT_PAGINATION_CLASS": "web.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.inspectors.ViewInspector",  # see document.py
    "EXCEPTION_HANDLER": "accounts.erased.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "CHECK_REVOKE_TOKEN": True,
    "LEEWAY": timedelta(seconds=10),  # by so much the clocks of hosts may differ
    "AUDIENCE": "todo-chat",
    "ISSUER": "todo-chat",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Todo Chat",
    "DESCRIPTION": "Chat in plain language; an assistant manages your todo tasks.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["config.document.describe"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "web.schema.add_problems",
        "web.schema.add_nulls",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChangeKind": "todos.models.ChangeKind",
        "TurnStatus": "conversations.models.Turn.Status",
        "ToolCallStatus": "conversations.models.ToolCall.Status",
        "ConversationStatus": ["idle", "busy"],
    },
}
