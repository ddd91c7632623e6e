"""Work on a file that staff gave: read it for its preview or its import, at once or beside the request."""

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread
from time import monotonic
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone, translation

from ideas.actions.imports import import_calls, preview_import
from ideas.actions.uploads import begin_work, end_work, note_progress
from ideas.exchange.calls import Options, Row, UnreadableFile
from ideas.exchange.deadlines import ROME
from ideas.exchange.formats import FORMATS
from ideas.models import Import, Member

# A larger file is read beside the request, and its page tells how far it is.
AT_ONCE_BYTES = 3_000_000

Work = Callable[[Import, Member, Iterator[Row], Callable[[int, int], None]], Any]


def preview_file(found: Import, by: Member, rows: Iterator[Row], ear: Callable[[int, int], None]) -> None:
    preview_import(by=by, rows=rows, preview=found, at=timezone.now(), progress=ear)


def import_file(found: Import, by: Member, rows: Iterator[Row], ear: Callable[[int, int], None]) -> None:
    import_calls(by=by, rows=rows, source=found.format, name=found.name, at=timezone.now(), preview=found, progress=ear)


def work_on(found: Import, by: Member, work: Work) -> bool:
    """Read the kept file for a preview or an import: at once, or a large one beside the request.

    Returns whether it is done. Raises Conflict where somebody is at it.
    """
    begin_work(by=by, preview=found, at=timezone.now())
    if default_storage.size(found.kept_as) <= AT_ONCE_BYTES:
        _do(found, by, work)
        return True
    # A server that stops takes it down in the midst of it: whole calls are written, and the page offers it again.
    Thread(target=_do_beside, args=(found, by, work, translation.get_language()), daemon=True).start()
    return False


def _do_beside(found: Import, by: Member, work: Work, language: str) -> None:
    try:
        with translation.override(language):
            _do(found, by, work)
    finally:
        connection.close()


def _do(found: Import, by: Member, work: Work) -> None:
    remarks: list[str] = []
    size, ear = default_storage.size(found.kept_as), _ear(found)
    try:
        with closing(default_storage.open(found.kept_as)) as stream:
            options = Options(
                columns=found.options.get("columns", {}),
                zone=found.options.get("zone", ROME),
                remark=remarks.append,
                progress=lambda read: ear(read // 2, size),  # the other half is for comparing or writing
            )
            rows = FORMATS[found.format](cast(BinaryIO, stream), options)
            work(found, by, rows, lambda done, of: ear(size // 2 + size * done // max(of, 1) // 2, size))
    except (UnreadableFile, OSError) as error:
        end_work(preview=found, error=str(error), remarks=remarks)
    else:
        end_work(preview=found, remarks=remarks)


def _ear(found: Import) -> Callable[[int, int], None]:
    """Note the progress, once a second at the most."""
    last = monotonic()

    def hear(done: int, of: int) -> None:
        nonlocal last
        if monotonic() - last > 1:
            last = monotonic()
            note_progress(preview=found, done=done, of=of, at=timezone.now())

    return hear
