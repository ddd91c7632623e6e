"""Output shape of a notification, and its sentence."""

from collections import defaultdict
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ideas.choices import (
    AffiliationAct,
    AffiliationState,
    Commitment,
    DeadlineKind,
    JoinState,
    MergeState,
    NotificationKind,
    Outcome,
)
from ideas.models import Notification
from ideas.moments import EXACT, deadline_name, elsewhere

# By kind, for an answer by the state that it gave, for a decision by its outcome.
SENTENCES: dict[str, Any] = {
    NotificationKind.COMMENT_POSTED: _("%(actor)s commented on “%(title)s”."),
    NotificationKind.ROOM_POSTED: _("%(actor)s wrote to the partners of “%(title)s”."),
    NotificationKind.JOIN_REQUESTED: _("%(actor)s asks to join “%(title)s” for %(organisation)s."),
    NotificationKind.JOIN_AUTHORISATION_ASKED: _(
        "%(actor)s wants to join “%(title)s” for %(organisation)s, and needs your authorisation."
    ),
    NotificationKind.JOIN_ANSWERED: _("%(actor)s answered the request of %(organisation)s to join “%(title)s”."),
    JoinState.ACCEPTED: _("%(actor)s accepted %(organisation)s into “%(title)s”."),
    JoinState.DECLINED: _("%(actor)s declined the request of %(organisation)s to join “%(title)s”."),
    JoinState.WAITLISTED: _("%(actor)s put %(organisation)s on the waiting list of “%(title)s”."),
    NotificationKind.JOIN_INVITED: _("%(actor)s invites %(organisation)s to join “%(title)s”. Answer by %(until)s."),
    NotificationKind.JOIN_ENDED: _("The request of %(organisation)s to join “%(title)s” has ended."),
    NotificationKind.JOIN_COMMITTED: _("%(actor)s: %(organisation)s takes part in “%(title)s” for certain."),
    NotificationKind.IDEA_SHORTLISTED: _("“%(title)s” is on the shortlist “%(shortlist)s”."),
    NotificationKind.DECISION_ANSWERED: _("%(actor)s has revised “%(title)s”, of “%(shortlist)s”: see what changed."),
    Outcome.SHORTLIST: _("The leads decided: “%(title)s” is chosen for “%(shortlist)s”."),
    Outcome.REVISE: _("The leads decided: “%(title)s” is to be revised for “%(shortlist)s”."),
    Outcome.RESERVE: _("The leads decided: “%(title)s” is on the reserve list of “%(shortlist)s”."),
    Outcome.DECLINE: _("The leads decided: “%(title)s” isn't chosen for “%(shortlist)s”."),
    NotificationKind.MERGE_PROPOSED: _("%(actor)s proposes to merge “%(title)s” into “%(into)s”."),
    NotificationKind.IDEA_WITHDRAWN: _("%(actor)s withdrew “%(title)s”."),
    NotificationKind.INFO_ASKED: _("%(actor)s asks for more information on “%(title)s”: %(reason)s"),
    NotificationKind.INFO_GIVEN: _("%(actor)s opened “%(title)s” again, after your question."),
    NotificationKind.REVIEW_ENDED: _("%(actor)s won't review “%(title)s” for “%(shortlist)s”."),
    NotificationKind.IDEA_SHARED: _("%(actor)s made you a co-author of “%(title)s”."),
    NotificationKind.AFFILIATION_ASKED: _("%(actor)s says that they work at %(organisation)s. Is that so?"),
    NotificationKind.ANNEX_CHANGED: _("%(actor)s changed the confidential annex of “%(title)s”."),
}

