import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.ideas import edit_idea
from ideas.actions.join_steps import MAX_TEXT_CHARS
from ideas.actions.joining import (
    accept_join_request,
    authorise_join_request,
    commit_partner,
    decline_join_request,
    withdraw_join_request,
)
from ideas.actions.slots import add_slot, edit_slot, remove_slot
from ideas.choices import Commitment, IdeaState, JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation, RoleSlot
from ideas.queries.joining import consortium_of, readers_of
from ideas.serializers.joining import ConsortiumSerializer
from realtime.models import Change
from tests.factories import (
    make_call,
    make_idea,
    make_join_request,
    make_letter,
    make_organisation,
    make_partner,
    make_slot,
)
from tests.told import changes, last


def test_slots_are_published_with_the_whole_panel(idea: Idea, researcher: Member):
    before = last()

    slot = add_slot(by=researcher, idea=idea, content={"expertise": "Battery packs", "wanted": 2})

    idea.refresh_from_db()
    assert changes(before) == [("board.members", "card.changed"), (f"idea.{idea.pk}", "consortium.changed")]
    expected = ConsortiumSerializer(consortium_of(idea)).data
    assert Change.objects.get(kind="consortium.changed").payload == expected
    assert (idea.open_slots, [row["id"] for row in expected["slots"]]) == (2, [slot.pk])


