"""The parts that the board's page is drawn of: each is kept under all that it is made of (`templatetags.kept`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas import moments
from ideas.choices import IDEA_JOINABLE, IdeaState
from ideas.pages import board_live, exports, facets, parts
from ideas.pages.filters import Facet
from ideas.queries.board import Board
from ideas.queries.board_counts import SOON
from ideas.queries.board_pages import CardRow
from ideas.queries.filters import RELEVANCE, IdeaFilters
from ideas.queries.stamped import Closing
from ideas.queries.today import Today
from ideas.templatetags.kept import Part

STRIP = 6


@dataclass
class BoardParts:
    """What is drawn of a board that was read. `addable`: of `pages.adding`, or nothing.

    Names of chains and KETs follow from the stamp under which the board was read, and the language.
    """

    found: Board
    filters: IdeaFilters
    at: datetime
    member: bool
    addable: dict[str, Any]

    def drawer(self) -> Part:
        """The filters beside the list."""
        return Part("components/_drawer.html", self._asked, lambda: {"groups": self._groups, "id": "facet-groups"})

    def tools(self) -> Part:
        """The search above the list, and the button of the drawer."""

        def drawn() -> dict[str, Any]:
            return {
                "filters": self.filters,
                "carried": facets.hidden(self.filters),
                "chips": self._chips,
                "member": self.member,
            }

        return Part("ideas/_tools.html", self._asked, drawn)

    def summary(self) -> Part:
        """How many there are, what they are narrowed by, and in which order they stand."""
        filters, sorted_ = self.filters, self.member and bool(self.found.page.rows)

        def drawn() -> dict[str, Any]:
            return {
                "total": self.found.total,
                "chips": self._chips,
                "saving": facets.saving(filters) if self.member and filters.narrows else "",
                "sorts": _sorts(filters) if sorted_ else [],
                "member": self.member,
            }

        return Part("ideas/_summary.html", (*self._asked, sorted_), drawn)

    def cards(self) -> list[Part]:
        """The ideas, each as a part of its own."""
        today, references = timezone.localdate(self.at), self.addable.get("references", ())
        cards = []
        for row in self.found.page.rows:
            query = self.addable["query"] if row["reference"] in references else ""
            # Of the clock a card shows the reader's day, and whether the deadline has passed.
            passed = row["closes_at"] is not None and row["closes_at"] < self.at
            made_of = (row.key, today, passed, query, self.member, self.found.stamp)
            cards.append(Part("ideas/_listed.html", made_of, partial(self._card, row, query)))
        return cards

    def foot(self) -> Part:
        """Where the list goes on, and the ways to take it along."""
        cursor, taken = self.found.page.next_cursor, self.member and bool(self.found.total)

        def drawn() -> dict[str, Any]:
            return {
                "next": facets.address(self.filters, cursor) if cursor else "",
                "exports": exports.links(self.filters) if taken else [],
            }

        return Part("ideas/_foot.html", (self.filters, cursor, taken), drawn)

    def words(self) -> Part:
        """What the board's script says and draws."""
        return Part("ideas/_board_words.html", self.found.stamp, lambda: {"words": board_live.words(self._names)})

    @cached_property
    def _asked(self) -> tuple[Any, ...]:
        """What filters and their counts are drawn from."""
        return self.filters, self.member, self.found.stamp, repr(self.found.counts)

    @cached_property
    def _names(self) -> parts.Names:
        return parts.names_under(self.found.stamp)

    @cached_property
    def _groups(self) -> list[Facet]:
        return facets.groups(self.filters, self.found, self._names, member=self.member)

    @cached_property
    def _chips(self) -> list[dict[str, Any]]:
        return facets.chips(self.filters, self._groups)

    def _card(self, row: CardRow, query: str) -> dict[str, Any]:
        [card] = parts.cards([row], at=self.at, names=self._names, teaser=not self.member)
        return {"card": card, "query": query}


