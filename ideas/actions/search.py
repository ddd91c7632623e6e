"""What every write keeps true for the search: an entry for each thing that can be found. Helpers, no actions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from ideas.choices import CommentAudience, JoinState, Language, SearchKind
from ideas.models import Call, Comment, Idea, Member, Organisation, SearchEntry
from ideas.queries.attachments import shared_names
from ideas.queries.search import EVERY_MEMBER, EVERYBODY, gate_of
from ideas.stems import stems_of, words_of

BATCH = 300
UPDATED = ["idea", "names", "head", "body", "gate", "at"]


def index_idea_words(idea: Idea) -> None:
    """Write what can be found of an idea: all of it by who sees it, title and teaser by all where they are public."""
    partners = idea.join_requests.filter(state=JoinState.ACCEPTED).values_list(
        "organisation__name", "organisation__short_name"
    )
    proposer = (idea.organisation.name, idea.organisation.short_name) if idea.organisation else ()
    call = (idea.call.identifier,) if idea.call else ()
    names = [idea.reference, idea.acronym, *call, *proposer, *(name for pair in partners for name in pair)]
    wanted = [f"{slot.expertise} {slot.work}" for slot in idea.slots.all()]
    texts = [idea.teaser, idea.problem, idea.approach, idea.expected_result, idea.advantage, *wanted]
    texts += shared_names(idea.pk)
    entries = [_idea_entry(SearchKind.IDEA, idea, names, [idea.title, idea.keywords], texts, idea.audience)]
    if idea.audience and idea.public_teaser:
        # What a teaser shows, and nothing else: not even the acronym.
        entries.append(_idea_entry(SearchKind.TEASER, idea, [idea.reference], [idea.title], [idea.teaser], EVERYBODY))
    else:
        SearchEntry.objects.filter(kind=SearchKind.TEASER, object_id=idea.pk).delete()
    _keep(entries)
    if idea.comment_count:
        gate = gate_of(SearchKind.COMMENT, idea.audience)
        SearchEntry.objects.filter(kind=SearchKind.COMMENT, idea=idea).exclude(gate=gate).update(gate=gate)


def index_comment(comment: Comment) -> None:
    """Write what can be found of a comment; of a deleted one nothing, nor of what partners say among themselves."""
    if comment.deleted_at is not None or comment.audience != CommentAudience.ALL:
        SearchEntry.objects.filter(kind=SearchKind.COMMENT, object_id=comment.pk).delete()
        return
    entry = _entry(
        SearchKind.COMMENT, comment.pk, comment.created_at, [], "", comment.body, audience=comment.idea.audience
    )
    entry.idea_id = comment.idea_id
    _keep([entry])


def index_calls(calls: Iterable[Call]) -> None:
    """Write what can be found of calls."""
    _keep(
        _entry(
            SearchKind.CALL,
            call.pk,
            None,
            [call.identifier, call.call_identifier, call.programme, call.funder],
            call.title,
            f"{call.call_title}\n{call.summary}",
            language=call.language,
            audience=EVERYBODY,
        )
        for call in calls
    )


def index_organisations(organisations: Iterable[Organisation]) -> None:
    """Write what can be found of organisations: their words in both languages, the texts each in its own."""
    rows = list(organisations)
    # Read anew: the words may have changed in this very transaction.
    for row in rows:
        getattr(row, "_prefetched_objects_cache", {}).pop("vocabulary", None)
    prefetch_related_objects(rows, "vocabulary")
    _keep(_organisation_entry(row) for row in rows)


def _organisation_entry(row: Organisation) -> SearchEntry:
    names = [row.name, row.short_name, row.pic]
    entry = _entry(SearchKind.ORGANISATION, row.pk, None, names, "", "", audience=EVERYBODY)
    words = row.vocabulary.all()
    # What stands in a list alone was never taken into the vocabulary.
    kept = {*row.competences, *row.equipment, *row.services} - {word.word for word in words}
    italian = " ".join([*(word.name_it for word in words), *sorted(kept)])
    english = " ".join(word.name_en for word in words)
    entry.head = _in_both(italian, english)
    entry.body = _in_both(row.description_it, row.description_en)
    return entry


def _in_both(italian: str, english: str) -> str:
    return " ".join(filter(None, [stems_of(italian, Language.IT), stems_of(english, Language.EN)]))


def index_members(members: Iterable[Member]) -> None:
    """Write what members can find of each other; of who has left nothing."""
    rows = list(members)
    gone = [member.pk for member in rows if not member.is_active]
    SearchEntry.objects.filter(kind=SearchKind.MEMBER, object_id__in=gone).delete()
    _keep(
        _entry(SearchKind.MEMBER, member.pk, None, [member.name], member.job_title, "", audience=EVERY_MEMBER)
        for member in rows
        if member.is_active
    )


def index_everything() -> int:
    """Write the entries of all there is, a few hundred at a time; returns how many there are."""
    for batch in _batches(Idea.objects.select_related("organisation", "call")):
        for idea in batch:
            index_idea_words(idea)
    for batch in _batches(Comment.objects.select_related("idea")):
        for comment in batch:
            index_comment(comment)
    for index, rows in (
        (index_calls, Call.objects.all()),
        (index_organisations, Organisation.objects.all()),
        (index_members, Member.objects.all()),
    ):
        for batch in _batches(rows):
            index(batch)
    return SearchEntry.objects.count()


def _batches(rows: Any) -> Any:
    ordered = rows.order_by("pk")
    last: Any = None
    while batch := list((ordered if last is None else ordered.filter(pk__gt=last))[:BATCH]):
        with transaction.atomic():
            yield batch
        last = batch[-1].pk


def _idea_entry(
    kind: str, idea: Idea, names: list[str], head: list[str], body: list[str], audience: str
) -> SearchEntry:
    entry = _entry(
        kind,
        idea.pk,
        idea.created_at,
        names,
        " ".join(head),
        "\n".join(body),
        language=idea.language,
        audience=audience,
    )
    entry.idea = idea
    return entry


def _entry(
    kind: str,
    object_id: int,
    at: datetime | None,
    names: Iterable[str],
    head: str,
    body: str,
    *,
    audience: str,
    language: str = "",
) -> SearchEntry:
    return SearchEntry(
        kind=kind,
        object_id=object_id,
        names=" ".join(" ".join(words_of(name)) for name in names if name),
        head=stems_of(head, language),
        body=stems_of(body, language),
        gate=gate_of(kind, audience),
        at=at,
    )


def _keep(entries: Iterable[SearchEntry]) -> None:
    """Write entries, over those that are there: two writers of one thing leave one entry."""
    fields: Any = ["kind", "object_id"]
    SearchEntry.objects.bulk_create(
        entries, batch_size=200, update_conflicts=True, unique_fields=fields, update_fields=UPDATED
    )
