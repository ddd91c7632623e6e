"""Output shapes of the consortium sheet: the API, and its papers for the team."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from rest_framework import serializers

from ideas import money
from ideas.choices import Commitment, ConsortiumRole, OrganisationKind
from ideas.exchange.documents import Paper, Section
from ideas.models import Idea, Member, PartnerLetter
from ideas.queries.partners import Line, Sheet, Totals
from ideas.serializers.organisations import PartnerOrganisationSerializer

ROLES: dict[str, Any] = dict(ConsortiumRole.choices)
KINDS: dict[str, Any] = dict(OrganisationKind.choices)


class ContactSerializer(serializers.Serializer[Member]):
    """Whom the team asks at an organisation."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()


class LetterSerializer(serializers.Serializer[PartnerLetter]):
    """A signed letter: the request for which it is, and the attachment."""

    join_request = serializers.IntegerField(source="request_id")
    attachment = serializers.IntegerField(source="attachment_id")


class LineSerializer(serializers.Serializer[Line]):
    """An organisation's line: null is what nobody has filled in. `version` is 0 before the first save."""

    organisation = PartnerOrganisationSerializer()
    proposes = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    contact = ContactSerializer(allow_null=True)
    budget_eur = serializers.IntegerField(source="sheet.budget_eur", allow_null=True, default=None)
    person_months = serializers.DecimalField(
        source="sheet.person_months", max_digits=5, decimal_places=1, allow_null=True, default=None
    )
    letters = LetterSerializer(many=True)
    version = serializers.IntegerField(source="sheet.version", default=0)
    changed_at = serializers.DateTimeField(
        source="sheet.changed_at", default_timezone=UTC, allow_null=True, default=None
    )


class TotalsSerializer(serializers.Serializer[Totals]):
    """What the lines add up to; `budget_lines` and `months_lines` say how many organisations have said theirs."""

    organisations = serializers.IntegerField()
    budget_eur = serializers.IntegerField()
    budget_lines = serializers.IntegerField()
    person_months = serializers.DecimalField(max_digits=8, decimal_places=1)
    months_lines = serializers.IntegerField()
    countries = serializers.ListField(child=serializers.CharField())
    kinds = serializers.DictField(child=serializers.IntegerField())
    accredited = serializers.IntegerField()
    letters = serializers.IntegerField()


class SheetSerializer(serializers.Serializer[Sheet]):
    lines = LineSerializer(many=True)
    totals = TotalsSerializer()


# On paper -----------------------------------------------------------------------------------------------------------


def sheet_paper(sheet: Sheet, *, at: datetime, site: str) -> Paper:
    """Write the consortium sheet as a document, in the language that is active."""
    idea = sheet.idea
    return Paper(
        title=_("Consortium: %(idea)s") % {"idea": _title(idea)},
        facts=[*_project(idea), *_sums(sheet.totals), (_("As of"), date_format(at))],
        sections=[Section(_("Organisations"), rows=[_head(), *(_row(line) for line in sheet.lines)])],
        foot=f"{idea.reference} · {site}{idea.get_absolute_url()}",
        language=get_language() or idea.language,
    )


def letter_paper(idea: Idea, line: Line, *, at: datetime, site: str) -> Paper:
    """Write an organisation's letter of intent as a document to be signed, in the language that is active."""
    name = line.organisation.name
    coordinator = idea.organisation.name if idea.organisation else ", ".join(one.name for one in idea.authors.all())
    words = {"organisation": name, "idea": _title(idea), "roles": roles_of(line), "coordinator": coordinator}
    said = [
        _("%(organisation)s intends to take part in the project proposal “%(idea)s” as: %(roles)s.") % words,
        _("The organisation knows the proposal as %(coordinator)s shares it with its partners, and agrees that its "
          "name and what is written below are used to prepare it.") % words,
        *([_aim(idea)] if idea.call else []),
        _("This letter states an intention. It binds nobody to a sum, and ends if the proposal isn't submitted."),
    ]  # fmt: skip
    return Paper(
        title=_("Letter of intent"),
        lead=name,
        facts=_filled([*_project(idea), *_brings(line)]),
        sections=[
            Section(lines=[_("To: %(coordinator)s") % words, *said]),
            *([Section(_("What the organisation brings"), lines=contributions_of(line))] if line.requests else []),
            Section(
                _("Signature"),
                lines=[_("Date of this text: %(day)s") % {"day": date_format(at)}],
                blanks=[_("Place and date"), _("Name and office of who signs"), _("Signature and stamp")],
            ),
        ],
        foot=f"{idea.reference} · {site}{idea.get_absolute_url()}",
        language=get_language() or idea.language,
    )


