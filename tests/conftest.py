"""What every test may use: the cast; and what every run says."""

import gc

pytest_plugins = ["tests.cast", "tests.loud"]


def pytest_collection_finish() -> None:
    """Look for lost circles of objects seldom: hardly any are made, and the looking was a sixteenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
