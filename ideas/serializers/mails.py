"""What a mail says: its subject and its text, in the member's language and on their clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.choices import NotificationKind
from ideas.models import Idea, Member, Notification
from ideas.moments import days_left
from ideas.serializers.notifications import sentence

MAX_SUBJECT_CHARS = 150
# What a mail is about first; within a kind the nearest deadline, then the oldest.
PRESSING = (NotificationKind.DEADLINE_REMINDER, NotificationKind.DEADLINE_CHANGED)


@dataclass
class Part:
    """What a mail says of one idea or one call."""

    heading: str
    url: str
    lines: list[str] = field(default_factory=list)


def write_mail(
    member: Member, rows: Sequence[Notification], own: Mapping[str, Sequence[Idea]], at: datetime
) -> tuple[str, str]:
    """Write the subject, which says the most pressing, and the text, which says all of it by idea and call.

    `own` are the member's own ideas by the identifier of the call at which they aim.
    """
    with translation.override(member.language), timezone.override(ZoneInfo(member.time_zone)):
        ordered = sorted(rows, key=_urgency)
        subject = _one_line(sentence(ordered[0])).rstrip(".")
        if len(subject) > MAX_SUBJECT_CHARS:
            subject = f"{subject[: MAX_SUBJECT_CHARS - 1]}…"
        if len(rows) > 1:
            subject += _(" (and %(n)d more)") % {"n": len(rows) - 1}
        context = {
            "name": member.name,
            "parts": _parts(ordered, own, at),
            "settings_url": _absolute(reverse("following:list")),
        }
        return subject, render_to_string("mail/digest.txt", context).strip() + "\n"


def _parts(rows: Sequence[Notification], own: Mapping[str, Sequence[Idea]], at: datetime) -> list[Part]:
    parts: dict[Any, Part] = {}
    for row in rows:
        part = parts.setdefault(_key(row), Part(_heading(row), _absolute(row.url)))
        part.lines.append(_one_line(sentence(row)))
        if row.kind == NotificationKind.DEADLINE_REMINDER:
            part.lines.append(_left(row, at))
            part.lines += [
                _("Your idea %(reference)s aims at it: %(title)s") % {"reference": idea.reference, "title": idea.title}
                for idea in own.get(row.data.get("call", ""), ())
            ]
        for call in row.data.get("calls") or ():
            part.lines.append(_one_line(f"{call['identifier']}: {call['title']} {_absolute(call['url'])}"))
    return list(parts.values())


def _key(row: Notification) -> Any:
    return row.idea_id or row.data.get("call") or row.pk


def _heading(row: Notification) -> str:
    if row.idea_id:
        return _one_line(row.data.get("title") or "")
    return _one_line(row.data.get("call_title") or row.data.get("title") or str(row.get_kind_display()))


def _left(row: Notification, at: datetime) -> str:
    left = days_left(row.instant("at"), at) or 0
    if left < 1:
        return _("It is today.")
    return ngettext("It is tomorrow.", "%(n)d days are left.", left) % {"n": left}


def _urgency(row: Notification) -> tuple[int, str, int]:
    order = PRESSING.index(row.kind) if row.kind in PRESSING else len(PRESSING)
    instant = row.instant("at")
    return order, instant.isoformat() if instant else "", row.pk


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _one_line(text: str) -> str:
    """Without line breaks: in a subject they would begin a header."""
    return " ".join(text.split())
