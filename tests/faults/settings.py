"""The product's settings, with a layer between processes that loses a share of the hints (LOSE, from 0 to 1)."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import CHANNEL_LAYERS

if os.environ.get("LOSE"):
    CHANNEL_LAYERS["default"]["BACKEND"] = "tests.faults.lossy.LossyLayer"
REALTIME_STALL_SECONDS = 8  # instead of 20: the same, sooner
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
