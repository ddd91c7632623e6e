"""Reads of organisations. The directory is public; its people are for members."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ideas.choices import JoinState
from ideas.models import Affiliation, Member, Organisation
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to

PAGE_SIZE = 48


@dataclass(frozen=True)
class OrganisationFilters:
    kind: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    value_chain: tuple[str, ...] = ()
    accredited: bool = False
    q: str = ""


def filter_organisations(organisations: QuerySet[Organisation], filters: OrganisationFilters) -> QuerySet[Organisation]:
    """Narrow organisations to what the filters ask."""
    if filters.kind:
        organisations = organisations.filter(kind__in=filters.kind)
    if filters.province:
        organisations = organisations.filter(province__code__in=filters.province)
    if filters.accredited:
        organisations = organisations.filter(accredited=True)
    if filters.value_chain:
        chains = Organisation.value_chains.through.objects.filter(
            organisation_id=OuterRef("pk"), valuechain__code__in=filters.value_chain
        )
        organisations = organisations.filter(Exists(chains))
    for word in filters.q.replace("\x00", "").split()[:12]:
        organisations = organisations.filter(
            Q(name__icontains=word)
            | Q(short_name__icontains=word)
            | _listed("competences", word)
            | _listed("equipment", word)
            | Q(description_it__icontains=word)
            | Q(description_en__icontains=word)
        )
    return organisations


def _listed(field: str, word: str) -> Q:
    """Find a word in a JSON list. SQLite keeps letters with accents escaped, PostgreSQL as they are."""
    return Q(**{f"{field}__icontains": word}) | Q(**{f"{field}__icontains": json.dumps(word)[1:-1]})


def organisation_rows(filters: OrganisationFilters) -> QuerySet[Organisation]:
    """The directory, by name, with province and value chains loaded."""
    rows = filter_organisations(Organisation.objects.all(), filters)
    return rows.select_related("province").prefetch_related("value_chains").order_by("name", "id")


def organisation_page(filters: OrganisationFilters, *, cursor: str = "") -> tuple[list[Organisation], str]:
    """Read a page of the directory. Returns (organisations, next cursor or ""); the cursor is a number of rows."""
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 else 0
    rows = list(organisation_rows(filters)[start : start + PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], str(start + PAGE_SIZE) if len(rows) > PAGE_SIZE else ""


def organisation_facets(filters: OrganisationFilters) -> dict[str, dict[str, int]]:
    """Count organisations by kind, province, value chain and accreditation; a facet's own choice is left open.

    "total" has the number under all the filters.
    """

    def counted(left_open: OrganisationFilters, value: str) -> dict[Any, int]:
        found = filter_organisations(Organisation.objects.all(), left_open).order_by().exclude(**{value: None})
        return dict(found.values_list(value).annotate(n=Count("id", distinct=True)))

    return {
        "kind": counted(replace(filters, kind=()), "kind"),
        "province": counted(replace(filters, province=()), "province__code"),
        "value_chain": counted(replace(filters, value_chain=()), "value_chains__code"),
        "accredited": {"1": counted(replace(filters, accredited=False), "accredited").get(True, 0)},
        "total": {"": filter_organisations(Organisation.objects.all(), filters).count()},
    }


def whole_organisation(slug: str) -> QuerySet[Organisation]:
    """Load an organisation with what its page shows to everybody."""
    return Organisation.objects.filter(slug=slug).select_related("province").prefetch_related("value_chains", "kets")


def people_of(member: Viewer, organisation: Organisation) -> list[Affiliation]:
    """Read who works at an organisation, administrators first, by name. Visitors are told nobody."""
    if not isinstance(member, Member) or not member.is_active:
        return []
    active = organisation.affiliations.filter(member__is_active=True).select_related("member")
    return list(active.order_by("role", "member__name", "id"))


def seen_idea_counts_of_organisations(member: Viewer, ids: list[int]) -> dict[int, int]:
    """Count by organisation the ideas it proposes that the viewer may see: {organisation id: n}."""
    rows = visible_to(member).filter(organisation__in=ids).order_by().values("organisation").annotate(n=Count("id"))
    return {row["organisation"]: row["n"] for row in rows}


def ideas_of_organisation(member: Viewer, organisation: Organisation) -> list[dict[str, Any]]:
    """Read the cards of the ideas that an organisation proposes or is a partner of, as far as the viewer may see them,
    most recently active first, 50. Visitors: none, for a public teaser doesn't tell the organisation.
    """
    joined = organisation.join_requests.filter(state=JoinState.ACCEPTED).order_by().values("idea")
    seen = visible_to(member).filter(Q(organisation=organisation) | Q(id__in=joined))
    return list(seen.order_by("-activity_at", "-id").values(*CARD_FIELDS)[:50])
