"""Files of calls that staff have given: kept until the import is confirmed or discarded, and who works on one now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from ideas.errors import Conflict, NotAllowed
from ideas.models import Import, Member
from ideas.queries.imports import is_worked_on
from ideas.rules.imports import can_import

FOLDER = "imports"
# A preview that nobody confirms goes after so long, with its file: the calls have changed since.
KEPT = timedelta(days=14)


def keep_file(
    *,
    by: Member | None,
    file: "File[bytes]",
    format: str,
    name: str,
    at: datetime,
    options: Mapping[str, Any] | None = None,
) -> Import:
    """Keep a file for its preview, under a name that nobody can guess or choose. Old previews go.

    `by` is None at the command line; `options` {columns, zone}: how the file is to be read. Returns the row of the log
    that will show the preview. Raises NotAllowed.
    """
    _require(by)
    for old in Import.objects.filter(applied_at=None, at__lt=at - KEPT).exclude(kept_as=""):
        discard_file(by=by, preview=old, at=at)
    kept_as = default_storage.save(f"{FOLDER}/{token_hex(16)}", file)
    return Import.objects.create(
        format=format, name=name[-200:], by=by, at=at, kept_as=kept_as, options=dict(options or {})
    )


@transaction.atomic(durable=True)
def choose_columns(*, by: Member, preview: Import, columns: Mapping[str, str]) -> Import:
    """Say which column of a list tells which field. Raises NotAllowed, Conflict("already_imported")."""
    _change_options(by, preview, columns=dict(columns), header=None)
    return preview


@transaction.atomic(durable=True)
def begin_work(*, by: Member, preview: Import, at: datetime) -> Import:
    """Take a file for oneself to read or to import, so that nobody does the same at once.

    Whoever breaks off (a restart) loses it after `queries.imports.PATIENCE`.
    Raises NotAllowed, Conflict("already_imported"), Conflict("import_working").
    """
    log = Import.objects.select_for_update().get(pk=preview.pk)
    if is_worked_on(log, at):
        raise Conflict("import_working")
    _change_options(by, preview, working=_progress(0, 0, at), error=None)
    return preview


@transaction.atomic(durable=True)
def note_progress(*, preview: Import, done: int, of: int, at: datetime) -> None:
    """Say how far the work on a file is, and that it still goes on."""
    preview.options = {**preview.options, "working": _progress(done, of, at)}
    preview.save(update_fields=["options"])


@transaction.atomic(durable=True)
def end_work(*, preview: Import, error: str = "", remarks: list[str] | None = None) -> Import:
    """Give a file free again; `error` says why it can't be read, `remarks` what else there is to say of it."""
    left = {name: value for name, value in preview.options.items() if name not in ("working", "error", "remarks")}
    told = {"error": error, "remarks": remarks}
    preview.options = {**left, **{name: value for name, value in told.items() if value}}
    preview.save(update_fields=["options"])
    if preview.applied_at:
        _forget_file(preview)
    return preview


@transaction.atomic(durable=True)
def discard_file(*, by: Member | None, preview: Import, at: datetime) -> None:
    """Throw a preview away, with its file. Raises NotAllowed, Conflict("already_imported" or "import_working")."""
    log = Import.objects.select_for_update().get(pk=preview.pk)
    _require(by)
    if log.applied_at:
        raise Conflict("already_imported")
    if is_worked_on(log, at):
        raise Conflict("import_working")
    _forget_file(log)
    log.delete()


def _require(by: Member | None) -> None:
    if by is not None and not can_import(by):
        raise NotAllowed


def _change_options(by: Member, preview: Import, **changes: Any) -> None:
    """Set some of the options, take away those that are None, and leave the others as they are now."""
    _require(by)
    preview.refresh_from_db(fields=["options", "applied_at", "kept_as"])
    if preview.applied_at:
        raise Conflict("already_imported")
    options = {**preview.options, **changes}
    preview.options = {name: value for name, value in options.items() if value is not None}
    preview.save(update_fields=["options"])


def _progress(done: int, of: int, at: datetime) -> dict[str, Any]:
    return {"done": done, "of": of, "at": at.isoformat()}


def _forget_file(log: Import) -> None:
    kept_as, log.kept_as = log.kept_as, ""
    log.save(update_fields=["kept_as"])
    if kept_as:
        transaction.on_commit(lambda: default_storage.delete(kept_as))
