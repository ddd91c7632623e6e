from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from ideas.actions.calls import RESERVED, create_call, edit_call, slug_for, state_of
from ideas.actions.deadlines import HandDate
from ideas.actions.imports import import_calls
from ideas.choices import DeadlineKind, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.calls import CallRow, DeadlineRow
from ideas.exchange.deadlines import Reading
from ideas.models import Call, Candidate, Deadline, DeadlineChange, Notification
from realtime.models import Change
from tests.factories import make_call, make_chain, make_idea, make_ket

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLOSING = datetime(2027, 4, 14, 15, 0, tzinfo=UTC)
BRUSSELS = "Europe/Brussels"

pytestmark = pytest.mark.django_db


def content(**fields):
    return {"identifier": "BANDO-2027", "title": "A call", "level": "regional", "language": "it", **fields}


def date(kind=DeadlineKind.SINGLE, at=CLOSING, zone=BRUSSELS, **fields):
    return HandDate(kind, at, zone, **fields)


def of(deadline, **fields):
    """The date as it stands, or otherwise."""
    told = {"kind": deadline.kind, "at": deadline.at, "zone": deadline.zone, "verified": deadline.verified}
    return HandDate(**{**told, "deadline": deadline.pk, **fields})


def save(by, call, dates, *, seen=None, note="", **fields):
    kept = {name: getattr(call, name) for name in ("identifier", "title", "level", "language")}
    return edit_call(
        by=by, call=call, content={**kept, **fields}, dates=dates, seen=seen or state_of(call), note=note, at=NOW
    )  # fmt: skip


def dates_of(call):
    return [(row.kind, row.number, row.at) for row in call.deadlines.all()]


def published():
    return sorted(Change.objects.values_list("topic__name", "kind"))


# A new call ---------------------------------------------------------------------------------------------------------


def test_staff_write_a_call_with_its_dates(staff):
    chain, ket = make_chain(), make_ket()
    opening = date(DeadlineKind.OPENING, CLOSING - timedelta(days=90))

    call = create_call(
        by=staff,
        content=content(budget_total=5_000_000, rules={"min_countries": 3, "max_organisations": None},
                        value_chains=[chain], kets=[ket]),
        dates=[opening, date(raw="2027-04-14 17:00 Europe/Brussels", verified=False)],
        at=NOW,
    )  # fmt: skip

    call = Call.objects.get(pk=call.pk)
    assert (call.slug, call.source, call.rules) == ("bando-2027", "hand", {"min_countries": 3})
    assert (call.opens_at, call.closes_at) == (opening.at, CLOSING)
    assert (list(call.value_chains.all()), list(call.kets.all())) == ([chain], [ket])
    closing = call.deadlines.get(kind="single")
    assert (closing.zone, closing.raw, closing.verified, closing.told_at) == (
        BRUSSELS, "2027-04-14 17:00 Europe/Brussels", False, None,
    )  # fmt: skip
    assert (DeadlineChange.objects.count(), published()) == (0, [])


def test_only_staff_write_calls(researcher, lead):
    call = make_call()
    for member in (researcher, lead):
        with pytest.raises(NotAllowed):
            create_call(by=member, content=content(), dates=[], at=NOW)
        with pytest.raises(NotAllowed):
            save(member, call, [])

    assert (Call.objects.count(), published()) == (1, [])


def test_a_call_made_of_news_settles_it_once(staff):
    news = Candidate.objects.create(source="rss", source_key="1", title="News", found_at=NOW)

    call = create_call(by=staff, content=content(), dates=[], candidate=news, at=NOW)
    with pytest.raises(Conflict, match="candidate_settled"):
        create_call(by=staff, content=content(identifier="OTHER"), dates=[], candidate=news, at=NOW)

    news.refresh_from_db()
    assert (news.call, news.settled_by, news.settled_at) == (call, staff, NOW)
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"identifier": "TAKEN"}, "identifier"),
        ({"identifier": ""}, "identifier"),
        ({"title": "nul \x00"}, "title"),
        ({"level": ""}, "level"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"budget_min": 2, "budget_max": 1}, "budget_max"),
        ({"trl_min": 6, "trl_max": 4}, "trl_max"),
        ({"rules": {"min_organisations": 5, "max_organisations": 3}}, "max_organisations"),
    ],
)
def test_what_can_not_be_kept_is_named_by_field(staff, fields, where):
    make_call("TAKEN")

    with pytest.raises(ValidationError) as refusal:
        create_call(by=staff, content=content(**fields), dates=[], at=NOW)

    assert list(refusal.value.message_dict) == [where]
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "dates",
    [
        [date(), date(at=CLOSING + timedelta(days=1))],
        [date(DeadlineKind.CUT_OFF), date(DeadlineKind.CUT_OFF)],
        [date(DeadlineKind.STAGE_1, CLOSING), date(DeadlineKind.STAGE_2, CLOSING - timedelta(days=1))],
        [date(DeadlineKind.OPENING, CLOSING + timedelta(days=1)), date()],
    ],
    ids=["two deadlines", "one date twice", "stages the wrong way round", "closing before opening"],
)
def test_dates_that_contradict_each_other_are_refused(staff, dates):
    with pytest.raises(ValidationError) as refusal:
        create_call(by=staff, content=content(), dates=dates, at=NOW)

    assert list(refusal.value.message_dict) == ["dates"]
    assert Call.objects.count() == 0


