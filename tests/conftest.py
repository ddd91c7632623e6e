"""What every test may use: the cast; and what every run says."""

import gc
from pathlib import Path

import pytest
from pytest_django import Settings

pytest_plugins = ["tests.cast", "tests.loud"]


def pytest_collection_finish() -> None:
    """Look for lost circles of objects seldom: hardly any are made, and the looking was a sixteenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The files of a test, on a disk of their own."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    return tmp_path
