from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.actions.following import (
    choose_reminders,
    choose_reminders_of_call,
    follow,
    remind_of_deadlines,
    tell_of_deadline,
    tell_of_new_calls,
    unfollow,
)
from ideas.choices import DeadlineKind, IdeaState, NotificationKind
from ideas.models import (
    Call,
    CallFollow,
    Deadline,
    DeadlineChange,
    Idea,
    Member,
    Notification,
    Organisation,
    Reminded,
    ValueChain,
)
from realtime.models import Change
from tests.factories import make_call, make_idea, make_ket, make_member, make_partner

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
# A closing at 17:00 in Brussels, 45 days after everything began.
CLOSING = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)


@pytest.fixture
def call(db: None) -> Call:
    return closing_at(CLOSING)


def closing_at(at: datetime, *, kind: str = DeadlineKind.SINGLE, zone: str = "Europe/Brussels", **fields: Any) -> Call:
    call = make_call(closes_in=None, **fields)
    Deadline.objects.create(call=call, kind=kind, at=at, zone=zone, changed_at=LONG_AGO)
    return call


def reminders() -> list[tuple[str, int]]:
    rows = Notification.objects.filter(kind=NotificationKind.DEADLINE_REMINDER).order_by("pk")
    return [(row.member.name, row.data["lead"]) for row in rows.select_related("member")]


def moved(call: Call, to: datetime | None = None) -> DeadlineChange:
    deadline = call.deadlines.get()
    return DeadlineChange.objects.create(
        call=call, kind=deadline.kind, old_at=deadline.at, new_at=to, deadline_number=deadline.pk, zone=deadline.zone,
        source="test", changed_at=timezone.now(),
    )  # fmt: skip


# Following ------------------------------------------------------------------------------------------------------------


def test_following_twice_is_once(company: Member, call: Call):
    rows = [follow(by=company, call=call, at=LONG_AGO) for _ in range(2)]

    assert rows[0] == rows[1]
    assert CallFollow.objects.get().created_at == LONG_AGO


def test_one_thing_is_followed_and_it_exists(company: Member, call: Call, chain: ValueChain):
    with pytest.raises(ValidationError):
        follow(by=company, call=call, value_chain=chain, at=LONG_AGO)
    with pytest.raises(ValidationError):
        follow(by=company, at=LONG_AGO)
    with pytest.raises(ValidationError):
        follow(by=company, programme="No such programme", at=LONG_AGO)

    assert not CallFollow.objects.exists()


def test_nobody_unfollows_for_another(company: Member, outsider: Member, call: Call):
    row = follow(by=company, call=call, at=LONG_AGO)

    unfollow(by=outsider, follow=row)
    assert CallFollow.objects.count() == 1

    unfollow(by=company, follow=row)
    assert CallFollow.objects.count() == 0


@pytest.mark.parametrize("days", [[3], [30, 0], [10**9]])
def test_only_offered_days_are_chosen(company: Member, call: Call, days: list[int]):
    with pytest.raises(ValidationError):
        choose_reminders(by=company, lead_days=days, mail={})
    with pytest.raises(ValidationError):
        choose_reminders_of_call(by=company, call=call, lead_days=days, at=LONG_AGO)


def test_only_frequencies_are_chosen(company: Member):
    for mail in ({"deadlines": "hourly"}, {"gossip": "daily"}):
        with pytest.raises(ValidationError):
            choose_reminders(by=company, lead_days=[], mail=mail)