def test_the_cluster_may_have_dates_of_its_own_after_the_closing(staff):
    late = date(DeadlineKind.MILESTONE, CLOSING + timedelta(days=9))

    call = create_call(by=staff, content=content(), dates=[date(), late, date(DeadlineKind.MILESTONE)], at=NOW)

    assert [(kind, number) for kind, number, _at in dates_of(call)] == [
        ("single", 1), ("milestone", 1), ("milestone", 2),
    ]  # fmt: skip
    assert call.closes_at == CLOSING


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_address_of_a_call_is_never_that_of_a_page(word):
    assert slug_for(word.upper()) == f"{word}-2"


# A known call -------------------------------------------------------------------------------------------------------


def test_a_moved_date_is_kept_announced_and_told(staff, researcher):
    call = make_call()
    idea = make_idea(researcher, call=call)
    closing = call.deadlines.get()
    Change.objects.all().delete()

    save(staff, call, [of(closing, at=CLOSING, zone=BRUSSELS)], note="The funder gave more time")

    change = DeadlineChange.objects.get()
    assert (change.old_at, change.new_at, change.by, change.source, change.note) == (
        closing.at, CLOSING, staff, "hand", "The funder gave more time",
    )  # fmt: skip
    assert (change.deadline_number, change.sequence) == (closing.pk, 1)
    idea.refresh_from_db()
    assert idea.closes_at == CLOSING
    assert [row.kind for row in Notification.objects.filter(member=researcher)] == [NotificationKind.DEADLINE_CHANGED]
    assert published() == [
        (f"board.{idea.audience}", "card.changed"),
        (f"call.{call.pk}", "deadline.changed"),
        (f"idea.{idea.pk}", "deadline.changed"),
        (f"member.{researcher.pk}", "notification.added"),
    ]


def test_a_saved_call_without_a_change_tells_nobody(staff, researcher):
    call = make_call()
    make_idea(researcher, call=call)
    Change.objects.all().delete()
    before = state_of(call)

    save(staff, call, [of(call.deadlines.get())])

    assert (state_of(call), DeadlineChange.objects.count()) == (before, 0)
    assert (Notification.objects.count(), call.deadlines.get().sequence) == (0, 0)


def test_a_new_name_of_a_date_keeps_its_identity_and_rings_no_bell(staff, researcher):
    call = make_call()
    idea = make_idea(researcher, call=call)
    closing = call.deadlines.get()
    call.deadlines.update(told_at=closing.at)

    save(staff, call, [of(closing, kind=DeadlineKind.CUT_OFF)])

    renamed = call.deadlines.get()
    assert (renamed.pk, renamed.kind, renamed.sequence, renamed.told_at) == (closing.pk, "cut_off", 1, closing.at)
    assert DeadlineChange.objects.get().kind == "cut_off"
    assert Notification.objects.count() == 0
    idea.refresh_from_db()
    assert idea.deadline_id == closing.pk


def test_a_date_that_is_left_out_goes_and_is_told(staff, researcher):
    call = make_call()
    make_idea(researcher, call=call)

    save(staff, call, [])

    change = DeadlineChange.objects.get()
    assert (change.new_at, change.sequence, call.deadlines.count()) == (None, 1, 0)
    assert Notification.objects.get().member == researcher
    call.refresh_from_db()
    assert call.closes_at is None


def test_dates_may_change_places(staff):
    call = make_call(closes_in=None)
    rows = [
        Deadline.objects.create(call=call, kind=kind, at=CLOSING + timedelta(days=days), zone=BRUSSELS, changed_at=NOW)
        for kind, days in ((DeadlineKind.STAGE_1, 0), (DeadlineKind.SINGLE, 9))
    ]

    save(staff, call, [of(rows[0], kind=DeadlineKind.SINGLE), of(rows[1], kind=DeadlineKind.STAGE_1)])

    assert [(row.pk, row.kind) for row in call.deadlines.all()] == [(rows[0].pk, "single"), (rows[1].pk, "stage_1")]


