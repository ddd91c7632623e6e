"""Pages of organisations: the directory, and one of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ideas.choices import CompetenceKind, CompetenceState, OrganisationKind, Scheme
from ideas.forms.filters import page_cursor
from ideas.forms.organisations import language_name, read_organisation_filters
from ideas.models import Member, Organisation
from ideas.models.competences import LISTS
from ideas.pages import affiliations, network, suggestions, units
from ideas.pages.filters import Facet, Option, address, facet
from ideas.pages.parts import Names, cards, read_names
from ideas.queries.competences import names_of_slugs, proposed_count
from ideas.queries.organisations import (
    WORDS,
    Found,
    OrganisationFilters,
    ideas_of_organisation,
    organisation_page,
    people_of,
    seen_idea_counts_of_organisations,
    whole_organisation,
)
from ideas.queries.taxonomy import terms
from ideas.rules.competences import can_settle_competences
from ideas.rules.organisations import can_create_organisations, can_edit_organisation

KINDS = dict(OrganisationKind.choices)
TERMS_SHOWN = 5
# Of each kind of words the directory offers those that most of the organisations found have.
WORDS_OFFERED = 8
PROJECTS_SHOWN = 30


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    filters = read_organisation_filters(request.GET)
    found = organisation_page(filters, cursor=page_cursor(request.GET))
    ideas = seen_idea_counts_of_organisations(request.user, [row.pk for row in found.rows])
    names = read_names()
    facets = _facets(request, filters, found, names)
    by = request.user if isinstance(request.user, Member) else None
    context = {
        "filters": filters,
        "facets": facets,
        "chips": [chip for group in facets for chip in group.chips],
        "rows": [_card(organisation, ideas.get(organisation.pk, 0), names) for organisation in found.rows],
        "total": found.total,
        "next": address(request.GET, cursor=found.next) if found.next else "",
        "without_search": address(request.GET, q=None, cursor=None),
        "kept": [
            (name, value) for name, values in request.GET.lists() if name not in ("q", "cursor") for value in values
        ],
        "may": {
            "create": by is not None and can_create_organisations(by),
            "settle": by is not None and can_settle_competences(by),
        },
        "proposed": proposed_count() if by is not None and can_settle_competences(by) else 0,
    }
    return render(request, "organisations/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(whole_organisation(slug))
    names, by = read_names(), request.user
    people = people_of(by, organisation)
    context = {
        "organisation": organisation,
        "kind": KINDS[organisation.kind],
        "profile": _profile(organisation),
        "facts": _facts(organisation),
        "chains": [names.chain(chain.code) for chain in organisation.value_chains.all()],
        "kets": list(organisation.kets.all()),
        "people": people,
        "cards": cards(ideas_of_organisation(request.user, organisation), at=timezone.now(), names=names),
        "may_edit": isinstance(by, Member) and can_edit_organisation(by, organisation),
    }
    for part in (affiliations.standing_context, units.family_context, network.neighbours_context):
        context |= part(request, organisation)
    context["suggested"] = suggestions.strip_for(by, organisation, people, names)
    return render(request, "organisations/detail.html", context)


def _card(organisation: Organisation, idea_count: int, names: Names) -> dict[str, Any]:
    known = said(organisation, "competences")
    return {
        "url": organisation.get_absolute_url(),
        "name": organisation.name,
        "initials": initials(organisation),
        "kind": KINDS[organisation.kind],
        "accredited": organisation.accredited,
        "province": organisation.province.name if organisation.province else "",
        "text": _description(organisation)[0],
        "terms": known[:TERMS_SHOWN],
        "more": max(len(known) - TERMS_SHOWN, 0),
        "chains": [names.chain(chain.code) for chain in organisation.value_chains.all()],
        "idea_count": idea_count,
        "is_demo": organisation.is_demo,
        "is_member": organisation.member_since is not None,
    }


def said(organisation: Organisation, field: str) -> list[str]:
    """Name the words of one of its lists in the reader's language, in their order. Needs its vocabulary loaded."""
    names = {word.word: word.name for word in organisation.vocabulary.all() if word.kind == LISTS[field]}
    return [names.get(word, word) for word in getattr(organisation, field)]


def _profile(organisation: Organisation) -> dict[str, Any]:
    """What `organisations/_profile.html` shows."""
    text, html = _description(organisation)
    projects = list(organisation.past_projects.all())
    return {
        "description": text,
        "description_html": html,
        "other_text": _other_text(organisation),
        "words": [
            {"title": title, "words": [_word(organisation, field, name) for name in getattr(organisation, field)]}
            for field, title in (
                ("competences", _("Competences")),
                ("equipment", _("Equipment")),
                ("services", _("Services")),
            )
        ],
        "projects": {
            "shown": projects[:PROJECTS_SHOWN],
            "total": len(projects),
            "more": len(projects[PROJECTS_SHOWN:]),
        },
    }


