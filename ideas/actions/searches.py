"""Saved searches: keeping them, coming back to them, and telling what they find."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.notifications import notify
from ideas.choices import NotificationKind
from ideas.models import Member, SavedSearch
from ideas.models.searches import MAX_QUERY
from ideas.queries.filters import IdeaFilters
from ideas.queries.searches import DAY, QUIET, new_in, searches_due, written

MOST_SEARCHES = 50
# Searches looked through in one round; the next one goes on.
ROUND = 500


@transaction.atomic(durable=True)
def save_search(*, by: Member, name: str, filters: IdeaFilters, alerts: bool, at: datetime) -> SavedSearch:
    """Keep what the board is narrowed to under a name; the same filters once, under the name given last.

    Raises ValidationError: nothing is narrowed, no name, or too many.
    """
    query = written(filters)
    if not filters.narrows or len(query) > MAX_QUERY:
        raise ValidationError(_("Narrow the board down first: then there is something to save."))
    found = SavedSearch.objects.filter(member=by, query=query).first()
    if found is None and SavedSearch.objects.filter(member=by).count() >= MOST_SEARCHES:
        raise ValidationError(_("You have %(most)s saved searches. Remove one first.") % {"most": MOST_SEARCHES})
    search = found or SavedSearch(member=by, query=query, created_at=at, seen_at=at, told_at=at)
    search.name, search.alerts = name, alerts
    search.full_clean()
    search.save()
    return search


@transaction.atomic(durable=True)
def visit_search(*, by: Member, search: SavedSearch, at: datetime) -> None:
    """Note that the member looked: what was published until now is no longer new to them."""
    SavedSearch.objects.filter(pk=search.pk, member=by).update(seen_at=at)


@transaction.atomic(durable=True)
def choose_alerts(*, by: Member, search: SavedSearch, alerts: bool, at: datetime) -> None:
    """Be told of new ideas or not. Who begins to be told isn't told of what was there before."""
    SavedSearch.objects.filter(pk=search.pk, member=by).exclude(alerts=alerts).update(alerts=alerts, told_at=at)


@transaction.atomic(durable=True)
def remove_search(*, by: Member, search: SavedSearch) -> None:
    """Keep it no more. Somebody else's stays."""
    SavedSearch.objects.filter(pk=search.pk, member=by).delete()


def tell_of_searches(*, at: datetime) -> int:
    """Tell members what others published that their saved searches find. Returns how many were told.

    Each search at most once a day, each idea once, and only what the member may see then. Each in a transaction of
    its own, so that a scheduler may die anywhere and another go on.
    """
    return sum(_tell_of(pk, at) for pk in searches_due(at, ROUND))


@transaction.atomic(durable=True)
def _tell_of(pk: int, at: datetime) -> int:
    # The lock makes schedulers take turns: who comes second finds that it isn't due any more.
    due = SavedSearch.objects.select_for_update(of=("self",)).select_related("member")
    search = due.filter(pk=pk, alerts=True, told_at__lte=at - DAY).first()
    if search is None:
        return 0
    until = at - QUIET
    count = new_in(search.member, [search], since="told_at", at=until, others_only=True)[pk]
    told = (
        notify(
            members=[search.member],
            kind=NotificationKind.SEARCH_FOUND,
            idea=None,
            url=reverse("searches:visit", args=[pk]),
            # No titles: whoever reads the bell later may no longer see an idea.
            key=f"search.{pk}.{search.told_at:%Y%m%dT%H%M%S%f}",
            data={"name": search.name, "count": count},
            at=at,
        )
        if count
        else []
    )
    search.told_at = until
    search.save(update_fields=["told_at"])
    publish.members_told(told)
    return len(told)
