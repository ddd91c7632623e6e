"""Imports of organisations: what a file tells is written where nobody wrote anything by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.board import reindex
from ideas.actions.organisations import SEEN_ON_IDEAS, ideas_with, slugs_for
from ideas.actions.search import index_organisations
from ideas.choices import Scheme
from ideas.exchange.calls import RefusedRow
from ideas.exchange.organisations import OrganisationRow, Row
from ideas.models import Organisation, PastProject, Term

BATCH = 300
FIELDS = ("name", "short_name", "kind", "country", "address", "website")


@dataclass
class Imported:
    """What an import did: of organisations how many, of rows that couldn't be taken the line and the reason."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    projects: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """What one transaction did: the PICs that it took first, and how many of what."""

    pics: set[str]
    created: int
    changed: int
    projects: int


@dataclass
class Run:
    """One file on its way in."""

    source: str
    programme: str
    nuts: str
    provinces: dict[str, Term]
    # Several rows may tell of one organisation, not always alike: the first one of a file counts.
    seen: set[str] = field(default_factory=set)
    done: Imported = field(default_factory=Imported)

    def count(self, written: Written) -> None:
        self.seen |= written.pics
        self.done.created += written.created
        self.done.changed += written.changed
        self.done.unchanged += len(written.pics) - written.created - written.changed
        self.done.projects += written.projects


def import_organisations(
    *, rows: Iterable[Row], source: str, programme: str = "", nuts: str = "", at: datetime
) -> Imported:
    """Bring organisations into the directory, known by their PIC, with the projects in which they took part.

    Only the command line does it, so there is no `by`. `source` is the format's name, `programme` that of the file's
    projects, `nuts` the beginning of the codes of those that are wanted. A new organisation gets all that is told; of
    a known one a field is written where it is empty, or still as this source said last, so that what people wrote
    stays. The same file again changes nothing. Some rows at a time are written whole or not at all; a row that can't
    be written is refused with its line and reason, and stops nothing else. Nobody becomes a member of the cluster by
    it. Raises what the reader of `rows` raises.
    """
    provinces = {term.code: term for term in Term.objects.filter(scheme=Scheme.PROVINCE)}
    run = Run(source, programme[:120], nuts.upper(), provinces)
    for batch in _batches(rows, run):
        try:
            run.count(_write(rows=batch, run=run))
        except (IntegrityError, DataError):
            for row in batch:
                _write_alone(row, run)
    return run.done


def _batches(rows: Iterable[Row], run: Run) -> Iterator[list[OrganisationRow]]:
    """Cut the file into batches; what can't be read is put aside, what isn't wanted left out."""

    def fine() -> Iterator[OrganisationRow]:
        for row in rows:
            if isinstance(row, RefusedRow):
                run.done.refused.append((row.line, row.reason))
            elif row.nuts.startswith(run.nuts):
                yield row

    wanted = fine()
    while batch := list(islice(wanted, BATCH)):
        yield batch


def _write_alone(row: OrganisationRow, run: Run) -> None:
    try:
        run.count(_write(rows=[row], run=run))
    except (IntegrityError, DataError) as error:
        run.done.refused.append((row.line, _("the database refused it: %(error)s") % {"error": error}))


@transaction.atomic(durable=True)
def _write(*, rows: Sequence[OrganisationRow], run: Run) -> Written:
    first = list({row.pic: row for row in reversed(rows) if row.pic not in run.seen}.values())[::-1]
    known = _lock({row.pic for row in rows}, first, run)
    renewed = [(known[row.pic], _renew(known[row.pic], row, run)) for row in first if _is_news(row, known, run)]
    Organisation.objects.bulk_update([one for one, _fields in renewed], [*FIELDS, "province", "told"])
    fresh = _create([row for row in first if row.pic not in known], run)
    changed = [one for one, fields in renewed if fields]
    index_organisations([*fresh, *changed])
    projects = _add_projects(rows, {**known, **{one.pic: one for one in fresh}}, run)
    seen = [one for one, fields in renewed if fields & set(SEEN_ON_IDEAS)]
    publish.organisation_changed(reindex(ideas_with(seen)))
    return Written({row.pic for row in first}, len(fresh), len(changed), projects)


def _lock(pics: set[str], first: Sequence[OrganisationRow], run: Run) -> dict[str, Organisation]:
    """Load the organisations that are known, by their PIC, for a write; and before them the ideas that show them."""
    found = Organisation.objects.filter(pic__in=pics).order_by("pk")
    known = {organisation.pic: organisation for organisation in found}
    list(ideas_with(known[row.pic] for row in first if _is_news(row, known, run)).values_list("pk"))
    return {organisation.pic: organisation for organisation in found.select_for_update(no_key=True)}


def _told(row: OrganisationRow, run: Run) -> dict[str, Any]:
    """What a row says, by field, as it is kept; the province by its code, where it is one of ours."""
    said = {name: getattr(row, name) for name in FIELDS}
    said["province"] = row.nuts if row.nuts in run.provinces else ""
    return {name: value for name, value in said.items() if value}


def _is_news(row: OrganisationRow, known: Mapping[str, Organisation], run: Run) -> bool:
    """Whether a row says something else of a known organisation than its source said last."""
    return row.pic in known and known[row.pic].told.get(run.source) != _told(row, run)


def _renew(organisation: Organisation, row: OrganisationRow, run: Run) -> set[str]:
    """Write what the source says anew over what is empty or its own; returns the fields that are different."""
    said, before = _told(row, run), organisation.told.get(run.source, {})
    changed: set[str] = set()
    for name, value in said.items():
        current = _value(organisation, name)
        if value not in (before.get(name), current) and (not current or current == before.get(name)):
            _set(organisation, name, value, run)
            changed.add(name)
    organisation.told = {**organisation.told, run.source: said}
    return changed


def _value(organisation: Organisation, name: str) -> str:
    if name == "province":
        return organisation.province.code if organisation.province else ""
    return str(getattr(organisation, name))


def _set(organisation: Organisation, name: str, value: str, run: Run) -> None:
    if name == "province":
        organisation.province = run.provinces[value]
    else:
        setattr(organisation, name, value)


def _create(rows: Sequence[OrganisationRow], run: Run) -> list[Organisation]:
    new = []
    for row, slug in zip(rows, slugs_for([row.name for row in rows]), strict=True):
        organisation = Organisation(pic=row.pic, slug=slug)
        said = _told(row, run)
        for name, value in said.items():
            _set(organisation, name, value, run)
        organisation.told = {run.source: said}
        new.append(organisation)
    return Organisation.objects.bulk_create(new)


def _add_projects(rows: Sequence[OrganisationRow], known: Mapping[str, Organisation], run: Run) -> int:
    """Add the projects that aren't known yet; a known one stays as it is."""
    told = {(known[row.pic].pk, row.project.code): row.project for row in rows if row.project}
    codes = PastProject.objects.filter(
        organisation__in={pk for pk, _code in told}, code__in={code for _pk, code in told}
    )
    there = set(codes.values_list("organisation_id", "code"))
    new = [
        PastProject(organisation_id=pk, code=code, title=row.title, programme=run.programme, role=row.role, url=row.url)
        for (pk, code), row in told.items()
        if (pk, code) not in there
    ]
    return len(PastProject.objects.bulk_create(new))
