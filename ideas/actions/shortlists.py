"""Writes of shortlists: make, fill, order, publish."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.deciding import freeze, note, publish_staged, staged_on
from ideas.actions.notifications import notify
from ideas.choices import NotificationKind, ShortlistAct, ShortlistState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Call, Idea, Member, Notification, Shortlist, ShortlistChange, ShortlistEntry, ValueChain
from ideas.queries.conflicts import has_conflict
from ideas.queries.ideas import visible_to
from ideas.queries.shortlists import entries_seen
from ideas.rules.ideas import is_published
from ideas.rules.shortlists import can_change_shortlist, can_curate

OUT_OF_THE_WAY = 1_000_000
MOST_TAGS = 5
MAX_TAG_CHARS = 30


@transaction.atomic(durable=True)
def create_shortlist(
    *,
    by: Member,
    value_chain: ValueChain,
    title: str,
    call: Call | None = None,
    purpose: str = "",
    at: datetime,
    is_demo: bool = False,
) -> Shortlist:
    """Begin a shortlist for a value chain and a purpose. Raises NotAllowed, ValidationError."""
    if not can_curate(by, value_chain):
        raise NotAllowed
    shortlist = Shortlist(
        value_chain=value_chain, call=call,
        title=text.clean_line("title", title), purpose=text.clean_field("purpose", purpose),
        created_by=by, created_at=at, is_demo=is_demo,
    )  # fmt: skip
    shortlist.full_clean(exclude=["value_chain", "call", "created_by"])
    shortlist.save()
    _keep(shortlist, ShortlistAct.BEGUN, by, at)
    publish.shortlist_changed(shortlist)
    return shortlist


@transaction.atomic(durable=True)
def add_to_shortlist(
    *, by: Member, shortlist: Shortlist, idea: Idea, rationale: str = "", tags: Sequence[str] = (), at: datetime
) -> ShortlistEntry:
    """Put an idea of the value chain at the end of a list.

    Raises NotAllowed, ValidationError (an idea of another chain), Conflict("own_interest", "already_listed",
    "already_published").
    """
    shortlist = _lock_shortlist(shortlist, by)
    if not visible_to(by).filter(pk=idea.pk).exists():
        raise NotAllowed
    # Before anything is said of the list: who has an interest isn't told whether the idea is on it.
    if has_conflict(by, idea):
        raise Conflict("own_interest")
    chains = {idea.value_chain_id, *idea.other_chains.values_list("id", flat=True)}
    if shortlist.value_chain_id not in chains or not is_published(idea):
        raise ValidationError({"idea": _("Only open ideas of this value chain can be on its shortlist.")})
    if shortlist.entries.filter(idea=idea).exists():
        raise Conflict("already_listed")
    last = shortlist.entries.order_by("-position").values_list("position", flat=True).first() or 0
    entry = ShortlistEntry.objects.create(
        shortlist=shortlist,
        idea=idea,
        position=last + 1,
        rationale=text.clean_field("rationale", rationale),
        tags=_clean_tags(tags),
        added_by=by,
        added_at=at,
    )
    _keep(shortlist, ShortlistAct.ADDED, by, at, idea_id=idea.pk, rationale=entry.rationale, tags=entry.tags)
    _changed(shortlist)
    return entry


@transaction.atomic(durable=True)
def move_entry(*, by: Member, entry: ShortlistEntry, position: int, version: int, at: datetime) -> Shortlist:
    """Move an entry to a place among those that the member sees (1 is the first; beyond the end is the last).

    `version` is the list's as the member saw it: Conflict("stale_order") if it changed meanwhile. Raises NotAllowed.
    A move to where it stands changes nothing.
    """
    shortlist = _lock_shortlist(entry.shortlist, by)
    if shortlist.version != version:
        raise Conflict("stale_order")
    entries = list(shortlist.entries.order_by("position"))
    moved = next((row for row in entries if row.pk == entry.pk), None)
    if moved is None:
        raise Conflict("stale_order")
    ordered = _moved(entries, moved, position, by)
    before, after = [row.idea_id for row in entries], [row.idea_id for row in ordered]
    if before == after:
        return shortlist
    _renumber(shortlist, ordered)
    _keep(shortlist, ShortlistAct.MOVED, by, at, idea_id=moved.idea_id, before=before, after=after)
    _changed(shortlist)
    return shortlist


@transaction.atomic(durable=True)
def write_rationale(
    *, by: Member, entry: ShortlistEntry, rationale: str, tags: Sequence[str] | None = None, at: datetime
) -> ShortlistEntry:
    """Say why an idea is on the list, and label it; without `tags` its labels stay.

    Raises NotAllowed, ValidationError, Conflict("already_published", "stale_order": it was taken off meanwhile).
    """
    shortlist = _lock_shortlist(entry.shortlist, by)
    now = shortlist.entries.filter(pk=entry.pk).first()
    if now is None:
        raise Conflict("stale_order")
    said = {"rationale": now.rationale, "tags": now.tags}
    now.rationale = text.clean_field("rationale", rationale)
    now.tags = now.tags if tags is None else _clean_tags(tags)
    changes = {name: [was, new] for name, was in said.items() if (new := getattr(now, name)) != was}
    if changes:
        now.save(update_fields=["rationale", "tags"])
        _keep(shortlist, ShortlistAct.REASONED, by, at, idea_id=now.idea_id, **changes)
        _changed(shortlist)
    return now


@transaction.atomic(durable=True)
def remove_entry(*, by: Member, entry: ShortlistEntry, at: datetime) -> Shortlist:
    """Take an idea off the list; its history keeps what was said of it.

    One that somebody took off meanwhile is off: nothing more is done. Raises NotAllowed, Conflict("already_published",
    "decision_told": its authors read a decision, which stays).
    """
    shortlist = _lock_shortlist(entry.shortlist, by)
    now = shortlist.entries.filter(pk=entry.pk).first()
    if now is None:
        return shortlist
    if now.decisions.filter(published_at__isnull=False).exists():
        raise Conflict("decision_told")
    _keep(shortlist, ShortlistAct.REMOVED, by, at, idea_id=now.idea_id, rationale=now.rationale, tags=now.tags)
    now.delete()
    _renumber(shortlist, list(shortlist.entries.order_by("position")))
    _changed(shortlist)
    return shortlist


@transaction.atomic(durable=True)
def publish_shortlist(*, by: Member, shortlist: Shortlist, public_teaser: bool = False, at: datetime) -> Shortlist:
    """Freeze a list as it is and show it to the members; what is staged is published with it, and authors are told.

    With `public_teaser` visitors read its title, and of its ideas those that have a public teaser themselves.
    Raises NotAllowed, Conflict("empty_shortlist", "already_published").
    """
    shortlist = _lock_shortlist(shortlist, by)
    # Empty is what looks empty: an answer that depends on an entry that the member can't see would tell of it.
    if not entries_seen(by).filter(shortlist=shortlist).exists():
        raise Conflict("empty_shortlist")
    done = publish_staged(shortlist, staged_on(shortlist), by=by, at=at)
    entries = list(shortlist.entries.select_related("idea"))
    freeze(shortlist, entries)
    shortlist.state, shortlist.published_by, shortlist.published_at = ShortlistState.PUBLISHED, by, at
    shortlist.public_teaser = public_teaser
    shortlist.save(update_fields=["state", "published_by", "published_at", "public_teaser"])
    note(shortlist, ShortlistAct.PUBLISHED, by, at)
    decided = {row.entry_id for row in done.decisions}
    listed = [entry for entry in entries if entry.shown and entry.pk not in decided]
    told = [*done.told, *(row for entry in listed for row in _tell_listed(shortlist, entry, by, at))]
    publish.decisions_published(shortlist, done.ideas, done.steps, told)
    return shortlist


def _tell_listed(shortlist: Shortlist, entry: ShortlistEntry, by: Member, at: datetime) -> list[Notification]:
    return notify(
        members=entry.idea.authors.all(), kind=NotificationKind.IDEA_SHORTLISTED, idea=entry.idea,
        url=shortlist.get_absolute_url(), key=f"shortlist.{shortlist.pk}.{entry.idea_id}",
        data={"title": entry.idea.title, "actor": by.name, "shortlist": shortlist.title}, at=at,
    )  # fmt: skip


def _lock_shortlist(shortlist: Shortlist, by: Member) -> Shortlist:
    shortlist = Shortlist.objects.select_for_update().get(pk=shortlist.pk)
    if not can_curate(by, shortlist.value_chain):
        raise NotAllowed
    if not can_change_shortlist(by, shortlist):
        raise Conflict("already_published")
    return shortlist


def _moved(entries: list[ShortlistEntry], moved: ShortlistEntry, place: int, by: Member) -> list[ShortlistEntry]:
    """Order the entries with one at another place, counting only those that the member sees."""
    rest = [entry for entry in entries if entry is not moved]
    seen = set(entries_seen(by).filter(shortlist=moved.shortlist_id).values_list("id", flat=True))
    ahead = [index for index, entry in enumerate(rest) if entry.pk in seen]
    at = ahead[place - 1] if 1 <= place <= len(ahead) else (0 if place < 1 else len(rest))
    return [*rest[:at], moved, *rest[at:]]


def _renumber(shortlist: Shortlist, entries: list[ShortlistEntry]) -> None:
    # First out of the way, all at once: two entries never hold one position, not even for a moment.
    shortlist.entries.update(position=F("position") + OUT_OF_THE_WAY)
    for place, entry in enumerate(entries, start=1):
        entry.position = place
    ShortlistEntry.objects.bulk_update(entries, ["position"])


def _clean_tags(tags: Sequence[str]) -> list[str]:
    """Clean labels; one that is written twice counts once. Raises ValidationError({"tags": …})."""
    cleaned = [text.clean_line("tags", tag, most=MAX_TAG_CHARS) for tag in tags]
    once = list({tag.casefold(): tag for tag in reversed(cleaned) if tag}.values())[::-1]
    if len(once) > MOST_TAGS:
        raise ValidationError({"tags": _("Use %(limit)d labels at the most.") % {"limit": MOST_TAGS}})
    return once


def _keep(
    shortlist: Shortlist, act: ShortlistAct, by: Member, at: datetime, *, idea_id: int | None = None, **data: Any
) -> None:
    ShortlistChange.objects.create(shortlist=shortlist, act=act, idea_id=idea_id, by=by, at=at, data=data)


def _changed(shortlist: Shortlist) -> None:
    shortlist.version += 1
    shortlist.save(update_fields=["version"])
    publish.shortlist_changed(shortlist)
