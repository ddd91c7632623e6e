"""Reads of the consortium sheet: who sees it, its lines, and what they add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from ideas.choices import ConsortiumRole, JoinState
from ideas.models import Affiliation, Idea, JoinRequest, Member, Organisation, PartnerLetter, PartnerSheet
from ideas.queries.ideas import Viewer
from ideas.queries.plans import plans_visible_to


@dataclass(frozen=True)
class Line:
    """An organisation of the consortium: its accepted requests (none for who only proposes the idea), the letters that
    were uploaded for them, and what it filled in.
    """

    organisation: Organisation
    requests: list[JoinRequest] = field(default_factory=list)
    proposes: bool = False
    sheet: PartnerSheet | None = None
    contact: Member | None = None
    letters: list[PartnerLetter] = field(default_factory=list)

    @property
    def roles(self) -> list[str]:
        """Its roles, as codes; who proposes the idea and has no other one coordinates."""
        return [request.role for request in self.requests] or [ConsortiumRole.COORDINATOR]


@dataclass(frozen=True)
class Totals:
    """What the lines add up to. `budget_lines` and `months_lines`: how many organisations have said theirs."""

    organisations: int
    budget_eur: int
    budget_lines: int
    person_months: Decimal
    months_lines: int
    countries: list[str]
    kinds: dict[str, int]
    accredited: int
    letters: int


@dataclass(frozen=True)
class Sheet:
    idea: Idea
    lines: list[Line]
    totals: Totals

    def line_of(self, organisation_id: int) -> Line | None:
        """Find the line of an organisation; None for one that isn't in the consortium."""
        return next((line for line in self.lines if line.organisation.pk == organisation_id), None)


def sheets_visible_to(member: Viewer) -> QuerySet[Idea]:
    """Select the ideas whose consortium sheet the member sees: those on whose team they are."""
    return plans_visible_to(member)


def sheet_of(idea: Idea) -> Sheet:
    """Read an idea's consortium sheet in four queries: the proposing organisation first, then partners as they came.

    A contact person who works there no more isn't shown. The idea comes with its organisation.
    """
    accepted = JoinRequest.objects.filter(idea=idea, state=JoinState.ACCEPTED).select_related(
        "organisation__province", "slot"
    )
    requests = list(accepted.order_by("joined_at", "id"))
    letters = PartnerLetter.objects.filter(request__idea=idea, request__state=JoinState.ACCEPTED)
    signed = {row.request_id: row for row in letters.select_related("attachment")}
    organisations = {idea.organisation.pk: idea.organisation} if idea.organisation else {}
    organisations |= {row.organisation_id: row.organisation for row in requests}
    sheets = {row.organisation_id: row for row in PartnerSheet.objects.filter(idea=idea).select_related("contact")}
    contacts = _contacts(sheets.values())
    lines = []
    for pk, organisation in organisations.items():
        own = [row for row in requests if row.organisation_id == pk]
        kept = [signed[row.pk] for row in own if row.pk in signed]
        lines.append(Line(organisation, own, pk == idea.organisation_id, sheets.get(pk), contacts.get(pk), kept))
    return Sheet(idea, lines, totals_of(lines))


def _contacts(sheets: Iterable[PartnerSheet]) -> dict[int, Member]:
    """Pick the contact people who still work where they are asked: {organisation id: member}. One query."""
    named = {row.organisation_id: row.contact for row in sheets if row.contact and row.contact.is_active}
    pairs = Affiliation.objects.filter(organisation__in=named, member__in=[one.pk for one in named.values()])
    there = set(pairs.order_by().values_list("organisation_id", "member_id"))
    return {pk: member for pk, member in named.items() if (pk, member.pk) in there}


def totals_of(lines: list[Line]) -> Totals:
    """Add up what the lines say; what nobody has filled in counts as nothing, and is told apart."""
    budgets = [line.sheet.budget_eur for line in lines if line.sheet and line.sheet.budget_eur is not None]
    months = [line.sheet.person_months for line in lines if line.sheet and line.sheet.person_months is not None]
    kinds: dict[str, int] = {}
    for line in lines:
        kinds[line.organisation.kind] = kinds.get(line.organisation.kind, 0) + 1
    return Totals(
        organisations=len(lines),
        budget_eur=sum(budgets),
        budget_lines=len(budgets),
        person_months=sum(months, Decimal(0)),
        months_lines=len(months),
        countries=sorted({line.organisation.country for line in lines if line.organisation.country}),
        kinds=kinds,
        accredited=sum(line.organisation.accredited for line in lines),
        letters=sum(bool(line.letters) for line in lines),
    )


def people_of(organisation: Organisation) -> QuerySet[Member]:
    """Select the people of an organisation, from among whom it names its contact person."""
    return Member.objects.filter(affiliations__organisation=organisation, is_active=True).order_by("name", "pk")


def is_in_line_up(idea: Idea, organisation_id: int) -> bool:
    """Whether an organisation proposes the idea or is its partner."""
    partner = JoinRequest.objects.filter(idea=idea, organisation=organisation_id, state=JoinState.ACCEPTED)
    return idea.organisation_id == organisation_id or partner.exists()
