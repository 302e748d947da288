"""All settings, read from the environment. Three modes: production (default), demo, test.

Production refuses to start with values that are only good enough for a demo; see also portal/checks.py.
"""

import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from portal import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("ANGEKOMMEN_VAR", str(BASE_DIR / "var")))

MODE = env.text("ANGEKOMMEN_MODE", "production")
if MODE not in ("production", "demo", "test"):
    raise env.SettingError(f"ANGEKOMMEN_MODE must be production, demo or test, not {MODE!r}")
PRODUCTION = MODE == "production"
DEBUG = env.flag("DEBUG", False)
if PRODUCTION and DEBUG:
    raise env.SettingError("DEBUG must be off in production")

SECRET_KEY = env.secret("SECRET_KEY", None if PRODUCTION else "demo-only-" + "0" * 50)
if PRODUCTION and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("demo-only-")):
    raise env.SettingError("SECRET_KEY must be a random text of at least 50 characters")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "*")
# The address people see, used in QR codes and e-mails; never taken from a request.
PUBLIC_URL = env.text("PUBLIC_URL", None if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# The key that signs the register of arrivals (Ed25519, PEM). Made on first use outside production.
REGISTER_KEY = env.secret("REGISTER_KEY", None if PRODUCTION else "")
REGISTER_KEY_FILE = VAR_DIR / "register-key.pem"

INSTALLED_APPS = [
    "portal",
    "channels",
    "casework",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.access.AccessMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.office",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.templatetags.components",
                "portal.templatetags.claimant",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


# Tests flush with TRUNCATE, which the frozen log refuses; only they may open this switch.
LOG_MAY_BE_FLUSHED = MODE == "test"


def database(url: str) -> dict[str, object]:
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        # Arrival is only true once the disk has it: never leave this to the server's default.
        "OPTIONS": {
            **parts,
            "options": "-c synchronous_commit=on -c TimeZone=UTC"
            + (" -c angekommen.flush=on" if LOG_MAY_BE_FLUSHED else ""),
        },
    }


DATABASES = {"default": database(env.secret("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery is only the doorbell; the list of work is the outbox in PostgreSQL. No broker: no doorbell.
CELERY_BROKER_URL = env.secret("CELERY_BROKER_URL", "")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
# Two lines, each with workers of its own: stacks of hundreds of pages never stand before anything else.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_STACK_QUEUE = "stack"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Without a sign of life for so long a worker counts as gone, and another one takes its work.
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 15)
# Languages of the text on paper, as Tesseract names them: deu, or deu+eng+tur (each costs time).
OCR_LANGUAGES = env.text("OCR_LANGUAGES", "deu")
# For workers; the web server's side of the doorbell is casework/doorbell.py.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}

# When the machine links a person by itself, and when it asks: what differs from the usual thresholds, which
# stand in casework/matching/persons.py; in bits (docs/operations.md).
PERSON_THRESHOLDS = env.given_numbers(
    stranger="MATCH_STRANGER_BITS",
    relative="MATCH_RELATIVE_BITS",
    margin="MATCH_MARGIN_BITS",
    ask="MATCH_ASK_BITS",
)

AUTH_USER_MODEL = "casework.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
if MODE == "test":  # hashing on purpose slowly is most of the time of a test that signs in
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/team/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make the office write to strangers
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"reset_password": "portal.accounts.adapter.StaffResetPasswordForm"}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # also of the code that is asked for before changes
ACCOUNT_RATE_LIMITS = {
    # Codes to sign in with: per visitor's address (a lobby shares one), and per e-mail address.
    "sign_in_code": "60/h/ip,6/h/key",
    "sign_in_provider": "30/m/ip",
}
MFA_ADAPTER = "portal.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "portal.accounts.mfa.Activate",
    "authenticate": "portal.accounts.mfa.Authenticate",
    "reauthenticate": "portal.accounts.mfa.Reauthenticate",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Angekommen"
MFA_TOTP_TOLERANCE = 1  # a code typed slowly is taken for 30 seconds more (RFC 6238, 5.2)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
# An identity provider for claimants (OpenID Connect), as BundID is reached through a broker; empty: none.
OIDC_NAME = env.text("OIDC_NAME", "")  # what the button says, e.g. BundID
OIDC_ISSUER = env.text("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET", "")
OIDC_SCOPES = env.text("OIDC_SCOPES", "openid profile")
# Values of the claim acr at which name and birth date are as good as an identity card; empty: never.
OIDC_STRONG_LEVELS = env.words("OIDC_STRONG_LEVELS")
# Hops of our own proxies in front of the web server; without it every visitor counts as one address.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# Login limits live in the cache; it is in PostgreSQL so that a Redis flush cannot reset them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

# The header that marks offers of German authorities: only for offices that are one.
OFFICIAL_WEBSITE = env.flag("OFFICIAL_WEBSITE", False)

LANGUAGE_CODE = "de"
# By their own names, in the order of the language switch. de-simple: Leichte Sprache, a BCP 47 variant of de.
LANGUAGES = [
    ("de", "Deutsch"),
    ("de-simple", "Leichte Sprache"),
    ("en", "English"),
    ("uk", "Українська"),
    ("ru", "Русский"),
    ("tr", "Türkçe"),
    ("ar", "العربية"),
]
STAFF_LANGUAGES = ("de", "en")  # what staff see is translated into these only; locale/staff-only.txt
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # who has chosen once is not asked again
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    # Nothing is ever stored through Django's file storage: bytes live in PostgreSQL (see docs/decisions).
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# One file at most; a request may carry several files, they are spooled to disk while they come in.
MAX_FILE_BYTES = 60 * 1024 * 1024
MAX_BATCH_BYTES = 500 * 1024 * 1024
# What may lie here unsent, so that a stranger cannot fill the disk: of one draft, and of one address, which
# many people may share (advice centres, mobile networks). What is sent counts no more.
MAX_DRAFT_FILES = 200
MAX_DRAFT_BYTES = 300 * 1024 * 1024
MAX_UNSENT_BYTES = 4 * 1024 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# Ways for scans to come in by themselves (channels/post/inlets; docs/operations.md).
# A watched folder; what was taken in is moved to erledigt/ in it, or deleted.
MAIL_FOLDER = Path(env.text("MAIL_FOLDER", str(VAR_DIR / "posteingang")))
MAIL_FOLDER_DELETE = env.flag("MAIL_FOLDER_DELETE", False)
# A mailbox scanners send to. Only mails from MAIL_SENDERS are opened: addresses, or @domain for all of one.
MAIL_IMAP_HOST = env.text("MAIL_IMAP_HOST", "")
MAIL_IMAP_PORT = env.number("MAIL_IMAP_PORT", 993)
MAIL_IMAP_USER = env.text("MAIL_IMAP_USER", "")
MAIL_IMAP_PASSWORD = env.secret("MAIL_IMAP_PASSWORD", "")
MAIL_IMAP_FOLDER = env.text("MAIL_IMAP_FOLDER", "INBOX")
MAIL_IMAP_TLS = env.text("MAIL_IMAP_TLS", "tls")  # tls, starttls or no
if MAIL_IMAP_TLS not in ("tls", "starttls", "no"):
    raise env.SettingError(f"MAIL_IMAP_TLS must be tls, starttls or no, not {MAIL_IMAP_TLS!r}")
MAIL_SENDERS = env.words("MAIL_SENDERS")
# Scanners of the network, name=address: Poststelle=http://10.1.2.3:8080/eSCL,Nebenraum=sane:airscan:e0:x
SCANNERS = env.pairs("SCANNERS")

CLAMD_ADDRESS = env.text("CLAMD_ADDRESS", "")  # host:port; empty: files are marked "not yet checked"

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("EMAIL_HOST", "")
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "angekommen@example.org")

# News of so many seconds become one e-mail (casework.notices).
NOTICE_WINDOW_SECONDS = env.number("NOTICE_WINDOW_SECONDS", {"production": 600, "demo": 30, "test": 0}[MODE])

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],  # blob: a photo just taken, before it is sent
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
        "require-trusted-types-for": ["'script'"],
    }
}
CSRF_FAILURE_VIEW = "portal.pages.views.csrf_failure"

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
}
