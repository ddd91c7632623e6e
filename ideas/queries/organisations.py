"""Reads of organisations. The directory is public; its people are for members."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ideas.choices import JoinState
from ideas.models import Idea, Organisation
from ideas.queries.ideas import Viewer, visible_to


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
    for word in filters.q.split()[:12]:
        organisations = organisations.filter(
            Q(name__icontains=word)
            | Q(short_name__icontains=word)
            | Q(competences__icontains=word)
            | Q(equipment__icontains=word)
            | Q(description_it__icontains=word)
            | Q(description_en__icontains=word)
        )
    return organisations


def organisation_rows(filters: OrganisationFilters) -> QuerySet[Organisation]:
    """The directory, by name, with province and value chains loaded."""
    rows = filter_organisations(Organisation.objects.all(), filters)
    return rows.select_related("province").prefetch_related("value_chains").order_by("name", "id")


def seen_idea_counts_of_organisations(member: Viewer, ids: list[int]) -> dict[int, int]:
    """Count by organisation the ideas it proposes that the viewer may see: {organisation id: n}."""
    rows = visible_to(member).filter(organisation__in=ids).order_by().values("organisation").annotate(n=Count("id"))
    return {row["organisation"]: row["n"] for row in rows}


def ideas_of_organisation(member: Viewer, organisation: Organisation) -> QuerySet[Idea]:
    """Select the ideas that an organisation proposes or is a partner of, as far as the viewer may see them."""
    joined = organisation.join_requests.filter(state=JoinState.ACCEPTED).values("idea")
    return visible_to(member).filter(Q(organisation=organisation) | Q(id__in=joined))