def roles_of(line: Line) -> str:
    """Name an organisation's roles, each once."""
    return ", ".join(dict.fromkeys(str(ROLES.get(role, role)) for role in line.roles))


def contributions_of(line: Line) -> list[str]:
    """What the organisation said that it brings, with the place for which it said so."""
    return [f"{row.slot.expertise}: {row.contribution}" if row.slot else row.contribution for row in line.requests]


def commitment_of(line: Line) -> str:
    """The surest of an organisation's commitments in words; who proposes the idea has none to give."""
    steps = [Commitment(row.commitment) for row in line.requests]
    order = list(Commitment)
    return str(max(steps, key=order.index).label) if steps else _("proposes the idea")


def months(value: Decimal | None) -> str:
    """Write person-months with a decimal only where there is one: "4", "4,5"."""
    if value is None:
        return ""
    return number_format(value, 0 if value == value.to_integral_value() else 1, force_grouping=True)


def euros(value: int | None) -> str:
    return "" if value is None else money.euros(value)


def kind_of(line: Line) -> str:
    """The kind of the organisation, and that it is accredited."""
    kind = str(KINDS.get(line.organisation.kind, ""))
    return f"{kind}, {_('accredited laboratory')}" if line.organisation.accredited else kind


def place_of(line: Line) -> str:
    """Where the organisation is: its country, with the province where it has one."""
    province = line.organisation.province
    return f"{line.organisation.country} · {province.name}" if province else line.organisation.country


def _title(idea: Idea) -> str:
    return f"{idea.acronym} · {idea.title}" if idea.acronym else idea.title


def _project(idea: Idea) -> list[tuple[str, str]]:
    call, deadline = idea.call, idea.deadline
    n = idea.duration_months
    closing = f"{date_format(deadline.local, 'DATETIME_FORMAT')} ({deadline.zone})" if deadline else ""
    named = " · ".join(filter(None, [call.programme, call.identifier, call.title])) if call else ""
    return [
        (_("Project"), _title(idea)),
        (_("Reference"), idea.reference),
        (_("Target call"), named),
        (_("Deadline"), closing),
        (_("Duration"), ngettext("%(n)d month", "%(n)d months", n) % {"n": n} if n else ""),
        (_("Proposing organisation"), idea.organisation.name if idea.organisation else ""),
    ]


def _aim(idea: Idea) -> str:
    assert idea.call
    told = _("The proposal aims at the call %(identifier)s, “%(title)s”.")
    return told % {"identifier": idea.call.identifier, "title": idea.call.title}


def _brings(line: Line) -> list[tuple[str, str]]:
    organisation, sheet = line.organisation, line.sheet
    contact = line.contact
    return [
        (_("Organisation"), organisation.name),
        (_("Kind"), kind_of(line)),
        (_("PIC"), organisation.pic),
        (_("Country"), place_of(line)),
        (_("Role"), roles_of(line)),
        (_("Contact person"), f"{contact.name}, {contact.email}" if contact else ""),
        (_("Indicative budget"), euros(sheet.budget_eur) if sheet else ""),
        (_("Person-months"), months(sheet.person_months) if sheet else ""),
    ]


def _sums(totals: Totals) -> list[tuple[str, str]]:
    return [
        (_("Organisations"), str(totals.organisations)),
        (_("Countries"), ", ".join(totals.countries)),
        (_("Kinds"), ", ".join(f"{KINDS.get(kind, kind)}: {n}" for kind, n in totals.kinds.items())),
        (_("Accredited laboratories"), str(totals.accredited)),
        (_("Indicative budget"), euros(totals.budget_eur)),
        (_("Person-months"), months(totals.person_months)),
        (_("Signed letters"), str(totals.letters)),
    ]


def _head() -> list[str]:
    return [
        _("Organisation"), _("Role"), _("Kind"), _("Country"), _("Contact person"), _("Budget"), _("Person-months"),
        _("Commitment"),
    ]  # fmt: skip


def _row(line: Line) -> list[str]:
    contact, sheet = line.contact, line.sheet
    return [
        line.organisation.name, roles_of(line), kind_of(line), place_of(line),
        f"{contact.name}, {contact.email}" if contact else "",
        euros(sheet.budget_eur) if sheet else "", months(sheet.person_months) if sheet else "", commitment_of(line),
    ]  # fmt: skip


def _filled(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in facts if value]
