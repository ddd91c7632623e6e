"""Pages of the bell: what happened, in sentences."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from ideas.actions.notifications import mark_notifications_read
from ideas.choices import JoinState, NotificationKind
from ideas.models import Notification
from ideas.pages.parts import member_of, number_in, see_other
from ideas.queries.notifications import notifications_of

# By kind, and for an answer by the state that it gave.
SENTENCES: dict[str, Any] = {
    NotificationKind.COMMENT_POSTED: _("%(actor)s commented on “%(title)s”."),
    NotificationKind.JOIN_REQUESTED: _("%(actor)s asks to join “%(title)s” for %(organisation)s."),
    NotificationKind.JOIN_AUTHORISATION_ASKED: _(
        "%(actor)s wants to join “%(title)s” for %(organisation)s, and needs your authorisation."
    ),
    NotificationKind.JOIN_ANSWERED: _("%(actor)s answered the request of %(organisation)s to join “%(title)s”."),
    JoinState.ACCEPTED: _("%(actor)s accepted %(organisation)s into “%(title)s”."),
    JoinState.DECLINED: _("%(actor)s declined the request of %(organisation)s to join “%(title)s”."),
    JoinState.WAITLISTED: _("%(actor)s put %(organisation)s on the waiting list of “%(title)s”."),
    NotificationKind.IDEA_SHORTLISTED: _("“%(title)s” is on the shortlist “%(shortlist)s”."),
    NotificationKind.IDEA_WITHDRAWN: _("%(actor)s withdrew “%(title)s”."),
    NotificationKind.DEADLINE_CHANGED: _("A deadline of %(call)s changed: “%(title)s” aims at it."),
}


def sentence(notification: Notification) -> str:
    """Say in the reader's language what happened. A word that an old row lacks is left out, never an error."""
    state = notification.data.get("state", "") if notification.kind == NotificationKind.JOIN_ANSWERED else ""
    pattern = SENTENCES.get(state) or SENTENCES.get(notification.kind) or "%(title)s"
    return str(pattern) % defaultdict(str, notification.data)


@require_GET
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    rows = notifications_of(member_of(request))
    context = {
        "rows": [{"row": row, "sentence": sentence(row), "unread": row.read_at is None} for row in rows],
        "unread": any(row.read_at is None for row in rows),
        "newest": rows[0].pk if rows else 0,
    }
    return render(request, "notifications/list.html", context)


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    up_to = number_in(request.POST.get("up_to"))
    if up_to:
        mark_notifications_read(by=member_of(request), at=timezone.now(), up_to=up_to)
    return see_other(reverse("notifications:list"))
