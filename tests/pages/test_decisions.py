"""Pages of decisions: staging with what was typed kept, previews, the confirm step, what authors read."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from ideas.actions.decisions import publish_decisions, stage_decision
from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.mails import claim_mail, make_mails
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import IdeaState, Language, Outcome, ReviewState, ScoresShown
from ideas.models import ConflictOfInterest, Decision, Idea, Member, Review, ReviewRound, Shortlist, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_member, make_shortlist

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def ideas(researcher: Member, other_author: Member, chain: ValueChain) -> list[Idea]:
    """A is the researcher's, B somebody else's."""
    return [make_idea(by, chain=chain, title=title) for by, title in [(researcher, "A"), (other_author, "B")]]


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, ideas: list[Idea]) -> Shortlist:
    return make_shortlist(lead, chain, *ideas, title="Spring", call=make_call("HORIZON-7"))


def entry(shortlist: Shortlist, title: str) -> Any:
    return shortlist.entries.get(idea__title=title)


def address(shortlist: Shortlist, title: str, rest: str = "decision/") -> str:
    return f"/shortlist-entries/{entry(shortlist, title).pk}/{rest}"


def stage(
    by: Member, shortlist: Shortlist, title: str, outcome: str, text: str = "Words.", version: int = 0
) -> Decision:
    return stage_decision(by=by, entry=entry(shortlist, title), outcome=outcome, text=text, version=version, at=NOW)


def publish(by: Member, shortlist: Shortlist) -> None:
    publish_decisions(by=by, shortlist=shortlist, at=NOW)


# Staging ------------------------------------------------------------------------------------------------------------


def test_a_lead_stages_a_decision_and_finds_it_in_the_table(lead, shortlist):
    sent = {"outcome": "revise", "text": "Say more.", "version": 0}

    done = signed_in(lead).post(address(shortlist, "A"), sent)
    page = signed_in(lead).get(shortlist.get_absolute_url())

    assert (done.status_code, done["Location"]) == (
        303,
        f"/shortlists/{shortlist.pk}/#entry-{entry(shortlist, 'A').pk}",
    )
    rows = page.context["staged"]["rows"]
    assert [(row["title"], row["outcome"], row["text"], row["by"]) for row in rows] == [
        ("A", "revise", "Say more.", lead.name)
    ]
    counts = [(one["outcome"], one["ideas"], one["authors"]) for one in page.context["staged"]["counts"]]
    assert counts == [("revise", 1, 1)]


@pytest.mark.parametrize(
    "sent",
    [
        {"outcome": "", "text": "Typed words", "version": 0},
        {"outcome": "revise", "text": "   ", "version": 0},
        {"outcome": "decline", "text": "Typed words" + "x" * 5_000, "version": 0},
        {"outcome": "decline", "text": "Typed words\x00", "version": 0},
        {"outcome": "decline", "text": "Typed words", "version": "٣٣"},
        {"outcome": "decline", "text": "Typed words", "version": "9" * 300},
        {"outcome": "decline", "text": "Typed words"},
    ],
)
def test_what_is_refused_stays_in_the_form(lead, shortlist, sent):
    answer = signed_in(lead).post(address(shortlist, "A"), sent)

    assert answer.status_code in (400, 409)
    assert answer.context["form"].errors
    assert answer.context["form"]["text"].value() == sent["text"]
    assert Decision.objects.count() == 0


def test_a_stale_decision_shows_both_texts_and_loses_none(lead, staff, shortlist):
    stage(staff, shortlist, "A", Outcome.DECLINE, "What staff wrote.")

    answer = signed_in(lead).post(
        address(shortlist, "A"), {"outcome": "reserve", "text": "What I typed.", "version": 0}
    )
    text = answer.content.decode()

    assert answer.status_code == 409
    assert "What staff wrote." in text
    assert "What I typed." in text
    assert (answer.context["form"]["version"].value(), answer.context["form"]["outcome"].value()) == (1, "reserve")
    again = signed_in(lead).post(address(shortlist, "A"), {"outcome": "reserve", "text": "What I typed.", "version": 1})
    assert again.status_code == 303
    assert Decision.objects.get().text == "What I typed."


@pytest.mark.parametrize(("language", "first"), [(Language.IT, "it"), (Language.EN, "en")])
def test_ready_texts_come_in_the_idea_s_language_first_and_say_what_is_true(lead, researcher, chain, language, first):
    idea = make_idea(researcher, chain=chain, title="Warm {braces}", language=language)
    call = make_call("HORIZON-9", closes_in=timedelta(days=90))
    shortlist = make_shortlist(lead, chain, idea, title="Spring", call=call)
    client = signed_in(lead)

    page = client.get(address(shortlist, "Warm {braces}"))
    texts = page.context["texts"]
    begun = client.get(address(shortlist, "Warm {braces}"), {"text": f"call.{first}"})

    assert {one["outcome"] for one in texts} == set(Outcome.values)
    by_outcome = [one["language"] for one in texts if one["outcome"] == "decline"]
    assert (by_outcome[0], set(by_outcome)) == (first, {"it", "en"})
    chosen = next(one["text"] for one in texts if one["outcome"] == "shortlist")
    assert all(word in chosen for word in ("Warm {braces}", "Spring", "HORIZON-9"))
    assert (begun.context["form"]["outcome"].value(), "HORIZON-9" in begun.context["form"]["text"].value()) == (
        "decline",
        True,
    )


def test_a_list_without_a_call_leaves_no_hole_in_a_ready_text(lead, chain, ideas):
    shortlist = make_shortlist(lead, chain, ideas[0], title="Event")

    texts = signed_in(lead).get(address(shortlist, "A")).context["texts"]

    assert not [one["text"] for one in texts if "{" in one["text"] or "  " in one["text"] or "None" in one["text"]]


def test_a_preview_shows_page_bell_and_mail_in_the_author_s_language_and_saves_nothing(lead, researcher, shortlist):
    Member.objects.filter(pk=researcher.pk).update(language="en")
    sent = {"outcome": "revise", "text": "Who measures?", "version": 0, "preview": "1"}

    page = signed_in(lead).post(address(shortlist, "A"), sent)
    [seen] = page.context["preview"]

    assert page.status_code == 200
    assert (seen["author"], seen["language"]) == (researcher.name, "en")
    assert "Who measures?" in seen["html"]
    assert seen["line"] == f"{lead.name} asks for more information on “A”: Who measures?"
    assert seen["subject"] == f"{lead.name} asks for more information on “A”: Who measures?"
    assert "/ideas/" in seen["body"]
    assert page.context["form"]["text"].value() == "Who measures?"
    assert (Decision.objects.count(), Idea.objects.get(title="A").state) == (0, IdeaState.OPEN)


def test_what_was_previewed_is_what_the_author_gets(lead, researcher, shortlist, ideas):
    sent = {"outcome": "reserve", "text": "Wait for us.", "version": 0}
    client = signed_in(lead)
    [seen] = client.post(address(shortlist, "A"), sent | {"preview": "1"}).context["preview"]
    client.post(address(shortlist, "A"), sent)
    client.post(f"/shortlists/{shortlist.pk}/decisions/publish/")

    bell = signed_in(researcher).get("/notifications/")
    page = signed_in(researcher).get(ideas[0].get_absolute_url())
    make_mails(at=timezone.now() + timedelta(days=2))
    sent_mail = claim_mail(at=timezone.now() + timedelta(days=2))

    assert seen["line"] in [row["sentence"] for row in bell.context["rows"]]
    assert "Wait for us." in page.content.decode()
    assert (sent_mail.subject, sent_mail.body) == (seen["subject"], seen["body"])


def test_withdrawing_goes_by_the_version_that_was_seen(lead, staff, shortlist):
    stage(lead, shortlist, "A", Outcome.DECLINE)
    client = signed_in(staff)

    refused = client.post(address(shortlist, "A", "decision/withdraw/"), {"version": 5})
    odd = client.post(address(shortlist, "A", "decision/withdraw/"), {"version": "x"})
    assert Decision.objects.count() == 1
    done = client.post(address(shortlist, "A", "decision/withdraw/"), {"version": 1})

    assert [answer.status_code for answer in (refused, odd, done)] == [303, 303, 303]
    assert Decision.objects.count() == 0


# Who sees it --------------------------------------------------------------------------------------------------------


def test_outsiders_and_authors_find_no_page_to_decide(company, outsider, researcher, lead, chain, shortlist):
    stage(lead, shortlist, "A", Outcome.DECLINE, "CANARY")
    chain.leads.add(researcher)

    for member in (company, outsider, researcher):
        client = signed_in(member)
        answers = [
            client.get(address(shortlist, "A")),
            client.post(address(shortlist, "A"), {"outcome": "shortlist", "version": 1}),
            client.post(address(shortlist, "A", "decision/withdraw/"), {"version": 1}),
            client.get(address(shortlist, "A", "changes/")),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
        assert not any("CANARY" in answer.content.decode() for answer in answers)
    assert Decision.objects.get().text == "CANARY"


def test_staged_words_reach_no_author_and_no_conflicted_lead_anywhere(
    lead, researcher, chain, ideas, shortlist, other_author
):
    blind = make_member("Bruna Blind", email="blind@example.org")
    chain.leads.add(blind, researcher)
    ConflictOfInterest.objects.create(member=blind, idea=ideas[0], declared_at=NOW)
    stage(lead, shortlist, "A", Outcome.DECLINE, "CANARY of Zanzibar")
    stage(lead, shortlist, "B", Outcome.SHORTLIST, "For B.")
    make_mails(at=timezone.now() + timedelta(days=2))
    pages = [
        "/", "/notifications/", "/shortlists/", f"/shortlists/{shortlist.pk}/", f"/shortlists/{shortlist.pk}/paper/",
        f"/shortlists/{shortlist.pk}/publish/", f"/shortlists/{shortlist.pk}/decisions/publish/",
        ideas[0].get_absolute_url(), f"{ideas[0].get_absolute_url()}history/", "/search/?q=Zanzibar",
        f"/shortlists/{shortlist.pk}/list.csv", f"/api/v1/shortlists/{shortlist.pk}/",
        f"/api/v1/shortlists/{shortlist.pk}/decisions/",
    ]  # fmt: skip

    for member in (blind, researcher, other_author):
        for page in pages:
            answer = signed_in(member).get(page)
            text = b"".join(answer).decode()
            assert "CANARY" not in text, page
    confirm = signed_in(blind).get(f"/shortlists/{shortlist.pk}/decisions/publish/").context["staged"]
    assert [(row["title"], row["outcome"]) for row in confirm["rows"]] == [("B", "shortlist")]
    assert [(one["outcome"], one["ideas"], one["authors"]) for one in confirm["counts"]] == [("shortlist", 1, 1)]


def test_a_conflicted_lead_who_publishes_is_shown_no_more_than_before(lead, chain, ideas, shortlist, researcher):
    blind = make_member("Bruna Blind", email="blind@example.org")
    chain.leads.add(blind)
    ConflictOfInterest.objects.create(member=blind, idea=ideas[0], declared_at=NOW)
    stage(lead, shortlist, "A", Outcome.DECLINE, "CANARY")
    stage(lead, shortlist, "B", Outcome.SHORTLIST, "For B.")

    done = signed_in(blind).post(f"/shortlists/{shortlist.pk}/publish/", follow=True)

    assert [row["title"] for row in done.context["entries"]] == ["B"]
    assert "CANARY" not in done.content.decode()
    assert Decision.objects.filter(published_at=None).count() == 0
    assert signed_in(researcher).get(ideas[0].get_absolute_url()).context["told"]["rows"][0]["text"] == "CANARY"


# The confirm step and what comes of it ------------------------------------------------------------------------------


def test_publishing_asks_first_and_says_how_many_hear_what(lead, shortlist, ideas, researcher):
    ideas[1].authors.add(researcher)
    stage(lead, shortlist, "A", Outcome.DECLINE)
    stage(lead, shortlist, "B", Outcome.DECLINE)

    asked = signed_in(lead).get(f"/shortlists/{shortlist.pk}/publish/")

    counts = [(one["outcome"], one["ideas"], one["authors"]) for one in asked.context["staged"]["counts"]]
    assert counts == [("decline", 2, 2)]
    assert Decision.objects.filter(published_at=None).count() == 2


def test_publishing_nothing_is_answered_in_words(lead, shortlist):
    asked = signed_in(lead).get(f"/shortlists/{shortlist.pk}/decisions/publish/")
    done = signed_in(lead).post(f"/shortlists/{shortlist.pk}/decisions/publish/", follow=True)

    assert asked.context["staged"] is None
    assert [message.level_tag for message in done.context["messages"]] == ["error"]


def test_members_may_not_publish(company, lead, shortlist):
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    client = signed_in(company)

    assert client.get(f"/shortlists/{shortlist.pk}/decisions/publish/").status_code == 403
    assert client.post(f"/shortlists/{shortlist.pk}/decisions/publish/").status_code == 403


def test_members_read_of_a_decided_list_what_was_chosen_on_page_paper_and_in_files(lead, company, shortlist):
    review_round = ReviewRound.objects.create(
        shortlist=shortlist, opened_by=lead, opened_at=NOW, scores_shown=ScoresShown.CRITERIA
    )
    assert review_round.pk
    Review.objects.create(
        entry=entry(shortlist, "A"), reviewer=lead, asked_by=lead, asked_at=NOW, done_at=NOW, state=ReviewState.DONE,
        marks={"excellence": "4.0", "impact": "3.5", "implementation": "5.0"}, remarks={"impact": "CANARY remark"},
    )  # fmt: skip
    stage(lead, shortlist, "A", Outcome.RESERVE, "CANARY words")
    stage(lead, shortlist, "B", Outcome.REVISE, "CANARY words")
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    client = signed_in(company)

    page = client.get(shortlist.get_absolute_url())
    paper = client.get(f"/shortlists/{shortlist.pk}/paper/")
    table = b"".join(client.get(f"/shortlists/{shortlist.pk}/list.csv")).decode("utf-8-sig")

    assert [(row["title"], row["scores"]["overall"]) for row in page.context["entries"]] == [("A", "12,5")]
    assert [row["title"] for row in paper.context["entries"]] == ["A"]
    [line] = csv.DictReader(io.StringIO(table), delimiter=";" if ";" in table.splitlines()[0] else ",")
    assert (line["title"], line["decision"], line["score"]) == ("A", "reserve", "12.50")
    assert line["scores"] == "excellence: 4.00; impact: 3.50; implementation: 5.00"
    for text in (page.content.decode(), paper.content.decode(), table):
        assert "CANARY" not in text


# What authors read --------------------------------------------------------------------------------------------------


def test_an_author_reads_the_decision_on_the_idea_s_page_and_others_read_nothing(
    lead, researcher, company, outsider, shortlist, ideas
):
    stage(lead, shortlist, "A", Outcome.DECLINE, "CANARY words")
    publish(lead, shortlist)
    url = ideas[0].get_absolute_url()

    assert "CANARY words" in signed_in(researcher).get(url).content.decode()
    part = signed_in(researcher).get(f"{url}decisions/", headers={"HX-Request": "true"})
    assert "CANARY words" in part.content.decode()
    assert "<html" not in part.content.decode()
    for member in (company, outsider, lead):
        page = signed_in(member).get(url)
        assert (page.context["told"], "CANARY" in page.content.decode()) == (None, False)
        assert signed_in(member).get(f"{url}decisions/").status_code == 403
    assert signed_in(None).get(f"{url}decisions/").status_code == 302


def test_nothing_stands_on_the_page_before_publication(lead, researcher, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.DECLINE, "CANARY words")

    page = signed_in(researcher).get(ideas[0].get_absolute_url())

    assert page.context["told"]["rows"] == []
    assert "CANARY" not in page.content.decode()


def test_the_text_to_be_revised_is_not_in_the_history_that_everybody_reads(lead, company, researcher, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.REVISE, "CANARY words")
    publish(lead, shortlist)

    page = signed_in(company).get(ideas[0].get_absolute_url())
    own = signed_in(researcher).get(ideas[0].get_absolute_url())

    assert (page.status_code, "CANARY" in page.content.decode()) == (200, False)
    assert own.context["told"]["asks"]
    # The panel says all of it: no second notice asks for the same.
    assert 'id="question"' not in own.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_a_decision_page_takes_a_fixed_number_of_queries(number, lead, researcher, chain, django_assert_num_queries):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(number)))
    for row in shortlist.entries.all():
        stage_decision(by=lead, entry=row, outcome="decline", text="No.", version=0, at=NOW)
    first = shortlist.entries.first()
    client = signed_in(lead)

    with django_assert_num_queries(14):
        client.get(f"/shortlist-entries/{first.pk}/decision/")


@pytest.mark.parametrize("number", [1, 3])
def test_the_confirm_step_takes_a_fixed_number_of_queries(number, lead, researcher, chain, django_assert_num_queries):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(number)))
    for row in shortlist.entries.all():
        stage_decision(by=lead, entry=row, outcome="decline", text="No.", version=0, at=NOW)
    client = signed_in(lead)

    with django_assert_num_queries(14):
        client.get(f"/shortlists/{shortlist.pk}/decisions/publish/")


@pytest.mark.parametrize("number", [1, 3])
def test_an_author_s_decisions_take_a_fixed_number_of_queries(
    number, lead, researcher, chain, idea, django_assert_num_queries
):
    for _ in range(number):
        shortlist = make_shortlist(lead, chain, idea)
        stage_decision(by=lead, entry=shortlist.entries.get(), outcome="decline", text="No.", version=0, at=NOW)
        publish(lead, shortlist)
    client = signed_in(researcher)

    with django_assert_num_queries(9):
        page = client.get(f"{idea.get_absolute_url()}decisions/", headers={"HX-Request": "true"})

    assert len(page.context["told"]["rows"]) == number


# The loop of a revision ---------------------------------------------------------------------------------------------


def test_a_revision_goes_to_the_author_and_back_to_its_reviewers_with_what_changed(
    lead, company, researcher, shortlist, ideas
):
    ReviewRound.objects.create(shortlist=shortlist, opened_by=lead, opened_at=NOW)
    Review.objects.create(
        entry=entry(shortlist, "A"), reviewer=company, asked_by=lead, asked_at=NOW, done_at=NOW, state=ReviewState.DONE,
        marks={"excellence": "2.0", "impact": "2.0", "implementation": "2.0"}, idea_version=1,
    )  # fmt: skip
    stage(lead, shortlist, "A", Outcome.REVISE, "Say who measures.")
    signed_in(lead).post(f"/shortlists/{shortlist.pk}/decisions/publish/")
    idea = Idea.objects.get(title="A")
    edit_idea(
        by=researcher, idea=idea, version=1, at=NOW,
        content={"approach": "An approach. The laboratory measures.", "invited": [make_member("CANARY invited")]},
    )  # fmt: skip

    back = signed_in(researcher).post(f"{idea.get_absolute_url()}state/", {"state": "open"})
    bell = signed_in(company).get("/notifications/")
    seen = signed_in(company).get(bell.context["rows"][0]["row"].url)
    as_lead = signed_in(lead).get(address(shortlist, "A", "changes/"))

    assert back.status_code == 303
    for page in (seen, as_lead):
        assert [(page.context["old"].number, page.context["new"].number)] == [(1, 2)]
        assert [piece.text for piece in page.context["changes"][0]["pieces"] if piece.kind == "added"] == [
            "The laboratory measures."
        ]
        # Whom its authors let read it is theirs alone.
        assert "CANARY" not in page.content.decode()
    assert Review.objects.get().state == ReviewState.DRAFT
    assert Decision.objects.get().answered_at is not None
    for member in (researcher, make_member("Stranger")):
        assert signed_in(member).get(address(shortlist, "A", "changes/")).status_code == 404


def test_what_changed_is_shown_to_no_lead_in_conflict(lead, chain, researcher, shortlist, ideas):
    stage(lead, shortlist, "A", Outcome.REVISE, "Say more.")
    publish(lead, shortlist)
    change_state(by=researcher, idea=Idea.objects.get(title="A"), state=IdeaState.OPEN, at=NOW)

    assert signed_in(lead).get(address(shortlist, "A", "changes/")).status_code == 200
    ConflictOfInterest.objects.create(member=lead, idea=ideas[0], declared_at=NOW)
    assert signed_in(lead).get(address(shortlist, "A", "changes/")).status_code == 404
    assert mail.outbox == []


# What is public -----------------------------------------------------------------------------------------------------


@pytest.fixture
def public(lead: Member, researcher: Member, chain: ValueChain) -> Shortlist:
    """A public list: of its four ideas, two have a public teaser, and one of those was declined."""
    shown = {"visibility": "value_chain", "problem": "CANARY problem"}
    ideas = [
        make_idea(researcher, chain=chain, title="Open teaser", public_teaser=True, **shown),
        make_idea(researcher, chain=chain, title="CANARY closed", public_teaser=False, **shown),
        make_idea(researcher, chain=chain, title="CANARY declined", public_teaser=True, **shown),
        make_idea(researcher, chain=chain, title="Second teaser", public_teaser=True, **shown),
    ]
    shortlist = make_shortlist(
        lead, chain, *ideas, title="Public spring", purpose="CANARY purpose", call=make_call("H-1")
    )
    for row, outcome in zip(shortlist.entries.all(), ("shortlist", "shortlist", "decline", "reserve"), strict=True):
        stage_decision(by=lead, entry=row, outcome=outcome, text="CANARY text", version=0, at=NOW)
    return publish_shortlist(by=lead, shortlist=shortlist, public_teaser=True, at=NOW)


def test_visitors_and_members_outside_read_a_public_list_as_far_as_its_ideas_are(public, outsider):
    for viewer in (None, outsider):
        page = signed_in(viewer).get(public.get_absolute_url())
        text = page.content.decode()
        assert page.status_code == 200
        assert "Public spring" in text
        assert "H-1" in text
        assert [card["title"] for card in page.context["cards"]] == ["Open teaser", "Second teaser"]
        assert "CANARY" not in text


def test_a_list_is_public_only_where_its_lead_chose_so(lead, public, outsider):
    Shortlist.objects.update(public_teaser=False)

    asked = signed_in(None).get(public.get_absolute_url())
    unknown = signed_in(None).get("/shortlists/999999/")

    assert (asked.status_code, unknown.status_code) == (302, 302)
    assert asked["Location"].replace(str(public.pk), "") == unknown["Location"].replace("999999", "")
    assert signed_in(outsider).get(public.get_absolute_url()).status_code == 404


def test_a_public_list_in_preparation_is_nobody_s_but_its_leads(lead, chain, idea):
    shortlist = make_shortlist(lead, chain, idea, title="CANARY")
    Shortlist.objects.update(public_teaser=True)

    assert signed_in(None).get(shortlist.get_absolute_url()).status_code == 302


def test_the_lead_chooses_on_the_confirm_step(lead, shortlist):
    client = signed_in(lead)
    asked = client.get(f"/shortlists/{shortlist.pk}/publish/")

    client.post(f"/shortlists/{shortlist.pk}/publish/", {"public_teaser": "on"})

    assert not asked.context["form"]["public_teaser"].value()
    shortlist.refresh_from_db()
    assert shortlist.public_teaser


def test_a_call_s_page_names_to_visitors_the_public_lists_alone(lead, chain, idea, public):
    hidden = make_shortlist(lead, chain, idea, title="CANARY list", call=public.call)
    publish_shortlist(by=lead, shortlist=hidden, at=NOW)

    page = signed_in(None).get(public.call.get_absolute_url())

    assert page.context["shortlists"] == [public]
    assert "CANARY" not in page.content.decode()
