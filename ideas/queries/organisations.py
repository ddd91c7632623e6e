"""Reads of organisations. The directory is public; its people are for members."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ideas.choices import CompetenceKind, CompetenceState, JoinState, SearchKind
from ideas.models import Affiliation, Member, Organisation, PastProject, SearchEntry
from ideas.queries.board_rows import Bits
from ideas.queries.directory import Directory, directory
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to
from ideas.queries.matches import audience_token
from ideas.queries.search import EVERYBODY, Scope, matching
from ideas.questions import read_question

PAGE_SIZE = 48
WORDS = tuple(CompetenceKind.values)


@dataclass(frozen=True)
class OrganisationFilters:
    """What the directory is narrowed by; values are codes, words of the vocabulary by their slugs."""

    kind: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    value_chain: tuple[str, ...] = ()
    ket: tuple[str, ...] = ()
    competence: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    accredited: bool = False
    member: bool = False
    q: str = ""


SWITCHES = ("accredited", "member")
FACETS = tuple(one.name for one in fields(OrganisationFilters) if one.name != "q")


# The API's list: in the database --------------------------------------------------------------------------------------


def filter_organisations(organisations: QuerySet[Organisation], filters: OrganisationFilters) -> QuerySet[Organisation]:
    """Narrow organisations to what the filters ask; the same ones as `selected` finds in memory."""
    if filters.kind:
        organisations = organisations.filter(kind__in=filters.kind)
    if filters.province:
        organisations = organisations.filter(province__code__in=filters.province)
    if filters.accredited:
        organisations = organisations.filter(accredited=True)
    if filters.member:
        organisations = organisations.exclude(member_since=None)
    tags = [
        (Organisation.value_chains.through, Q(valuechain__code__in=filters.value_chain), filters.value_chain),
        (Organisation.kets.through, Q(term__code__in=filters.ket), filters.ket),
        *((Organisation.vocabulary.through, _said(kind, filters), getattr(filters, kind)) for kind in WORDS),
    ]
    for through, which, asked in tags:
        if asked:
            rows = through._default_manager.filter(which, organisation_id=OuterRef("pk"))
            organisations = organisations.filter(Exists(rows))
    if filters.q:
        organisations = organisations.filter(pk__in=having_words(filters.q).values("object_id"))
    return organisations


def _said(kind: str, filters: OrganisationFilters) -> Q:
    """Words of a kind by their slugs, or by those of words that were merged into them."""
    slugs = getattr(filters, kind)
    named = Q(competence__slug__in=slugs) | Q(competence__merged__slug__in=slugs)
    return named & Q(competence__kind=kind) & ~Q(competence__state=CompetenceState.RETIRED)


def organisation_rows(filters: OrganisationFilters) -> QuerySet[Organisation]:
    """The directory, by name, with province, value chains and KETs loaded."""
    rows = filter_organisations(Organisation.objects.all(), filters)
    tags = ("value_chains", "kets")
    return rows.select_related("province").prefetch_related(*tags).order_by("name", "id")


def all_organisations() -> QuerySet[Organisation]:
    """Select every organisation, by name, for a choice among them."""
    return Organisation.objects.order_by("name", "id")


def having_words(words: str) -> QuerySet[SearchEntry]:
    """Select the entries of organisations that have all the words, as the site's search compares them.

    Where nothing has them, the last word is a beginning.
    """
    question = read_question(words)
    scope = Scope((SearchKind.ORGANISATION,), (audience_token(EVERYBODY),))
    if not question:
        return SearchEntry.objects.none()
    found = matching(question, scope)
    return found if found.exists() else matching(question.begun(), scope)


# The directory's page: in memory --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A page of the directory. `next` is the cursor of the one behind it, or ""; counts are {facet: {value: n}}."""

    rows: list[Organisation]
    next: str
    total: int
    counts: Mapping[str, Mapping[str, int]]


def organisation_page(filters: OrganisationFilters, *, cursor: str = "") -> Found:
    """Read a page of the directory, and how many organisations every filter would leave.

    Members of the cluster stand first, then all by name. A facet's own choice is left open in its counts. The cursor is
    the id of the last organisation seen.
    """
    known = directory()
    ids = list(having_words(filters.q).values_list("object_id", flat=True)) if filters.q else None
    within = known.everything if ids is None else known.select(ids)
    chosen = selected(known, filters, within)
    after = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18 else None
    page = known.page(chosen, after=after, size=PAGE_SIZE + 1)
    counts = {facet: known.count(facet, selected(known, _left_open(filters, facet), within)) for facet in FACETS}
    more = str(page[PAGE_SIZE - 1]) if len(page) > PAGE_SIZE else ""
    return Found(_loaded(page[:PAGE_SIZE]), more, chosen.bit_count(), counts)


def selected(known: Directory, filters: OrganisationFilters, within: Bits) -> Bits:
    """Select the organisations that the filters leave."""
    for facet in FACETS:
        values = getattr(filters, facet)
        if values:
            within &= known.among(facet, ("1",) if facet in SWITCHES else values)
    return within


def _left_open(filters: OrganisationFilters, facet: str) -> OrganisationFilters:
    empty: Any = False if facet in SWITCHES else ()
    return replace(filters, **{facet: empty})


def _loaded(ids: list[int]) -> list[Organisation]:
    rows = Organisation.objects.filter(pk__in=ids).select_related("province")
    by_id = {row.pk: row for row in rows.prefetch_related("value_chains", "vocabulary")}
    return [by_id[pk] for pk in ids if pk in by_id]


# One of them ----------------------------------------------------------------------------------------------------------


def whole_organisation(slug: str) -> QuerySet[Organisation]:
    """Load an organisation with what its page shows to everybody."""
    tags = ("value_chains", "kets", "vocabulary", "past_projects")
    return Organisation.objects.filter(slug=slug).select_related("province").prefetch_related(*tags)


def projects_by_hand(organisation: Organisation) -> list[PastProject]:
    """Read the past projects that people wrote; those of an import aren't theirs to change."""
    return list(organisation.past_projects.filter(code=""))


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
