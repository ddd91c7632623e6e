"""What the page of an idea says of what happened, of its end, and of another call."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ideas.actions.ideas import aim_again, change_state, edit_idea
from ideas.actions.joining import withdraw_join_request
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import IdeaState
from ideas.models import Idea, Member, Organisation, ValueChain
from ideas.queries.history import happenings_of
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_partner, make_shortlist

pytestmark = pytest.mark.django_db


def in_english(member: Member) -> Client:
    """A browser whose pages say what the assertions say."""
    client = signed_in(member)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def kinds_of(idea: Idea, viewer: Member) -> list[str]:
    return [one.kind for one in happenings_of(idea, viewer)]


def test_history_tells_all_the_newest_first(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, lead: Member, chain: ValueChain
):
    call = make_call("HORIZON-NEW")
    edit_idea(by=researcher, idea=idea, content={"call": call}, version=1, at=timezone.now())
    partner = make_partner(idea, administrator, firm)
    withdraw_join_request(by=administrator, request=partner, at=timezone.now())
    shortlist = make_shortlist(lead, chain, idea, title="For the board")
    publish_shortlist(by=lead, shortlist=shortlist, at=timezone.now())
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, reason="No money.", at=timezone.now())
    idea.refresh_from_db()

    assert kinds_of(idea, researcher) == [
        "state", "shortlisted", "left", "joined", "saved", "target", "state", "written",
    ]  # fmt: skip
    client = in_english(researcher)
    shown = client.get(reverse("ideas:history", args=[idea.reference])).content.decode()
    for said in ("Parked: No money.", "For the board", firm.name, "HORIZON-NEW", "version 2", "Written down"):
        assert said in shown


def test_saves_of_one_member_on_one_day_are_one_line(idea: Idea, researcher: Member):
    for version in (1, 2, 3):
        edit_idea(by=researcher, idea=idea, content={"title": f"T{version}"}, version=version, at=timezone.now())

    saved = [one.about for one in happenings_of(idea, researcher) if one.kind == "saved"]

    assert saved == [{"first": 2, "last": 4}]


def test_only_six_stand_open_and_a_script_gets_the_same_part(idea: Idea, researcher: Member):
    for state in (IdeaState.PARKED, IdeaState.OPEN) * 4:
        change_state(by=researcher, idea=idea, state=state, at=timezone.now())
    client = signed_in(researcher)

    page = client.get(idea.get_absolute_url()).context["history"]
    part = client.get(reverse("ideas:history", args=[idea.reference]), headers={"HX-Request": "true"})

    assert (len(page["newest"]), len(page["older"])) == (6, 4)
    assert ("data-history" in part.content.decode(), "<html" in part.content.decode()) == (True, False)


def test_history_is_for_who_sees_the_idea(secret: Idea, outsider: Member, staff: Member):
    url = reverse("ideas:history", args=[secret.reference])

    assert [signed_in(member).get(url).status_code for member in (outsider, staff, None)] == [404, 404, 302]


# Renewing -------------------------------------------------------------------------------------------------------------


def test_an_expired_idea_says_so_on_its_page_and_card_and_is_renewed_with_one_press(
    researcher: Member, company: Member, chain: ValueChain
):
    idea = make_idea(researcher, chain=chain, valid_until=timezone.localdate() - timedelta(days=2))
    author, reader = signed_in(researcher), signed_in(company)
    assert reader.get(idea.get_absolute_url()).context["validity"]["expired"] is True
    assert is_expired_on_the_board(reader) is True
    validity = author.get(idea.get_absolute_url()).context["validity"]

    answer = author.post(reverse("ideas:renew", args=[idea.reference]), {"until": validity["proposed"].isoformat()})

    assert answer.status_code == 303
    idea.refresh_from_db()
    assert idea.valid_until == timezone.localdate() + timedelta(days=182)
    assert reader.get(idea.get_absolute_url()).context["validity"] is None
    assert is_expired_on_the_board(reader) is False


def is_expired_on_the_board(reader: Client) -> bool:
    [card] = reader.get("/").context["cards"]
    return bool(card.prepare()["card"]["expired"])


@pytest.mark.parametrize("typed", ["", "2001-01-01", "9999-12-31", "99999-01-01", "soon", "\x00", "٢٠٢٧-٠١-٠١"])
def test_a_day_that_is_none_is_refused_and_stays(idea: Idea, researcher: Member, typed: str):
    answer = signed_in(researcher).post(reverse("ideas:renew", args=[idea.reference]), {"until": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["until"])


def test_only_authors_renew(idea: Idea, company: Member, secret: Idea):
    client, body = signed_in(company), {"until": (timezone.localdate() + timedelta(days=9)).isoformat()}

    answers = [client.post(reverse("ideas:renew", args=[one.reference]), body) for one in (idea, secret)]

    assert [answer.status_code for answer in answers] == [403, 404]


# Another call ---------------------------------------------------------------------------------------------------------


def test_a_parked_idea_opens_again_against_the_call_that_is_chosen(idea: Idea, researcher: Member):
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, at=timezone.now())
    call = make_call("HORIZON-NEW")
    body = {"call": call.pk, "version": idea.version, "reason": "It fits better."}

    answer = signed_in(researcher).post(reverse("matching:aim", args=[idea.reference]), body)

    idea.refresh_from_db()
    assert (answer.status_code, idea.state, idea.call) == (303, IdeaState.OPEN, call)
    assert idea.transitions.first().reason == "It fits better."  # type: ignore[union-attr]


def test_a_reason_that_is_too_long_is_said_and_changes_nothing(idea: Idea, researcher: Member):
    body = {"call": make_call().pk, "version": idea.version, "reason": "x" * 1_001}

    answer = in_english(researcher).post(reverse("matching:aim", args=[idea.reference]), body)

    idea.refresh_from_db()
    assert (answer.status_code, idea.call) == (400, None)
    assert "The reason is too long" in answer.content.decode()


def test_a_change_of_target_tells_its_reason(idea: Idea, researcher: Member):
    call = make_call("HORIZON-NEW")
    aim_again(by=researcher, idea=idea, call=call, reason="Because.", version=1, at=timezone.now())

    shown = in_english(researcher).get(reverse("ideas:history", args=[idea.reference])).content.decode()

    assert "Aims at HORIZON-NEW: Because." in shown
