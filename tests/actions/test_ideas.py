from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.ideas import aim_again, change_state, edit_idea, post_idea, remind_of_expiry, renew_idea
from ideas.choices import (
    IDEA_AIMING,
    IDEA_NEXT,
    IDEA_NOT_BY_HAND,
    IdeaState,
    JoinState,
    NotificationKind,
    Visibility,
)
from ideas.errors import Conflict, NotAllowed
from ideas.models import (
    Idea,
    IdeaTransition,
    IdeaVersion,
    Member,
    Notification,
    Organisation,
    ShortlistEntry,
    ValueChain,
)
from ideas.rules.ideas import is_expired, is_published
from ideas.serializers.ideas import IdeaChangeSerializer
from realtime.models import Change
from tests.factories import (
    make_call,
    make_comment,
    make_idea,
    make_join_request,
    make_ket,
    make_organisation,
    make_partner,
    make_shortlist,
)
from tests.told import changes, last

pytestmark = pytest.mark.django_db
LIFECYCLE = [(old, new) for old in IdeaState.values for new in IdeaState.values]


def in_state(idea: Idea, state: str) -> Idea:
    Idea.objects.filter(pk=idea.pk).update(state=state, audience="")
    idea.refresh_from_db()
    return idea


# Posting ------------------------------------------------------------------------------------------------------------


def test_post_makes_a_draft_with_its_first_version(researcher: Member, chain: ValueChain):
    at = timezone.now()

    idea = post_idea(by=researcher, content={"title": "  A\n title ", "value_chain": chain}, at=at)

    assert (idea.title, idea.state, idea.version, idea.created_by) == ("A title", IdeaState.DRAFT, 1, researcher)
    assert (idea.created_at, idea.activity_at, idea.opened_at) == (at, at, None)
    assert list(idea.authors.all()) == [researcher]
    assert [(version.number, version.content["title"]) for version in idea.versions.all()] == [(1, "A title")]
    assert changes() == [(f"idea.{idea.pk}", "idea.changed")]
    assert Change.objects.get().payload == dict(IdeaChangeSerializer(idea).data)


def test_post_renders_its_texts_once_and_safely(researcher: Member, chain: ValueChain):
    content = {"title": "T", "value_chain": chain, "problem": "**b** <script>x</script> [l](javascript:1)"}

    idea = post_idea(by=researcher, content=content, at=timezone.now())

    html = "<p><strong>b</strong> &lt;script&gt;x&lt;/script&gt; [l](javascript:1)</p>\n"
    assert idea.html == {"problem": html}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "nul\x00"),
        ("teaser", "x" * 401),
        ("problem", "x" * 6_001),
        ("approach", "*" * 2_000),
        ("trl_now", 10),
        ("budget_eur", -1),
        ("language", "xx"),
        ("visibility", "everyone"),
    ],
)
def test_a_refused_post_leaves_nothing(researcher: Member, chain: ValueChain, name: str, value: object):
    content = {"title": "T", "value_chain": chain, name: value}

    with pytest.raises(ValidationError) as refusal:
        post_idea(by=researcher, content=content, at=timezone.now())

    assert list(refusal.value.message_dict) == [name]
    assert (Idea.objects.count(), IdeaVersion.objects.count(), changes()) == (0, 0, [])


def test_the_trl_rises(researcher: Member, chain: ValueChain):
    with pytest.raises(ValidationError):
        post_idea(
            by=researcher,
            content={"title": "T", "value_chain": chain, "trl_now": 6, "trl_target": 3},
            at=timezone.now(),
        )


def test_post_takes_no_field_that_is_not_content(researcher: Member, chain: ValueChain):
    with pytest.raises(TypeError):
        post_idea(by=researcher, content={"title": "T", "value_chain": chain, "state": "funded"}, at=timezone.now())

    assert Idea.objects.count() == 0


def test_post_for_an_organisation_of_others_is_refused(researcher: Member, chain: ValueChain):
    content = {"title": "T", "value_chain": chain, "organisation": make_organisation()}

    with pytest.raises(ValidationError) as refusal:
        post_idea(by=researcher, content=content, at=timezone.now())

    assert list(refusal.value.message_dict) == ["organisation"]


