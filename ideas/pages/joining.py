"""The consortium's panel on an idea's page, and by itself. Requests and their answers are `join_requests`."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ideas.choices import JOIN_DUE, JOIN_LIVE, Commitment, ConsortiumRole, JoinState, OrganisationKind
from ideas.models import Idea
from ideas.pages import radar
from ideas.pages.join_requests import shown_requests
from ideas.pages.parts import member_of, visible_idea
from ideas.queries.joining import asking_in, consortium_of, requests_visible_to, with_history
from ideas.queries.topics import idea_topic, member_topic
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import can_change_slots
from ideas.serializers.joining import PartnerSerializer, SlotSerializer
from realtime import log

# The panel ----------------------------------------------------------------------------------------------------------


def panel_context(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Give a page what `joining/_panel.html` draws: merge it into the page's context, and include that partial.

    {"panel": …}. The caller has read the idea's live position before, and loaded the idea through `visible_to`.
    A fixed number of queries.
    """
    viewer = member_of(request)
    # Before the rows: a notice that comes meanwhile makes the page ask once more, and none is missed.
    position = log.position(member_topic(viewer.pk))
    consortium, words = consortium_of(idea), labels()
    requests = list(with_history(requests_visible_to(viewer)).filter(idea=idea, state__in=sorted(_SHOWN)))
    requests.sort(key=lambda row: (row.state not in JOIN_DUE, row.state != JoinState.WAITLISTED))
    may_change = can_change_slots(viewer, idea)
    asking = asking_in(viewer, idea) if takes_requests(idea) else None
    panel = {
        "idea": idea,
        "partners": [shown_partner(PartnerSerializer(row).data, words) for row in consortium.partners],
        "slots": [shown_slot(SlotSerializer(row).data, words, idea) for row in consortium.slots],
        **radar.panel_part(consortium.checks, words["radar"]),
        "requests": shown_requests(viewer, requests),
        # Who else asks is the authors' business alone.
        "could_apply": may_change and radar.could_apply(consortium, requests),
        "own_limits": radar.own_limits(viewer, consortium),
        "organisation_count": len({row.organisation_id for row in consortium.partners}),
        "may_ask": asking is not None and asking.free,
        # In the idea, or waiting for an answer, it may ask for another place, but not for the same one again.
        "may_ask_more": asking is not None and asking.more,
        "may_ask_places": asking is not None and (asking.free or asking.more),
        "may_invite": may_change and takes_requests(idea),
        "asked": asking.slots if asking else set(),
        "may_change": may_change,
        "labels": words,
        "position": position,
    }
    return {"panel": panel}


_SHOWN = JOIN_LIVE | {JoinState.DECLINED, JoinState.REMOVED}


def labels() -> dict[str, Any]:
    """The words that `consortium.js` needs to draw a change in the reader's language, and the addresses."""
    return {
        "roles": {code: str(label) for code, label in ConsortiumRole.choices},
        "kinds": {code: str(label) for code, label in OrganisationKind.choices},
        "commitments": {code: str(label) for code, label in Commitment.choices},
        "accredited": _("accredited laboratory"),
        "filled": _("{filled} of {wanted} filled"),
        "radar": radar.words(),
        "changed": _("This request was answered meanwhile. What you typed is still here."),
        # Scripts put an id or a slug in the place of this number.
        "organisation_url": reverse("organisations:detail", args=["0"]),
        "edit_url": reverse("joining:edit_slot", args=[0]),
    }


def shown_partner(row: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    """Shape a partner of a change's payload as `joining/_partner.html` draws it; `consortium.js` makes the same."""
    organisation = row["organisation"]
    kind = words["kinds"].get(organisation["kind"], "")
    return {
        "id": row["id"],
        "name": organisation["name"],
        "url": words["organisation_url"].replace("0", organisation["slug"], 1),
        "kind": f"{kind}, {words['accredited']}" if organisation["accredited"] else kind,
        "role": words["roles"].get(row["role"], ""),
        "commitment": words["commitments"].get(row["commitment"], ""),
        "can_coordinate": row["can_coordinate"],
    }


def shown_slot(row: dict[str, Any], words: dict[str, Any], idea: Idea) -> dict[str, Any]:
    """Shape a place of a change's payload as `joining/_slot.html` draws it; `consortium.js` makes the same."""
    kinds = [words["kinds"].get(kind, kind) for kind in row["kinds"]]
    return {
        "id": row["id"],
        "role": words["roles"].get(row["role"], ""),
        "expertise": row["expertise"],
        "work": row["work"],
        "kinds": ", ".join([*kinds, words["accredited"]] if row["accredited"] else kinds),
        "mandatory": row["mandatory"],
        "filled": words["filled"].format(filled=row["filled"], wanted=row["wanted"]),
        "free": row["filled"] < row["wanted"],
        "ask_url": f"{reverse('joining:ask', args=[idea.reference])}?slot={row['id']}",
        "edit_url": words["edit_url"].replace("0", str(row["id"]), 1),
    }


@require_GET
@login_required
def consortium(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    position = log.position(idea_topic(idea.pk))  # before the rows
    context = {"idea": idea, "position": position} | panel_context(request, idea)
    template = "joining/_panel.html" if request.headers.get("HX-Request") else "joining/consortium.html"
    return render(request, template, context)