# Of invitations, by the answer.
INVITATION: dict[str, Any] = {
    JoinState.ACCEPTED: _("%(actor)s accepted your invitation: %(organisation)s joins “%(title)s”."),
    JoinState.DECLINED: _("%(actor)s declined your invitation of %(organisation)s to “%(title)s”."),
    JoinState.WITHDRAWN: _("%(actor)s took back the invitation of %(organisation)s to join “%(title)s”."),
    JoinState.EXPIRED: _("The invitation of %(organisation)s to join “%(title)s” has expired without an answer."),
}
# How a place in a consortium, or a request for one, ended.
LEFT = _("%(actor)s: %(organisation)s leaves “%(title)s”.")
REMOVED = _("%(actor)s took %(organisation)s out of the consortium of “%(title)s”.")
EXPIRED = _("The request of %(organisation)s to join “%(title)s” has expired without an answer.")
ENDED: dict[str, Any] = {
    MergeState.DECLINED: _("%(actor)s declined to merge “%(title)s” into “%(into)s”."),
    MergeState.WITHDRAWN: _("%(actor)s no longer proposes to merge “%(title)s” into “%(into)s”."),
}
AFFILIATIONS: dict[str, Any] = {
    AffiliationState.ACCEPTED: _("%(actor)s confirmed that you work at %(organisation)s."),
    AffiliationState.DECLINED: _("%(actor)s declined that you work at %(organisation)s: %(reason)s"),
    AffiliationAct.ADMINISTRATOR: _("%(actor)s made you an administrator of %(organisation)s."),
    AffiliationAct.MEMBER: _("%(actor)s ended your time as an administrator of %(organisation)s."),
    AffiliationAct.REMOVED: _("%(actor)s took you off the people of %(organisation)s."),
    AffiliationAct.LEFT: _("%(actor)s left %(organisation)s."),
}
UNITS: dict[str, Any] = {
    "taken": _("%(actor)s made %(organisation)s a unit of %(parent)s."),
    "let_go": _("%(actor)s made %(organisation)s independent of %(parent)s."),
}
LETTER_SIGNED = _("%(actor)s: %(organisation)s has signed its letter for “%(title)s”.")
ANNEX_CAME = _("%(actor)s added a confidential annex to “%(title)s”, for its partners.")
JOIN_KINDS = {NotificationKind.JOIN_INVITED, NotificationKind.JOIN_ENDED, NotificationKind.JOIN_EXPIRING}
MERGED = _("“%(title)s” went into “%(into)s”.")
MERGED_AWAY = _("“%(title)s” was merged into another idea.")


