"""Saved searches: what is new in them, and who is told of it, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from ideas.actions.ideas import edit_idea
from ideas.actions.searches import MOST_SEARCHES, choose_alerts, save_search, tell_of_searches, visit_search
from ideas.choices import NotificationKind, Visibility
from ideas.models import Member, Notification, SavedSearch, ValueChain
from ideas.queries.filters import IdeaFilters
from ideas.queries.searches import filters_of, new_in
from ideas.serializers.notifications import sentence
from realtime.models import Change
from tests.factories import make_idea

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1, minutes=3)


def saved(by: Member, **filters: Any) -> SavedSearch:
    asked = IdeaFilters(**(filters or {"value_chain": ("MOVES",)}))
    return save_search(by=by, name="Drives", filters=asked, alerts=True, at=NOW)


def told(member: Member) -> list[str]:
    rows = Notification.objects.filter(member=member, kind=NotificationKind.SEARCH_FOUND).order_by("id")
    with override("en"):
        return [sentence(row) for row in rows]


def test_a_search_keeps_what_was_asked_and_no_order_of_rows(company: Member):
    asked = IdeaFilters(value_chain=("MOVES", "A"), q="cold start", mine=True, sort="closing")

    search = save_search(by=company, name="Mine", filters=asked, alerts=False, at=NOW)

    assert filters_of(search) == IdeaFilters(value_chain=("A", "MOVES"), q="cold start", mine=True)


def test_the_same_filters_are_saved_once_under_the_last_name(company: Member):
    saved(company, ket=("A", "B"))
    save_search(by=company, name="Other", filters=IdeaFilters(ket=("B", "A")), alerts=False, at=NOW)

    assert list(SavedSearch.objects.values_list("name", "alerts")) == [("Other", False)]


@pytest.mark.parametrize("filters", [IdeaFilters(), IdeaFilters(sort="newest")])
def test_the_whole_board_is_no_search(company: Member, filters: IdeaFilters):
    with pytest.raises(ValidationError):
        save_search(by=company, name="All", filters=filters, alerts=True, at=NOW)


def test_searches_have_an_end(company: Member):
    for number in range(MOST_SEARCHES):
        saved(company, q=f"word{number}")

    with pytest.raises(ValidationError):
        saved(company, q="one more")
    assert saved(company, q="word1").name == "Drives"


def test_new_is_what_was_published_since_the_last_visit(company: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, at=NOW - timedelta(days=3))
    search = saved(company)
    make_idea(researcher, chain=chain, at=NOW + timedelta(hours=1))
    make_idea(researcher, chain=chain, at=NOW + timedelta(hours=1), visibility=Visibility.PRIVATE)

    assert new_in(company, [search], since="seen_at", at=NOW + DAY) == {search.pk: 1}

    visit_search(by=company, search=search, at=NOW + timedelta(hours=2))
    search.refresh_from_db()
    assert new_in(company, [search], since="seen_at", at=NOW + DAY) == {search.pk: 0}


@pytest.mark.parametrize("count", [1, 3])
def test_new_ideas_are_counted_in_a_fixed_number_of_queries(
    company: Member, researcher: Member, chain: ValueChain, count: int, django_assert_num_queries: Any
):
    searches = [saved(company, trl=(str(number + 1),)) for number in range(count)]
    make_idea(researcher, chain=chain)
    new_in(company, searches, since="seen_at", at=NOW)

    with django_assert_num_queries(6):
        new_in(company, searches, since="seen_at", at=NOW)


def test_members_are_told_once_a_day_of_what_others_published(
    company: Member, researcher: Member, outsider: Member, chain: ValueChain
):
    for member in (company, researcher, outsider):
        saved(member)
    make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN, at=NOW + timedelta(hours=1))
    heads = Change.objects.count()

    assert tell_of_searches(at=NOW + timedelta(hours=2)) == 0
    assert tell_of_searches(at=NOW + DAY) == 1
    assert tell_of_searches(at=NOW + DAY) == 0
    assert tell_of_searches(at=NOW + 2 * DAY) == 0
    assert (told(company), told(researcher), told(outsider)) == (["A new idea in “Drives”."], [], [])
    assert list(Change.objects.order_by("id").values_list("topic__name", "kind"))[heads:] == [
        (f"member.{company.pk}", "notification.added")
    ]


def test_nothing_is_told_of_an_idea_that_was_closed_meanwhile(company: Member, researcher: Member, chain: ValueChain):
    saved(company)
    idea = make_idea(researcher, chain=chain, title="CANARY", at=NOW + timedelta(hours=1))
    make_idea(researcher, chain=chain, at=NOW + timedelta(hours=1))
    edit_idea(by=researcher, idea=idea, content={"visibility": Visibility.PRIVATE}, version=1, at=NOW)

    tell_of_searches(at=NOW + DAY)

    row = Notification.objects.get(member=company, kind=NotificationKind.SEARCH_FOUND)
    assert (row.data, row.idea_id) == ({"name": "Drives", "count": 1}, None)


def test_a_clock_that_went_back_tells_nothing_twice(company: Member, researcher: Member, chain: ValueChain):
    saved(company)
    make_idea(researcher, chain=chain, at=NOW + timedelta(hours=1))

    assert tell_of_searches(at=NOW + 2 * DAY) == 1
    assert [tell_of_searches(at=NOW + timedelta(hours=hours)) for hours in (1, 25, 50, 75)] == [0, 0, 0, 0]


def test_who_begins_to_be_told_is_not_told_of_what_was_there(company: Member, researcher: Member, chain: ValueChain):
    search = saved(company)
    choose_alerts(by=company, search=search, alerts=False, at=NOW)
    make_idea(researcher, chain=chain, at=NOW + timedelta(hours=1))
    choose_alerts(by=company, search=search, alerts=True, at=NOW + timedelta(hours=2))

    assert tell_of_searches(at=NOW + 2 * DAY) == 0
    assert told(company) == []


def test_somebody_elses_search_stays(company: Member, outsider: Member):
    search = saved(company)

    visit_search(by=outsider, search=search, at=NOW + DAY)
    choose_alerts(by=outsider, search=search, alerts=False, at=NOW + DAY)

    search.refresh_from_db()
    assert (search.seen_at, search.alerts) == (NOW, True)
