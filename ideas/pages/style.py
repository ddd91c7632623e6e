"""The style page: every component in every state, both schemes. Wired in DEBUG only."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ideas.pages import style_samples as samples


def style_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    marks, own = samples.ruler_marks(now)
    context = {
        "now": now,
        "later": now + timedelta(days=64),
        "schemes": ["light", "dark"],
        "colours": samples.COLOURS,
        "chains": [samples.chain(index) for index in range(len(samples.CHAINS))],
        "idea_states": samples.IDEA_STATES,
        "call_states": samples.CALL_STATES,
        "cards": samples.cards(now),
        "calls": samples.calls(now),
        "comments": samples.comments(now),
        "marks": marks,
        "own": own,
        "forms": samples.forms_of_both_schemes(),
        "tabs": samples.TABS,
        "facets": samples.facets(),
        "facts": samples.FACTS,
        "columns": samples.COLUMNS,
        "table": samples.table(),
        "moments": samples.moments(now),
        "crumbs": samples.CRUMBS,
    }
    return render(request, "style/page.html", context)
