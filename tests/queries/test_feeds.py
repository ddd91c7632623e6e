from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from ideas.actions.deadlines import Origin, drop_deadline
from ideas.actions.following import choose_reminders_of_call, follow, unfollow
from ideas.choices import DeadlineKind, IdeaState, Level
from ideas.models import Call, Deadline, Idea, Member, Organisation, ValueChain
from ideas.queries.feeds import KEPT, calls_of_chain, calls_of_level, dates_followed_by, dates_of
from tests.factories import make_call, make_chain, make_idea, make_ket, make_partner

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
QUERIES_OF_CALLS, QUERIES_OF_MEMBER = 2, 8


def make_dated(identifier: str, *dates: tuple[str, int], **fields: object) -> Call:
    """A call with dates, each a kind and how many days from now."""
    call = make_call(identifier, closes_in=None, **fields)
    for number, (kind, days) in enumerate(dates, start=1):
        Deadline.objects.create(call=call, kind=kind, number=number, at=NOW + days * DAY, changed_at=NOW)
    return call


def take_away(call: Call, at: datetime = NOW) -> int:
    """Take a call's first date away; returns the date's number."""
    deadline = call.deadlines.order_by("at")[0]
    number = deadline.pk
    drop_deadline(deadline, Origin(by=None, source="eu-portal", note="", at=at))
    return number


def shown(entries: list) -> list[tuple[str, str]]:
    return [(entry.identifier, entry.kind) for entry in entries]


def followed(member: Member) -> list[str]:
    return [entry.identifier for entry in dates_followed_by(member, at=NOW)]


# The dates of calls -------------------------------------------------------------------------------------------------


def test_every_date_of_a_call_stands_in_time_order():
    make_dated("ONE", (DeadlineKind.STAGE_2, 60), (DeadlineKind.OPENING, 1), (DeadlineKind.STAGE_1, 30))

    assert shown(dates_of(Call.objects.all(), at=NOW)) == [("ONE", "opening"), ("ONE", "stage_1"), ("ONE", "stage_2")]


def test_what_passed_long_ago_is_left_out():
    make_dated("ONE", (DeadlineKind.CUT_OFF, -91), (DeadlineKind.CUT_OFF, -90), (DeadlineKind.CUT_OFF, 9))

    entries = dates_of(Call.objects.all(), at=NOW, since=NOW - KEPT)

    assert [(entry.number, entry.several) for entry in entries] == [(2, True), (3, True)]


def test_a_single_cut_off_is_not_one_of_several():
    make_dated("ONE", (DeadlineKind.CUT_OFF, 9), (DeadlineKind.OPENING, 1))
    make_dated("TWO", (DeadlineKind.CUT_OFF, 9))

    cut_offs = [entry for entry in dates_of(Call.objects.all(), at=NOW) if entry.kind == DeadlineKind.CUT_OFF]

    assert [entry.several for entry in cut_offs] == [False, False]


def test_a_date_that_is_gone_is_cancelled_with_a_higher_sequence():
    call = make_dated("ONE", (DeadlineKind.SINGLE, 30))
    call.deadlines.update(sequence=4)
    number = take_away(call)

    entries = dates_of(Call.objects.all(), at=NOW)

    assert [(entry.deadline, entry.gone, entry.sequence, entry.at) for entry in entries] == [
        (number, True, 5, NOW + 30 * DAY)
    ]


@pytest.mark.parametrize(
    ("days", "taken_away"),
    [
        (-1, NOW),  # it had passed: nobody waits for it
        (30, NOW - KEPT - DAY),  # calendars have heard of it long since
    ],
)
def test_a_date_is_not_cancelled_for_ever(days: int, taken_away: datetime):
    take_away(make_dated("ONE", (DeadlineKind.SINGLE, days)), at=taken_away)

    assert dates_of(Call.objects.all(), at=NOW) == []


def test_chains_and_levels_have_their_own(chain: ValueChain, other_chain: ValueChain):
    ours = make_dated("OURS", (DeadlineKind.SINGLE, 1), level=Level.REGIONAL)
    ours.value_chains.add(chain)
    make_dated("THEIRS", (DeadlineKind.SINGLE, 1)).value_chains.add(other_chain)

    assert shown(dates_of(calls_of_chain(chain.slug), at=NOW)) == [("OURS", "single")]
    assert shown(dates_of(calls_of_level(Level.REGIONAL), at=NOW)) == [("OURS", "single")]


@pytest.mark.parametrize("calls", [1, 3])
def test_dates_take_a_fixed_number_of_queries(calls: int, django_assert_num_queries: DjangoAssertNumQueries):
    for number in range(calls):
        take_away(make_dated(f"CALL-{number}", (DeadlineKind.SINGLE, 1), (DeadlineKind.CUT_OFF, 2)))

    with django_assert_num_queries(QUERIES_OF_CALLS):
        dates_of(Call.objects.all(), at=NOW)