def test_a_closed_call_cannot_be_chosen_but_may_stay(researcher: Member, chain: ValueChain):
    at, call = timezone.now(), make_call(closes_in=timedelta(days=2))
    idea = make_idea(researcher, chain=chain, call=call)
    later = at + timedelta(days=3)

    idea = edit_idea(by=researcher, idea=idea, content={"title": "Still"}, version=idea.version, at=later)
    assert (idea.call, idea.deadline) == (call, call.deadlines.get())

    with pytest.raises(ValidationError) as refusal:
        post_idea(by=researcher, content={"title": "T", "value_chain": chain, "call": call}, at=later)
    assert list(refusal.value.message_dict) == ["call"]


def test_another_call_brings_its_own_deadline_and_none_takes_it_away(researcher: Member, chain: ValueChain):
    first, second = make_call(), make_call(closes_in=timedelta(days=9))
    idea = make_idea(researcher, chain=chain, call=first)
    at = timezone.now()

    idea = edit_idea(by=researcher, idea=idea, content={"call": second}, version=idea.version, at=at)
    assert (idea.deadline, idea.closes_at) == (second.deadlines.get(), second.deadlines.get().at)

    idea = edit_idea(by=researcher, idea=idea, content={"call": None}, version=idea.version, at=at)
    assert (idea.deadline, idea.closes_at, idea.tags["call"]) == (None, None, None)


# Editing ------------------------------------------------------------------------------------------------------------


def test_edit_keeps_a_version_and_tells_the_followers(idea: Idea, researcher: Member):
    before, at = last(), timezone.now()

    edited = edit_idea(by=researcher, idea=idea, content={"title": "New title"}, version=1, at=at)

    assert (edited.title, edited.problem, edited.version, edited.activity_at) == ("New title", "A problem.", 2, at)
    assert [version.content["title"] for version in edited.versions.all()] == ["New title", "Open idea"]
    assert changes(before) == [("board.members", "card.changed"), (f"idea.{idea.pk}", "idea.changed")]
    payload = Change.objects.get(pk__gt=before, kind="idea.changed").payload
    assert (payload["title"], payload["version"]) == ("New title", 2)


def test_edit_of_an_old_version_is_refused_whole(idea: Idea, researcher: Member):
    edit_idea(by=researcher, idea=idea, content={"title": "First"}, version=1, at=timezone.now())
    before = last()

    with pytest.raises(Conflict) as refusal:
        edit_idea(by=researcher, idea=idea, content={"title": "Second"}, version=1, at=timezone.now())

    idea.refresh_from_db()
    assert (refusal.value.code, idea.title, idea.version, idea.versions.count()) == ("edited_meanwhile", "First", 2, 2)
    assert changes(before) == []


def test_a_refused_edit_changes_nothing(idea: Idea, researcher: Member):
    before = last()

    with pytest.raises(ValidationError):
        edit_idea(
            by=researcher, idea=idea, content={"kets": [make_ket()], "title": "x" * 201}, version=1, at=timezone.now()
        )

    idea.refresh_from_db()
    assert (idea.title, idea.version, idea.kets.count(), changes(before)) == ("Open idea", 1, 0, [])


def test_only_authors_edit(idea: Idea, company: Member, staff: Member, lead: Member, outsider: Member):
    before = last()

    for member in (company, staff, lead, outsider):
        with pytest.raises(NotAllowed):
            edit_idea(by=member, idea=idea, content={"title": "Mine"}, version=1, at=timezone.now())

    assert changes(before) == []


def test_co_authors_edit_and_the_first_author_stays(idea: Idea, researcher: Member, company: Member):
    idea = edit_idea(by=researcher, idea=idea, content={"authors": [company]}, version=1, at=timezone.now())
    assert set(idea.authors.all()) == {researcher, company}

    idea = edit_idea(by=company, idea=idea, content={"title": "Ours"}, version=2, at=timezone.now())
    assert idea.title == "Ours"


@pytest.mark.parametrize("state", [IdeaState.WITHDRAWN, IdeaState.MERGED])
def test_what_is_over_is_not_edited(idea: Idea, researcher: Member, state: str):
    with pytest.raises(NotAllowed):
        edit_idea(by=researcher, idea=in_state(idea, state), content={}, version=1, at=timezone.now())


# The lifecycle ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), LIFECYCLE)
def test_the_lifecycle_is_its_table(idea: Idea, researcher: Member, old: str, new: str):
    idea, before = in_state(idea, old), last()
    steps = IdeaTransition.objects.count()

    if new in IDEA_NEXT[old] - IDEA_NOT_BY_HAND:
        changed = change_state(by=researcher, idea=idea, state=new, reason="Because.", at=timezone.now())
        step = IdeaTransition.objects.latest("id")
        assert (step.old_state, step.new_state, step.by, step.reason) == (old, new, researcher, "Because.")
        assert changed.state == new
        boards = [("board.members", "card.changed")] if is_published(changed) else []
        assert changes(before) == [*boards, (f"idea.{idea.pk}", "idea.changed")]
    else:
        with pytest.raises(Conflict) as refusal:
            change_state(by=researcher, idea=idea, state=new, at=timezone.now())
        assert refusal.value.code == "wrong_state"
        idea.refresh_from_db()
        assert (idea.state, IdeaTransition.objects.count(), changes(before)) == (old, steps, [])


