"""Writes of decisions: stage one with a text to the authors, withdraw it, publish what is staged together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.deciding import Done, freeze, note, publish_staged, staged_on, write_line
from ideas.choices import Outcome, ShortlistAct, ShortlistState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Decision, Member, Shortlist, ShortlistEntry
from ideas.queries.decisions import decisions_read_by, entries_decided_by
from ideas.rules.decisions import can_be_revised
from ideas.rules.shortlists import can_curate
from ideas.text import clean_field

MAX_TEXT_CHARS = 5_000


@transaction.atomic(durable=True)
def stage_decision(
    *, by: Member, entry: ShortlistEntry, outcome: str, text: str = "", version: int, at: datetime
) -> Decision:
    """Keep what is to be decided of an entry, and what its authors will read; nobody else is told.

    `version` is that of the staged decision as the lead saw it, 0 where there was none: Conflict("edited_meanwhile")
    if it changed. Raises NotAllowed (also in one's own interest), ValidationError by field, Conflict("stale_order":
    the idea was taken off meanwhile). What stands there already changes nothing.
    """
    row, shortlist = stage(by=by, entry=entry, outcome=outcome, text=text, version=version, at=at)
    if shortlist:
        publish.shortlist_changed(shortlist)
    return row


def stage(
    *, by: Member, entry: ShortlistEntry, outcome: str, text: str, version: int, at: datetime
) -> tuple[Decision, Shortlist | None]:
    """Stage a decision inside the caller's transaction, who tells of the list that is given back; None where what
    stands there already changes nothing, and of a published list. Raises as `stage_decision`.
    """
    shortlist, entry = _lock_entry(entry, by)
    row = _staged(entry) or Decision(entry=entry)
    if row.version != version:
        raise Conflict("edited_meanwhile")
    before = (row.outcome, row.text)
    _write(row, outcome, text)
    if row.pk and (row.outcome, row.text) == before:
        return row, None
    row.staged_by, row.staged_at, row.version = by, at, version + 1
    row.save()
    return row, _noted(shortlist, ShortlistAct.STAGED, by, at, of=entry.idea_id, outcome=row.outcome)


@transaction.atomic(durable=True)
def withdraw_decision(*, by: Member, entry: ShortlistEntry, version: int, at: datetime) -> None:
    """Take back what is staged for an entry; the list's history keeps its text.

    Raises NotAllowed, Conflict("edited_meanwhile", "nothing_staged", "stale_order").
    """
    shortlist, entry = _lock_entry(entry, by)
    row = _staged(entry)
    if row is None:
        raise Conflict("nothing_staged")
    if row.version != version:
        raise Conflict("edited_meanwhile")
    row.delete()
    if _noted(shortlist, ShortlistAct.UNSTAGED, by, at, of=entry.idea_id, outcome=row.outcome, text=row.text):
        publish.shortlist_changed(shortlist)


@transaction.atomic(durable=True)
def publish_decisions(*, by: Member, shortlist: Shortlist, at: datetime) -> Shortlist:
    """Tell the authors what is staged on a list, all together, each once; the list itself stays as it is.

    On a list that is published already, the entries decided are frozen anew: members read those that were decided for
    it. Raises NotAllowed, Conflict("nothing_staged"): where the member sees nothing staged, as if there were nothing.
    """
    shortlist = _lock(shortlist, by)
    if not decisions_read_by(by).filter(entry__shortlist=shortlist, published_at=None).exists():
        raise Conflict("nothing_staged")
    done = publish_staged(shortlist, staged_on(shortlist), by=by, at=at)
    if shortlist.state == ShortlistState.PUBLISHED:
        freeze(shortlist, [row.entry for row in done.decisions])
    note(shortlist, ShortlistAct.DECIDED, by, at)
    publish.decisions_published(shortlist, done.ideas, done.steps, done.told)
    return shortlist


@contextmanager
def as_published(
    *, by: Member, entry: ShortlistEntry, outcome: str, text: str, at: datetime
) -> Iterator[tuple[Decision, Done]]:
    """Let the caller read what authors would if this were published now; then all is undone, and nobody is told.

    Real rows, so that page, bell and mail are drawn by what draws them then. Holds the locks of a publication.
    Raises NotAllowed, ValidationError, Conflict("stale_order").
    """
    with transaction.atomic(durable=True):
        shortlist, entry = _lock_entry(entry, by)
        row = _staged(entry) or Decision(entry=entry)
        _write(row, outcome, text)
        row.staged_by, row.staged_at = by, at
        row.save()
        yield row, publish_staged(shortlist, [row], by=by, at=at)
        transaction.set_rollback(True)


def _lock(shortlist: Shortlist, by: Member) -> Shortlist:
    shortlist = Shortlist.objects.select_for_update().get(pk=shortlist.pk)
    if not can_curate(by, shortlist.value_chain):
        raise NotAllowed
    return shortlist


def _lock_entry(entry: ShortlistEntry, by: Member) -> tuple[Shortlist, ShortlistEntry]:
    shortlist = _lock(entry.shortlist, by)
    now = shortlist.entries.filter(pk=entry.pk).select_related("idea").first()
    if now is None:
        raise Conflict("stale_order")
    if not entries_decided_by(by).filter(pk=now.pk).exists():
        raise NotAllowed
    return shortlist, now


def _noted(shortlist: Shortlist, act: ShortlistAct, by: Member, at: datetime, **data: Any) -> Shortlist | None:
    """Keep what was done to what is staged; returns the list where it hears of it. A published one has its authors
    among its followers: it keeps its version, and hears nothing.
    """
    if shortlist.state == ShortlistState.PUBLISHED:
        write_line(shortlist, act, by, at, **data)
        return None
    note(shortlist, act, by, at, **data)
    return shortlist


def _staged(entry: ShortlistEntry) -> Decision | None:
    return entry.decisions.filter(published_at=None).first()


def _write(row: Decision, outcome: str, text: str) -> None:
    """Write an outcome and a text into a decision. Raises ValidationError by field."""
    row.text = clean_field("text", text, most=MAX_TEXT_CHARS)
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Choose a decision.")})
    if outcome == Outcome.REVISE and not can_be_revised(row.entry.idea):
        raise ValidationError({"outcome": _("An idea in this state can't go back to its authors.")})
    if outcome == Outcome.REVISE and not row.text:
        raise ValidationError({"text": _("Say what is to be revised: the authors read it.")})
    row.outcome = outcome