# What a member follows ----------------------------------------------------------------------------------------------


def test_nothing_is_followed_by_itself(company: Member):
    make_dated("ONE", (DeadlineKind.SINGLE, 1))

    assert followed(company) == []


def test_a_member_follows_calls_programmes_chains_and_kets(company: Member):
    chain, ket = make_chain(), make_ket()
    calls = {
        name: make_dated(name, (DeadlineKind.SINGLE, days), programme=name)
        for days, name in enumerate(["CALL", "PROGRAMME", "CHAIN", "KET", "NONE"], start=1)
    }
    calls["CHAIN"].value_chains.add(chain)
    calls["KET"].kets.add(ket)
    for thing in ({"call": calls["CALL"]}, {"programme": "PROGRAMME"}, {"value_chain": chain}, {"ket": ket}):
        follow(by=company, at=NOW, **thing)

    assert followed(company) == ["CALL", "PROGRAMME", "CHAIN", "KET"]


def test_what_is_followed_for_several_reasons_stands_once(company: Member):
    call = make_dated("ONE", (DeadlineKind.SINGLE, 1), programme="Horizon Europe")
    follow(by=company, at=NOW, call=call)
    follow(by=company, at=NOW, programme="Horizon Europe")
    make_idea(company, at=NOW, call=call)

    assert followed(company) == ["ONE"]


def test_who_follows_no_more_has_it_no_more(company: Member):
    kept = follow(by=company, at=NOW, call=make_dated("ONE", (DeadlineKind.SINGLE, 1)))

    unfollow(by=company, follow=kept)

    assert followed(company) == []


def test_the_team_has_the_call_at_which_its_idea_aims(
    researcher: Member, administrator: Member, outsider: Member, firm: Organisation, idea: Idea
):
    idea.call = make_dated("ONE", (DeadlineKind.SINGLE, 1))
    idea.save()
    make_partner(idea, administrator, firm)

    held = {member.name: dates_followed_by(member, at=NOW) for member in (researcher, administrator, outsider)}

    told = ((idea.reference, "Open idea"),)
    assert {name: [entry.ideas for entry in entries] for name, entries in held.items()} == {
        "Ada Researcher": [told],
        "Anna Administrator": [told],
        "Olga Outsider": [],
    }


def test_others_ideas_are_not_named_to_who_follows_the_call(outsider: Member, staff: Member, researcher: Member):
    call = make_dated("ONE", (DeadlineKind.SINGLE, 1))
    make_idea(researcher, at=NOW, call=call)
    for member in (outsider, staff):
        follow(by=member, at=NOW, call=call)

    assert [entry.ideas for member in (outsider, staff) for entry in dates_followed_by(member, at=NOW)] == [(), ()]


def test_a_withdrawn_idea_follows_nothing(researcher: Member):
    make_idea(researcher, at=NOW, call=make_dated("ONE", (DeadlineKind.SINGLE, 1)), state=IdeaState.WITHDRAWN)

    assert followed(researcher) == []


def test_alarms_ring_as_the_member_chose(company: Member):
    company.lead_days = [7, 1]
    company.save()
    usual, own, silent = (make_dated(name, (DeadlineKind.SINGLE, 1)) for name in ("A", "B", "C"))
    follow(by=company, at=NOW, call=usual)
    choose_reminders_of_call(by=company, call=own, lead_days=[30], at=NOW)
    choose_reminders_of_call(by=company, call=silent, lead_days=[], at=NOW)

    assert [entry.alarms for entry in dates_followed_by(company, at=NOW)] == [(7, 1), (30,), ()]


def test_an_opening_rings_only_shortly_before(company: Member):
    follow(by=company, at=NOW, call=make_dated("ONE", (DeadlineKind.OPENING, 1)))

    assert [entry.alarms for entry in dates_followed_by(company, at=NOW)] == [(2, 1)]


def test_what_is_gone_rings_no_more(company: Member):
    call = make_dated("ONE", (DeadlineKind.SINGLE, 30))
    follow(by=company, at=NOW, call=call)
    take_away(call)

    assert [(entry.gone, entry.alarms) for entry in dates_followed_by(company, at=NOW)] == [(True, ())]


@pytest.mark.parametrize("calls", [1, 3])
def test_a_members_dates_take_a_fixed_number_of_queries(
    calls: int, company: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(calls):
        call = make_dated(f"CALL-{number}", (DeadlineKind.SINGLE, 1), (DeadlineKind.CUT_OFF, 2))
        choose_reminders_of_call(by=company, call=call, lead_days=[7], at=NOW)
        make_idea(company, at=NOW, call=call)
        take_away(call)

    with django_assert_num_queries(QUERIES_OF_MEMBER):
        dates_followed_by(company, at=NOW)
