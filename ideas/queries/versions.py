"""Reads of an idea's versions, and of what changed from one to another."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from ideas.models import Call, Deadline, Idea, IdeaVersion, Member, Organisation, Term, ValueChain

NEWEST = 200
# What the content of a version names by id.
TABLES: dict[str, Any] = {
    "value_chain": ValueChain, "other_chains": ValueChain, "kets": Term, "s3_area": Term, "call": Call,
    "deadline": Deadline, "organisation": Organisation, "invited": Member, "authors": Member,
}  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """A field that two versions have differently, each in words."""

    name: str
    old: str
    new: str


def versions_of(idea: Idea) -> list[IdeaVersion]:
    """Read the idea's versions without their content, the newest first. One query; the newest 200."""
    return list(idea.versions.select_related("by").defer("content")[:NEWEST])


def changed_between(old: IdeaVersion, new: IdeaVersion) -> list[Changed]:
    """Read what differs between two versions of an idea, in the order in which it is written.

    A query for each kind of thing that differs and is named by id: six at the most.
    """
    names = [name for name in new.content if old.content.get(name) != new.content[name]]
    known = _names_of([name for name in names if name in TABLES], old, new)
    return [
        Changed(name, _said(name, old.content.get(name), known), _said(name, new.content[name], known))
        for name in names
    ]


Names = dict[Any, dict[int, str]]


def _names_of(fields: Iterable[str], *versions: IdeaVersion) -> Names:
    wanted: dict[Any, set[int]] = {}
    for name in fields:
        for version in versions:
            wanted.setdefault(TABLES[name], set()).update(_ids(version.content.get(name)))
    return {
        table: {thing.pk: _name(thing) for thing in table.objects.filter(pk__in=ids)} for table, ids in wanted.items()
    }


def _name(thing: Any) -> str:
    if isinstance(thing, Call):
        return thing.identifier
    return date_format(timezone.localtime(thing.at), "DATETIME_FORMAT") if isinstance(thing, Deadline) else str(thing)


def _ids(value: Any) -> list[int]:
    return value if isinstance(value, list) else [value] if value else []


def _said(name: str, value: Any, known: Names) -> str:
    """Write a field's value; of what is gone meanwhile the number is left out."""
    if name in TABLES:
        table = known.get(TABLES[name], {})
        return ", ".join(table[pk] for pk in _ids(value) if pk in table)
    choices: dict[Any, Any] = dict(Idea._meta.get_field(name).flatchoices)  # type: ignore[union-attr]  # ours have it
    return "" if value is None else str(choices.get(value, value))