def test_only_authors_change_the_state(idea: Idea, company: Member, staff: Member, lead: Member):
    before = last()

    for member in (company, staff, lead):
        with pytest.raises(NotAllowed):
            change_state(by=member, idea=idea, state=IdeaState.PARKED, at=timezone.now())

    assert changes(before) == []


def test_leads_ask_for_information_on_ideas_of_others(
    idea: Idea, researcher: Member, lead: Member, chain: ValueChain, outsider: Member, other_chain: ValueChain
):
    asked = change_state(by=lead, idea=idea, state=IdeaState.NEEDS_INFO, reason="Who owns it?", at=timezone.now())
    assert (asked.state, asked.transitions.get(new_state="needs_info").by) == (IdeaState.NEEDS_INFO, lead)

    change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=timezone.now())
    chain.leads.add(researcher)
    other_chain.leads.add(outsider)
    with pytest.raises(Conflict):
        change_state(by=researcher, idea=idea, state=IdeaState.NEEDS_INFO, at=timezone.now())
    with pytest.raises(NotAllowed):
        change_state(by=outsider, idea=idea, state=IdeaState.NEEDS_INFO, at=timezone.now())


def test_a_question_and_its_answer_are_told_to_the_other_side(
    idea: Idea, researcher: Member, lead: Member, company: Member, staff: Member
):
    idea.authors.add(company)
    before = last()

    change_state(by=lead, idea=idea, state=IdeaState.NEEDS_INFO, reason=" Who owns it? ", at=timezone.now())
    asked = list(Notification.objects.values_list("member", "kind", "data__reason").order_by("member"))
    change_state(by=company, idea=idea, state=IdeaState.OPEN, at=timezone.now())

    kind = NotificationKind.INFO_ASKED
    assert asked == sorted([(researcher.pk, kind, "Who owns it?"), (company.pk, kind, "Who owns it?")])
    assert list(Notification.objects.filter(kind=NotificationKind.INFO_GIVEN).values_list("member", flat=True)) == [
        lead.pk
    ]
    assert changes(before).count((f"idea.{idea.pk}", "idea.changed")) == 2
    change_state(by=staff, idea=idea, state=IdeaState.NEEDS_INFO, reason="By when?", at=timezone.now())
    assert Notification.objects.filter(kind=kind).count() == 4


@pytest.mark.parametrize("reason", ["", " \n", "\x00"])
def test_a_question_without_words_is_refused(idea: Idea, lead: Member, reason: str):
    before = last()

    with pytest.raises(ValidationError) as refusal:
        change_state(by=lead, idea=idea, state=IdeaState.NEEDS_INFO, reason=reason, at=timezone.now())

    idea.refresh_from_db()
    assert (list(refusal.value.message_dict), idea.state, changes(before)) == (["reason"], IdeaState.OPEN, [])


def test_who_asked_and_sees_the_idea_no_more_is_told_nothing_of_the_answer(
    idea: Idea, researcher: Member, lead: Member, outsider: Member
):
    change_state(by=lead, idea=idea, state=IdeaState.NEEDS_INFO, reason="Who owns it?", at=timezone.now())
    content = {"visibility": Visibility.PRIVATE}
    edit_idea(by=researcher, idea=idea, content=content, version=idea.version, at=timezone.now())

    change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=timezone.now())

    assert not Notification.objects.filter(kind=NotificationKind.INFO_GIVEN).exists()


def test_opening_needs_what_a_reader_needs(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT, teaser="", problem="", approach="")
    before = last()

    with pytest.raises(ValidationError) as refusal:
        change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=timezone.now())

    assert sorted(refusal.value.message_dict) == ["approach", "problem", "teaser"]
    idea.refresh_from_db()
    assert (idea.state, idea.opened_at, changes(before)) == (IdeaState.DRAFT, None, [])


def test_opening_again_keeps_the_first_day(idea: Idea, researcher: Member):
    opened_at = idea.opened_at
    for state in (IdeaState.PARKED, IdeaState.OPEN):
        idea = change_state(by=researcher, idea=idea, state=state, at=timezone.now())

    assert idea.opened_at == opened_at


