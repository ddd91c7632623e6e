"""What the search found, as rows to show: a fixed number of queries for a page, and `visible_to` once more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ideas.choices import SearchKind
from ideas.models import Call, Idea, Member, Organisation
from ideas.queries.comments import comments_visible_to
from ideas.queries.ideas import Viewer, public_teasers, visible_to
from ideas.queries.search import Hit


@dataclass(frozen=True)
class Thing:
    """`ref` is an identifier, `where` says whose it is, `texts` are what an excerpt is cut from, best first.

    `chains` are the codes of an idea's value chains.
    """

    kind: str
    url: str
    title: str
    ref: str = ""
    language: str = ""
    where: str = ""
    lead: str = ""
    texts: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()


def things_of(hits: Iterable[Hit], member: Viewer) -> list[Thing]:
    """Load what hits point to, in their order; what went meanwhile, or may no longer be seen, is left out."""
    rows = list(hits)
    loaded: dict[tuple[str, int], Thing] = {}
    for kind, load in LOADERS.items():
        ids = [hit.object_id for hit in rows if hit.kind == kind]
        if ids:
            loaded |= {(kind, pk): thing for pk, thing in load(ids, member)}
    return [loaded[hit.kind, hit.object_id] for hit in rows if (hit.kind, hit.object_id) in loaded]


def _ideas(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    for idea in visible_to(member).filter(id__in=ids):
        yield idea.pk, _idea(SearchKind.IDEA, idea, (idea.teaser, idea.problem, idea.approach, idea.expected_result))


def _teasers(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    for idea in public_teasers().filter(id__in=ids):
        yield idea.pk, _idea(SearchKind.TEASER, idea, (idea.teaser,))


def _idea(kind: str, idea: Idea, texts: tuple[str, ...]) -> Thing:
    return Thing(
        kind, idea.get_absolute_url(), idea.title, idea.reference, idea.language, lead=idea.teaser, texts=texts,
        chains=tuple(idea.tags["chains"]),
    )  # fmt: skip


def _calls(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    for call in Call.objects.defer("told").filter(id__in=ids):
        yield (
            call.pk,
            Thing(
                SearchKind.CALL,
                call.get_absolute_url(),
                call.title,
                call.identifier,
                call.language,
                where=call.programme,
                lead=call.call_title,
                texts=(call.summary, call.call_title),
            ),
        )


def _organisations(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    for row in Organisation.objects.filter(id__in=ids):
        said = (", ".join([*row.competences, *row.equipment]), row.description_it, row.description_en)
        yield (
            row.pk,
            Thing(
                SearchKind.ORGANISATION,
                row.get_absolute_url(),
                row.name,
                row.short_name,
                where=row.get_kind_display(),
                lead=said[0],
                texts=said,
            ),
        )


def _members(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    if not isinstance(member, Member):
        return
    people = Member.objects.filter(id__in=ids, is_active=True).prefetch_related("organisations")
    for row in people:
        work = [organisation.name for organisation in row.organisations.all()]
        first = next(iter(row.organisations.all()), None)
        yield (
            row.pk,
            Thing(
                SearchKind.MEMBER,
                first.get_absolute_url() if first else "",
                row.name,
                where=", ".join(work),
                lead=row.job_title,
                texts=(row.job_title,),
            ),
        )


def _comments(ids: list[int], member: Viewer) -> Iterable[tuple[int, Thing]]:
    # What partners say among themselves has no entry: this is the second lock.
    rows = comments_visible_to(member).filter(id__in=ids, deleted_at=None)
    for row in rows:
        url = f"{row.idea.get_absolute_url()}#comment-{row.pk}"
        yield (
            row.pk,
            Thing(
                SearchKind.COMMENT,
                url,
                row.idea.title,
                row.idea.reference,
                where=row.author.name,
                lead=row.body[:180],
                texts=(row.body,),
            ),
        )


LOADERS: dict[str, Any] = {
    SearchKind.IDEA: _ideas,
    SearchKind.TEASER: _teasers,
    SearchKind.CALL: _calls,
    SearchKind.ORGANISATION: _organisations,
    SearchKind.MEMBER: _members,
    SearchKind.COMMENT: _comments,
}
