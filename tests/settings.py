"""The demo's settings, whatever the environment or a `.env` file says, with what makes tests quick."""

import os

os.environ["DEBUG"] = "1"
from jvl.settings import *  # noqa: F403 - DEBUG must be there first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
