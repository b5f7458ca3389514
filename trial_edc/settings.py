"""Settings, read from the environment. `EDC_ENV` is `demo` (default), `test` or `production`."""

from pathlib import Path
from urllib.parse import urlsplit

import environ

from trial_edc.services import cache_settings, database_settings

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
EDC_ENV = env.str("EDC_ENV", "demo")
EDC_PROTOCOL = env.str("EDC_PROTOCOL", "u87")
# Each study has a database of its own; without an address it lies in a directory of its own.
_DATA_DIR = BASE_DIR / "var" if EDC_PROTOCOL == "u87" else BASE_DIR / "var" / EDC_PROTOCOL
EDC_DATA_DIR = Path(env.str("EDC_DATA_DIR", str(_DATA_DIR))).resolve()
# Web and worker share it: the worker writes reports there, the web process hands them out.
EDC_REPORTS_DIR = Path(env.str("EDC_REPORTS_DIR", str(EDC_DATA_DIR / "reports"))).resolve()
EDC_TEST_HOOKS = env.bool("EDC_TEST_HOOKS", False)
APP_VERSION = "0.1.0"

SECRET_KEY = env.str("SECRET_KEY", "only-for-demo-and-tests")
DEBUG = False
# The address people open; production needs it, with https. What is missing stops the start (production.py).
EDC_PUBLIC_URL = env.str("EDC_PUBLIC_URL", "").rstrip("/")
_public_host = urlsplit(EDC_PUBLIC_URL).hostname
_local_hosts = ["localhost", "127.0.0.1", *(["testserver"] if EDC_ENV == "test" else [])]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[*([_public_host] if _public_host else []), *_local_hosts])
CSRF_TRUSTED_ORIGINS = [EDC_PUBLIC_URL] if EDC_PUBLIC_URL else []

# TLS ends at the proxy, which must set X-Forwarded-Proto itself; EDC_TLS_PROXY=1 says that it does.
PRODUCTION = EDC_ENV == "production"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("EDC_TLS_PROXY", False) else None
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked inside the network, over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # other services of the domain are not ours to decide
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION

INSTALLED_APPS = [
    "trial_edc.apps.TrialEdcConfig",  # first: its commands replace Django's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "pgtrigger",
    "trial_edc.accounts",
    "trial_edc.audit",
    "trial_edc.notices",
    "trial_edc.crf",
    "trial_edc.casebook",
    "trial_edc.exports",
    "trial_edc.reports",
    "subjects",
    "adverse_events",
    "assessments",
]

MIDDLEWARE = [
    *(["trial_edc.accounts.middleware.count_sql"] if EDC_TEST_HOOKS else []),
    "trial_edc.audit.middleware.RequestIdMiddleware",
    *(["trial_edc.audit.middleware.TestClockMiddleware"] if EDC_TEST_HOOKS else []),
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trial_edc.accounts.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "trial_edc.accounts.middleware.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "trial_edc.urls"
WSGI_APPLICATION = "trial_edc.wsgi.application"

# People, sessions and second factors (trial_edc/accounts). Sessions lie in the database: one that is ended is
# dead in every process at once. All their limits run by real time.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["trial_edc.accounts.backend.PeopleBackend"]
LOGIN_URL = "/signin/"
SESSION_ENGINE = "trial_edc.accounts.sessions"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 15 * 60)
SESSION_WARNING_SECONDS = 2 * 60
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", 12 * 60 * 60)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "trial_edc.accounts.views.session.csrf_failure"
SIGN_IN_FAILURES, SIGN_IN_WAIT_MINUTES = env.int("SIGN_IN_FAILURES", 5), env.int("SIGN_IN_WAIT_MINUTES", 5)
NETWORK_FAILURES = env.int("NETWORK_FAILURES", 100)  # failed sign-ins from one network address in an hour
CONFIRM_FAILURES, CONFIRM_WAIT_MINUTES = env.int("CONFIRM_FAILURES", 3), env.int("CONFIRM_WAIT_MINUTES", 30)
CONFIRM_CODE_MINUTES = 15
LINK_DAYS = env.int("LINK_DAYS", 7)
PASSWORD_RESET_TIMEOUT = LINK_DAYS * 24 * 60 * 60
TERMS_VERSION = "2026-1"  # raise it when templates/accounts/_terms.html changes: everybody accepts again
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", 0)  # 0: passwords do not age (NIST SP 800-63B)
SECURITY_CONTACTS = env.list("SECURITY_CONTACTS", default=[])
# The first key encrypts second-factor secrets, the others still open older ones.
SECOND_FACTOR_KEYS = env.list("SECOND_FACTOR_KEYS", default=[SECRET_KEY])
SECOND_FACTOR_ISSUER = env.str("SECOND_FACTOR_ISSUER", "Trial EDC")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "trial_edc.accounts.passwords.LengthValidator"},
    {"NAME": "trial_edc.accounts.passwords.ContextValidator"},
    {"NAME": "trial_edc.accounts.passwords.CommonValidator"},
]
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if EDC_TEST_HOOKS:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = EDC_DATA_DIR / "outbox"
else:
    # Without EMAIL_URL a demo writes its mail, one-time links included, to the log of the server.
    vars().update(env.email_url("EMAIL_URL", "consolemail://" if EDC_ENV == "demo" else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "edc@localhost")

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
                "trial_edc.shell.shell",
                "trial_edc.accounts.context.person",
            ],
        },
    }
]

# PostgreSQL as two roles: web and worker use `default` (edc_app), `migrate` alone uses `owner` (edc_owner).
# Without DATABASE_URL both are those of the private server in EDC_DATA_DIR, started at the first connection.
DATABASES = database_settings(env)

# Redis: database 0 carries the jobs, database 1 the cache. Without REDIS_URL it is the private Valkey.
REDIS_URL = env.str("REDIS_URL", "")
CACHES = {"default": cache_settings(REDIS_URL, env.int("EDC_CACHE_DATABASE", 1))}

# Jobs are stored rows and tasks take their ids: results are not kept in the broker, and a task that a killed
# worker held goes to another one.
# A worker that says nothing for so long is taken for dead; what waits or was left behind is handed out so often.
EDC_JOB_LEASE_SECONDS = env.int("EDC_JOB_LEASE_SECONDS", 300)
EDC_JOB_SWEEP_SECONDS = env.int("EDC_JOB_SWEEP_SECONDS", 60)
EDC_BROKER_DATABASE = env.int("EDC_BROKER_DATABASE", 0)
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3600  # s; a task that hangs is ended, and a report made by it is handed out again
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB; a child grown by a long report is replaced after it
CELERY_TIMEZONE = "UTC"

# Mail goes out through EMAIL_URL; without one (demo) it is kept as files in the data directory.
if env.str("EMAIL_URL", ""):
    globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = EDC_DATA_DIR / "mail"

EMAIL_TIMEOUT = 20  # seconds; a mail server that hangs holds a worker no longer

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
EDC_SEAL_FILE = Path(env.str("EDC_SEAL_FILE", str(EDC_DATA_DIR / "audit-heads.log")))
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "trial_edc.fonts.InterFinder",
]
# File names carry a hash of the content, so browsers keep them for ever; tests serve the sources themselves.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EDC_ENV == "test"
        else "trial_edc.static_files.HashedFiles"
    },
}
