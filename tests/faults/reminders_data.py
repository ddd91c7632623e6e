"""Who follows what in the test of reminders, and how far ahead what closes."""

from datetime import datetime, timedelta

PEOPLE = 40
# 17:00 in Brussels, far from nights on which clocks change; and how far ahead what closes.
NOW = datetime.fromisoformat("2027-06-14T15:00:00+00:00")
LONG_AGO = NOW - timedelta(days=100)
AHEAD = {
    "thirty-days": timedelta(days=30),
    "seven-days": timedelta(days=7),
    "seven-days-tomorrow": timedelta(days=7, hours=10),
    "two-days": timedelta(days=2),
    "one-day": timedelta(hours=24),
    "not-yet": timedelta(days=60),
    **{f"more-{number}": timedelta(days=14) for number in range(16)},
}
