"""Settings: one file, grouped by headings, read from the environment (see .env.example for every variable)."""

from __future__ import annotations

from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from capweb.onebox import addresses

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- What kind of installation -----------------------------------------------------------------------------------

DEBUG = env.bool("CAPWEB_DEBUG", default=False)
# A sandbox has a stored business day that may be moved forward by hand; elsewhere the day is today in Paris.
SANDBOX = env.bool("CAPWEB_SANDBOX", default=False)
DATA_FOLDER = addresses.data_folder()
SECRET_KEY = env.str("CAPWEB_SECRET_KEY", default="") or addresses.secret_key()
ALLOWED_HOSTS = env.list("CAPWEB_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CAPWEB_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("CAPWEB_BEHIND_TLS", default=False)

# --- Rooms -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "capweb",
    "capweb.audit",
    "capweb.accounts",
    "capweb.http",
    "capweb.desk",
    "eligibility",
    "reinsurance",
    "policies",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Before anything that reads the body; after the language, in which it answers.
    "capweb.http.sizes.SizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "capweb.http.sessions.ActorMiddleware",
]

ROOT_URLCONF = "capweb.urls"
WSGI_APPLICATION = "capweb.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "capweb.http.context.installation",
            ],
        },
    },
]

# --- Seals of the ledger (docs/adr): the key lies outside the database -------------------------------------------

# Drawn when it is first needed, not while settings are read: an image is built without one.
SEAL_KEY = env.str("CAPWEB_SEAL_KEY", default="") or lazy(addresses.seal_key, str)()
SEAL_FORMER_KEYS = env.list("CAPWEB_SEAL_FORMER_KEYS", default=[])
SEAL_ORIGIN = env.str("CAPWEB_SEAL_ORIGIN", default="capweb")

# --- Database: three roles, one database (ADR 0009) --------------------------------------------------------------

_urls = addresses.database_urls()


def _database(url: str, **more: object) -> dict[str, object]:
    return {
        **env.db_url_config(url),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": env.int("CAPWEB_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "capweb"},
        **more,
    }


DATABASES = {
    # `default` is the application's role: one insurer at a time, row by row security.
    "default": _database(_urls.app, TEST={"MIRROR": "owner"}),
    "owner": _database(_urls.owner, TEST={"DEPENDENCIES": []}),
    "platform": _database(_urls.platform, TEST={"MIRROR": "owner"}),
}
# acting(actor) is the only door to tenant rows, so no request opens a transaction by itself.
for _alias in DATABASES.values():
    _alias["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and tasks --------------------------------------------------------------------------------------------

CELERY_BROKER_URL = addresses.broker_url()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": addresses.cache_url()}}

# --- People ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "capweb.http.sessions.ClosedSignUp"
# A session lasts a working day (SESSION_COOKIE_AGE); nobody is asked whether to be remembered.
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

OAUTH2_PROVIDER = {
    "SCOPES": {
        "simulations": "Judge facts without storing anything",
        "requests:read": "Read limit requests, offers, guarantees and endorsements",
        "requests:write": "Submit limit requests, accept or decline offers, ask for renewals",
        "events:read": "Read the stream of events",
        "claims:read": "Read claims and what became of them",
        "claims:write": "Declare overdues, pursue claims, settle them, record recoveries",
        "feeds:write": "Send primary limits, ratings and claim movements",
        "what-if": "Try another law on the guarantees in force and read what would change",
        "reinsurance:read": "Read envelopes, treaties and the ledger",
        "reinsurance:write": "State accounts and book payments with reinsurers",
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "PKCE_REQUIRED": True,
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"

# --- Language and calendar ---------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "capweb" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
FORMAT_MODULE_PATH = ["capweb.locale.formats"]

# --- Pages, files, documents -------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_FOLDER / "static"
# Own files lie in capweb/static, which the app finder knows; of the npm packages only what pages load is served.
NODE_MODULES = Path(env.str("CAPWEB_NODE_MODULES", default=str(BASE_DIR / "node_modules")))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "capweb.http.npm_files.NpmFinder",
]
# Compressing everything with brotli takes 40 s on two cores; each file once and source maps not at all, 10 s.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# Without a mail server, and in every sandbox, mails are written as files into the data folder.
MAIL_FOLDER = env.path("CAPWEB_MAIL_FOLDER", default=str(DATA_FOLDER / "mail"))
# Where people open the pages, for links in mails: https://capweb.example.org. Without it mails carry none.
PUBLIC_ADDRESS = env.str("CAPWEB_PUBLIC_ADDRESS", default="")
DEFAULT_FROM_EMAIL = env.str("CAPWEB_MAIL_FROM", default="capweb@localhost")
if env.str("CAPWEB_MAIL_URL", default=""):
    vars().update(env.email_url("CAPWEB_MAIL_URL"))
else:
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(MAIL_FOLDER)
MEDIA_ROOT = env.path("CAPWEB_MEDIA", default=str(DATA_FOLDER / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A file of 100,000 rows is about 30 MB; what is larger is refused at the door, before it is read.
LARGEST_UPLOAD_BYTES = env.int("CAPWEB_LARGEST_UPLOAD_BYTES", default=64 * 1024 * 1024)
LARGEST_BATCH_ROWS = 100_000
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_UPLOAD_BYTES

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- API ---------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "capweb.http.authentication.ClientAuthentication",
        "capweb.http.authentication.SessionActorAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["capweb.http.permissions.ActorMay"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "capweb.http.problems.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    # The form of an answer is asked for by Accept, in one way only.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "capweb",
    "VERSION": "1",
    "DESCRIPTION": "Publicly reinsured credit insurance top-ups: judge, grant, count.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": ["complement", "substitution"],
        "BordereauKindEnum": ["risk", "premium", "claims", "recoveries"],
        "LossAdviceKindEnum": ["large_loss", "cash_call"],
    },
}

# --- Logs --------------------------------------------------------------------------------------------------------

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": structlog.stdlib.ProcessorFormatter, "processor": structlog.processors.JSONRenderer()},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("CAPWEB_LOG_LEVEL", default="INFO")},
    "loggers": {"fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}},
}
