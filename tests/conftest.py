"""What every test may use: the cast; and what every run says."""

pytest_plugins = ["tests.cast", "tests.loud"]
