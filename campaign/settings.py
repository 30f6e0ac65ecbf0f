"""Everything that can be set, read from the environment. CELERY_BEAT_SCHEDULE is the page of all periodic work."""

import mimetypes
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from campaign import staff_settings
from campaign.environment import flag, read_secret, role, secrets_of
from campaign.logs import plain_logging

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
CAMPAIGN_ROLE = role()
DEVELOPMENT = flag("DEVELOPMENT", default=False)
DEBUG = False  # never: its error pages show what was posted
HAS_ADMIN = CAMPAIGN_ROLE in ("all", "admin", "offline")  # offline: its tables and its static files

# --- Secrets ---------------------------------------------------------------------------------------------------
_secrets = secrets_of(CAMPAIGN_ROLE)
SECRET_KEY = _secrets["SECRET_KEY"] or secrets.token_urlsafe(48)
CAMPAIGN_KEY = _secrets["CAMPAIGN_KEY"]
LINK_KEY = _secrets["LINK_KEY"]
LOG_KEY = _secrets["LOG_KEY"]
POST_PUBLIC_KEY = _secrets["POST_PUBLIC_KEY"]
POST_PRIVATE_KEY = _secrets["POST_PRIVATE_KEY"]
DELIVERY_PUBLIC_KEY = _secrets["DELIVERY_PUBLIC_KEY"]
DELIVERY_PRIVATE_KEY = _secrets["DELIVERY_PRIVATE_KEY"]

# --- Who runs this site, and where -----------------------------------------------------------------------------
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="")
ORGANISATION_CONTACT = env.str("ORGANISATION_CONTACT", default="")
SOURCE_URL = env.str("SOURCE_URL", default="")  # where the code of this very site can be had
# What high-risk petitions are sent and titled under: it should name no cause, and need not name the organisation.
NEUTRAL_NAME = env.str("NEUTRAL_NAME", default="") or "Undersigned"
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
IS_HTTPS = SITE_URL.startswith("https://")
_loopback = ["localhost", "127.0.0.1", "[::1]"] if DEVELOPMENT else []
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[SITE_HOST, *_loopback])
MINIMUM_AGES = {"": env.int("MINIMUM_AGE", default=16)} | env.dict("MINIMUM_AGE_IN", {"value": int}, {"KR": 14})
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
PROOF_OF_WORK = flag("PROOF_OF_WORK", default=True)
RATE_LIMITS = flag("RATE_LIMITS", default=True)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- The promises in numbers -----------------------------------------------------------------------------------
SIGN_BODY_MAX_BYTES = 16 * 1024
PAGE_MAX_AGE_SECONDS = 5
PROOF_MIN_AGE = timedelta(seconds=2)  # from the first touch of the form: nobody fills it in faster
PROOF_LIFETIME = timedelta(hours=2)
SLOW_LANE_ROUND = timedelta(seconds=20)
SLOW_LANE_MAILS = 10  # a round
PENDING_LIFETIME = timedelta(days=7)
CONFIRM_AFTER_CLOSING = timedelta(days=7)
NETWORK_TAG_LIFETIME = timedelta(days=7)
TOKEN_HASH_LIFETIME = timedelta(days=30)
NOT_ME_LIFETIME = timedelta(days=365)
MAIL_GATE_LIFETIME = timedelta(days=30)
FORM_MAIL_INTERVAL = timedelta(days=1)
LINK_MAIL_INTERVAL = timedelta(days=1)
LINK_MAIL_AFTER_ANY = timedelta(minutes=10)
UNCONFIRMED_MAILS_MAX = 8  # per address and MAIL_GATE_LIFETIME; none once its owner has confirmed
CLAIM_LIFETIME = timedelta(minutes=10)
MAIL_BATCH = 100
MAILING_AHEAD = 200  # mails with news in the queue: what a form owes waits behind no more than these
TICK_SECONDS = 1.5  # how long one task works before it leaves the rest to the next tick
QUEUE_RED_AFTER = timedelta(minutes=15)
LOG_SLICE = 5_000  # signatures that come into a log at once
HIGH_RISK_COUNT_INTERVAL = timedelta(hours=1)
EXPORT_SLICE = 5_000  # rows of a plain CSV at once
BUNDLE_SLICE = 1_000  # rows of a bundle at once, which are one part of the signatures on paper
EXPORT_LIFETIME = timedelta(hours=24)
BUILD_CLAIM_LIFETIME = timedelta(seconds=60)
RECEIPT_LIFETIME = timedelta(hours=1)  # and no other is made for the same signature meanwhile
FINISHED_MAIL_LIFETIME = timedelta(days=30)
ACCESS_RECORD_LIFETIME = timedelta(days=3 * 365)
STAFF_TIME_ZONE = ZoneInfo(env.str("STAFF_TIME_ZONE", default="UTC"))  # whose days and nights

