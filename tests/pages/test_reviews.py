from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.choices import ReviewState
from ideas.models import Idea, Member, Review, ReviewRound, Shortlist, ValueChain
from tests.cast import signed_in
from tests.factories import affiliate, make_idea, make_member, make_review, make_round, make_shortlist

QUERIES_OF_QUEUE = 10
QUERIES_OF_OVERVIEW = 25
QUERIES_OF_REVIEWERS = 20
CODES = ("excellence", "impact", "implementation")


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, idea: Idea) -> Shortlist:
    shortlist = make_shortlist(lead, chain, idea, title="Spring list")
    make_round(lead, shortlist)
    return shortlist


def typed(*marks: str, **more: str) -> dict[str, str]:
    fields = {f"mark-{code}": mark for code, mark in zip(CODES, marks, strict=False)}
    return {"version": "0", "draft": "one", "act": "done", "confidence": "high", **fields, **more}


def overview(shortlist: Shortlist) -> str:
    return f"/shortlists/{shortlist.pk}/reviews/"


# Who finds what -----------------------------------------------------------------------------------------------------


def test_pages_of_leads_are_for_who_curates_a_list_that_they_see(
    shortlist, review, researcher, outsider, company, lead, staff
):
    entry = shortlist.entries.get()
    paths = [overview(shortlist), f"{overview(shortlist)}round/", f"/shortlist-entries/{entry.pk}/reviewers/"]

    answers = {
        member.name: [signed_in(member).get(path).status_code for path in paths]
        for member in (lead, staff, researcher, outsider, company)
    }

    assert answers == {
        lead.name: [200] * 3, staff.name: [200] * 3,
        researcher.name: [404] * 3, outsider.name: [404] * 3, company.name: [404] * 3,
    }  # fmt: skip


def test_members_who_read_a_published_list_do_not_read_its_reviews(lead, shortlist, outsider):
    signed_in(lead).post(f"/shortlists/{shortlist.pk}/publish/", {"version": shortlist.version})

    assert signed_in(outsider).get(overview(shortlist)).status_code in (403, 404)


def test_a_visitor_is_asked_to_sign_in(client: Client, shortlist, review):
    for path in ("/reviews/", f"/reviews/{review.pk}/", overview(shortlist), "/conflicts/"):
        assert client.get(path)["Location"].startswith("/account/login/")


def test_a_review_is_found_by_its_reviewer_alone_until_it_is_done(review, company, lead, outsider, researcher):
    path = f"/reviews/{review.pk}/"

    assert [signed_in(one).get(path).status_code for one in (company, lead, outsider, researcher)] == [
        200, 404, 404, 404,
    ]  # fmt: skip


@pytest.mark.parametrize("act", ["keep", "reopen", "decline"])
def test_nobody_acts_on_another_one_s_review(lead, shortlist, idea, company, act):
    done = make_review(lead, shortlist, idea, company, "4.0", "4.0", "4.0")

    answer = signed_in(lead).post(f"/reviews/{done.pk}/{act}/", typed("1.0", "1.0", "1.0", **{"decline-reason": "x"}))
    posted = signed_in(lead).post(f"/reviews/{done.pk}/", typed("1.0", "1.0", "1.0"))

    done.refresh_from_db()
    assert (answer.status_code, posted.status_code, done.state, done.marks["impact"]) == (404, 404, "done", "4.0")


# Lists have a fixed number of queries -------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3])
def test_queue_asks_a_fixed_number_of_queries(
    lead, chain, researcher, company, many, django_assert_num_queries: DjangoAssertNumQueries
):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(many)))
    make_round(lead, shortlist, due=timezone.now() + timedelta(days=3))
    for entry in shortlist.entries.all():
        make_review(lead, shortlist, entry.idea, company)
    client = signed_in(company)
    client.get("/reviews/")

    with django_assert_num_queries(QUERIES_OF_QUEUE):
        answer = client.get("/reviews/")

    assert [len(group["rows"]) for group in answer.context["groups"]] == [many, 0, 0, 0]


@pytest.mark.parametrize("many", [1, 3])
def test_overview_asks_a_fixed_number_of_queries(
    lead, chain, researcher, company, many, django_assert_num_queries: DjangoAssertNumQueries
):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(many)))
    make_round(lead, shortlist)
    for entry in shortlist.entries.all():
        make_review(lead, shortlist, entry.idea, company, "4.0", "3.5", "3.0")
    client = signed_in(lead)
    client.get(overview(shortlist))

    with django_assert_num_queries(QUERIES_OF_OVERVIEW):
        answer = client.get(overview(shortlist))

    assert [row["words"]["overall"][:4] for row in answer.context["rows"]] == ["10,5"] * many


