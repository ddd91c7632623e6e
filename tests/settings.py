"""The demo's settings, whatever the environment or a `.env` file says, with what makes tests quick."""

import os

os.environ["DEBUG"] = "1"
from jvl.settings import *  # noqa: F403 - DEBUG must be there first

# The real hash is slow on purpose: half a second for each member of the cast.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Django turns DEBUG off in tests; without this WhiteNoise looks for the collected files, and warns that there are none.
WHITENOISE_AUTOREFRESH = True
SITE_URL = "http://testserver"
# Uploads of tests are gone with them.
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}  # noqa: F405