def test_cut_offs_keep_their_numbers_and_a_new_one_gets_the_next(staff):
    call = make_call(closes_in=None)
    rows = [
        Deadline.objects.create(
            call=call, kind="cut_off", number=number, at=CLOSING + timedelta(days=number), zone=BRUSSELS, changed_at=NOW
        )
        for number in (1, 2)
    ]

    save(staff, call, [of(rows[1]), date(DeadlineKind.CUT_OFF, CLOSING + timedelta(days=9))])

    assert [number for _kind, number, _at in dates_of(call)] == [2, 3]


def test_doubt_about_an_hour_is_no_change_of_the_date(staff):
    call = make_call()

    save(staff, call, [of(call.deadlines.get(), verified=False)])

    deadline = call.deadlines.get()
    assert (deadline.verified, deadline.sequence, DeadlineChange.objects.count()) == (False, 1, 0)


def test_somebody_elses_save_is_not_overwritten(staff):
    call = make_call(title="As it was")
    seen = state_of(call)
    save(staff, call, [], title="Theirs")

    with pytest.raises(Conflict, match="edited_meanwhile"):
        save(staff, call, [], seen=seen, title="Mine")

    call.refresh_from_db()
    assert call.title == "Theirs"


def test_a_reading_of_the_source_that_changes_nothing_is_no_others_save(staff):
    call = make_call()
    seen = state_of(call)
    Call.objects.filter(pk=call.pk).update(checked_at=NOW, source_status="open")

    save(staff, call, [of(call.deadlines.get())], seen=seen, title="Mine")

    call.refresh_from_db()
    assert call.title == "Mine"


def test_rules_for_programs_stay(staff):
    call = make_call(rules={"min_countries": 3, "member_states": 1})

    save(staff, call, [of(call.deadlines.get())], rules={"min_countries": None, "min_companies": 2})

    call.refresh_from_db()
    assert call.rules == {"member_states": 1, "min_companies": 2}


def test_a_new_name_of_a_call_reaches_the_ideas_that_aim_at_it(staff, researcher):
    call = make_call("OLD-NAME")
    idea = make_idea(researcher, call=call)
    Change.objects.all().delete()

    save(staff, call, [of(call.deadlines.get())], identifier="NEW-NAME")

    idea.refresh_from_db()
    assert idea.tags["call"]["identifier"] == "NEW-NAME"
    assert published() == [(f"board.{idea.audience}", "card.changed")]


def test_a_refused_save_changes_and_publishes_nothing(staff, researcher):
    call, _other = make_call(), make_call("TAKEN")
    make_idea(researcher, call=call)
    Change.objects.all().delete()
    before = state_of(call)

    with pytest.raises(ValidationError, match="identifier"):
        save(staff, call, [], identifier="TAKEN")

    assert (state_of(call), published(), DeadlineChange.objects.count()) == (before, [], 0)


# And the source ------------------------------------------------------------------------------------------------------


def told(call, closes, at=NOW):
    """The source's file with one date, as it tells it now."""
    row = CallRow(
        line=2, identifier=call.identifier, title=call.title, level=call.level, source_key="K",
        deadlines=[DeadlineRow(DeadlineKind.SINGLE, Reading(closes, BRUSSELS, "raw"))],
    )  # fmt: skip
    return import_calls(by=None, rows=[row], source="eu-topics", name="file", at=at)


def test_a_date_written_by_hand_stays_until_the_source_tells_another(staff):
    call = make_call("ONE", closes_in=None)
    told(call, CLOSING)
    save(staff, call, [of(call.deadlines.get(), at=CLOSING + timedelta(hours=1))])

    told(call, CLOSING)
    kept = call.deadlines.get().at
    told(call, CLOSING + timedelta(days=7))

    assert (kept, call.deadlines.get().at) == (CLOSING + timedelta(hours=1), CLOSING + timedelta(days=7))


def test_a_date_added_by_hand_is_not_the_source_s_to_take_away(staff):
    call = make_call("ONE", closes_in=None)
    told(call, CLOSING)

    save(staff, call, [of(call.deadlines.get()), date(DeadlineKind.MILESTONE, CLOSING - timedelta(days=9))])
    told(call, CLOSING)

    assert [kind for kind, _number, _at in dates_of(call)] == ["milestone", "single"]


def test_a_date_taken_away_by_hand_stays_away_until_the_source_tells_another(staff):
    call = make_call("ONE", closes_in=None)
    told(call, CLOSING)
    save(staff, call, [])

    told(call, CLOSING)
    meanwhile = call.deadlines.count()
    told(call, CLOSING + timedelta(days=7))

    assert (meanwhile, dates_of(call)) == (0, [("single", 1, CLOSING + timedelta(days=7))])


def test_a_name_given_by_hand_stays(staff):
    call = make_call("ONE", closes_in=None)
    told(call, CLOSING)

    save(staff, call, [of(call.deadlines.get(), kind=DeadlineKind.CLICK_DAY)])
    told(call, CLOSING)

    assert [kind for kind, _number, _at in dates_of(call)] == ["click_day"]
