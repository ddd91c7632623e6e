from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from ideas.actions.conflicts import declare_conflict
from ideas.actions.reviews import decline_review
from ideas.choices import ReviewScheme
from ideas.models import Idea, Member, ShortlistEntry, ValueChain
from ideas.queries.reviewers import candidates, chosen_by_rule
from ideas.queries.reviews import Summary, own_reviews, summaries
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


@pytest.fixture
def second(chain: ValueChain) -> Member:
    member = make_member("Second")
    chain.members.add(member)
    return member


def of(entry: ShortlistEntry, member: Member | None = None) -> Summary | None:
    return summaries([entry], member).get(entry.pk)


def test_reviews_are_added_up_by_criterion_and_overall(lead, shortlist, entry, idea, company, second, chain):
    third = make_member("Third")
    chain.members.add(third)
    make_review(lead, shortlist, idea, company, "4.0", "3.0", "3.5")  # 10.5
    make_review(lead, shortlist, idea, second, "4.5", None, "4.0")  # 8.5 / 2 × 3 = 12.75
    make_review(lead, shortlist, idea, third)

    summary = of(entry)

    assert summary is not None
    assert (summary.done, summary.asked, summary.overall) == (2, 3, Decimal("11.63"))  # 11.625
    assert summary.criteria == {
        "excellence": (Decimal("4.25"), Decimal("4.0"), Decimal("4.5")),
        "impact": (Decimal("3.00"), Decimal("3.0"), Decimal("3.0")),
        "implementation": (Decimal("3.75"), Decimal("3.5"), Decimal("4.0")),
        "overall": (Decimal("11.63"), Decimal("10.50"), Decimal("12.75")),
    }
    assert (summary.below, summary.disagreement, summary.hidden) == ((), False, False)


def test_weights_move_the_overall_and_leave_the_threshold(lead, chain, idea, company):
    shortlist = make_shortlist(lead, chain, idea)
    make_round(lead, shortlist, weights={"impact": Decimal(0), "implementation": Decimal(0)})
    make_review(lead, shortlist, idea, company, "5.0", "2.5", "2.0")

    summary = of(shortlist.entries.get())

    assert summary is not None
    assert (summary.overall, summary.below) == (Decimal("15.00"), ("impact", "implementation", "overall"))


def test_the_cluster_s_own_criterion_stands_beside(lead, chain, idea, company):
    shortlist = make_shortlist(lead, chain, idea)
    make_round(lead, shortlist, scheme=ReviewScheme.FIRST_STAGE, own=["For the region"])
    make_review(lead, shortlist, idea, company, "4.0", "4.5", "1.0")

    summary = of(shortlist.entries.get())

    assert summary is not None
    assert (summary.overall, summary.criteria["own1"][0]) == (Decimal("8.50"), Decimal("1.00"))


def test_who_declined_counts_no_more_and_nothing_done_says_nothing(lead, shortlist, entry, idea, company):
    review = make_review(lead, shortlist, idea, company)
    asked = of(entry)
    decline_review(by=company, review=review, reason="No.", at=NOW)

    assert (asked, of(entry)) == (Summary(asked=1), Summary())


def test_an_entry_of_a_list_without_a_round_has_no_summary(lead, chain, idea):
    assert of(make_shortlist(lead, chain, idea).entries.get()) is None


def test_for_a_member_marks_are_hidden_until_their_own_are_in(lead, staff, shortlist, entry, idea, company, second):
    make_review(lead, shortlist, idea, company, "4.0", "3.0", "3.5")
    make_review(lead, shortlist, idea, second)

    seen = [of(entry, member) for member in (lead, staff, company, second)]

    assert [(one.done, one.asked, one.hidden, one.overall is None) for one in seen if one] == [
        (1, 2, False, False), (1, 2, False, False), (1, 2, False, False), (1, 2, True, True),
    ]  # fmt: skip


def test_for_who_has_an_interest_there_is_not_even_a_count(lead, shortlist, entry, idea, company):
    make_review(lead, shortlist, idea, company, "4.0", "3.0", "3.5")
    declare_conflict(by=lead, idea=idea, at=NOW)

    assert of(entry, lead) is None


@pytest.mark.parametrize(("who", "queries"), [(None, 2), ("lead", 6)])
@pytest.mark.parametrize("many", [1, 3])
def test_summaries_take_a_fixed_number_of_queries(
    request, lead, chain, researcher, company, many, who, queries, django_assert_num_queries: DjangoAssertNumQueries
):
    shortlist = make_shortlist(lead, chain, *(make_idea(researcher, chain=chain) for _ in range(many)))
    make_round(lead, shortlist)
    entries = list(shortlist.entries.all())
    for entry in entries:
        make_review(lead, shortlist, entry.idea, company, "4.0", "3.0", "3.5")
    member = request.getfixturevalue(who) if who else None
    summaries(entries, member)

    with django_assert_num_queries(queries):
        found = summaries(entries, member)

    assert [one.done for one in found.values()] == [1] * many


def test_candidates_come_the_least_busy_first_with_reasons(
    lead, chain, researcher, company, second, outsider, idea, shortlist, entry
):
    other = make_shortlist(lead, chain, make_idea(researcher, chain=chain))
    make_round(lead, other)
    make_review(lead, other, other.entries.get().idea, company)
    make_review(lead, shortlist, idea, second)
    inactive = make_member("Inactive", is_active=False)
    chain.members.add(inactive)

    found = [(one.member.name, one.busy, one.out) for one in candidates(entry)]

    assert found == [
        (lead.name, 0, ""), (researcher.name, 0, "interest"), (company.name, 1, ""), ("Second", 1, "asked"),
    ]  # fmt: skip


def test_a_rule_takes_no_second_of_an_organisation_while_another_is_free(lead, chain, company, firm, second, entry):
    affiliate(second, firm)
    unit = make_organisation("Unit", parent=firm)
    third = make_member("Third")
    affiliate(third, unit)
    chain.members.add(third)

    chosen = chosen_by_rule(entry, 2)

    assert lead in chosen
    assert len({company, second, third} & set(chosen)) == 1


def test_own_reviews_of_ideas_that_one_no_longer_sees_are_gone(lead, shortlist, idea, company):
    make_review(lead, shortlist, idea, company)
    Idea.objects.filter(pk=idea.pk).update(visibility="private", audience="")

    assert list(own_reviews(company)) == []