# --- Django ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    *(staff_settings.APPS if HAS_ADMIN else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "crispy_forms",
    "campaign",
]
MIDDLEWARE = [
    "campaign.middleware.KeptPagesMiddleware",
    "campaign.middleware.PolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *(staff_settings.MIDDLEWARE if HAS_ADMIN else []),
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "campaign.middleware.ClosedSiteMiddleware",
    *(staff_settings.GATE if HAS_ADMIN else []),
]
ROOT_URLCONF = "campaign.urls"
WSGI_APPLICATION = "campaign.wsgi.application"
_CONTEXT_PROCESSORS = ["django.template.context_processors.request", "campaign.templatetags.site.site_context"]
if HAS_ADMIN:
    _CONTEXT_PROCESSORS += [
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT_PROCESSORS},
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ("undersigned",)
CRISPY_TEMPLATE_PACK = "undersigned"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Languages: a fourth is a line here, a folder in locale/ and in seeds/ (docs/languages.md) ------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "campaign" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "campaign.formats"

# --- Database --------------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(read_secret("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'undersigned.sqlite3'}")
}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        " PRAGMA busy_timeout=20000; PRAGMA cache_size=-16000;",
    }
else:
    # A pool per process: a new connection per request costs a factor of seven. The short timeout turns a wrong
    # password into a message within seconds instead of thirty.
    # The threshold lets the hot statements (actions/signing/statements.py) be prepared when they first come.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 5}, "prepare_threshold": 0}

# --- Cache, broker, periodic work --------------------------------------------------------------------------------
_cache_url = read_secret("CACHE_URL")
CACHES = {"default": env.cache_url_config(_cache_url or "locmemcache://")}
_SOCKET = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}  # a hung Redis otherwise blocks for half a minute
CACHES["default"]["OPTIONS"] = _SOCKET if _cache_url else {"MAX_ENTRIES": 100_000}  # 300 would forget who floods
CELERY_BROKER_URL = read_secret("BROKER_URL") or "memory://localhost/"
HAS_OWN_WORKER = CELERY_BROKER_URL.startswith("memory:")  # one process is all the worker there is
CELERY_BROKER_TRANSPORT_OPTIONS = _SOCKET if CELERY_BROKER_URL.startswith("redis") else {}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = False  # a task is only "look": the next tick looks again
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "send due mails": {"task": "campaign.send_mails", "schedule": 1.0, "options": {"expires": 5}},
    "release the slow lane": {"task": "campaign.release_mails", "schedule": 2.0, "options": {"expires": 10}},
    "tend the logs": {"task": "campaign.tend_logs", "schedule": 2.0, "options": {"expires": 10}},
    "build deliveries": {"task": "campaign.build_deliveries", "schedule": 1.0, "options": {"expires": 5}},
    "make receipts": {"task": "campaign.make_receipts", "schedule": 2.0, "options": {"expires": 10}},
    "write to addressees": {"task": "campaign.write_striking_notices", "schedule": crontab(hour=4, minute=7)},
    "decide in bulk": {"task": "campaign.advance_bulk_decisions", "schedule": 1.0, "options": {"expires": 5}},
    "put names on the page": {"task": "campaign.publish_names", "schedule": 5.0, "options": {"expires": 10}},
    "owe the news": {"task": "campaign.advance_mailings", "schedule": 1.0, "options": {"expires": 5}},
    "open and close petitions": {"task": "campaign.turn_petitions", "schedule": 60.0, "options": {"expires": 60}},
    "expire the unconfirmed": {"task": "campaign.expire_signatories", "schedule": 60.0, "options": {"expires": 60}},
    "forget what is over": {"task": "campaign.forget_what_is_over", "schedule": 300.0, "options": {"expires": 300}},
    "watch the confirmations": {"task": "campaign.watch_confirmations", "schedule": 300.0, "options": {"expires": 300}},
    "keep the journal of erasures": {"task": "campaign.keep_journal", "schedule": 1.0, "options": {"expires": 5}},
    "take the day's numbers": {"task": "campaign.take_tallies", "schedule": 300.0, "options": {"expires": 300}},
    "reconcile the counts": {"task": "campaign.reconcile_counts", "schedule": crontab(hour=3, minute=17)},
}

