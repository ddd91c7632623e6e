from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ideas.actions.reviewers import (
    ask_by_rule,
    ask_reviewers,
    remind_of_reviews,
    set_round,
    take_back_review,
)
from ideas.actions.reviews import (
    Opinion,
    begin_review,
    decline_review,
    finish_review,
    reopen_review,
    save_review,
)
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import NotificationKind, ReviewScheme, ReviewState, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.models import Decision, Idea, Member, Notification, Review, Shortlist, ShortlistEntry
from realtime.models import Change
from tests.factories import (
    affiliate,
    make_idea,
    make_member,
    make_organisation,
    make_review,
    make_round,
    make_shortlist,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GOOD = {"excellence": "4.0", "impact": "3.5", "implementation": "3.0"}
WHOLE = Opinion(marks=GOOD, confidence="high")


def changes_after(last: int) -> list[tuple[str, str, dict[str, Any]]]:
    rows = Change.objects.filter(pk__gt=last).order_by("pk")
    return [(row.topic.name, row.kind, row.payload) for row in rows.select_related("topic")]


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def hint(shortlist: Shortlist) -> tuple[str, str, dict[str, Any]]:
    return (f"shortlist.{shortlist.pk}", "reviews.changed", {"id": shortlist.pk})


def finish(review: Review, by: Member, opinion: Opinion = WHOLE) -> Review:
    return finish_review(by=by, review=review, opinion=opinion, version=review.version, at=NOW)


def decide(entry: ShortlistEntry, by: Member, outcome: str = "decline", *, answered: bool = False) -> Decision:
    return Decision.objects.create(
        entry=entry, outcome=outcome, staged_by=by, staged_at=NOW, published_by=by, published_at=NOW,
        answered_at=NOW if answered else None,
    )  # fmt: skip


# The round ----------------------------------------------------------------------------------------------------------


def test_a_lead_says_by_what_ideas_are_judged(lead, chain, idea):
    shortlist, before = make_shortlist(lead, chain, idea), last_change()

    made = set_round(
        by=lead, shortlist=shortlist, scheme=ReviewScheme.FIRST_STAGE, weights={"impact": Decimal("1.50")},
        own=["  For the   region", "For the region", "Young people"], due=NOW, scores_shown="overall", at=NOW,
    )  # fmt: skip

    assert (made.scheme, made.weights, made.due, made.scores_shown) == (
        "first_stage", {"impact": "1.5"}, NOW, "overall",
    )  # fmt: skip
    assert made.own == [{"code": "own1", "label": "For the region"}, {"code": "own2", "label": "Young people"}]
    assert changes_after(before) == [hint(shortlist)]


def test_marks_stay_with_the_words_of_a_criterion_when_another_goes(lead, shortlist):
    set_round(by=lead, shortlist=shortlist, own=["One", "Two"], at=NOW)

    made = set_round(by=lead, shortlist=shortlist, own=["Three", "Two"], at=NOW)

    assert made.own == [{"code": "own3", "label": "Three"}, {"code": "own2", "label": "Two"}]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weights": {"excellence": Decimal("5.01")}}, "weights"),
        ({"weights": {"excellence": Decimal("-1")}}, "weights"),
        ({"weights": {"excellence": Decimal("NaN")}}, "weights"),
        ({"weights": {"own1": Decimal(1)}}, "weights"),
        ({"weights": dict.fromkeys(GOOD, Decimal(0))}, "weights"),
        ({"weights": {"implementation": Decimal(2)}, "scheme": "first_stage"}, "weights"),
        ({"own": [f"Criterion {n}" for n in range(6)]}, "own"),
        ({"own": ["x" * 81]}, "own"),
        ({"own": ["a\x00b"]}, "own"),
        ({"scheme": "other"}, "scheme"),
        ({"scores_shown": "other"}, "scores_shown"),
    ],
)
def test_a_wrong_round_is_refused_beside_its_field(lead, shortlist, wrong, field):
    with pytest.raises(ValidationError) as refused:
        set_round(by=lead, shortlist=shortlist, at=NOW, **wrong)

    assert list(refused.value.message_dict) == [field]


def test_criteria_stay_once_a_review_is_done_and_the_due_time_may_move(lead, shortlist, review, company):
    finish(review, company)

    for change in ({"scheme": "first_stage"}, {"own": ["New"]}, {"weights": {"impact": Decimal(2)}}):
        with pytest.raises(Conflict) as refused:
            set_round(by=lead, shortlist=shortlist, at=NOW, **change)
        assert refused.value.code == "reviews_done"

    assert set_round(by=lead, shortlist=shortlist, due=NOW, scores_shown="criteria", at=NOW).due == NOW


