"""A site with nothing but live delivery: its settings, addresses and application in one module."""

import os
from pathlib import Path

import environ

SITE_FOLDER = Path(os.environ.get("JVL_DATA_DIR", "/nowhere"))
SECRET_KEY = "only-for-the-tests-of-realtime-and-nothing-else"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
USE_TZ = True
INSTALLED_APPS = [
    "realtime",
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
ROOT_URLCONF = "tests.realtime.site_urls"
ASGI_APPLICATION = "tests.realtime.site_asgi.application"
TEMPLATES: list[dict[str, object]] = []

DATABASES = {"default": environ.Env().db("DATABASE_URL", default=f"sqlite:///{SITE_FOLDER / 'site.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}}

LAYER = os.environ.get("LAYER", "channels_redis.pubsub.RedisPubSubChannelLayer")
if REDIS_URL := os.environ.get("REDIS_URL", ""):
    CHANNEL_LAYERS = {"default": {"BACKEND": LAYER, "CONFIG": {"hosts": [REDIS_URL], "prefix": "site"}}}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REALTIME_AUTHORISE = "tests.realtime.site_urls.followable"
REALTIME_AUTHENTICATE_TOKEN = "tests.realtime.site_urls.member_of_token"
REALTIME_ORIGINS = ["https://lab.example.org"]
REALTIME_STALL_SECONDS = 4
REALTIME_RECHECK_SECONDS = 2
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
