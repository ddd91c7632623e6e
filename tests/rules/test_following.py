from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.choices import LEAD_DAYS, DeadlineKind
from ideas.rules.following import HORIZON, chosen_lead, due_at, leads_due

ZONES = st.sampled_from(["Europe/Brussels", "Europe/Rome", "Europe/London", "America/New_York", "Asia/Kolkata", "UTC"])
# From 2026 to 2034, to the minute.
INSTANTS = st.integers(29_450_000, 34_180_000).map(lambda minute: datetime.fromtimestamp(minute * 60, UTC))


def rome(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC)


@given(INSTANTS, ZONES, st.sampled_from([lead for lead in LEAD_DAYS if lead > 1]))
def test_days_before_a_deadline_are_at_its_own_hour(at: datetime, zone: str, lead: int):
    due, then = due_at(at, zone, lead).astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(zone))

    # But where a night in spring has no such hour: then it is an hour later.
    assert (then.date() - due.date()).days == lead or due.hour == 0
    assert (
        timedelta(0)
        <= due.replace(tzinfo=None) - (then.replace(tzinfo=None) - timedelta(days=lead))
        <= timedelta(hours=1)
    )


@given(INSTANTS, ZONES)
def test_24_hours_are_24_hours(at: datetime, zone: str):
    assert at - due_at(at, zone, 1) == timedelta(hours=24)


@given(INSTANTS, ZONES, st.sampled_from(LEAD_DAYS))
def test_nothing_is_due_beyond_the_horizon(at: datetime, zone: str, lead: int):
    assert timedelta(0) < at - due_at(at, zone, lead) <= HORIZON


@pytest.mark.parametrize(
    ("at", "lead", "due"),
    [
        (rome(2026, 10, 26, 17, 0), 2, rome(2026, 10, 24, 17, 0)),  # 49 hours: the clocks went back
        (rome(2027, 3, 29, 17, 0), 2, rome(2027, 3, 27, 17, 0)),  # 47 hours: they went ahead
        (rome(2027, 3, 30, 2, 30), 2, rome(2027, 3, 28, 3, 30)),  # 2:30 is left out on that night
        (rome(2026, 10, 26, 17, 0), 1, rome(2026, 10, 25, 17, 0)),
        (rome(2026, 10, 25, 17, 0), 1, rome(2026, 10, 24, 18, 0)),  # 24 hours before 17:00 it was 18:00
    ],
)
def test_nights_when_clocks_change(at: datetime, lead: int, due: datetime):
    assert due_at(at, "Europe/Rome", lead) == due


def test_what_has_come_is_told_from_what_comes_and_what_is_over():
    at = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)

    def due(now: datetime, *, since: datetime = at - timedelta(days=100), kind: str = DeadlineKind.SINGLE) -> list[int]:
        return leads_due(at, "Europe/Brussels", kind, since=since, now=now)

    assert due(at - timedelta(days=31)) == []
    assert due(at - timedelta(days=30)) == [30]
    assert due(at - timedelta(days=3)) == [7, 14, 30]
    assert due(at - timedelta(days=3), since=at - timedelta(days=8)) == [7]
    assert due(at - timedelta(hours=1), kind=DeadlineKind.OPENING) == [1, 2]
    assert due(at) == []


@pytest.mark.parametrize(("due", "chosen", "lead"), [([7, 14], [30, 14, 7], 7), ([7, 14], [14], 14), ([7], [], None)])
def test_a_member_is_told_the_shortest_they_chose(due: list[int], chosen: list[int], lead: int | None):
    assert chosen_lead(due, chosen) == lead
