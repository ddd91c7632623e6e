"""What happened to an idea, read from where it is kept: one function for the page and its live part."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ideas.choices import IdeaState, JoinState
from ideas.models import DeadlineChange, Idea, IdeaVersion
from ideas.queries.ideas import Viewer
from ideas.queries.merging import merged_from_for, merged_into_for
from ideas.queries.shortlists import published_entries_of

# Of anything that an idea can have without end.
NEWEST = 200


@dataclass(frozen=True)
class Happening:
    """Something that happened. `kind` says which words fit, `about` fills them; `who` is a name, or empty."""

    at: datetime
    kind: str
    who: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def happenings_of(idea: Idea, viewer: Viewer) -> list[Happening]:
    """Read what happened to an idea, the newest first, in a fixed number of queries.

    Kinds: written, state, saved, target, deadline, joined, left, shortlisted, merged_from. Of another idea only what
    the viewer may see is told. The caller loaded `idea` through `visible_to`.
    """
    found = [
        *_states(idea, viewer), *_saves(idea), *_targets(idea), *_partners(idea), *_shortlists(idea),
        *_merges(idea, viewer),
    ]  # fmt: skip
    first = Happening(idea.created_at, "written", idea.created_by.name)
    return [*sorted(found, key=lambda one: one.at, reverse=True), first]


def _states(idea: Idea, viewer: Viewer) -> list[Happening]:
    into = merged_into_for(viewer, idea)
    told = []
    for step in idea.transitions.select_related("by").order_by("-id")[:NEWEST]:
        about: dict[str, Any] = {"state": step.new_state, "label": step.get_new_state_display(), "reason": step.reason}
        if step.new_state == IdeaState.MERGED:
            about["into"] = into
        told.append(Happening(step.at, "state", step.by.name, about))
    return told


def _saves(idea: Idea) -> list[Happening]:
    """Saves after the first, those of one member on one day in one line."""
    rows = IdeaVersion.objects.filter(idea=idea, number__gt=1).order_by("-number")
    saves = rows.values_list("at", "by__name", "number")[:NEWEST]
    told = []
    for (_day, who), group in groupby(saves, key=lambda row: (timezone.localdate(row[0]), row[1])):
        of_the_day = list(group)
        numbers = {"last": of_the_day[0][2], "first": of_the_day[-1][2]}
        told.append(Happening(of_the_day[0][0], "saved", who, numbers))
    return told


def _targets(idea: Idea) -> list[Happening]:
    """Calls it was aimed at, and what became of the present one's dates since."""
    told, since = [], idea.created_at
    for row in idea.target_changes.select_related("by", "old_call", "new_call")[:NEWEST]:
        about = {"old": row.old_call, "new": row.new_call, "reason": row.reason}
        told.append(Happening(row.at, "target", row.by.name, about))
        if row.new_call_id == idea.call_id:
            since = max(since, row.at)
    if idea.call_id is None:
        return told
    dates = DeadlineChange.objects.filter(call=idea.call_id, changed_at__gt=since).order_by("-changed_at", "-id")
    return told + [Happening(row.changed_at, "deadline", "", {"change": row}) for row in dates[:NEWEST]]


def _partners(idea: Idea) -> list[Happening]:
    told = []
    rows = idea.join_requests.filter(Q(joined_at__isnull=False) | Q(state=JoinState.ACCEPTED))
    for row in rows.select_related("organisation").order_by("-id")[:NEWEST]:
        about = {"organisation": row.organisation}
        told.append(Happening(row.joined_at or row.asked_at, "joined", "", about))
        if row.state != JoinState.ACCEPTED and row.answered_at:
            told.append(Happening(row.answered_at, "left", "", about))
    return told


def _shortlists(idea: Idea) -> list[Happening]:
    rows = published_entries_of(idea.pk)[:NEWEST]
    return [
        Happening(row.shortlist.published_at, "shortlisted", "", {"shortlist": row.shortlist})
        for row in rows
        if row.shortlist.published_at
    ]


def _merges(idea: Idea, viewer: Viewer) -> list[Happening]:
    """Ideas that came in. The moment is theirs: their last."""
    return [Happening(row.activity_at, "merged_from", "", {"idea": row}) for row in merged_from_for(viewer, idea)]
