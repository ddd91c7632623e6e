"""What was typed over an old version of an idea, brought onto the newest one."""

from datetime import date, datetime
from typing import Any

from django.http import QueryDict

from ideas.forms.ideas import PEOPLE, PICKED, PICKED_MANY, IdeaForm
from ideas.forms.typed import names_of
from ideas.models import Idea, IdeaVersion, Member

DATES = ("interest_until", "valid_until")


def brought_onto(
    newer: Idea, base: IdeaVersion | None, typed: QueryDict, *, by: Member, at: datetime
) -> tuple[QueryDict, list[str]]:
    """Take over what others saved meanwhile into the fields in which the writer had changed nothing since `base`.

    Returns the form as it is to be sent, over the newest version, and the names of the fields that were taken over.
    """
    mixed = typed.copy()
    taken: list[str] = []
    mixed["version"] = str(newer.version)
    if base is None:
        return mixed, taken
    mine = IdeaForm(typed, by=by, at=at, idea=newer, initial=_initial_of(base))
    theirs = IdeaForm(by=by, at=at, idea=newer)
    for name in base.content:
        if name not in mine.changed_data and theirs.shown(name) != mine.shown(name):
            _put(mixed, name, theirs[name].value())
            taken.append(name)
    return mixed, taken


def _initial_of(version: IdeaVersion) -> dict[str, Any]:
    """The form's values for a version as it was saved."""
    values = dict(version.content)
    for name in PICKED:
        values[name] = str(values[name] or "")
    for name in PICKED_MANY:
        values[name] = [str(pk) for pk in values[name]]
    for name in DATES:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    # Whoever began the idea is an author always, and isn't written into the form.
    values["authors"] = [pk for pk in values["authors"] if pk != version.idea.created_by_id]
    for name in PEOPLE:
        values[name] = names_of(Member.objects.filter(pk__in=values[name]))
    return values


def _put(typed: QueryDict, name: str, value: Any) -> None:
    """Write a value as a browser sends it: several of them, a tick or none, a text."""
    if isinstance(value, list):
        typed.setlist(name, value)
    elif isinstance(value, bool):
        typed.setlist(name, ["on"] if value else [])
    else:
        typed[name] = "" if value is None else str(value)
