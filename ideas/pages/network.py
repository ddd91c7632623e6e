"""Pages of the network: who works with whom, drawn and as a table; and an organisation's part of it on its page."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ideas.choices import OrganisationKind
from ideas.forms.filters import chosen
from ideas.models import Member, Organisation
from ideas.pages import parts
from ideas.queries.ideas import audiences_of
from ideas.queries.network import Link, Network, NetworkFilters, Node, network_of, years_of

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_DRAWN = 60
MOST_LINKS = 200
MOST_IDEAS_NAMED = 6
ROUND = frozenset({OrganisationKind.RESEARCH, OrganisationKind.TRAINING})


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    by, names = parts.member_of(request), parts.read_names()
    middle, filters = read_network_filters(request.GET)
    zone, audiences = timezone.get_current_timezone(), audiences_of(by)
    net = network_of(by, filters, zone=zone, audiences=audiences)
    chains = [(code, f"{code} · {chain['name']}") for code, chain in names.chains.items() if chain["in_use"]]
    years = [(str(year), str(year)) for year in years_of(by, zone=zone, audiences=audiences)]
    year = str(filters.year or "")
    context = {
        "middle": middle,
        "whole_url": _url(value_chain=filters.value_chain, year=year),
        "choices": [
            _choice("value_chain", _("Value chain"), chains, filters.value_chain),
            _choice("year", _("Written in"), years, year),
        ],
        "narrowed": filters != NetworkFilters(),
        "net": shown(net, filters.organisation),
    }
    return render(request, "network/page.html", context)


def neighbours_context(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Give an organisation's page what `network/_neighbours.html` draws: {"neighbours": …}; None for a visitor."""
    if not isinstance(request.user, Member):
        return {"neighbours": None}
    filters = NetworkFilters(organisation=organisation.pk)
    net = network_of(request.user, filters, zone=timezone.get_current_timezone())
    found = {
        "net": shown(net, organisation.pk),
        "count": max(len(net.nodes) - 1, 0),
        "url": _url(organisation=organisation.slug),
    }
    return {"neighbours": found}


def read_network_filters(params: QueryDict) -> tuple[Organisation | None, NetworkFilters]:
    """Read `value_chain`, `year`, `organisation` (a slug) of an address; what is none of these is left out."""
    number = parts.number_in(params.get("year"))
    year = number if number is not None and FIRST_YEAR <= number < LAST_YEAR else None
    slug = next(iter(chosen(params, "organisation")), "")
    middle = Organisation.objects.filter(slug=slug).first() if slug else None
    chain = next(iter(chosen(params, "value_chain")), "")
    return middle, NetworkFilters(chain, year, middle.pk if middle else None)


def shown(net: Network, middle: int | None) -> dict[str, Any]:
    """Prepare a network for `network/_drawing.html`: the organisations with most ideas drawn, all in the table."""
    ranked = sorted(net.nodes, key=lambda node: (node.organisation.pk != middle, -node.ideas))[:MOST_DRAWN]
    drawn = {node.organisation.pk for node in ranked}
    nodes = {node.organisation.pk: _node(node, middle) for node in net.nodes}
    # Whom the one in the middle works with stands before who else does in the same ideas.
    links = sorted(net.links, key=lambda link: middle not in (link.one, link.other))[:MOST_LINKS]
    organisations = ngettext("%(n)d organisation", "%(n)d organisations", len(net.nodes)) % {"n": len(net.nodes)}
    ideas = ngettext("%(n)d idea in common", "%(n)d ideas in common", net.ideas) % {"n": net.ideas}
    return {
        "nodes": [node for pk, node in nodes.items() if pk in drawn],
        "drawn": [
            {"one": link.one, "other": link.other, "n": len(link.ideas)}
            for link in net.links
            if {link.one, link.other} <= drawn
        ],
        "links": [_link(link, nodes) for link in links],
        "links_left": max(len(net.links) - MOST_LINKS, 0),
        "hidden": len(net.nodes) - len(drawn),
        "is_cut": net.is_cut,
        "sum": f"{organisations} · {ideas}",
        "label": _("Who works with whom"),
    }


def _node(node: Node, middle: int | None) -> dict[str, Any]:
    organisation = node.organisation
    return {
        "id": organisation.pk,
        "name": str(organisation),
        "title": organisation.name,
        "url": organisation.get_absolute_url(),
        "shape": "round" if organisation.kind in ROUND else "square",
        "ideas": node.ideas,
        "is_hub": organisation.pk == middle,
    }


def _link(link: Link, nodes: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    named = link.ideas[:MOST_IDEAS_NAMED]
    one, other = sorted((nodes[link.one], nodes[link.other]), key=lambda node: (not node["is_hub"], node["title"]))
    return {
        "one": one,
        "other": other,
        "n": len(link.ideas),
        "ideas": [
            {"reference": idea.reference, "title": idea.title, "url": reverse("ideas:detail", args=[idea.reference])}
            for idea in named
        ],
        "more": len(link.ideas) - len(named),
    }


def _choice(name: str, label: str, options: Iterable[tuple[str, str]], value: str) -> dict[str, Any]:
    known = list(options)
    if value and value not in dict(known):
        known.append((value, value))
    shown = [{"value": code, "label": text, "chosen": code == value} for code, text in known]
    return {"name": name, "label": label, "options": shown}


def _url(**params: str) -> str:
    query = urlencode({name: value for name, value in params.items() if value})
    return reverse("network:page") + (f"?{query}" if query else "")