def _word(organisation: Organisation, field: str, name: str) -> dict[str, Any]:
    """A word as a tag that leads to who else has it; a proposed one says so, a retired one leads nowhere."""
    word = next((row for row in organisation.vocabulary.all() if row.kind == LISTS[field] and row.word == name), None)
    if word is None:
        return {"label": name, "url": "", "proposed": False}
    url = reverse("organisations:list", query={word.kind: word.slug})
    return {
        "label": word.name,
        "url": "" if word.state == CompetenceState.RETIRED else url,
        "proposed": word.state == CompetenceState.PROPOSED,
    }


def initials(organisation: Organisation) -> str:
    """Shorten an organisation's name for its square: two letters."""
    words = [word for word in str(organisation).replace("-", " ").split() if word[0].isalnum()]
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return letters.upper()


def _description(organisation: Organisation) -> tuple[str, str]:
    """Take the description in the reader's language, or in the other one where it is the only one: (text, HTML)."""
    english = (get_language() or "it").startswith("en")
    order = ("description_en", "description_it") if english else ("description_it", "description_en")
    name = next((name for name in order if getattr(organisation, name)), order[0])
    return getattr(organisation, name), organisation.html.get(name, "")


def _other_text(organisation: Organisation) -> dict[str, str]:
    """The description in the other language, where there are two: {language, html, text}."""
    if not (organisation.description_it and organisation.description_en):
        return {}
    language = "it" if (get_language() or "it").startswith("en") else "en"
    name = f"description_{language}"
    return {"language": language, "html": organisation.html.get(name, ""), "text": getattr(organisation, name)}


def _facts(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value}
        for label, value in [
            (_("Kind"), KINDS[organisation.kind]),
            (_("Accredited"), _("Accredited laboratory") if organisation.accredited else ""),
            (_("Province"), organisation.province.name if organisation.province else ""),
            (_("Country"), organisation.country),
            (_("Address"), organisation.address),
            (_("PIC"), organisation.pic),
            (_("Member since"), str(organisation.member_since or "")),
            (_("Languages"), ", ".join(map(language_name, organisation.languages))),
        ]
        if value
    ]


def _facets(request: HttpRequest, filters: OrganisationFilters, found: Found, names: Names) -> list[Facet]:
    kinds = [Option(value, label) for value, label in KINDS.items()]
    provinces = [Option(term.code, term.name) for term in terms(Scheme.PROVINCE)]
    chains = [Option(chain["code"], chain["name"], chain["code"], chain["glyph"]) for chain in names.chains.values()]
    kets = [Option(code, ket["name"], code) for code, ket in names.kets.items()]
    words = _words_offered(filters, found)
    titles = dict(CompetenceKind.choices)

    def group(name: str, title: Any, options: list[Option]) -> Facet:
        return facet(request.GET, name, title, options, found.counts[name], getattr(filters, name))

    def switch(name: str, title: Any, label: Any) -> Facet:
        chosen = ["1"] if getattr(filters, name) else []
        return facet(request.GET, name, title, [Option("1", label)], found.counts[name], chosen, one=True)

    groups = [
        switch("member", _("Cluster"), _("Members of the cluster")),
        group("kind", _("Kind"), kinds),
        switch("accredited", _("Accreditation"), _("Accredited laboratories")),
        group("value_chain", _("Value chain"), chains),
        group("province", _("Province"), provinces),
        *(group(kind, titles[CompetenceKind(kind)], words[kind]) for kind in WORDS),
        group("ket", _("Key enabling technology"), kets),
    ]
    return [group for group in groups if group.facets]


def _words_offered(filters: OrganisationFilters, found: Found) -> dict[str, list[Option]]:
    """The words that most of the organisations found have, and those chosen, by kind. One query."""
    offered: dict[str, list[str]] = {}
    for kind in WORDS:
        counts = found.counts[kind]
        most = sorted(counts, key=lambda slug: (-counts[slug], slug))[:WORDS_OFFERED]
        offered[kind] = list(dict.fromkeys([*getattr(filters, kind), *most]))
    names = names_of_slugs((kind, slug) for kind, slugs in offered.items() for slug in slugs)
    return {
        kind: [Option(slug, names[kind, slug]) for slug in slugs if (kind, slug) in names]
        for kind, slugs in offered.items()
    }
