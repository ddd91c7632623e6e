import pytest
from django.utils import timezone

from ideas.models import ConflictOfInterest, Decision, Idea, Member, Review
from tests.cast import signed_in
from tests.factories import make_review, make_round, make_shortlist

REASON = "My sister works there."


def address(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/interest/"


def test_a_lead_says_so_and_takes_it_back(lead, idea):
    client = signed_in(lead)

    client.post(address(idea), {"reason": REASON})
    page = client.get(idea.get_absolute_url()).content.decode()
    client.post(f"{address(idea)}take-back/")

    assert (REASON in page, ConflictOfInterest.objects.count()) == (True, 0)


def test_it_is_for_who_may_judge(lead, staff, researcher, outsider, company, idea):
    answers = [signed_in(one).get(address(idea)).status_code for one in (lead, staff, researcher, outsider, company)]

    assert answers == [200, 200, 403, 403, 403]


def test_an_idea_that_one_does_not_see_is_like_an_unknown_one(lead, secret):
    client = signed_in(lead)

    assert [client.post(f"/ideas/{ref}/interest/").status_code for ref in (secret.reference, "JVL-2026-0000")] == [
        404
    ] * 2


def test_a_detected_interest_is_named_to_the_person_alone(lead, staff, idea, laboratory):
    idea.authors.add(lead)

    own = signed_in(lead).get(idea.get_absolute_url()).context["interest"]
    others = signed_in(staff).get(idea.get_absolute_url()).context["interest"]

    assert (len(own["reasons"]), others["reasons"]) == (1, [])


def test_who_was_asked_says_so_and_their_review_goes(lead, staff, chain, idea, company):
    shortlist = make_shortlist(lead, chain, idea)
    make_round(lead, shortlist)
    make_review(lead, shortlist, idea, company, "4.0", "4.0", "4.0")

    answer = signed_in(company).post(address(idea), {"reason": REASON})

    assert (answer.status_code, Review.objects.count()) == (303, 0)
    # Who was only asked finds the way back, too.
    assert signed_in(company).get(address(idea)).status_code == 200


def test_once_something_was_decided_it_stays(lead, chain, idea, company):
    shortlist = make_shortlist(lead, chain, idea)
    entry, client = shortlist.entries.get(), signed_in(lead)
    client.post(address(idea), {"reason": ""})
    at = timezone.now()
    decision = Decision.objects.create(entry=entry, outcome="decline", staged_by=lead, staged_at=at)
    client.post(f"{address(idea)}take-back/")
    staged = ConflictOfInterest.objects.count()
    client.post(address(idea), {"reason": ""})
    Decision.objects.filter(pk=decision.pk).update(published_by=lead, published_at=at)

    client.post(f"{address(idea)}take-back/")

    assert (staged, ConflictOfInterest.objects.count()) == (0, 1)


@pytest.mark.parametrize("reason", ["a\x00b", "x" * 501])
def test_a_wrong_reason_is_refused(lead, idea, reason):
    assert signed_in(lead).post(address(idea), {"reason": reason}).status_code == 400


def test_staff_reads_what_members_said_and_nobody_else_does(
    lead, staff, outsider, idea: Idea, secret: Idea, researcher: Member
):
    for one in (idea, secret):
        ConflictOfInterest.objects.create(
            member=lead, idea=one, reason=f"{one.pk} {REASON}", declared_at=timezone.now()
        )

    page = signed_in(staff).get("/conflicts/").content.decode()

    assert (f"{idea.pk} {REASON}" in page, f"{secret.pk} {REASON}" in page) == (True, False)
    assert [signed_in(one).get("/conflicts/").status_code for one in (lead, outsider, researcher)] == [403] * 3


def test_adding_such_an_idea_is_refused_with_a_clear_sentence(lead, chain, idea):
    make_shortlist(lead, chain)
    idea.authors.add(lead)
    client, path = signed_in(lead), f"/ideas/{idea.reference}/shortlist/"

    page = client.get(path)
    answer = client.post(path, {"shortlist": "1"})

    assert (page.status_code, bool(page.context["refused"]), answer.status_code) == (200, True, 400)
