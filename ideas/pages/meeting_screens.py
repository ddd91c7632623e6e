"""What a screen of a meeting shows: the idea of which is spoken, marks, agenda, people and minutes, in words."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from ideas import moments
from ideas.choices import ConsortiumRole, MeetingState, MinuteKind
from ideas.forms.comments import new_client_id
from ideas.forms.meetings import DecideForm, NoteForm
from ideas.models import Meeting, MeetingItem, MeetingMinute, Member, ShortlistEntry
from ideas.pages import radar
from ideas.pages.parts import chain_tag, long_texts, member_of
from ideas.pages.review_words import drawn, said_of_summary
from ideas.queries.joining import consortium_of
from ideas.queries.meetings import Person, Room, addable_to, entry_of, steps_of, whole_idea_of
from ideas.queries.reviews import round_of, summaries
from ideas.serializers.meetings import (
    OUTCOMES,
    facts_of,
    line_text,
    mark_text,
    mean_of,
    mean_text,
    said_in,
    spread_text,
    titles_of,
)

ROLES = dict(ConsortiumRole.choices)
# What the timer's buttons give, in minutes.
TIMES = (3, 5, 10)


def room_context(request: HttpRequest, room: Room, audiences: list[str], at: datetime) -> dict[str, Any]:
    """Give the page of a meeting what its templates draw: nothing that its reader may not see."""
    by, meeting = member_of(request), room.meeting
    leads = meeting.facilitator_id == by.pk
    steps = steps_of(meeting, by, audiences) if leads else []
    return {
        "viewer": by.pk,
        "now": at,
        "current": _shown_idea(room, request, at) if room.current else None,
        "withheld": room.withheld,
        "marks": _shown_marks(room),
        "agenda": shown_agenda(room),
        "minutes": [shown_line(line, titles_of(room)) for line in reversed(room.minutes)],
        "people": [_shown_person(one, room) for one in room.people],
        "may": {"lead": leads, "take": not leads, **_may_turn(meeting, steps)},
        "times": TIMES,
        "note": NoteForm(initial={"item": room.current.pk if room.current else None, "client_id": new_client_id()}),
        "decision": _decision_form(room) if leads else None,
        "others": [one.member for one in room.people if one.member.pk != by.pk],
        "addable": list(addable_to(meeting, by, audiences)) if meeting.state != MeetingState.ENDED else [],
    }


def _decision_form(room: Room) -> DecideForm | None:
    """A form to decide of the current idea, filled with what is staged; None where there is nothing to decide."""
    item = room.current
    if item is None or entry_of(item, room.meeting.shortlist_id) is None:
        return None
    staged = room.decisions.get(item.idea_id)
    if staged is None or staged.published_at:
        return DecideForm(initial={"staged": 0, "version": room.meeting.version})
    initial = {"outcome": staged.outcome, "text": staged.text, "staged": staged.version}
    return DecideForm(initial={**initial, "version": room.meeting.version})


def _may_turn(meeting: Meeting, steps: list[int]) -> dict[str, bool]:
    index = steps.index(meeting.current_id) if meeting.current_id in steps else -1
    return {"back": index > 0, "on": index + 1 < len(steps)}


def _shown_person(person: Person, room: Room) -> dict[str, Any]:
    """Who came: {pk, name, initials, leads, state: given | waiting | apart, or nothing where none is to be told}."""
    told = room.current is not None and not room.current.revealed_at
    state = "" if not told else "apart" if not person.takes_part else "given" if person.has_given else "waiting"
    member = person.member
    return {
        "pk": member.pk,
        "name": member.name,
        "initials": member.initials,
        "leads": member.pk == room.meeting.facilitator_id,
        "state": state,
    }


def _shown_marks(room: Room) -> dict[str, Any]:
    """The marks of the current idea: before the reveal the buttons, and how many have given one; then all of it."""
    if room.current is None:
        return {}
    given = [one for one in room.taking_part if one.has_given]
    shown = {"item": room.current.pk, "revealed": bool(room.current.revealed_at), "given": len(given)}
    if not room.current.revealed_at:
        choices = [
            {"halves": halves, "text": mark_text(halves), "half": bool(halves % 2), "own": halves == room.own}
            for halves in range(11)
        ]
        return {**shown, "of": len(room.taking_part), "choices": choices}
    return {**shown, **shown_marks(room, room.current)}


def shown_marks(room: Room, item: MeetingItem) -> dict[str, Any]:
    """Revealed marks as `meetings/_marks.html` draws them: {rows, mean, halves: of the mean, spread}."""
    marks = room.marks.get(item.pk, [])
    mean = mean_of(marks)
    return {
        "rows": [
            {
                "name": one.member.name,
                "initials": one.member.initials,
                "halves": one.halves,
                "text": mark_text(one.halves),
            }
            for one in marks
        ],
        "mean": mean_text(mean),
        "halves": float(mean) * 2 if mean is not None else None,
        "spread": spread_text(marks),
    }


def shown_agenda(room: Room) -> list[dict[str, Any]]:
    """The agenda as its reader sees it: {pk, place, title, reference, state: now | done | open, mean, outcome}."""
    decided = {line.item_id for line in room.minutes if line.kind == MinuteKind.DECIDED}
    rows = []
    for place, item in enumerate(room.items, start=1):
        is_now = item.pk == room.meeting.current_id
        decision = room.decisions.get(item.idea_id)
        outcome = decision.outcome if decision else ""
        rows.append(
            {
                "pk": item.pk,
                "place": place,
                "title": item.idea.title,
                "language": item.idea.language,
                "reference": item.idea.reference,
                "url": item.idea.get_absolute_url(),
                "state": "now" if is_now else "done" if item.revealed_at or item.pk in decided else "open",
                "mean": mean_text(mean_of(room.marks.get(item.pk, []))),
                "outcome": outcome,
                "outcome_label": OUTCOMES.get(outcome, ""),
                "up": place - 1 if place > 1 else None,
                "down": place + 1 if place < len(room.items) else None,
            }
        )
    return rows


def shown_line(line: MeetingMinute, titles: dict[int, str]) -> dict[str, Any]:
    """A line of the minutes: {at, who, text, note: whether somebody wrote it, about: of which idea}."""
    about = titles.get(line.item_id or 0, "") if line.kind != MinuteKind.TURNED else ""
    return {
        "at": line.at,
        "who": line.by.name,
        "text": line_text(line, titles),
        "kind": line.kind,
        "note": line.kind == MinuteKind.NOTE,
        "about": about,
    }


def _shown_idea(room: Room, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """What every screen shows of the idea of which is spoken."""
    item = room.current
    assert item is not None
    idea = whole_idea_of(item)
    line_up = consortium_of(idea)
    entry = entry_of(item, room.meeting.shortlist_id)
    decision = room.decisions.get(idea.pk)
    closes = idea.deadline.at if idea.deadline else None
    left = moments.days_left(closes, at)
    return {
        "item": item.pk,
        "idea": idea,
        "chain": chain_tag(idea.value_chain),
        "texts": long_texts(idea.html),
        "partners": [
            {"name": one.organisation.name, "role": ROLES.get(one.role, one.role)} for one in line_up.partners
        ],
        "radar": radar.panel_part(line_up.checks, radar.words()) if line_up.checks else None,
        "deadline": {"at": closes, "days_left": left, "urgent": moments.is_urgent(left)} if closes else None,
        "rationale": entry.rationale if entry else "",
        "tags": entry.tags if entry else [],
        "is_listed": entry is not None,
        "outcome": decision.outcome if decision else "",
        "outcome_label": OUTCOMES.get(decision.outcome, "") if decision else "",
        # What reviewers think would lean on the marks: it comes with the reveal.
        "reviews": _reviews(entry, member_of(request)) if entry and item.revealed_at else None,
    }


def minutes_context(room: Room) -> dict[str, Any]:
    """Give the page of the minutes what it draws: the head, and of each idea what was said, its marks, the decision."""
    agenda = shown_agenda(room)
    for row, item in zip(agenda, room.items, strict=True):
        row["lines"] = [shown_line(line, {}) for line in said_in(room, item)]
        row["marks"] = shown_marks(room, item)
    return {
        "meeting": room.meeting,
        "facts": [{"label": name, "value": value} for name, value in facts_of(room)],
        "agenda": agenda,
        "lines": [shown_line(line, {}) for line in said_in(room, None)],
    }


def _reviews(entry: ShortlistEntry, by: Member) -> dict[str, Any] | None:
    """What the reviews of an entry come to, in words, with a line each criterion; None without any."""
    summary, made = summaries([entry], by).get(entry.pk), round_of(entry.shortlist)
    if made is None or summary is None or not summary.asked:
        return None
    return {**said_of_summary(summary, made), "lines": drawn(summary, made)}
