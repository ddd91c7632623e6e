from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ideas.choices import IDEA_JOINABLE, Alarm, IdeaState
from ideas.rules.desk import ALARMING, overdue_days, places_until

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_month_ahead_is_the_same_hour_on_the_deadlines_clock():
    before_winter = datetime(2026, 10, 11, 15, tzinfo=UTC)  # 17:00 in Brussels

    until = places_until(before_winter, "Europe/Brussels")

    assert until == datetime(2026, 11, 10, 16, tzinfo=UTC)
    assert f"{until.astimezone(ZoneInfo('Europe/Brussels')):%H:%M}" == "17:00"


def test_clocks_that_change_on_other_nights_give_other_instants():
    at = datetime(2026, 10, 3, 15, tzinfo=UTC)

    ahead = [places_until(at, zone) - at for zone in ("Europe/Brussels", "America/New_York", "Asia/Kolkata")]

    # Clocks go back on 25 October in Brussels, on 1 November in New York, and never in Calcutta.
    assert ahead == [timedelta(days=30, hours=1), timedelta(days=30, hours=1), timedelta(days=30)]


@pytest.mark.parametrize(
    ("alarm", "waited", "over"),
    [
        (Alarm.SILENT, timedelta(days=7), 0),
        (Alarm.SILENT, timedelta(days=8, hours=-1), 0),
        (Alarm.UNANSWERED, timedelta(days=10), 3),
        (Alarm.REQUESTS, timedelta(days=6), 1),
        (Alarm.UNTARGETED, timedelta(days=100), None),
    ],
)
def test_days_over_the_limit_are_whole_days(alarm: str, waited: timedelta, over: int | None):
    assert overdue_days(alarm, NOON - waited, NOON) == over


def test_ideas_that_are_over_make_no_alarm():
    assert set().union(*ALARMING.values()) == IDEA_JOINABLE
    assert ALARMING.keys() == set(Alarm.values)
    assert IdeaState.DRAFT not in IDEA_JOINABLE