class NotificationSerializer(serializers.Serializer[Notification]):
    """`data` fills the sentence of its `kind`: title, actor, and what else the kind needs."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    url = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    created_at = serializers.DateTimeField(default_timezone=UTC)


def sentence(row: Notification) -> str:
    """Say what happened, in the language and on the clock that are active.

    A word that an old row lacks is left out, never an error.
    """
    data = defaultdict(str, row.data)
    if row.kind == NotificationKind.DEADLINE_REMINDER:
        return gettext("%(call)s: %(name)s on %(when)s.") % _deadline_words(row, row.instant("at"))
    if row.kind == NotificationKind.DEADLINE_CHANGED:
        return _changed(row)
    if row.kind == NotificationKind.CALL_ADDED:
        return _added(row)
    if row.kind == NotificationKind.SEARCH_FOUND:
        count = data["count"] or 1
        found = ngettext("A new idea in “%(name)s”.", "%(count)d new ideas in “%(name)s”.", count)
        return found % {"count": count, "name": data["name"]}
    if row.kind in (NotificationKind.AFFILIATION_ANSWERED, NotificationKind.AFFILIATION_CHANGED):
        return str(AFFILIATIONS.get(data["act"] or data["state"], "%(organisation)s")) % data
    if row.kind == NotificationKind.UNIT_CHANGED:
        return str(UNITS.get(data["step"], "%(organisation)s")) % data
    if row.kind == NotificationKind.IDEA_EXPIRING:
        return _expiring(row)
    if row.kind == NotificationKind.MERGE_ENDED:
        return str(ENDED.get(data["state"], "%(title)s")) % data
    if row.kind == NotificationKind.IDEA_MERGED:
        return str(MERGED if data["into"] else MERGED_AWAY) % data
    if row.kind == NotificationKind.ANNEX_CHANGED and data["came"]:
        return str(ANNEX_CAME) % data
    if row.kind == NotificationKind.JOIN_COMMITTED and data["commitment"] == Commitment.LETTER_SIGNED:
        return str(LETTER_SIGNED) % data
    if row.kind in JOIN_KINDS or (row.kind == NotificationKind.JOIN_ANSWERED and data["invitation"]):
        return _joining(row, data)
    if row.kind == NotificationKind.PLACE_FREE:
        return _place_free(row)
    if row.kind in (NotificationKind.REVIEW_ASKED, NotificationKind.REVIEW_DUE):
        return _reviewing(row, data)
    if row.kind == NotificationKind.DECISION_PUBLISHED:
        return str(SENTENCES.get(data["outcome"], "%(title)s")) % data
    state = data["state"] if row.kind == NotificationKind.JOIN_ANSWERED else ""
    pattern = SENTENCES.get(state) or SENTENCES.get(row.kind) or "%(title)s"
    return str(pattern) % data


def _joining(row: Notification, data: dict[str, Any]) -> str:
    until = row.instant("until")
    words = data | {"until": date_format(timezone.localtime(until), EXACT) if until else ""}
    if row.kind == NotificationKind.JOIN_EXPIRING:
        told = {
            JoinState.INVITED: gettext("%(organisation)s is invited to join “%(title)s”: answer by %(until)s."),
            JoinState.UNAUTHORISED: gettext(
                "The request of %(organisation)s to join “%(title)s” needs your authorisation by %(until)s."
            ),
        }.get(data["state"], gettext("%(organisation)s asks to join “%(title)s”: answer by %(until)s."))
        return told % words
    if row.kind == NotificationKind.JOIN_ENDED and data["was_partner"]:
        return str(REMOVED if data["state"] == JoinState.REMOVED else LEFT) % words
    if row.kind == NotificationKind.JOIN_ENDED and data["state"] == JoinState.EXPIRED and not data["invitation"]:
        return str(EXPIRED) % words
    pattern = INVITATION.get(data["state"]) if row.kind != NotificationKind.JOIN_INVITED else None
    return str(pattern or SENTENCES[row.kind]) % words


def _reviewing(row: Notification, data: dict[str, Any]) -> str:
    due = row.instant("due")
    words = data | {"due": date_format(timezone.localtime(due), EXACT) if due else ""}
    if row.kind == NotificationKind.REVIEW_DUE:
        return gettext("Your review of “%(title)s” for “%(shortlist)s” is due by %(due)s.") % words
    told = gettext("%(actor)s asks you to review “%(title)s” for “%(shortlist)s”.") % words
    return told + (" " + gettext("Due by %(due)s.") % words if due else "")


def _place_free(row: Notification) -> str:
    names = row.data.get("waiting") or []
    words = {"title": row.data.get("title") or "", "place": row.data.get("place") or "", "names": ", ".join(names)}
    return gettext("A place in “%(title)s” is free again: %(place)s. Waiting for it: %(names)s.") % words


def _expiring(row: Notification) -> str:
    try:
        until = date_format(date.fromisoformat(row.data.get("until") or ""))
    except ValueError:
        until = ""
    told = gettext("“%(title)s” is valid until %(day)s. Renew it if it goes on.")
    return told % {"title": row.data.get("title") or "", "day": until}


def _changed(row: Notification) -> str:
    old, new = row.instant("old_at"), row.instant("new_at")
    if new and old:
        told = gettext("%(call)s: %(name)s moved to %(when)s.")
    elif new:
        told = gettext("%(call)s: %(name)s is new, on %(when)s.")
    else:
        told = gettext("%(call)s: %(name)s was taken away.")
    title = row.data.get("title")
    aimed = " " + gettext("“%(title)s” aims at it.") % {"title": title} if title else ""
    return told % _deadline_words(row, new) + aimed


def _added(row: Notification) -> str:
    calls = row.data.get("calls") or []
    count = row.data.get("count") or len(calls)
    named = ", ".join(str(call.get("identifier", "")) for call in calls[:3]) + ("…" if count > 3 else "")
    pattern = ngettext(
        "A new call in what you follow: %(calls)s", "%(count)d new calls in what you follow: %(calls)s", count
    )
    return pattern % {"count": count, "calls": named}


def _deadline_words(row: Notification, at: datetime | None) -> dict[str, str]:
    data = row.data
    zone = data.get("zone") or "UTC"
    when = date_format(timezone.localtime(at), EXACT) if at else ""
    other = elsewhere(at, zone) if at else ""
    number = data.get("number") or 1
    named = SimpleNamespace(kind=data.get("kind") or DeadlineKind.SINGLE, number=number)
    return {
        "call": data.get("call") or "",
        "name": deadline_name(named, several=bool(data.get("several")) or number > 1),
        "when": f"{when} ({other})" if other else when,
    }
