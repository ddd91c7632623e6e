"""What a source's dates change in those that are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from ideas.choices import DeadlineKind
from ideas.exchange.calls import DeadlineRow
from ideas.exchange.deadlines import Reading, Source, read_closing
from ideas.models import Call, Deadline
from ideas.queries.deadlines import compare_deadlines
from tests.factories import make_call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    return make_call("HORIZON-X-01", closes_in=None)


def told(day: str, kind: str = DeadlineKind.CUT_OFF, number: int = 1) -> DeadlineRow:
    return DeadlineRow(kind, read_closing(day, Source.EU_TOPIC), number)


def keep(call: Call, *rows: DeadlineRow, by_hand: bool = False) -> list[Deadline]:
    return [
        Deadline.objects.create(
            call=call,
            kind=row.kind,
            number=row.number,
            at=row.reading.at,
            zone=row.reading.zone,
            told_at=None if by_hand else row.reading.at,
            verified=row.reading.verified,
            changed_at=NOW,
        )
        for row in rows
    ]


def steps(call: Call, *rows: DeadlineRow, at: datetime = NOW, complete: bool = True) -> list[tuple[str, int, str, str]]:
    """[(act, number of the kept date or 0, kept day, told day)]"""
    return [
        (
            step.act.value,
            step.known.number if step.known else 0,
            f"{step.known.local:%Y-%m-%d}" if step.known else "",
            f"{step.told.reading.at:%Y-%m-%d}" if step.told else "",
        )
        for step in compare_deadlines(call.deadlines.all(), rows, at, complete=complete)
    ]


THREE = (told("2026-12-01"), told("2027-03-01", number=2), told("2027-06-01", number=3))


def test_dates_that_are_told_again_stay(call):
    keep(call, *THREE)

    assert steps(call, *THREE) == []


def test_cut_off_that_passed_and_is_dropped_moves_no_other(call):
    keep(call, *THREE)

    after = steps(call, told("2027-03-01"), told("2027-06-01", number=2), at=NOW + timedelta(days=30))

    assert after == []


def test_cut_off_ahead_that_is_dropped_is_taken_away_alone(call):
    keep(call, *THREE)

    assert steps(call, told("2027-03-01"), told("2027-06-01", number=2)) == [("drop", 1, "2026-12-01", "")]


def test_cut_off_that_is_dropped_while_another_moves(call):
    keep(call, *THREE)

    after = steps(call, told("2027-03-08"), told("2027-06-01", number=2), at=NOW + timedelta(days=30))

    assert after == [("move", 2, "2027-03-01", "2027-03-08")]


def test_cut_off_that_moves_behind_the_next_keeps_its_place(call):
    keep(call, *THREE)

    after = steps(call, told("2026-12-01"), told("2027-07-01", number=2), told("2027-06-01", number=3))

    assert after == [("move", 2, "2027-03-01", "2027-07-01")]


def test_cut_off_that_has_passed_may_be_put_off(call):
    keep(call, told("2026-10-01"))

    assert steps(call, told("2027-02-01")) == [("move", 1, "2026-10-01", "2027-02-01")]


def test_new_cut_off_behind_one_that_was_dropped(call):
    keep(call, *THREE)

    after = steps(
        call,
        told("2027-03-01"),
        told("2027-06-01", number=2),
        told("2027-09-01", number=3),
        at=NOW + timedelta(days=30),
    )

    assert after == [("add", 0, "", "2027-09-01")]


def test_dates_of_an_excerpt_take_no_others_away(call):
    keep(call, *THREE)

    assert steps(call, told("2026-12-01"), complete=False) == []


def test_date_that_staff_moved_stays_until_the_source_tells_another(call):
    [deadline] = keep(call, told("2027-03-01"))
    deadline.at += timedelta(days=1)
    deadline.save()

    again = steps(call, told("2027-03-01"))
    other = steps(call, told("2027-03-15"))
    agreed = steps(call, told("2027-03-02"))

    assert again == []
    assert other == [("move", 1, "2027-03-02", "2027-03-15")]
    assert agreed == [("hear", 1, "2027-03-02", "2027-03-02")]


def test_date_that_staff_wrote_is_never_taken_away(call):
    keep(call, told("2027-03-01", number=2), by_hand=True)
    keep(call, told("2027-05-01", DeadlineKind.MILESTONE), by_hand=True)

    assert steps(call) == []


def test_date_that_staff_moved_is_not_taken_away_either(call):
    [deadline] = keep(call, told("2027-03-01"))
    deadline.at += timedelta(days=1)
    deadline.save()

    assert steps(call) == []


def test_date_that_staff_wrote_is_kept_beside_what_the_source_says(call):
    keep(call, told("2027-03-01", DeadlineKind.SINGLE), by_hand=True)

    assert steps(call, told("2027-03-15", DeadlineKind.SINGLE)) == [("hear", 1, "2027-03-01", "2027-03-15")]


def test_one_date_becomes_the_first_of_two_stages_without_moving(call):
    keep(call, told("2027-03-01", DeadlineKind.SINGLE))

    after = steps(call, told("2027-03-01", DeadlineKind.STAGE_1), told("2027-09-01", DeadlineKind.STAGE_2))

    assert after == [("name", 1, "2027-03-01", "2027-03-01"), ("add", 0, "", "2027-09-01")]


def test_last_of_three_cut_offs_keeps_its_name_when_it_is_told_alone(call):
    keep(call, *THREE)

    assert steps(call, told("2027-06-01", DeadlineKind.SINGLE), at=NOW + timedelta(days=130)) == []


def test_guessed_hour_moves_no_verified_one_of_the_same_day(call):
    known = Reading(datetime(2027, 3, 1, 11, 0, tzinfo=UTC), "Europe/Rome", "01/03/2027 12:00")
    keep(call, DeadlineRow(DeadlineKind.SINGLE, known))

    same_day = steps(call, DeadlineRow(DeadlineKind.SINGLE, read_closing("2027-03-01", Source.NATIONAL)))
    next_day = steps(call, DeadlineRow(DeadlineKind.SINGLE, read_closing("2027-03-02", Source.NATIONAL)))

    assert same_day == []
    assert next_day == [("move", 1, "2027-03-01", "2027-03-02")]


def test_opening_and_closing_of_one_instant_are_told_apart(call):
    keep(call, told("2027-03-01", DeadlineKind.OPENING), told("2027-03-01", DeadlineKind.SINGLE))

    after = steps(call, told("2027-03-01", DeadlineKind.SINGLE), told("2027-02-01", DeadlineKind.OPENING))

    assert after == [("move", 1, "2027-03-01", "2027-02-01")]