def test_a_reason_that_cannot_be_kept_is_refused(idea: Idea, researcher: Member):
    before = last()

    with pytest.raises(ValidationError) as refusal:
        change_state(by=researcher, idea=idea, state=IdeaState.PARKED, reason="nul\x00", at=timezone.now())

    idea.refresh_from_db()
    assert (list(refusal.value.message_dict), idea.state, changes(before)) == (["reason"], IdeaState.OPEN, [])


def test_withdrawing_ends_what_waits_and_tells_who_asked(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    request = make_join_request(idea, administrator, firm)
    before = last()

    change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    request.refresh_from_db()
    assert request.state == JoinState.EXPIRED
    told = Notification.objects.get(member=administrator, kind="idea.withdrawn")
    assert told.data == {"title": idea.title, "actor": researcher.name}
    assert changes(before) == [
        ("board.members", "card.gone"),
        (f"idea.{idea.pk}", "idea.changed"),
        (f"member.{administrator.pk}", "notification.added"),
        ("~", "topic"),
    ]


def test_a_private_idea_stays_private_when_it_opens(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, visibility=Visibility.PRIVATE, public_teaser=True)

    assert (idea.state, idea.audience) == (IdeaState.OPEN, "")


# Co-authors ---------------------------------------------------------------------------------------------------------


def test_who_becomes_a_co_author_is_told_once(researcher: Member, company: Member, outsider: Member, chain: ValueChain):
    content = {"title": "Ours", "value_chain": chain, "authors": [company]}
    idea = post_idea(by=researcher, content=content, at=timezone.now())

    edit_idea(by=company, idea=idea, content={"authors": [company, outsider]}, version=1, at=timezone.now())
    edit_idea(by=company, idea=idea, content={"title": "Ours, again"}, version=2, at=timezone.now())

    told = Notification.objects.order_by("id").values_list("member__email", "kind", "data__actor", "url")
    assert list(told) == [
        (company.email, "idea.shared", researcher.name, idea.get_absolute_url()),
        (outsider.email, "idea.shared", company.name, idea.get_absolute_url()),
    ]


def test_an_idea_keeps_who_wrote_it_down_among_its_authors(researcher: Member, company: Member, chain: ValueChain):
    content = {"title": "Ours", "value_chain": chain, "authors": [company]}
    idea = post_idea(by=researcher, content=content, at=timezone.now())

    edit_idea(by=company, idea=idea, content={"authors": []}, version=1, at=timezone.now())

    assert list(idea.authors.all()) == [researcher]


# Aimed again ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", IdeaState.values)
def test_an_idea_is_aimed_again_where_it_still_seeks(idea: Idea, researcher: Member, state: str):
    idea, call = in_state(idea, state), make_call()

    def aim() -> Idea:
        return aim_again(by=researcher, idea=idea, call=call, reason="Wider.", version=1, at=timezone.now())

    if state in IDEA_AIMING:
        assert aim().call == call
    elif state in {IdeaState.WITHDRAWN, IdeaState.MERGED}:
        with pytest.raises(NotAllowed):
            aim()
    else:
        with pytest.raises(Conflict) as refusal:
            aim()
        assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("state", [IdeaState.PARKED, IdeaState.NOT_FUNDED])
def test_what_ended_opens_again_against_another_call_with_all_that_it_has(
    researcher: Member, administrator: Member, firm: Organisation, lead: Member, chain: ValueChain, state: str
):
    first, second = make_call(), make_call(closes_in=timedelta(days=9))
    idea = make_idea(researcher, chain=chain, call=first)
    partner, comment = make_partner(idea, administrator, firm), make_comment(idea, lead)
    entry = make_shortlist(lead, chain, idea).entries.get()
    idea = in_state(idea, state)
    at = timezone.now()

    idea = aim_again(by=researcher, idea=idea, call=second, reason="A wider call.", version=idea.version, at=at)

    assert (idea.state, idea.call, idea.deadline) == (IdeaState.OPEN, second, second.deadlines.get())
    assert (idea.problem, idea.partner_count, idea.comment_count) == ("A problem.", 1, 1)
    assert [row.idea for row in (idea.join_requests.get(), idea.comments.get(), lead_entry(entry))] == [idea] * 3
    assert (idea.join_requests.get(), idea.comments.get()) == (partner, comment)
    step = IdeaTransition.objects.latest("id")
    assert (step.old_state, step.new_state, step.by, step.reason) == (state, "open", researcher, "A wider call.")
    change = idea.target_changes.get()
    assert (change.old_call, change.new_call, change.by, change.at) == (first, second, researcher, at)


def lead_entry(entry: ShortlistEntry) -> ShortlistEntry:
    entry.refresh_from_db()
    return entry


def test_a_closed_call_or_an_old_version_or_a_stranger_aims_at_nothing(idea: Idea, researcher: Member, company: Member):
    idea, before = in_state(idea, IdeaState.PARKED), last()
    closed, call = make_call(closes_in=-timedelta(days=1)), make_call()

    with pytest.raises(ValidationError) as refusal:
        aim_again(by=researcher, idea=idea, call=closed, version=1, at=timezone.now())
    with pytest.raises(Conflict) as conflict:
        aim_again(by=researcher, idea=idea, call=call, version=7, at=timezone.now())
    with pytest.raises(NotAllowed):
        aim_again(by=company, idea=idea, call=call, version=1, at=timezone.now())

    assert (list(refusal.value.message_dict), conflict.value.code) == (["call"], "edited_meanwhile")
    idea.refresh_from_db()
    assert (idea.state, idea.call, changes(before)) == (IdeaState.PARKED, None, [])


def test_a_target_changed_in_the_form_is_kept_too(idea: Idea, researcher: Member):
    call = make_call()

    edit_idea(by=researcher, idea=idea, content={"call": call}, version=1, at=timezone.now())
    edit_idea(by=researcher, idea=idea, content={"title": "Same target"}, version=2, at=timezone.now())

    assert list(idea.target_changes.values_list("old_call", "new_call", "reason")) == [(None, call.pk, "")]


# Renewed --------------------------------------------------------------------------------------------------------------


def test_renewing_keeps_a_version_and_tells_the_board(idea: Idea, researcher: Member):
    before, until = last(), timezone.localdate() + timedelta(days=200)

    idea = renew_idea(by=researcher, idea=idea, until=until, at=timezone.now())

    assert (idea.valid_until, idea.version, idea.state) == (until, 2, IdeaState.OPEN)
    assert changes(before) == [("board.members", "card.changed"), (f"idea.{idea.pk}", "idea.changed")]


@pytest.mark.parametrize("days", [-1, 0, 3_000])
def test_an_idea_is_renewed_until_a_day_that_is_ahead_and_near_enough(idea: Idea, researcher: Member, days: int):
    with pytest.raises(ValidationError) as refusal:
        renew_idea(by=researcher, idea=idea, until=timezone.localdate() + timedelta(days=days), at=timezone.now())

    assert list(refusal.value.message_dict) == ["until"]


def test_only_authors_renew(idea: Idea, company: Member, staff: Member, lead: Member):
    for member in (company, staff, lead):
        with pytest.raises(NotAllowed):
            renew_idea(by=member, idea=idea, until=timezone.localdate() + timedelta(days=9), at=timezone.now())


@pytest.mark.parametrize(
    ("days", "state", "expired"),
    [
        (-1, IdeaState.OPEN, True),
        (0, IdeaState.OPEN, False),
        (-1, IdeaState.PREPARING, True),
        (-1, IdeaState.PARKED, False),
        (-1, IdeaState.FUNDED, False),
        (None, IdeaState.OPEN, False),
    ],
)
def test_an_idea_expires_the_day_after_its_last_and_only_at_work(days: int | None, state: str, expired: bool):
    until = None if days is None else timezone.localdate() + timedelta(days=days)

    assert is_expired(state, until, timezone.localdate()) == expired


def test_authors_are_reminded_once_of_each_last_day(researcher: Member, chain: ValueChain):
    at = timezone.now()
    soon = make_idea(researcher, chain=chain, valid_until=timezone.localdate() + timedelta(days=3))
    make_idea(researcher, chain=chain, valid_until=timezone.localdate() + timedelta(days=90))
    make_idea(researcher, chain=chain, state=IdeaState.DRAFT, valid_until=timezone.localdate())
    make_idea(researcher, chain=chain)

    assert [remind_of_expiry(at=at), remind_of_expiry(at=at)] == [1, 0]
    told = Notification.objects.get()
    assert (told.member, told.idea, told.url) == (researcher, soon, f"{soon.get_absolute_url()}#renew")
    renew_idea(by=researcher, idea=soon, until=timezone.localdate() + timedelta(days=60), at=at)
    assert [remind_of_expiry(at=at), remind_of_expiry(at=at + timedelta(days=50))] == [0, 1]