@dataclass
class Ahead:
    """The ruler's marks, one's own ideas below them, the strip of the next thirty days, and what waits today."""

    waiting: Today
    closings: Sequence[Closing]
    own: Sequence[dict[str, Any]]
    at: datetime

    def part(self) -> Part:
        """All of it: none of it has passed, so that of the clock it shows the reader's day alone."""
        soon = sum(closing.at <= self.at + SOON for closing in self.closings)
        own = tuple(tuple(row.values()) for row in self.own)
        made_of = (timezone.localdate(self.at), self.waiting, soon, tuple(self.closings), own)
        return Part("ideas/_ahead.html", made_of, lambda: self._drawn(soon))

    def _drawn(self, soon: int) -> dict[str, Any]:
        marks: list[dict[str, Any]] = [
            {
                **self._mark(closing.at, closing.identifier, closing.url),
                "title": closing.title,
                "language": closing.language,
            }
            for closing in self.closings
        ]
        own = [
            self._mark(
                row["closes_at"],
                row["acronym"] or row["reference"],
                reverse("ideas:detail", args=[row["reference"]]),
            )
            for row in self.own
        ]
        return {
            "today": _today(self.waiting),
            "now": self.at,
            "marks": marks,
            "own": own,
            "soon": marks[:soon][:STRIP],
            "soon_more": max(soon - STRIP, 0),
        }

    def _mark(self, closes_at: datetime, label: str, url: str) -> dict[str, Any]:
        left = moments.days_left(closes_at, self.at)
        return {"at": closes_at, "label": label, "url": url, "days_left": left, "urgent": moments.is_urgent(left)}


def _today(found: Today) -> list[dict[str, Any]]:
    """What waits for the member, most pressing first: {count, text, url, urgent}; nothing of which there is none."""
    requests, drafts = reverse("joining:list"), facets.address(_own_drafts())
    lines = [
        (found.answer, ngettext("request to answer", "requests to answer", found.answer), requests, True),
        (found.authorise, ngettext("request to authorise", "requests to authorise", found.authorise), requests, True),
        (
            found.asked,
            ngettext("idea of yours with a question", "ideas of yours with questions", found.asked),
            facets.address(_own_asked()),
            True,
        ),
        (
            found.to_review,
            ngettext("review to write", "reviews to write", found.to_review),
            reverse("reviews:list"),
            True,
        ),
        (
            found.shortlists,
            ngettext("shortlist to publish", "shortlists to publish", found.shortlists),
            reverse("shortlists:list"),
            False,
        ),
        (
            found.stranded,
            ngettext("idea of yours whose call has closed", "ideas of yours whose calls have closed", found.stranded),
            facets.address(_own_stranded()),
            False,
        ),
        (found.drafts, ngettext("draft of yours", "drafts of yours", found.drafts), drafts, False),
    ]
    return [{"count": count, "text": text, "url": url, "urgent": urgent} for count, text, url, urgent in lines if count]


def _own_drafts() -> IdeaFilters:
    return IdeaFilters(state=(IdeaState.DRAFT,), mine=True)


def _own_asked() -> IdeaFilters:
    return IdeaFilters(state=(IdeaState.NEEDS_INFO,), mine=True)


def _own_stranded() -> IdeaFilters:
    """One's own by their deadline: those that have passed come first."""
    return IdeaFilters(state=tuple(sorted(IDEA_JOINABLE)), mine=True, sort="closing")


def _sorts(filters: IdeaFilters) -> list[dict[str, Any]]:
    labels = {"activity": _("Latest activity"), "newest": _("Newest"), "closing": _("Closing first")}
    if filters.q:
        labels = {RELEVANCE: _("Best match"), **labels}
    return [
        {"label": label, "url": facets.address(replace(filters, sort=sort)), "current": filters.sort == sort}
        for sort, label in labels.items()
    ]
