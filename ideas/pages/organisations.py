"""Pages of organisations: the directory, and one of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ideas.choices import OrganisationKind, Scheme
from ideas.forms.filters import page_cursor
from ideas.forms.organisations import read_organisation_filters
from ideas.models import Organisation
from ideas.pages.filters import Facet, Option, address, facet
from ideas.pages.parts import Names, cards, read_names
from ideas.queries.organisations import (
    OrganisationFilters,
    ideas_of_organisation,
    organisation_facets,
    organisation_page,
    people_of,
    seen_idea_counts_of_organisations,
    whole_organisation,
)
from ideas.queries.taxonomy import terms

KINDS = dict(OrganisationKind.choices)
TERMS_SHOWN = 5


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    filters = read_organisation_filters(request.GET)
    organisations, cursor = organisation_page(filters, cursor=page_cursor(request.GET))
    ideas = seen_idea_counts_of_organisations(request.user, [row.pk for row in organisations])
    counts = organisation_facets(filters)
    names = read_names()
    facets = _facets(request, filters, counts, names)
    context = {
        "filters": filters,
        "facets": facets,
        "chips": [chip for group in facets for chip in group.chips],
        "rows": [_card(organisation, ideas.get(organisation.pk, 0), names) for organisation in organisations],
        "total": counts["total"][""],
        "next": address(request.GET, cursor=cursor) if cursor else "",
        "without_search": address(request.GET, q=None, cursor=None),
        "kept": [
            (name, value) for name, values in request.GET.lists() if name not in ("q", "cursor") for value in values
        ],
    }
    return render(request, "organisations/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(whole_organisation(slug))
    names = read_names()
    context = {
        "organisation": organisation,
        "kind": KINDS[organisation.kind],
        "description": _description(organisation),
        "facts": _facts(organisation),
        "chains": [names.chain(chain.code) for chain in organisation.value_chains.all()],
        "kets": list(organisation.kets.all()),
        "people": people_of(request.user, organisation),
        "cards": cards(ideas_of_organisation(request.user, organisation), at=timezone.now(), names=names),
    }
    return render(request, "organisations/detail.html", context)


def _card(organisation: Organisation, idea_count: int, names: Names) -> dict[str, Any]:
    return {
        "url": organisation.get_absolute_url(),
        "name": organisation.name,
        "initials": initials(organisation),
        "kind": KINDS[organisation.kind],
        "accredited": organisation.accredited,
        "province": organisation.province.name if organisation.province else "",
        "text": _description(organisation),
        "terms": organisation.competences[:TERMS_SHOWN],
        "more": max(len(organisation.competences) - TERMS_SHOWN, 0),
        "chains": [names.chain(chain.code) for chain in organisation.value_chains.all()],
        "idea_count": idea_count,
        "is_demo": organisation.is_demo,
    }


def initials(organisation: Organisation) -> str:
    """Shorten an organisation's name for its square: two letters."""
    words = [word for word in str(organisation).replace("-", " ").split() if word[0].isalnum()]
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return letters.upper()


def _description(organisation: Organisation) -> str:
    """Take the description in the reader's language, or in the other one where it is the only one."""
    texts = [organisation.description_it, organisation.description_en]
    english = (get_language() or "it").startswith("en")
    return next(filter(None, reversed(texts) if english else texts), "")


def _facts(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value}
        for label, value in [
            (_("Kind"), KINDS[organisation.kind]),
            (_("Accredited"), _("Accredited laboratory") if organisation.accredited else ""),
            (_("Province"), organisation.province.name if organisation.province else ""),
            (_("Country"), organisation.country),
            (_("PIC"), organisation.pic),
            (_("Member since"), str(organisation.member_since or "")),
            (_("Languages"), ", ".join(organisation.languages)),
        ]
        if value
    ]


def _facets(
    request: HttpRequest, filters: OrganisationFilters, counts: dict[str, dict[str, int]], names: Names
) -> list[Facet]:
    params = request.GET
    kinds = [Option(value, label) for value, label in KINDS.items()]
    provinces = [Option(term.code, term.name) for term in terms(Scheme.PROVINCE)]
    chains = [Option(chain["code"], chain["name"], chain["code"], chain["glyph"]) for chain in names.chains.values()]
    accredited = [Option("1", _("Accredited laboratories"))]
    chosen = ["1"] if filters.accredited else []
    groups = [
        facet(params, "kind", _("Kind"), kinds, counts["kind"], filters.kind),
        facet(params, "accredited", _("Accreditation"), accredited, counts["accredited"], chosen, one=True),
        facet(params, "province", _("Province"), provinces, counts["province"], filters.province),
        facet(params, "value_chain", _("Value chain"), chains, counts["value_chain"], filters.value_chain),
    ]
    return [group for group in groups if group.facets]