@pytest.mark.parametrize("many", [1, 3])
def test_whom_to_ask_takes_a_fixed_number_of_queries(
    lead, chain, shortlist, many, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(many):
        chain.members.add(make_member())
    client, path = signed_in(lead), f"/shortlist-entries/{shortlist.entries.get().pk}/reviewers/"
    client.get(path)

    with django_assert_num_queries(QUERIES_OF_REVIEWERS):
        answer = client.get(path)

    assert len(answer.context["free"]) == many + 1  # the lead, too


# The round and asking -----------------------------------------------------------------------------------------------


def test_a_lead_opens_a_round_by_their_own_clock(lead, chain, idea):
    shortlist = make_shortlist(lead, chain, idea)
    fields = {
        "scheme": "first_stage", "own": "For the region\n\nYoung people", "due": "2026-07-01T18:00",
        "scores_shown": "overall", "weight-impact": "1,5", "weight-excellence": "", "weight-implementation": "3",
    }  # fmt: skip

    answer = signed_in(lead).post(f"{overview(shortlist)}round/", fields)

    made = ReviewRound.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, overview(shortlist))
    assert (made.weights, [one["label"] for one in made.own]) == ({"impact": "1.5"}, ["For the region", "Young people"])
    assert made.due == datetime(2026, 7, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weight-impact": "6"}, "weight-impact"),
        ({"weight-impact": "nan"}, "weight-impact"),
        ({"weight-impact": "9" * 300}, "weight-impact"),
        ({"due": "tomorrow"}, "due"),
        ({"due": "0000-00-00T00:00"}, "due"),
        ({"scheme": "x"}, "scheme"),
        ({"own": "a\x00b"}, "own"),
        ({"own": "\n".join(f"Criterion {n}" for n in range(6))}, "own"),
    ],
)
def test_a_wrong_round_keeps_what_was_typed_and_says_what_is_wrong(lead, shortlist, wrong, field):
    fields = {"scheme": "single_stage", "scores_shown": "none", "own": "", "due": "", **wrong}

    answer = signed_in(lead).post(f"{overview(shortlist)}round/", fields)

    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)


def test_reviewers_are_asked_for_all_ideas_by_a_rule(lead, chain, researcher, company, shortlist):
    chain.members.add(make_member())

    answer = signed_in(lead).post(f"{overview(shortlist)}ask/", {"wanted": "2"})
    again = signed_in(lead).post(f"{overview(shortlist)}ask/", {"wanted": "٢"})
    wrong = signed_in(lead).post(f"{overview(shortlist)}ask/", {"wanted": "9" * 300})

    assert (answer.status_code, Review.objects.count()) == (303, 2)
    assert (again.status_code in (303, 400), wrong.status_code) == (True, 400)


def test_who_is_left_out_stands_there_with_the_reason_and_is_not_asked(lead, chain, shortlist, researcher, laboratory):
    colleague = make_member("Colleague")
    affiliate(colleague, laboratory)
    chain.members.add(colleague)
    client, path = signed_in(lead), f"/shortlist-entries/{shortlist.entries.get().pk}/reviewers/"

    page = client.get(path)
    answer = client.post(path, {"members": [colleague.pk]})

    assert {one["member"] for one in page.context["out"]} == {researcher, colleague}
    assert (answer.status_code, Review.objects.count()) == (400, 0)
    assert colleague.name in str(answer.context["form"].errors["members"])


@pytest.mark.parametrize("members", [[], ["x"], ["9" * 300], [str(10**18)]])
def test_a_choice_that_is_none_is_refused(lead, shortlist, members):
    path = f"/shortlist-entries/{shortlist.entries.get().pk}/reviewers/"

    assert signed_in(lead).post(path, {"members": members}).status_code == 400


def test_an_ask_is_taken_back_on_the_overview(lead, shortlist, review):
    answer = signed_in(lead).post(f"/reviews/{review.pk}/take-back/")

    assert (answer["Location"], Review.objects.count()) == (overview(shortlist), 0)


def test_a_lead_begins_a_review_of_their_own(lead, shortlist):
    answer = signed_in(lead).post(f"/shortlist-entries/{shortlist.entries.get().pk}/review/")

    assert answer["Location"] == f"/reviews/{Review.objects.get(reviewer=lead).pk}/"


# Writing ------------------------------------------------------------------------------------------------------------