# --- Mail ------------------------------------------------------------------------------------------------------
_sender = f"petitions@{'example.org' if DEVELOPMENT else SITE_HOST}"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=_sender)
NEUTRAL_FROM_EMAIL = env.str("NEUTRAL_FROM_EMAIL", default="") or DEFAULT_FROM_EMAIL
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 5  # seconds; a server that hangs holds the one embedded worker twice that at most
MAILBOX_DIR = DATA_DIR / "mailbox"
_email_url = read_secret("EMAIL_URL").replace("console:", "consolemail:")  # django-environ's name for it
HAS_MAILBOX = DEVELOPMENT and not _email_url
if _email_url:
    vars().update(env.email_url_config(_email_url))
elif DEVELOPMENT:
    EMAIL_BACKEND = "campaign.mailbox.MailboxBackend"
elif CAMPAIGN_ROLE in ("all", "worker"):
    raise ImproperlyConfigured("Set EMAIL_URL (smtp+tls://user:password@host:587): this role sends the mail.")

# --- Files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
mimetypes.add_type("image/webp", ".webp")  # which Python below 3.13 does not know by itself
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(DATA_DIR / "exports")))
JOURNAL_DIR = Path(env.str("JOURNAL_DIR", default=str(DATA_DIR / "journal")))
HAS_JOURNAL = CAMPAIGN_ROLE in ("all", "worker", "offline")  # the others go by what these have found
LOG_DIR = Path(env.str("LOG_DIR", default=str(DATA_DIR / "log")))
IS_TESTING = "pytest" in sys.modules
_served = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if IS_TESTING:  # which collects no files
    _served = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": {"BACKEND": _served}}
WHITENOISE_USE_FINDERS = IS_TESTING
FILE_UPLOAD_PERMISSIONS = 0o644

# --- Browser-side protection -------------------------------------------------------------------------------------
SECURE_REFERRER_POLICY = "same-origin"  # no-referrer would make browsers send Origin: null with our own form
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = IS_HTTPS and TRUSTED_PROXIES > 0  # no proxy, no scheme: a loop
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
X_FRAME_OPTIONS = "DENY"
# W003 looks for Django's own CSRF middleware: ours stands under /admin/ only, and the origin guard before public forms.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

# --- Staff: their sessions, cookies and login ---------------------------------------------------------------------
SECOND_FACTOR_REQUIRED = not DEVELOPMENT  # else it is offered, and each page of the admin says so
if HAS_ADMIN:
    _issuer = ORGANISATION_NAME or SITE_HOST
    vars().update(staff_settings.staff_settings(is_https=IS_HTTPS, has_limits=RATE_LIMITS, issuer=_issuer))

# --- Logs: no record holds an address, a name, a token, a query or an IP (docs/privacy.md) -------------------------
LOGGING = plain_logging(os.environ.get("LOG_LEVEL", "INFO"))