def test_only_curators_have_ideas_reviewed(researcher, outsider, company, shortlist, entry, review):
    before = last_change()
    for member in (researcher, outsider, company):
        for act in (
            lambda by: set_round(by=by, shortlist=shortlist, at=NOW),
            lambda by: ask_reviewers(by=by, entry=entry, members=[by], at=NOW),
            lambda by: ask_by_rule(by=by, shortlist=shortlist, wanted=1, at=NOW),
            lambda by: take_back_review(by=by, review=review, at=NOW),
            lambda by: begin_review(by=by, entry=entry, at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(member)

    assert (changes_after(before), Review.objects.count()) == ([], 1)


def test_nothing_is_asked_without_a_round_nor_once_the_list_is_published(lead, chain, idea, company):
    bare = make_shortlist(lead, chain, idea)

    with pytest.raises(Conflict) as unopened:
        ask_reviewers(by=lead, entry=bare.entries.get(), members=[company], at=NOW)
    make_round(lead, bare)
    publish_shortlist(by=lead, shortlist=bare, at=NOW)
    with pytest.raises(Conflict) as published:
        ask_reviewers(by=lead, entry=bare.entries.get(), members=[company], at=NOW)

    assert (unopened.value.code, published.value.code) == ("round_missing", "already_published")


# Asking -------------------------------------------------------------------------------------------------------------


def test_who_is_asked_is_told_by_bell_and_mail(lead, shortlist, entry, company):
    before = last_change()

    [review] = ask_reviewers(by=lead, entry=entry, members=[company, company], at=NOW)

    row = Notification.objects.get(member=company)
    assert (review.state, review.asked_by, review.version) == ("asked", lead, 0)
    assert (row.kind, row.url, row.mail_at) == (
        NotificationKind.REVIEW_ASKED, f"/reviews/#review-{review.pk}", NOW,
    )  # fmt: skip
    assert {(topic, kind) for topic, kind, _ in changes_after(before)} == {
        (f"member.{company.pk}", "notification.added"),
        (f"shortlist.{shortlist.pk}", "reviews.changed"),
    }
    assert hint(shortlist) in changes_after(before)


def test_nobody_is_asked_who_has_an_interest_or_sees_nothing(
    lead, chain, researcher, laboratory, outsider, company, entry, idea
):
    colleague, declined = make_member("Colleague"), make_member("Declined")
    affiliate(colleague, laboratory)
    chain.members.add(colleague, declined)
    [asked] = ask_reviewers(by=lead, entry=entry, members=[declined], at=NOW)
    decline_review(by=declined, review=asked, reason="No time.", at=NOW)
    before = Review.objects.count()

    for member in (researcher, colleague, outsider, declined):
        with pytest.raises(ValidationError) as refused:
            ask_reviewers(by=lead, entry=entry, members=[company, member], at=NOW)
        assert member.name in refused.value.message_dict["members"][0]

    assert Review.objects.count() == before


def test_who_does_not_see_a_private_idea_is_not_asked(lead, chain, researcher, company):
    hidden = make_idea(researcher, chain=chain)
    shortlist = make_shortlist(lead, chain, hidden)
    make_round(lead, shortlist)
    Idea.objects.filter(pk=hidden.pk).update(visibility=Visibility.PRIVATE, audience="")
    hidden.invited.add(lead)

    with pytest.raises(ValidationError):
        ask_reviewers(by=lead, entry=shortlist.entries.get(), members=[company], at=NOW)


def test_by_rule_come_the_least_busy_of_other_organisations_one_each(
    lead, chain, researcher, company, firm, idea, shortlist, entry
):
    second, third, busy, colleague = (make_member(name) for name in ("Second", "Third", "Busy", "Colleague"))
    affiliate(second, firm)
    affiliate(third, make_organisation("Third's"))
    affiliate(busy, make_organisation("Busy's"))
    chain.members.add(second, third, busy, colleague)
    other = make_shortlist(lead, chain, make_idea(researcher, chain=chain))
    make_round(lead, other)
    make_review(lead, other, other.entries.get().idea, busy)

    asked = ask_by_rule(by=lead, shortlist=shortlist, wanted=4, at=NOW)

    # Second waits behind everybody of another organisation, Busy behind whoever has less to do.
    assert {review.reviewer.name for review in asked} == {company.name, lead.name, "Third", "Colleague"}


def test_by_rule_who_is_asked_already_counts_and_asking_again_asks_nobody(lead, company, shortlist, review):
    first = ask_by_rule(by=lead, shortlist=shortlist, wanted=2, at=NOW)

    again = ask_by_rule(by=lead, shortlist=shortlist, wanted=2, at=NOW)

    assert ([row.reviewer for row in first], again) == ([lead], [])


def test_by_rule_ideas_in_which_the_lead_has_an_interest_are_left_to_others(lead, chain, company, shortlist, idea):
    idea.authors.add(lead)

    assert ask_by_rule(by=lead, shortlist=shortlist, wanted=2, at=NOW) == []


@pytest.mark.parametrize("wanted", [0, -1, 11, 10**30])
def test_by_rule_the_number_has_bounds(lead, shortlist, wanted):
    with pytest.raises(ValidationError):
        ask_by_rule(by=lead, shortlist=shortlist, wanted=wanted, at=NOW)


def test_who_has_not_begun_can_be_asked_no_longer(lead, shortlist, review, company):
    before = last_change()

    take_back_review(by=lead, review=review, at=NOW)
    take_back_review(by=lead, review=review, at=NOW)

    assert (Review.objects.count(), changes_after(before)) == (0, [hint(shortlist)])


def test_who_has_begun_goes_on(lead, review, company):
    save_review(by=company, review=review, opinion=Opinion(aside="So far"), version=0, at=NOW)

    with pytest.raises(Conflict) as refused:
        take_back_review(by=lead, review=review, at=NOW)

    assert refused.value.code == "review_begun"


def test_a_lead_reviews_without_being_asked(lead, shortlist, entry):
    first = begin_review(by=lead, entry=entry, at=NOW)

    again = begin_review(by=lead, entry=entry, at=NOW)

    assert (first.pk, first.state, Notification.objects.filter(member=lead).count()) == (again.pk, "draft", 0)


# Writing ------------------------------------------------------------------------------------------------------------


def test_a_review_is_kept_as_typed_and_only_its_beginning_is_told(shortlist, review, company):
    before = last_change()

    for aside in ("F", "Fi", "Fir"):
        review = save_review(
            by=company,
            review=review,
            opinion=Opinion(marks={"impact": "2.5"}, aside=aside),
            version=review.version,
            at=NOW,
        )

    assert (review.state, review.marks, review.aside, review.version) == ("draft", {"impact": "2.5"}, "Fir", 3)
    assert changes_after(before) == [hint(shortlist)]


def test_of_two_windows_the_second_loses_nothing_and_overwrites_nothing(review, company):
    save_review(by=company, review=review, opinion=Opinion(aside="One"), version=0, window="one", at=NOW)

    with pytest.raises(Conflict) as refused:
        save_review(by=company, review=review, opinion=Opinion(aside="Two"), version=0, window="two", at=NOW)

    review.refresh_from_db()
    assert (refused.value.code, review.aside, review.version) == ("review_changed", "One", 1)


def test_saves_of_one_window_follow_each_other(review, company):
    for aside in ("One", "Two", "Three"):
        save_review(by=company, review=review, opinion=Opinion(aside=aside), version=0, window="one", at=NOW)

    review.refresh_from_db()
    assert (review.aside, review.version) == ("Three", 3)


def test_what_is_saved_already_is_no_conflict(review, company):
    save_review(by=company, review=review, opinion=Opinion(aside="Same"), version=0, window="one", at=NOW)

    now = save_review(by=company, review=review, opinion=Opinion(aside="Same "), version=0, window="two", at=NOW)

    assert now.version == 1


def test_a_review_is_done_when_it_is_complete(shortlist, review, company, idea):
    with pytest.raises(ValidationError) as refused:
        finish(review, company, Opinion(marks={"excellence": "2.0", "impact": None}))
    review.refresh_from_db()
    before = last_change()

    done = finish(review, company)

    assert sorted(refused.value.message_dict) == ["confidence", "mark-implementation", "remark-excellence"]
    assert (review.state, review.marks) == ("asked", {})
    assert (done.state, done.done_at, done.marks, done.idea_version) == ("done", NOW, GOOD, idea.version)
    assert changes_after(before) == [hint(shortlist)]


@pytest.mark.parametrize(
    ("opinion", "field"),
    [
        (Opinion(marks={"excellence": "4.25"}), "mark-excellence"),
        (Opinion(marks={"excellence": "5.5"}), "mark-excellence"),
        (Opinion(marks={"excellence": "٤"}), "mark-excellence"),
        (Opinion(remarks={"impact": "a\x00b"}), "remark-impact"),
        (Opinion(remarks={"impact": "x" * 3_001}), "remark-impact"),
        (Opinion(aside="x" * 3_001), "aside"),
        (Opinion(confidence="certain"), "confidence"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(review, company, opinion, field):
    with pytest.raises(ValidationError) as refused:
        save_review(by=company, review=review, opinion=opinion, version=0, at=NOW)

    assert list(refused.value.message_dict) == [field]


def test_marks_of_criteria_that_the_round_lacks_are_left_out(review, company):
    now = save_review(by=company, review=review, opinion=Opinion(marks={"charm": "5.0"}), version=0, at=NOW)

    assert now.marks == {}


def test_nobody_writes_another_one_s_review(lead, staff, researcher, review):
    for member in (lead, staff, researcher):
        for act in (
            lambda by: save_review(by=by, review=review, opinion=WHOLE, version=0, at=NOW),
            lambda by: finish(review, by),
            lambda by: reopen_review(by=by, review=review, at=NOW),
            lambda by: decline_review(by=by, review=review, reason="No.", at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(member)


def test_a_reviewer_takes_their_review_up_again_until_it_is_decided(lead, shortlist, entry, review, company):
    review = finish(review, company)
    again = reopen_review(by=company, review=review, at=NOW)
    assert (again.state, again.done_at, again.marks) == ("draft", None, GOOD)
    finish(again, company)
    decide(entry, lead)

    with pytest.raises(Conflict) as refused:
        reopen_review(by=company, review=review, at=NOW)

    assert refused.value.code == "review_closed"


def test_a_revision_that_came_back_is_reviewed_again_even_on_a_published_list(lead, shortlist, entry, review, company):
    finish(review, company)
    decide(entry, lead, "revise", answered=True)
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    again = reopen_review(by=company, review=review, at=NOW)

    assert finish(again, company).state == ReviewState.DONE


def test_of_a_published_list_no_hint_is_told_for_its_authors_follow_it(lead, shortlist, entry, review, company):
    finish(review, company)
    decide(entry, lead, "revise", answered=True)
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    before = last_change()

    reopen_review(by=company, review=review, at=NOW)

    assert changes_after(before) == []


def test_who_declines_says_why_and_leaves_nothing_behind(lead, shortlist, review, company):
    save_review(by=company, review=review, opinion=Opinion(marks=GOOD, aside="Draft"), version=0, at=NOW)
    with pytest.raises(ValidationError):
        decline_review(by=company, review=review, reason=" ", at=NOW)

    now = decline_review(by=company, review=review, reason="No time.", at=NOW)

    told = Notification.objects.get(member=lead, kind=NotificationKind.REVIEW_ENDED)
    assert (now.state, now.marks, now.remarks, now.aside) == ("declined", {}, {}, "No time.")
    assert (told.url, told.data["actor"]) == (f"/shortlists/{shortlist.pk}/reviews/", company.name)
    with pytest.raises(Conflict) as refused:
        finish(now, company)
    assert refused.value.code == "wrong_state"


def test_a_reviewer_whose_organisation_comes_in_writes_no_more(review, company, idea, administrator, firm):
    idea.authors.add(company)

    with pytest.raises(NotAllowed):
        finish(review, company)


# Time ---------------------------------------------------------------------------------------------------------------


def test_reviewers_are_reminded_once_of_each_due_time(lead, shortlist, review, company):
    due = NOW + timedelta(days=3)
    set_round(by=lead, shortlist=shortlist, due=due, at=NOW)

    early = remind_of_reviews(at=NOW)
    told = [remind_of_reviews(at=due - timedelta(days=2)) for _ in range(2)]
    set_round(by=lead, shortlist=shortlist, due=due + timedelta(days=2), at=NOW)
    moved = remind_of_reviews(at=due + timedelta(days=1))

    assert (early, told, moved) == (0, [1, 0], 1)
    assert Notification.objects.filter(member=company, kind=NotificationKind.REVIEW_DUE).count() == 2


def test_who_is_done_is_not_reminded(lead, shortlist, review, company):
    set_round(by=lead, shortlist=shortlist, due=NOW + timedelta(days=1), at=NOW)
    finish(review, company)

    assert remind_of_reviews(at=NOW) == 0