def test_what_waits_isnt_mailed_once_mail_is_never_wanted(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    tell_of_deadline(moved(call), [], timezone.now())
    assert Notification.objects.get().mail_at is not None

    choose_reminders(by=company, lead_days=[7], mail={"deadlines": "never"})

    assert Notification.objects.get().mail_at is None


# Changes --------------------------------------------------------------------------------------------------------------


def test_a_change_reaches_followers_of_every_kind_once(
    company: Member, outsider: Member, lead: Member, staff: Member, chain: ValueChain
):
    call = make_call(programme="Horizon")
    ket = make_ket("NANO")
    call.value_chains.add(chain)
    call.kets.add(ket)
    follow(by=company, call=call, at=LONG_AGO)
    follow(by=company, value_chain=chain, at=LONG_AGO)
    follow(by=outsider, programme="Horizon", at=LONG_AGO)
    follow(by=lead, ket=ket, at=LONG_AGO)
    follow(by=staff, call=make_call(), at=LONG_AGO)

    told = tell_of_deadline(moved(call), [], timezone.now())

    assert sorted(row.member.name for row in told) == ["Carlo Company", "Luca Lead", "Olga Outsider"]
    assert {row.url for row in told} == {call.get_absolute_url()}


def test_a_team_hears_of_its_idea_and_not_twice(
    researcher: Member, company: Member, administrator: Member, firm: Organisation, call: Call
):
    idea = make_idea(researcher, call=call, at=LONG_AGO)
    make_partner(idea, administrator, firm)
    for member in (researcher, company):
        follow(by=member, call=call, at=LONG_AGO)

    told = tell_of_deadline(moved(call), [idea], timezone.now())

    assert sorted((row.member.name, row.idea_id, row.url) for row in told) == [
        ("Ada Researcher", idea.pk, idea.get_absolute_url()),
        ("Anna Administrator", idea.pk, idea.get_absolute_url()),
        ("Carlo Company", None, call.get_absolute_url()),
    ]


def test_an_idea_that_is_in_tells_its_team_nothing(researcher: Member, call: Call):
    idea = make_idea(researcher, call=call, state=IdeaState.PREPARING, at=LONG_AGO)
    Idea.objects.filter(pk=idea.pk).update(state=IdeaState.SUBMITTED)
    idea.refresh_from_db()

    assert tell_of_deadline(moved(call), [idea], timezone.now()) == []


def test_a_secret_idea_isnt_named_to_followers(secret: Idea, outsider: Member, call: Call):
    Idea.objects.filter(pk=secret.pk).update(call=call)
    follow(by=outsider, call=call, at=LONG_AGO)

    told = [row for row in tell_of_deadline(moved(call), [secret], timezone.now()) if row.member == outsider]

    assert [(row.idea, "CANARY" in str(row.data)) for row in told] == [(None, False)]


# Reminders ------------------------------------------------------------------------------------------------------------


def test_each_lead_time_is_told_once_when_it_comes(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)

    for hours in range(32 * 24, -24, -6):
        remind_of_deadlines(at=CLOSING - timedelta(hours=hours))

    assert reminders() == [("Carlo Company", lead) for lead in (30, 14, 7, 2, 1)]


def test_a_reminder_goes_to_the_bell_live(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)

    remind_of_deadlines(at=CLOSING - timedelta(days=7))

    row = Notification.objects.get()
    assert list(Change.objects.filter(topic__name=f"member.{company.pk}").values_list("kind", "payload__id")) == [
        ("notification.added", row.pk)
    ]
    assert (row.idea, row.url, row.data["at"]) == (None, call.get_absolute_url(), "2026-09-15T15:00:00+00:00")


def test_of_several_that_were_slept_through_only_the_shortest_is_told(company: Member, lead: Member, call: Call):
    for member in (company, lead):
        follow(by=member, call=call, at=LONG_AGO)
    choose_reminders(by=lead, lead_days=[30], mail={})

    remind_of_deadlines(at=CLOSING - timedelta(days=3))
    remind_of_deadlines(at=CLOSING - timedelta(days=3))

    assert reminders() == [("Carlo Company", 7), ("Luca Lead", 30)]


def test_a_clock_that_jumps_doubles_nothing(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    at = CLOSING - timedelta(days=7)

    for jump in (0, 25, 0, 25, 24 * 6, 0, 24 * 5):
        remind_of_deadlines(at=at + timedelta(hours=jump))

    assert reminders() == [("Carlo Company", 7), ("Carlo Company", 1)]


def test_a_moved_deadline_isnt_reminded_of_at_its_old_instant(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    later = CLOSING + timedelta(days=30)
    Deadline.objects.update(at=later, changed_at=CLOSING - timedelta(days=8))

    remind_of_deadlines(at=CLOSING - timedelta(days=7))
    assert reminders() == []

    remind_of_deadlines(at=later - timedelta(days=30))
    assert reminders() == [("Carlo Company", 30)]


def test_a_deadline_that_moves_begins_anew(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    remind_of_deadlines(at=CLOSING - timedelta(days=7))

    later = CLOSING + timedelta(days=30)
    Deadline.objects.update(at=later, changed_at=CLOSING)
    remind_of_deadlines(at=later - timedelta(days=7))

    assert reminders() == [("Carlo Company", 7), ("Carlo Company", 7)]


def test_what_had_come_before_the_date_was_known_is_left_out(company: Member):
    follow(by=company, call=make_call(closes_in=timedelta(days=10)), at=LONG_AGO)

    remind_of_deadlines(at=timezone.now())
    assert reminders() == []

    remind_of_deadlines(at=timezone.now() + timedelta(days=4))
    assert reminders() == [("Carlo Company", 7)]


def test_what_had_come_before_following_began_is_left_out(company: Member, lead: Member, call: Call):
    follow(by=lead, call=call, at=LONG_AGO)
    follow(by=company, call=call, at=CLOSING - timedelta(days=6))

    remind_of_deadlines(at=CLOSING - timedelta(days=5))

    assert reminders() == [("Luca Lead", 7)]


def test_nobody_is_reminded_of_what_has_passed(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)

    assert [remind_of_deadlines(at=CLOSING + timedelta(seconds=n)) for n in (0, 1)] == [0, 0]


def test_a_deadline_that_cant_be_told_stops_no_other(company: Member, call: Call):
    bad = closing_at(CLOSING - timedelta(hours=1), zone="Mars/Olympus")
    for one in (bad, call):
        follow(by=company, call=one, at=LONG_AGO)

    assert remind_of_deadlines(at=CLOSING - timedelta(days=7)) == 1


def test_reminding_changes_no_call(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)

    with CaptureQueriesContext(connection) as asked:
        remind_of_deadlines(at=CLOSING - timedelta(days=7))

    assert Reminded.objects.get().lead == 7
    assert [query["sql"] for query in asked if query["sql"].startswith('UPDATE "ideas_deadline"')] == []


def test_a_team_is_reminded_of_its_target(
    researcher: Member, administrator: Member, company: Member, firm: Organisation, call: Call
):
    make_partner(make_idea(researcher, call=call, at=LONG_AGO), administrator, firm)
    make_idea(researcher, call=call, at=LONG_AGO)

    remind_of_deadlines(at=CLOSING - timedelta(days=7))

    assert reminders() == [("Ada Researcher", 7), ("Anna Administrator", 7)]


def test_a_call_may_have_its_own_lead_times_or_none(researcher: Member, company: Member, call: Call):
    make_idea(researcher, call=call, at=LONG_AGO)
    choose_reminders_of_call(by=researcher, call=call, lead_days=[], at=LONG_AGO)
    choose_reminders_of_call(by=company, call=call, lead_days=[2], at=LONG_AGO)

    for days in (7, 2, 1):
        remind_of_deadlines(at=CLOSING - timedelta(days=days))

    assert reminders() == [("Carlo Company", 2)]


def test_who_left_is_reminded_of_nothing(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    Member.objects.update(is_active=False)

    assert remind_of_deadlines(at=CLOSING - timedelta(days=7)) == 0


@pytest.mark.parametrize(
    ("kind", "leads"),
    [
        (DeadlineKind.OPENING, [2, 1]),
        (DeadlineKind.CLICK_DAY, [30, 14, 7, 2, 1]),
        (DeadlineKind.MILESTONE, [30, 14, 7, 2, 1]),
    ],
)
def test_an_opening_is_announced_shortly_before(company: Member, kind: str, leads: list[int]):
    follow(by=company, call=closing_at(CLOSING, kind=kind), at=LONG_AGO)

    for days in range(31, 0, -1):
        remind_of_deadlines(at=CLOSING - timedelta(days=days))

    assert [lead for _, lead in reminders()] == leads


def test_days_are_of_the_calendar_over_a_night_when_clocks_change(company: Member):
    # Clocks go back on 25 October 2026 at 3:00: two days before 17:00 are 49 hours, and 24 hours are 24 hours.
    closing = datetime(2026, 10, 26, 17, 0, tzinfo=ZoneInfo("Europe/Rome"))
    follow(by=company, call=closing_at(closing, zone="Europe/Rome"), at=LONG_AGO)
    choose_reminders(by=company, lead_days=[2, 1], mail={})

    told = [remind_of_deadlines(at=closing.astimezone(UTC) - timedelta(hours=hours)) for hours in (49.1, 49, 24.1, 24)]

    assert told == [0, 1, 0, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_a_round_with_nothing_due_is_one_query(count: int, django_assert_num_queries: Any):
    for _ in range(count):
        follow(by=make_member(), call=closing_at(CLOSING), at=LONG_AGO)
    remind_of_deadlines(at=CLOSING - timedelta(days=7))

    with django_assert_num_queries(1):
        assert remind_of_deadlines(at=CLOSING - timedelta(days=7)) == 0


def test_an_import_in_between_stops_the_batch(company: Member, call: Call, monkeypatch: pytest.MonkeyPatch):
    follow(by=company, call=call, at=LONG_AGO)
    stale = [(deadline, None) for deadline in Deadline.objects.all()]
    Deadline.objects.update(at=CLOSING + timedelta(days=1))
    monkeypatch.setattr("ideas.actions.following.deadlines_ahead", lambda at: stale)

    assert remind_of_deadlines(at=CLOSING - timedelta(days=7)) == 0
    assert not Reminded.objects.exists()


# New calls ------------------------------------------------------------------------------------------------------------


def test_new_calls_are_told_once_and_in_one_row(company: Member, outsider: Member, lead: Member, chain: ValueChain):
    now = timezone.now()
    follow(by=company, value_chain=chain, at=now)
    follow(by=company, programme=make_call(programme="Horizon").programme, at=now)
    follow(by=outsider, programme="Horizon", at=now)
    follow(by=lead, call=Call.objects.get(), at=now)
    tell_of_new_calls(at=now)
    Notification.objects.all().delete()
    for number in range(12):
        make_call(f"NEW-{number}", programme="Horizon").value_chains.add(chain)
    make_call("OTHER", programme="Other")
    single = make_call("CHAIN-ONLY")
    single.value_chains.add(chain)

    counts = [tell_of_new_calls(at=now), tell_of_new_calls(at=now)]

    assert counts == [2, 0]
    rows = {row.member: row for row in Notification.objects.select_related("member")}
    assert {member.name: row.data["count"] for member, row in rows.items()} == {
        "Carlo Company": 13,
        "Olga Outsider": 12,
    }
    assert [len(row.data["calls"]) for row in rows.values()] == [10, 10]


def test_a_closed_call_is_no_news(company: Member, chain: ValueChain):
    follow(by=company, value_chain=chain, at=timezone.now())
    make_call(closes_in=timedelta(days=-1)).value_chains.add(chain)

    assert tell_of_new_calls(at=timezone.now()) == 0
    assert not Call.objects.filter(is_news=True).exists()


def test_a_running_import_is_waited_for(company: Member, chain: ValueChain):
    now = timezone.now()
    follow(by=company, value_chain=chain, at=now)
    make_call(checked_at=now).value_chains.add(chain)

    assert [tell_of_new_calls(at=now + timedelta(seconds=n)) for n in (60, 120)] == [0, 1]
