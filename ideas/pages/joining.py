"""Pages of joining: the consortium's panel, requests and their answers."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from ideas.actions import joining as actions
from ideas.choices import JOIN_LIVE, Commitment, ConsortiumRole, JoinState, OrganisationKind
from ideas.errors import Conflict
from ideas.forms.joining import AnswerForm, AskForm
from ideas.models import Idea, JoinRequest, Member
from ideas.pages import radar
from ideas.pages.parts import member_of, number_in, posted, put_on, see_other, visible_idea
from ideas.queries.ideas import visible_to
from ideas.queries.joining import consortium_of, organisations_free_to_ask, requests_visible_to
from ideas.queries.topics import idea_topic, member_topic
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import administers, can_change_slots, steps_open_to
from ideas.serializers.joining import PartnerSerializer, SlotSerializer
from realtime import log

NEWEST = 100


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
    requests = list(requests_visible_to(viewer).filter(idea=idea, state__in=sorted(_SHOWN)))
    may_change = can_change_slots(viewer, idea)
    may_ask = takes_requests(idea) and organisations_free_to_ask(viewer, idea).exists()
    panel = {
        "idea": idea,
        "partners": [shown_partner(PartnerSerializer(row).data, words) for row in consortium.partners],
        "slots": [shown_slot(SlotSerializer(row).data, words, idea) for row in consortium.slots],
        **radar.panel_part(consortium.checks, words["radar"]),
        "requests": shown_requests(viewer, requests),
        # Who else asks is the authors' business alone.
        "could_apply": may_change and radar.could_apply(consortium, requests),
        "may_ask": may_ask,
        "may_change": may_change,
        "labels": words,
        "position": position,
    }
    return {"panel": panel}


_SHOWN = JOIN_LIVE | {JoinState.DECLINED}


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


def shown_requests(viewer: Member, requests: Iterable[JoinRequest]) -> list[dict[str, Any]]:
    """Pair each request with the steps that the viewer may take on it now."""
    rows = list(requests)
    steps = steps_open_to(viewer, rows)
    return [
        {"request": row, "steps": [{"name": step, "label": STEP_LABELS[step]} for step in steps[row.pk]]}
        for row in rows
    ]


@require_GET
@login_required
def consortium(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    position = log.position(idea_topic(idea.pk))  # before the rows
    context = {"idea": idea, "position": position} | panel_context(request, idea)
    template = "joining/_panel.html" if request.headers.get("HX-Request") else "joining/consortium.html"
    return render(request, template, context)


# Requests -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    idea, member = visible_idea(request, reference), member_of(request)
    initial = {"slot": number_in(request.GET.get("slot"))}
    form = AskForm(request.POST or None, member=member, idea=idea, initial=initial)
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            asked = actions.ask_to_join(by=member, idea=idea, **form.cleaned_data, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _asked_message(asked))
            return see_other(consortium_url(idea))
    context = {
        "form": form,
        "idea": idea,
        "takes_requests": takes_requests(idea),
        "may_ask": organisations_free_to_ask(member, idea).exists(),
        "organisations": [
            {"organisation": organisation, "must_authorise": not administers(member, organisation)}
            for organisation in member.organisations.all()
        ],
    }
    return render(request, "joining/ask.html", context, status=status)


def _asked_message(asked: JoinRequest) -> str:
    if asked.state == JoinState.PENDING:
        return _("Your request is with the authors. You will be told of their answer.")
    return _("Your request waits for an administrator of your organisation, who has been told.")


@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    rows = shown_requests(member, requests_visible_to(member).order_by("-id")[:NEWEST])
    # An idea may have been closed to the member since: then its title isn't theirs to read.
    ideas = {row["request"].idea_id for row in rows}
    seen = set(visible_to(member).filter(pk__in=ideas).values_list("pk", flat=True))
    for row in rows:
        row["visible"] = row["request"].idea_id in seen
    waiting = [row for row in rows if {step["name"] for step in row["steps"]} & {"authorise", "accept"}]
    others = [row for row in rows if row not in waiting]
    return render(request, "joining/list.html", {"waiting": waiting, "others": others})


@require_http_methods(["GET", "POST"])
@login_required
def answer(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEP_LABELS:
        raise Http404
    join_request = get_object_or_404(requests_visible_to(request.user), pk=pk)
    form = AnswerForm(posted(request))
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            reason, by = form.cleaned_data["reason"], member_of(request)
            actions.take_step(step, by=by, request=join_request, reason=reason, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, STEP_DONE[step])
            return see_other(_after(request, join_request))
    context = {
        "form": form,
        "request_": join_request,
        "step": step,
        "label": STEP_LABELS[step],
        "visible": visible_to(request.user).filter(pk=join_request.idea_id).exists(),
    }
    return render(request, "joining/answer.html", context, status=status)


STEP_LABELS = {
    "authorise": gettext_lazy("Authorise"),
    "accept": gettext_lazy("Accept"),
    "waitlist": gettext_lazy("Put on the waiting list"),
    "decline": gettext_lazy("Decline"),
    "withdraw": gettext_lazy("Withdraw"),
    "confirm": gettext_lazy("Confirm that we take part"),
    "sign": gettext_lazy("Our letter is signed"),
}
STEP_DONE = {
    "authorise": gettext_lazy("The request goes to the authors."),
    "accept": gettext_lazy("The organisation is in the consortium."),
    "waitlist": gettext_lazy("The request is on the waiting list; who asked is told why."),
    "decline": gettext_lazy("The request is declined; who asked is told why."),
    "withdraw": gettext_lazy("The request is withdrawn."),
    "confirm": gettext_lazy("Your organisation is in for certain; the authors are told."),
    "sign": gettext_lazy("The letter counts as signed; the authors are told."),
}


def _after(request: HttpRequest, join_request: JoinRequest) -> str:
    """Back to where the step was taken: the list, or the idea as long as its reader sees it."""
    on_page = request.POST.get("back") != "list"
    if on_page and visible_to(request.user).filter(pk=join_request.idea_id).exists():
        return consortium_url(join_request.idea)
    return reverse("joining:list")


def consortium_url(idea: Idea) -> str:
    """Where the consortium stands on the idea's page."""
    return f"{idea.get_absolute_url()}#consortium"