def test_a_review_is_handed_in_and_read(review, company, lead):
    answer = signed_in(company).post(
        f"/reviews/{review.pk}/", typed("4.0", "na", "2.5", **{"remark-implementation": "Too few people."})
    )

    review.refresh_from_db()
    assert (answer.status_code, review.state) == (303, ReviewState.DONE)
    assert review.marks == {"excellence": "4.0", "impact": None, "implementation": "2.5"}
    page = signed_in(lead).get(f"/reviews/{review.pk}/").content.decode()
    assert "Too few people." in page


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(review, company):
    answer = signed_in(company).post(f"/reviews/{review.pk}/", typed("4.0", "2.0", confidence="", aside="My words"))

    form = answer.context["form"]
    assert (answer.status_code, sorted(form.errors)) == (
        400, ["confidence", "mark-implementation", "remark-impact"],
    )  # fmt: skip
    page = answer.content.decode()
    assert ("My words" in page, 'id="id_mark-implementation_error"' in page) == (True, True)
    review.refresh_from_db()
    assert review.state == ReviewState.ASKED


@pytest.mark.parametrize(
    "wrong",
    [{"mark-impact": "4.25"}, {"mark-impact": "٤"}, {"version": "x"}, {"version": "9" * 300}, {"aside": "a\x00b"},
     {"aside": "x" * 3_001}, {"confidence": "sure"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/reviews/{}/", "/reviews/{}/keep/"])
def test_bad_input_is_refused(review, company, wrong, path):
    answer = signed_in(company).post(path.format(review.pk), typed("4.0", "4.0", "4.0") | wrong)

    assert answer.status_code == 400


def test_what_is_typed_is_kept_by_scripts(review, company):
    answer = signed_in(company).post(f"/reviews/{review.pk}/keep/", typed("4.0", aside="So far"))

    review.refresh_from_db()
    assert (answer.status_code, list(answer.json())) == (200, ["saved_at"])
    assert (review.state, review.marks, review.aside) == ("draft", {"excellence": "4.0"}, "So far")


def test_two_windows_meet_and_nothing_is_lost(review, company):
    client, path = signed_in(company), f"/reviews/{review.pk}/"
    client.post(f"{path}keep/", typed("4.0", draft="one", aside="From the first window"))

    kept = client.post(f"{path}keep/", typed("3.0", draft="two", aside="From the second window"))
    answer = client.post(path, typed("3.0", "3.5", "4.0", draft="two", aside="From the second window"))

    page, form = answer.content.decode(), answer.context["form"]
    assert (kept.status_code, answer.status_code) == (409, 409)
    assert ("From the first window" in page, "From the second window" in page) == (True, True)
    assert [one["mine"] for one in answer.context["differences"]] == ["3", "3,5", "4", "From the second window"]
    again = client.post(path, typed("3.0", "3.5", "4.0", draft="two", version=form["version"].value()))
    assert (again.status_code, Review.objects.get().state) == (303, "done")


def test_a_review_is_opened_again_and_declined_reviews_say_why(review, company, lead, shortlist):
    client, path = signed_in(company), f"/reviews/{review.pk}/"
    client.post(path, typed("4.0", "4.0", "4.0"))

    client.post(f"{path}reopen/")
    empty = client.post(f"{path}decline/", {"decline-reason": " "})
    answer = client.post(f"{path}decline/", {"decline-reason": "My cousin's idea."})

    assert (empty.status_code, answer.status_code, Review.objects.get().state) == (400, 303, "declined")
    assert "My cousin&#x27;s idea." in signed_in(lead).get(overview(shortlist)).content.decode()


def test_the_queue_has_the_soonest_due_first_and_leaves_out_what_is_decided(lead, chain, researcher, company):
    lists = [make_shortlist(lead, chain, make_idea(researcher, chain=chain), title=str(n)) for n in range(3)]
    for shortlist, days in zip(lists, (5, 2, 3), strict=True):
        make_round(lead, shortlist, due=timezone.now() + timedelta(days=days))
        make_review(lead, shortlist, shortlist.entries.get().idea, company)
    signed_in(lead).post(f"/shortlists/{lists[2].pk}/publish/", {"version": lists[2].version})

    rows = signed_in(company).get("/reviews/").context["rows"]

    assert [row["shortlist"] for row in rows] == ["1", "0"]


def test_on_a_list_s_page_its_curators_read_how_far_reviews_are(lead, outsider, shortlist, review):
    path = f"/shortlists/{shortlist.pk}/"

    panel = signed_in(lead).get(path).context["reviews"]
    part = signed_in(lead).get(f"{path}reviews/?part=panel")

    assert (panel["done"], panel["asked"], panel["mine"]) == (0, 1, 0)
    assert (part.status_code, "data-counts" in part.content.decode()) == (200, True)
