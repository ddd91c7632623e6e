"""Pages of the bell: what happened, in sentences."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ideas.actions.notifications import mark_notifications_read
from ideas.pages.parts import member_of, number_in, see_other
from ideas.queries.notifications import notifications_of, outdated
from ideas.serializers.notifications import sentence


@require_GET
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    rows = notifications_of(member_of(request))
    old = outdated(rows)
    context = {
        "rows": [
            {"row": row, "sentence": sentence(row), "unread": row.read_at is None, "outdated": row.pk in old}
            for row in rows
        ],
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