def test_only_authors_change_places(idea: Idea, company: Member):
    slot = make_slot(idea)
    before = last()

    for refused in (
        lambda: add_slot(by=company, idea=idea, content={"expertise": "x"}),
        lambda: edit_slot(by=company, slot=slot, content={"expertise": "x"}, at=timezone.now()),
        lambda: remove_slot(by=company, slot=slot, at=timezone.now()),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert (changes(before), RoleSlot.objects.get().expertise) == ([], "Battery packs")


@pytest.mark.parametrize(
    "content", [{"expertise": ""}, {"wanted": 0}, {"role": "king"}, {"expertise": "\x00"}, {"work": "x" * 3_001}]
)
def test_a_bad_place_is_refused_and_unpublished(idea: Idea, researcher: Member, content: dict[str, object]):
    before = last()

    with pytest.raises(ValidationError):
        add_slot(by=researcher, idea=idea, content={"expertise": "Good", **content})

    assert (changes(before), RoleSlot.objects.count()) == ([], 0)


def test_a_place_cannot_want_fewer_than_it_has_nor_go(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, outsider: Member
):
    slot = make_slot(idea, wanted=2)
    make_partner(idea, administrator, firm, slot=slot)
    make_partner(idea, outsider, outsider.organisations.get(), slot=slot)
    before = last()

    with pytest.raises(ValidationError):
        edit_slot(by=researcher, slot=slot, content={"wanted": 1}, at=timezone.now())
    with pytest.raises(Conflict, match="slot_filled"):
        remove_slot(by=researcher, slot=slot, at=timezone.now())

    assert changes(before) == []


def test_an_administrators_request_goes_to_the_authors(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    before = last()

    request = make_join_request(idea, administrator, firm)

    assert request.state == JoinState.PENDING
    assert sorted(changes(before)) == sorted(
        [(f"member.{researcher.pk}", "notification.added"), (f"member.{administrator.pk}", "request.changed")]
    )


def test_a_members_request_waits_for_the_administrator(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    before = last()
    request = make_join_request(idea, company, firm)
    assert request.state == JoinState.UNAUTHORISED
    others = [(f"member.{pk}", "request.changed") for pk in (researcher.pk, company.pk)]
    assert sorted(changes(before)) == sorted([(f"member.{administrator.pk}", "notification.added"), *others])

    with pytest.raises(NotAllowed):
        authorise_join_request(by=company, request=request, at=timezone.now())
    with pytest.raises(Conflict, match="wrong_state"):
        accept_join_request(by=researcher, request=request, at=timezone.now())
    before = last()
    request = authorise_join_request(by=administrator, request=request, at=timezone.now())

    assert request.state == JoinState.PENDING
    others = [(f"member.{pk}", "request.changed") for pk in (company.pk, administrator.pk)]
    assert sorted(changes(before)) == sorted([(f"member.{researcher.pk}", "notification.added"), *others])


def test_nobody_asks_for_anothers_organisation(idea: Idea, outsider: Member, firm: Organisation):
    before = last()

    with pytest.raises(NotAllowed):
        make_join_request(idea, outsider, firm)

    assert (changes(before), JoinRequest.objects.count()) == ([], 0)


def test_who_is_in_or_asked_cannot_ask_again(
    idea: Idea, researcher: Member, company: Member, administrator: Member, laboratory: Organisation, firm: Organisation
):
    Idea.objects.filter(pk=idea.pk).update(organisation=laboratory)
    make_join_request(idea, administrator, firm)
    before = last()

    with pytest.raises(Conflict, match="own_organisation"):
        make_join_request(idea, researcher, laboratory)
    with pytest.raises(Conflict, match="already_asked"):
        make_join_request(idea, company, firm)

    assert changes(before) == []


def test_a_closed_idea_takes_no_request(researcher: Member, administrator: Member, firm: Organisation):
    closed = make_idea(researcher, state=IdeaState.PARKED)
    before = last()

    with pytest.raises(Conflict, match="joining_closed"):
        make_join_request(closed, administrator, firm)

    assert changes(before) == []


def test_accepting_fills_the_place_and_tells_everybody(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    request = make_join_request(idea, administrator, firm, slot=slot)
    before = last()

    accept_join_request(by=researcher, request=request, at=timezone.now())

    slot.refresh_from_db()
    idea.refresh_from_db()
    assert (slot.filled, idea.open_slots, idea.partner_count) == (1, 0, 1)
    assert changes(before) == [
        ("board.members", "card.changed"),
        (f"idea.{idea.pk}", "consortium.changed"),
        (f"member.{administrator.pk}", "notification.added"),
    ]


def test_the_last_place_is_given_once(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, outsider: Member
):
    slot = make_slot(idea, wanted=1)
    first = make_join_request(idea, administrator, firm, slot=slot)
    second = make_join_request(idea, outsider, outsider.organisations.get(), slot=slot)
    accept_join_request(by=researcher, request=first, at=timezone.now())
    before = last()

    with pytest.raises(Conflict, match="slot_filled"):
        accept_join_request(by=researcher, request=second, at=timezone.now())

    # The answer was written before the place was found taken: all of it is rolled back.
    second.refresh_from_db()
    slot.refresh_from_db()
    assert (second.state, second.answered_by, slot.filled, changes(before)) == (JoinState.PENDING, None, 1, [])


def test_a_withdrawn_request_cannot_be_accepted_nor_the_other_way_round(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    stale = make_join_request(idea, administrator, firm, slot=slot)
    withdraw_join_request(by=administrator, request=stale, at=timezone.now())
    before = last()

    with pytest.raises(Conflict, match="wrong_state"):
        accept_join_request(by=researcher, request=stale, at=timezone.now())

    slot.refresh_from_db()
    assert (slot.filled, changes(before)) == (0, [])


def test_leaving_after_acceptance_frees_the_place(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    stale = make_join_request(idea, administrator, firm, slot=slot)
    accept_join_request(by=researcher, request=stale, at=timezone.now())
    before = last()

    withdraw_join_request(by=administrator, request=stale, at=timezone.now())

    slot.refresh_from_db()
    idea.refresh_from_db()
    assert (slot.filled, idea.open_slots, idea.partner_count) == (0, 1, 0)
    assert changes(before) == [
        ("board.members", "card.changed"),
        (f"idea.{idea.pk}", "consortium.changed"),
        (f"member.{researcher.pk}", "notification.added"),
        ("~", "topic"),
        ("~", "topic"),
    ]


@pytest.mark.parametrize(("waitlist", "state"), [(False, JoinState.DECLINED), (True, JoinState.WAITLISTED)])
def test_a_no_needs_a_reason_and_is_told(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, waitlist: bool, state: str
):
    request = make_join_request(idea, administrator, firm)
    before = last()

    for reason in ("", " \n", "x" * (MAX_TEXT_CHARS + 1)):
        with pytest.raises(ValidationError):
            decline_join_request(by=researcher, request=request, reason=reason, waitlist=waitlist, at=timezone.now())
    assert changes(before) == []

    answered = decline_join_request(by=researcher, request=request, reason="Full", waitlist=waitlist, at=timezone.now())
    assert (answered.state, answered.reason) == (state, "Full")
    assert sorted(changes(before)) == sorted(
        [(f"member.{administrator.pk}", "notification.added"), (f"member.{researcher.pk}", "request.changed")]
    )


def test_a_request_taken_back_is_told_to_those_who_see_it_alone(
    idea: Idea, researcher: Member, company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    request = make_join_request(idea, company, firm)
    before = last()

    withdraw_join_request(by=company, request=request, at=timezone.now())

    readers = sorted([researcher.pk, company.pk, administrator.pk])
    assert readers_of(request) == readers
    assert sorted(changes(before)) == sorted((f"member.{pk}", "request.changed") for pk in readers)
    payload = {"id": request.pk, "idea": idea.pk, "state": JoinState.WITHDRAWN}
    assert Change.objects.filter(kind="request.changed").latest("pk").payload == payload


def test_only_authors_answer_and_only_the_organisation_withdraws(
    idea: Idea, researcher: Member, company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    request = make_join_request(idea, administrator, firm)
    before = last()

    for refused in (
        lambda: accept_join_request(by=administrator, request=request, at=timezone.now()),
        lambda: decline_join_request(by=outsider, request=request, reason="x", at=timezone.now()),
        lambda: withdraw_join_request(by=researcher, request=request, at=timezone.now()),
        lambda: withdraw_join_request(by=company, request=request, at=timezone.now()),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert changes(before) == []


def test_a_place_of_another_idea_is_refused(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    elsewhere = make_slot(make_idea(researcher))

    with pytest.raises(ValidationError):
        make_join_request(idea, administrator, firm, slot=elsewhere)

    assert JoinRequest.objects.count() == 0


def test_after_a_no_an_organisation_may_ask_again(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    first = make_join_request(idea, administrator, firm)
    decline_join_request(by=researcher, request=first, reason="Not yet", at=timezone.now())

    assert make_join_request(idea, administrator, firm).pk != first.pk


def test_any_organisation_name_is_kept(idea: Idea, outsider: Member):
    name = "O'Neil & <Sons> %(title)s"
    organisation = make_organisation(name)
    organisation.affiliations.create(member=outsider, role="administrator")

    make_join_request(idea, outsider, organisation)

    assert Change.objects.latest("pk").payload["data"]["organisation"] == name


@pytest.fixture
def regional(idea: Idea, researcher: Member) -> Idea:
    """The idea, aimed at a call that asks for a laboratory and two companies."""
    call = make_call("REGION-1", rules={"min_laboratories": 1, "min_companies": 2})
    return edit_idea(by=researcher, idea=idea, content={"call": call}, version=idea.version, at=timezone.now())


def lacks(idea: Idea) -> dict[str, int]:
    return dict(Idea.objects.get(pk=idea.pk).tags["lacks"])


def test_what_a_line_up_lacks_is_kept_for_its_card(regional: Idea, administrator: Member, firm: Organisation):
    before = lacks(regional)
    request = make_partner(regional, administrator, firm)
    accepted = lacks(regional)
    withdraw_join_request(by=administrator, request=request, at=timezone.now())

    assert before == {"min_laboratories": 1, "min_companies": 2}
    assert accepted == {"min_laboratories": 1, "min_companies": 1}
    assert lacks(regional) == before


def test_a_partner_confirms_then_signs_and_everybody_sees_it(
    regional: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    request = make_partner(regional, administrator, firm)

    request = commit_partner(by=administrator, request=request, commitment=Commitment.CONFIRMED, at=timezone.now())
    make_letter(request, administrator)

    panel = Change.objects.filter(topic__name=f"idea.{regional.pk}", kind="consortium.changed").latest("seq").payload
    assert [partner["commitment"] for partner in panel["partners"]] == ["letter_signed"]
    assert [(one["rule"], one["confirmed"], one["interested"]) for one in panel["checks"]] == [
        ("min_laboratories", 0, 0),
        ("min_companies", 1, 1),
    ]
    told = Notification.objects.filter(member=researcher, kind=NotificationKind.JOIN_COMMITTED).order_by("id")
    assert [row.data["commitment"] for row in told] == ["confirmed", "letter_signed"]


def test_steps_of_commitment_come_in_their_order_once_and_from_administrators(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    asked = make_join_request(idea, administrator, firm)
    with pytest.raises(Conflict, match="wrong_state"):
        commit_partner(by=administrator, request=asked, commitment=Commitment.CONFIRMED, at=timezone.now())
    accept_join_request(by=researcher, request=asked, at=timezone.now())

    for by in (researcher, company):
        with pytest.raises(NotAllowed):
            commit_partner(by=by, request=asked, commitment=Commitment.CONFIRMED, at=timezone.now())
    with pytest.raises(Conflict, match="wrong_state"):
        commit_partner(by=administrator, request=asked, commitment=Commitment.LETTER_SIGNED, at=timezone.now())
    commit_partner(by=administrator, request=asked, commitment=Commitment.CONFIRMED, at=timezone.now())
    with pytest.raises(Conflict, match="wrong_state"):
        commit_partner(by=administrator, request=asked, commitment=Commitment.CONFIRMED, at=timezone.now())

    assert JoinRequest.objects.get().commitment == Commitment.CONFIRMED


def test_who_only_asks_is_in_no_check(regional: Idea, administrator: Member, firm: Organisation):
    make_join_request(regional, administrator, firm)

    checks = consortium_of(regional).checks

    assert [(one.rule, one.pending) for one in checks] == [("min_laboratories", 0), ("min_companies", 0)]
