"""Each alarm of the lead's desk: at its limit, just before it, just after it; and whose ideas make none."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ideas.actions.ideas import aim_again, change_state
from ideas.actions.joining import authorise_join_request, invite_organisation, take_step
from ideas.actions.merging import propose_merge
from ideas.choices import Alarm, DeadlineKind, IdeaState, Visibility
from ideas.models import Call, Deadline, Idea, Member, Organisation, ValueChain
from ideas.queries.alarms import Line
from ideas.queries.desk import desk_of
from tests.factories import (
    affiliate,
    make_call,
    make_comment,
    make_idea,
    make_join_request,
    make_member,
    make_organisation,
    make_slot,
)

START = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def alarms(member: Member, chain: ValueChain, at: datetime) -> dict[str, list[Line]]:
    return {some.alarm: some.lines for some in desk_of(member, [chain], at=at).alarms}


def titles(member: Member, chain: ValueChain, alarm: str, at: datetime) -> list[str]:
    return [line.idea["title"] for line in alarms(member, chain, at)[alarm]]


def rings(member: Member, chain: ValueChain, alarm: str, *instants: datetime) -> list[bool]:
    return [bool(titles(member, chain, alarm, at)) for at in instants]


def around(limit: datetime) -> tuple[datetime, datetime, datetime]:
    return limit - A_MOMENT, limit, limit + A_MOMENT


def call_closing(at: datetime, zone: str = "Europe/Brussels") -> Call:
    call = make_call(closes_in=None)
    Deadline.objects.create(call=call, kind=DeadlineKind.SINGLE, at=at, zone=zone, raw="", changed_at=START)
    Call.objects.filter(pk=call.pk).update(closes_at=at)
    call.refresh_from_db()
    return call


# Nobody but its authors has said a word -----------------------------------------------------------------------------


def test_an_idea_is_silent_after_seven_days(researcher: Member, chain: ValueChain, lead: Member):
    make_idea(researcher, chain=chain, title="Quiet", at=START)

    assert rings(lead, chain, Alarm.SILENT, *around(START + 7 * DAY)) == [False, True, True]
    [line] = alarms(lead, chain, START + 10 * DAY)[Alarm.SILENT]
    assert (line.idea["title"], line.since, line.over, line.is_own) == ("Quiet", START, 3, False)


def test_authors_alone_dont_break_the_silence(researcher: Member, chain: ValueChain, lead: Member):
    make_comment(make_idea(researcher, chain=chain, at=START), researcher, at=START + DAY)

    assert rings(lead, chain, Alarm.SILENT, START + 8 * DAY) == [True]


def test_somebodys_comment_or_request_breaks_the_silence(
    researcher: Member, chain: ValueChain, lead: Member, company: Member, administrator: Member, firm: Organisation
):
    make_comment(make_idea(researcher, chain=chain, at=START), company, at=START + DAY)
    make_join_request(make_idea(researcher, chain=chain, at=START), administrator, firm, at=START + DAY)

    assert rings(lead, chain, Alarm.SILENT, START + 8 * DAY) == [False]


def test_an_invitation_is_the_authors_own_word(
    researcher: Member, chain: ValueChain, lead: Member, administrator: Member, firm: Organisation
):
    idea = make_idea(researcher, chain=chain, at=START)
    invite_organisation(by=researcher, idea=idea, organisation=firm, message="", at=START + DAY)

    assert rings(lead, chain, Alarm.SILENT, START + 8 * DAY) == [True]


def test_silence_counts_from_when_an_idea_was_opened_again(researcher: Member, chain: ValueChain, lead: Member):
    idea = make_idea(researcher, chain=chain, at=START)
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, at=START + DAY)
    again = START + 40 * DAY
    idea.refresh_from_db()
    aim_again(by=researcher, idea=idea, call=call_closing(START + 300 * DAY), version=idea.version, at=again)

    assert rings(lead, chain, Alarm.SILENT, *around(again + 7 * DAY)) == [False, True, True]
    [line] = alarms(lead, chain, again + 7 * DAY)[Alarm.SILENT]
    assert line.since == again


def test_an_idea_in_preparation_isnt_silent(researcher: Member, chain: ValueChain, lead: Member):
    make_idea(researcher, chain=chain, state=IdeaState.PREPARING, at=START)

    assert rings(lead, chain, Alarm.SILENT, START + 30 * DAY) == [False]


# Comments that wait -------------------------------------------------------------------------------------------------


def test_a_comment_waits_for_seven_days(researcher: Member, chain: ValueChain, lead: Member, company: Member):
    idea = make_idea(researcher, chain=chain, title="Asked", at=START)
    asked_at = START + 3 * DAY
    comment = make_comment(idea, company, at=asked_at)
    make_comment(idea, company, at=asked_at + 5 * DAY)

    assert rings(lead, chain, Alarm.UNANSWERED, *around(asked_at + 7 * DAY)) == [False, True, True]
    [line] = alarms(lead, chain, asked_at + 9 * DAY)[Alarm.UNANSWERED]
    assert (line.since, line.over, line.who, line.comment_id) == (asked_at, 2, company.name, comment.pk)


def test_an_answered_comment_waits_no_more(researcher: Member, chain: ValueChain, lead: Member, company: Member):
    idea = make_idea(researcher, chain=chain, at=START)
    make_comment(idea, company, at=START)
    make_comment(idea, researcher, at=START + 8 * DAY)

    assert rings(lead, chain, Alarm.UNANSWERED, START + 30 * DAY) == [False]


def test_the_longest_wait_comes_first(researcher: Member, chain: ValueChain, lead: Member, company: Member):
    for days, title in ((2, "Second"), (1, "First"), (3, "Third")):
        make_comment(make_idea(researcher, chain=chain, title=title, at=START), company, at=START + days * DAY)

    assert titles(lead, chain, Alarm.UNANSWERED, START + 20 * DAY) == ["First", "Second", "Third"]


# Requests that wait -------------------------------------------------------------------------------------------------


def test_a_request_waits_for_five_days(
    researcher: Member, chain: ValueChain, lead: Member, administrator: Member, firm: Organisation
):
    make_join_request(make_idea(researcher, chain=chain, at=START), administrator, firm, at=START)

    assert rings(lead, chain, Alarm.REQUESTS, *around(START + 5 * DAY)) == [False, True, True]
    [line] = alarms(lead, chain, START + 6 * DAY)[Alarm.REQUESTS]
    assert (line.since, line.over, line.asked, line.unauthorised) == (START, 1, 1, 0)


def test_a_request_waits_for_its_own_organisation_then_anew_for_the_authors(
    researcher: Member, chain: ValueChain, lead: Member, company: Member, administrator: Member, firm: Organisation
):
    request = make_join_request(make_idea(researcher, chain=chain, at=START), company, firm, at=START)

    assert rings(lead, chain, Alarm.REQUESTS, *around(START + 5 * DAY)) == [False, True, True]
    [line] = alarms(lead, chain, START + 5 * DAY)[Alarm.REQUESTS]
    assert (line.asked, line.unauthorised) == (0, 1)

    passed_on = START + 6 * DAY
    authorise_join_request(by=administrator, request=request, at=passed_on)

    assert rings(lead, chain, Alarm.REQUESTS, *around(passed_on + 5 * DAY)) == [False, True, True]


def test_a_request_on_the_waiting_list_or_expired_waits_for_nobody(
    researcher: Member, chain: ValueChain, lead: Member, administrator: Member, firm: Organisation
):
    first = make_idea(researcher, chain=chain, at=START)
    asked = make_join_request(first, administrator, firm, at=START)
    take_step("waitlist", by=researcher, request=asked, reason="Later.", at=START)
    request = make_join_request(make_idea(researcher, chain=chain, at=START), administrator, firm, at=START)

    assert rings(lead, chain, Alarm.REQUESTS, request.expires_at - A_MOMENT, request.expires_at) == [True, False]


def test_a_lead_isnt_told_who_asks(
    researcher: Member, chain: ValueChain, lead: Member, administrator: Member, firm: Organisation
):
    make_join_request(make_idea(researcher, chain=chain, at=START), administrator, firm, at=START)

    [line] = alarms(lead, chain, START + 9 * DAY)[Alarm.REQUESTS]

    assert firm.name not in repr(line)
    assert administrator.name not in repr(line)


# Open places before a deadline --------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Europe/Brussels", "America/New_York", "Asia/Kolkata", "UTC"])
def test_an_open_place_is_an_alarm_in_the_last_thirty_days_of_the_deadlines_clock(
    researcher: Member, chain: ValueChain, lead: Member, zone: str
):
    # In between the clocks change in Brussels, and in New York on another night.
    closes_at = datetime(2026, 11, 10, 17, tzinfo=ZoneInfo(zone))
    idea = make_idea(researcher, chain=chain, call=call_closing(closes_at, zone), at=START)
    make_slot(idea)
    limit = datetime(2026, 10, 11, 17, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert rings(lead, chain, Alarm.PLACES, *around(limit)) == [False, True, True]
    assert rings(lead, chain, Alarm.PLACES, *around(closes_at.astimezone(UTC))) == [True, False, False]


def test_two_zones_keep_their_own_limit(researcher: Member, chain: ValueChain, lead: Member):
    for zone in ("Asia/Kolkata", "America/New_York"):
        closes_at = datetime(2026, 11, 10, 17, tzinfo=ZoneInfo(zone))
        make_slot(make_idea(researcher, chain=chain, title=zone, call=call_closing(closes_at, zone), at=START))

    in_between = datetime(2026, 10, 11, 17, tzinfo=ZoneInfo("UTC"))

    assert titles(lead, chain, Alarm.PLACES, in_between) == ["Asia/Kolkata"]


def test_mandatory_places_come_first_then_the_nearest_deadline(researcher: Member, chain: ValueChain, lead: Member):
    for title, days, mandatory in (("Soon", 5, False), ("Mandatory", 20, True), ("Later", 9, False)):
        idea = make_idea(researcher, chain=chain, title=title, call=call_closing(START + days * DAY), at=START)
        make_slot(idea, expertise="Any", mandatory=False)
        make_slot(idea, expertise="Must", mandatory=mandatory)

    lines = alarms(lead, chain, START + DAY)[Alarm.PLACES]

    assert [line.idea["title"] for line in lines] == ["Mandatory", "Soon", "Later"]
    assert [place.expertise for place in lines[0].places] == ["Must", "Any"]


def test_filled_places_are_none(researcher: Member, chain: ValueChain, lead: Member, company: Member):
    idea = make_idea(researcher, chain=chain, call=call_closing(START + 9 * DAY), at=START)
    slot = make_slot(idea)
    slot.filled, idea.open_slots = 1, 0
    slot.save()
    Idea.objects.filter(pk=idea.pk).update(open_slots=0)

    assert rings(lead, chain, Alarm.PLACES, START + DAY) == [False]


# No call ahead ------------------------------------------------------------------------------------------------------


def test_an_idea_without_a_call_is_an_alarm_at_once(researcher: Member, chain: ValueChain, lead: Member):
    make_idea(researcher, chain=chain, title="Open", at=START)
    make_idea(researcher, chain=chain, title="Preparing", state=IdeaState.PREPARING, at=START + DAY)

    assert titles(lead, chain, Alarm.UNTARGETED, START + DAY) == ["Preparing", "Open"]
    assert alarms(lead, chain, START + DAY)[Alarm.UNTARGETED][0].over is None


def test_a_call_that_has_closed_is_none_ahead(researcher: Member, chain: ValueChain, lead: Member):
    closes_at = START + 9 * DAY
    make_idea(researcher, chain=chain, call=call_closing(closes_at), at=START)

    assert rings(lead, chain, Alarm.UNTARGETED, *around(closes_at)) == [False, False, True]


# Whose ideas --------------------------------------------------------------------------------------------------------

OVER = (IdeaState.PARKED, IdeaState.WITHDRAWN)


@pytest.mark.parametrize("state", [IdeaState.DRAFT, *OVER])
def test_ideas_that_are_over_or_not_begun_make_no_alarm(
    researcher: Member, chain: ValueChain, lead: Member, company: Member, state: str
):
    idea = make_idea(researcher, chain=chain, call=call_closing(START + 20 * DAY), at=START)
    make_slot(idea)
    make_comment(idea, company, at=START)
    Idea.objects.filter(pk=idea.pk).update(state=state, audience="" if state != IdeaState.PARKED else "members")

    assert not any(alarms(lead, chain, START + 15 * DAY).values())


def test_a_merged_idea_makes_no_alarm(researcher: Member, chain: ValueChain, lead: Member):
    idea = make_idea(researcher, chain=chain, title="Gone", at=START)
    into = make_idea(researcher, chain=chain, title="Here", at=START)
    propose_merge(by=researcher, idea=idea, into=into, at=START + DAY)

    assert titles(lead, chain, Alarm.SILENT, START + 20 * DAY) == ["Here"]


def test_an_expired_idea_makes_no_alarm_from_the_next_day_on(researcher: Member, chain: ValueChain, lead: Member):
    make_idea(researcher, chain=chain, valid_until=date(2026, 10, 20), at=START)
    rome = ZoneInfo("Europe/Rome")
    last, after = datetime(2026, 10, 20, 23, 59, tzinfo=rome), datetime(2026, 10, 21, tzinfo=rome)

    with timezone.override(rome):
        assert rings(lead, chain, Alarm.SILENT, last, after) == [True, False]


def test_ideas_that_the_lead_doesnt_see_are_neither_shown_nor_counted(
    researcher: Member, chain: ValueChain, other_chain: ValueChain, lead: Member, staff: Member, outsider: Member
):
    make_idea(researcher, chain=chain, title="Private", visibility=Visibility.PRIVATE, at=START)
    make_idea(researcher, chain=chain, title="Of the chain", visibility=Visibility.VALUE_CHAIN, at=START)
    make_idea(researcher, chain=other_chain, title="Also", other_chains=[chain], at=START)
    make_idea(researcher, chain=other_chain, title="Elsewhere", at=START)

    desk = desk_of(lead, [chain], at=START + 9 * DAY)

    silent = next(some for some in desk.alarms if some.alarm == Alarm.SILENT)
    assert (silent.total, sorted(line.idea["title"] for line in silent.lines)) == (2, ["Also", "Of the chain"])
    assert (desk.glance.states, sum(desk.glance.states.values())) == ({IdeaState.OPEN: 2}, 2)


def test_an_author_who_leads_is_told_that_it_is_their_own(chain: ValueChain, lead: Member):
    make_idea(lead, chain=chain, at=START)

    [line] = alarms(lead, chain, START + 9 * DAY)[Alarm.SILENT]

    assert line.is_own


def test_the_rest_is_counted_and_one_kind_shown_at_length(researcher: Member, chain: ValueChain, lead: Member):
    for _ in range(8):
        make_idea(researcher, chain=chain, at=START)

    whole = desk_of(lead, [chain], at=START + 9 * DAY).alarms
    [silent] = desk_of(lead, [chain], at=START + 9 * DAY, only=Alarm.SILENT).alarms

    assert [(some.alarm, some.total, len(some.lines)) for some in whole if some.total] == [
        (Alarm.SILENT, 8, 6),
        (Alarm.UNTARGETED, 8, 6),
    ]
    assert (silent.alarm, silent.total, len(silent.lines)) == (Alarm.SILENT, 8, 8)


def test_many_requests_on_one_idea_are_one_line(researcher: Member, chain: ValueChain, lead: Member):
    idea = make_idea(researcher, chain=chain, at=START)
    for days in (2, 0, 1):
        asking = make_member()
        firm = make_organisation()
        affiliate(asking, firm, "administrator")
        make_join_request(idea, asking, firm, at=START + days * DAY)

    [line] = alarms(lead, chain, START + 8 * DAY)[Alarm.REQUESTS]

    assert (line.asked, line.since) == (3, START)
