"""Pages of requests to join and of invitations: making one, answering one, and all of one's own."""

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
from ideas.choices import JoinState, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.forms.joining import AnswerForm, AskForm, InviteForm
from ideas.models import Idea, JoinRequest, Member
from ideas.pages.answers import text_named, texts_for
from ideas.pages.parts import member_of, number_in, posted, put_on, see_other, visible_idea
from ideas.queries.ideas import visible_to
from ideas.queries.joining import asking_in, organisations_to_invite, requests_visible_to, turns_of, with_history
from ideas.queries.topics import member_topic
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import NEEDS_REASON, administers, can_invite, steps_open_to
from realtime import log

NEWEST = 100


# Making one -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    idea, member = visible_idea(request, reference), member_of(request)
    form = AskForm(posted(request), member=member, idea=idea, initial={"slot": number_in(request.GET.get("slot"))})
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            asked = actions.ask_to_join(by=member, idea=idea, **form.cleaned_data, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _asked_message(asked))
            return see_other(consortium_url(idea))
    asking = asking_in(member, idea)
    context = {
        "form": form,
        "idea": idea,
        "takes_requests": takes_requests(idea),
        "may_ask": asking.free or asking.more,
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


@require_http_methods(["GET", "POST"])
@login_required
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """An author invites an organisation; `?slot=` and `?organisation=` choose beforehand."""
    idea, member = visible_idea(request, reference), member_of(request)
    if not can_invite(member, idea):
        raise NotAllowed
    chosen = {name: number_in(request.GET.get(name)) for name in ("slot", "organisation")}
    form = InviteForm(posted(request), idea=idea, initial=chosen)
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            actions.invite_organisation(by=member, idea=idea, **form.cleaned_data, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The organisation is invited: its administrators are told, and answer."))
            return see_other(_back_url(request, idea))
    context = {
        "form": form,
        "idea": idea,
        "back": request.GET.get("back", ""),
        "takes_requests": takes_requests(idea),
        "anybody": organisations_to_invite(idea).exists(),
        "seen_by_all": idea.visibility == Visibility.MEMBERS,
    }
    return render(request, "joining/invite.html", context, status=status)


# Reading and answering ------------------------------------------------------------------------------------------------


def shown_requests(viewer: Member, requests: Iterable[JoinRequest]) -> list[dict[str, Any]]:
    """Pair each request with the steps that the viewer may take on it now, and its turn on the waiting list.

    The caller read them `with_history`.
    """
    rows = list(requests)
    steps, turns = steps_open_to(viewer, rows), turns_of(rows)
    return [
        {
            "request": row,
            "steps": [{"name": step, "label": step_label(step, row)} for step in steps[row.pk]],
            "turn": turns.get(row.pk),
        }
        for row in rows
    ]


@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    position = log.position(member_topic(member.pk))  # before the rows
    found = with_history(requests_visible_to(member)).order_by("-id")[:NEWEST]
    rows = shown_requests(member, found)
    # An idea may have been closed to the member since: then its title isn't theirs to read.
    ideas = {row["request"].idea_id for row in rows}
    seen = set(visible_to(member).filter(pk__in=ideas).values_list("pk", flat=True))
    for row in rows:
        row["visible"] = row["request"].idea_id in seen
    waiting = [row for row in rows if {step["name"] for step in row["steps"]} & {"authorise", "accept"}]
    others = [row for row in rows if row not in waiting]
    template = "joining/_list.html" if request.headers.get("HX-Request") else "joining/list.html"
    return render(request, template, {"waiting": waiting, "others": others, "position": position})


@require_http_methods(["GET", "POST"])
@login_required
def answer(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEP_LABELS:
        raise Http404
    join_request, member = get_object_or_404(requests_visible_to(request.user), pk=pk), member_of(request)
    # Its title is in them.
    visible = visible_to(member).filter(pk=join_request.idea_id).exists()
    texts = texts_for(step, join_request) if visible else []
    chosen = {"reason": text_named(request.GET.get("text", ""), texts)}
    form = AnswerForm(posted(request), needed=step in NEEDS_REASON, initial=chosen)
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.take_step(step, by=member, request=join_request, reason=reason, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _done(step, join_request))
            return see_other(_after(request, join_request))
    # As it is now: what was refused is explained by what happened meanwhile.
    row = shown_requests(member, with_history(requests_visible_to(member)).filter(pk=pk))
    context = {
        "form": form,
        "row": row[0] if row else None,
        "request_": join_request,
        "step": step,
        "label": step_label(step, join_request),
        "texts": texts,
        "back": request.POST.get("back") or request.GET.get("back", ""),
        "visible": visible_to(member).filter(pk=join_request.idea_id).exists(),  # a refused step may have closed it
    }
    return render(request, "joining/answer.html", context, status=status)


STEP_LABELS = {
    "authorise": gettext_lazy("Authorise"),
    "accept": gettext_lazy("Accept"),
    "waitlist": gettext_lazy("Put on the waiting list"),
    "decline": gettext_lazy("Decline"),
    "withdraw": gettext_lazy("Withdraw"),
    "remove": gettext_lazy("Remove from the consortium"),
    "confirm": gettext_lazy("Confirm that we take part"),
    "sign": gettext_lazy("Our letter is signed"),
}
STEP_DONE = {
    "authorise": gettext_lazy("The request goes to the authors."),
    "accept": gettext_lazy("The organisation is in the consortium."),
    "waitlist": gettext_lazy("The request is on the waiting list; who asked is told why."),
    "decline": gettext_lazy("The request is declined; who asked is told why."),
    "withdraw": gettext_lazy("The request is withdrawn."),
    "remove": gettext_lazy("The organisation is out of the consortium, and told why."),
    "confirm": gettext_lazy("Your organisation is in for certain; the authors are told."),
}
INVITATION_LABELS = {
    "accept": gettext_lazy("Accept the invitation"),
    "decline": gettext_lazy("Decline the invitation"),
    "withdraw": gettext_lazy("Take the invitation back"),
}
INVITATION_DONE = {
    "accept": gettext_lazy("Your organisation is in the consortium; the authors are told."),
    "decline": gettext_lazy("The invitation is declined; the authors are told why."),
    "withdraw": gettext_lazy("The invitation is taken back."),
}


def step_label(step: str, row: JoinRequest) -> Any:
    """Name a step as whoever takes it would."""
    return _said_of(step, row, STEP_LABELS, INVITATION_LABELS, leaving=_("Leave the consortium"))


def _done(step: str, row: JoinRequest) -> Any:
    left = _("Your organisation has left the consortium; the authors are told.")
    return _said_of(step, row, STEP_DONE, INVITATION_DONE, leaving=left)


def _said_of(
    step: str, row: JoinRequest, of_request: dict[str, Any], of_invitation: dict[str, Any], *, leaving: str
) -> Any:
    """The words for a step of a request, which are others where the authors invited, or a partner leaves."""
    if row.state == JoinState.INVITED and step in of_invitation:
        return of_invitation[step]
    return leaving if row.state == JoinState.ACCEPTED and step == "withdraw" else of_request[step]


def _after(request: HttpRequest, join_request: JoinRequest) -> str:
    """Back to where the step was taken: the list, or the idea as long as its reader sees it."""
    on_page = request.POST.get("back") != "list"
    if on_page and visible_to(request.user).filter(pk=join_request.idea_id).exists():
        return _back_url(request, join_request.idea)
    return reverse("joining:list")


def _back_url(request: HttpRequest, idea: Idea) -> str:
    return (
        reverse("joining:places", args=[idea.reference])
        if request.POST.get("back") == "places"
        else consortium_url(idea)
    )


def consortium_url(idea: Idea) -> str:
    """Where the consortium stands on the idea's page."""
    return f"{idea.get_absolute_url()}#consortium"
