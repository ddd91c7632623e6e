"""Which ideas have the words that are searched for, as bits of the board: what very many have is read only once.

An engine takes as long for a word as ideas have it. So the answer for a common one stays in the memory of the process,
under stamps that the database gives a bucket with every write of its words (`ideas/management/board_triggers.py`); of
a bucket with another stamp the texts are compared again. It says nothing of who may see an idea: that is `seen_by`.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db.models import Aggregate, TextField

from ideas.models import SearchEntry
from ideas.queries.board_index import BUCKETS, BoardIndex
from ideas.queries.board_rows import Bits, Bucket, bits_of, bucket_of, within
from ideas.queries.matches import ANYWHERE, matches
from ideas.questions import Question

# A question with fewer finds is asked anew each time. One at a million ideas takes 160 kB.
COMMON = 1_000
MAX_KEPT = 64
# The texts of more ideas than this are not compared here: then the engine is asked again.
MAX_COMPARED = 20_000


@dataclass(frozen=True)
class _Answer:
    """The ideas that had the words when the board had these stamps and buckets."""

    stamps: dict[int, int]
    width: int
    buckets: list[Bucket]
    bits: Bits


_kept: OrderedDict[tuple[Question, str], _Answer] = OrderedDict()
_lock = Lock()


def having(known: BoardIndex, question: Question, kind: str) -> Bits:
    """Select the ideas whose entries of a kind have all the words: a query at most, and none for what is kept."""
    with _lock:
        kept = _kept.pop((question, kind), None)
    if kept is None or kept.width != known.width:
        bits = _found(known, question, kind)
    elif kept.stamps == known.stamps:
        bits = kept.bits
    else:
        bits = _renewed(kept, known, question, kind)
    if bits.bit_count() >= COMMON:
        with _lock:
            _kept[question, kind] = _Answer(known.stamps, known.width, known.buckets, bits)
            while len(_kept) > MAX_KEPT:
                _kept.popitem(last=False)
    return bits


def forget_words() -> None:
    """Let the engine be asked again for every word; for measurements."""
    with _lock:
        _kept.clear()


def _found(known: BoardIndex, question: Question, kind: str) -> Bits:
    """Ask the engine, for one text of all ids: rows take longer to hand over than a common word takes to find."""
    entries = SearchEntry.objects.filter(matches(question, ANYWHERE, [kind])).order_by()
    text: str = entries.aggregate(ids=_Ids("object_id"))["ids"] or ""
    return known.select(list(map(int, text.split(",")))) if text else 0


class _Ids(Aggregate):
    """All values, with a comma between."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="STRING_AGG(%(expressions)s::text, ',')", **more)


def _renewed(kept: _Answer, known: BoardIndex, question: Question, kind: str) -> Bits:
    """Compare the texts of those buckets again whose words or ideas are others by now."""
    changed = [
        number
        for number in range(BUCKETS)
        if kept.stamps.get(BUCKETS + number) != known.stamps.get(BUCKETS + number)
        or kept.buckets[number] is not known.buckets[number]
    ]
    if sum(len(known.buckets[number].ids) for number in changed) > MAX_COMPARED:
        return _found(known, question, kind)
    places: dict[int, list[int]] = {number: [] for number in changed}
    for pk in _compared(changed, question, kind):
        place = known.place_of(pk)
        if place >= 0:
            places[bucket_of(pk)].append(place % known.width)
    bits, whole = kept.bits, (1 << known.width) - 1
    for number in changed:
        start = number * known.width
        bits ^= ((bits >> start & whole) ^ bits_of(places[number])) << start
    return bits


def _compared(numbers: list[int], question: Question, kind: str) -> Iterable[int]:
    if not numbers:
        return
    entries = within(SearchEntry.objects.filter(kind=kind), "object_id", numbers)
    for pk, *texts in entries.values_list("object_id", *ANYWHERE).iterator(2_000):
        if question.stands_in(texts):
            yield pk
