"""What every test may use: the cast; and what every run says."""

from typing import Any

import pytest

pytest_plugins = ["tests.cast", "tests.loud"]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """The real hash is slow on purpose: half a second for each member of the cast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
