"""What a reader yields, whatever the file's format: calls, news that may be calls, and rows that it had to refuse."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from ideas.choices import DeadlineKind, Language, Level
from ideas.exchange.deadlines import ROME, Reading
from ideas.text import clean_text

# The longest texts that a call keeps: {field: characters}.
LONGEST = {
    "identifier": 120,
    "title": 500,
    "funder": 200,
    "programme": 120,
    "call_identifier": 120,
    "call_title": 300,
    "action_type": 120,
    "url": 500,
    "source_key": 140,
    "source_status": 40,
    "languages": 60,
}
LONGEST_SUMMARY_CHARS = 10_000
_SINGLE = (
    (DeadlineKind.CLICK_DAY, re.compile(r"\bclick.?day\b", re.IGNORECASE)),
    (DeadlineKind.UNTIL_EXHAUSTED, re.compile(r"esauriment|exhaust", re.IGNORECASE)),
)
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """`number` counts cut-offs of one call, 1 being the first; other kinds have number 1."""

    kind: str
    reading: Reading
    number: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRow:
    """One call as its source tells it. `line` is where it begins. `complete` is False where the source names only
    some of the call's dates, so that the others must not be taken away. `cancelled`: the source takes the call back,
    so that nothing new should come of it; of a known one the dates go.

    Amounts are in euros; `languages` are those of proposals, as the source writes them.
    """

    line: int
    identifier: str
    title: str
    level: str = Level.OTHER
    language: str = Language.EN
    funder: str = ""
    programme: str = ""
    call_identifier: str = ""
    call_title: str = ""
    action_type: str = ""
    summary: str = ""
    url: str = ""
    source_key: str = ""
    source_status: str = ""
    languages: str = ""
    budget_total: Decimal | None = None
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    expected_grants: int | None = None
    trl_min: int | None = None
    trl_max: int | None = None
    deadlines: Sequence[DeadlineRow] = field(default_factory=tuple)
    complete: bool = True
    cancelled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateRow:
    """One entry of a feed of news, which may be a call. `source_key` is the same each time it's read."""

    line: int
    source_key: str
    title: str
    url: str = ""
    summary: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that couldn't be read, and why, in the language that is active while reading.

    `identifier` is that of its call, where as much could be read.
    """

    line: int
    reason: str
    identifier: str = field(default="", compare=False)


Row = CallRow | RefusedRow


def _say_nothing(_remark: object) -> None: ...


@dataclass(frozen=True)
class Options:
    """What the person who imports adds, and what they want to hear.

    `columns`: {field: column} where the file has other headers. `zone`: the clock that's meant where a calendar names
    none. `remark` hears of the file as a whole (such as its encoding), `progress` the bytes read so far.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = ROME
    remark: Callable[[str], None] = _say_nothing
    progress: Callable[[int], None] = _say_nothing


class Reader(Protocol):
    """Reads one format as a stream. Raises UnreadableFile where nothing at all can be read."""

    def __call__(self, stream: BinaryIO, options: Options, /) -> Iterator[Row]: ...


class CandidateReader(Protocol):
    """Reads one format of news as a stream. Raises UnreadableFile where nothing at all can be read."""

    def __call__(self, stream: BinaryIO, options: Options, /) -> Iterator[CandidateRow | RefusedRow]: ...


class UnreadableFile(ValueError):
    """The file isn't of this format, or is damaged. The message says why; nothing of it should be written."""


class Refused(ValueError):
    """One row can't be read. The message is the reason."""


def tidy(name: str, value: str) -> str:
    """One clean line of text for a field of CallRow. Raises Refused where it's too long or has a null character."""
    try:
        # Most texts are plain, and need no cleaning; a bulk file has a hundred thousand of them.
        text = " ".join((value if value.isascii() and value.isprintable() else clean_text(value)).split())
    except ValidationError as error:
        raise Refused(f"{name}: {error.messages[0]}") from None
    if len(text) > LONGEST.get(name, len(text)):
        raise Refused(
            _("%(name)s has %(count)s characters; %(most)s are allowed")
            % {"name": name, "count": len(text), "most": LONGEST[name]}
        )
    return text


def name_of_refused(identifier: str) -> str:
    """The identifier of a row that can't be read, as far as it can be shown: `RefusedRow.identifier`."""
    return " ".join(identifier.replace("\x00", "").split())[: LONGEST["identifier"]]


def tidy_text(value: str) -> str:
    """Plain text of several lines, cut where a call keeps no more. Raises Refused where it has a null character."""
    try:
        return clean_text(value)[:LONGEST_SUMMARY_CHARS]
    except ValidationError as error:
        raise Refused(f"summary: {error.messages[0]}") from None


def tidy_title(value: str) -> str:
    """The title, on one line. Raises Refused where there is none."""
    if text := tidy("title", value):
        return text
    raise Refused(_("no title"))


def tidy_url(value: str) -> str:
    """An absolute http or https address, or nothing. Raises Refused for anything else."""
    text = tidy("url", value)
    if text:
        try:
            _check_url(text)
        except ValidationError:
            raise Refused(_("“%(text)s” is not a web address") % {"text": text[:60]}) from None
    return text


def closings(model: str, readings: Sequence[Reading]) -> tuple[DeadlineRow, ...]:
    """Name a call's closing dates by its model: "two-stage", "multiple cut-off", else one deadline.

    One date may be a click day, or count until the budget is exhausted, if the model, or a note in its place, says so.
    Several dates without a model are cut-offs, and a date that is told twice is one. A two-stage call may tell its
    first date only.
    """
    ordered = sorted({reading.at: reading for reading in readings}.values(), key=lambda reading: reading.at)
    if "two-stage" in model.lower() and len(ordered) <= 2:
        kinds = (DeadlineKind.STAGE_1, DeadlineKind.STAGE_2)
        return tuple(DeadlineRow(kind, reading) for kind, reading in zip(kinds, ordered, strict=False))
    if "cut-off" in model.lower() or len(ordered) > 1:
        return tuple(DeadlineRow(DeadlineKind.CUT_OFF, reading, number) for number, reading in enumerate(ordered, 1))
    kind = next((kind for kind, words in _SINGLE if words.search(model)), DeadlineKind.SINGLE)
    return tuple(DeadlineRow(kind, reading) for reading in ordered)
