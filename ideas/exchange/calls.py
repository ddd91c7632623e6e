"""What a reader of calls yields, whatever the file's format: calls, and rows that it had to refuse."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from ideas.choices import DeadlineKind, Language, Level
from ideas.exchange.deadlines import Reading
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
}
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class DeadlineRow:
    """`number` counts cut-offs of one call, 1 being the first; other kinds have number 1."""

    kind: str
    reading: Reading
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One call as its source tells it. `line` is where it begins. `complete` is False where the source names only
    some of the call's dates, so that the others must not be taken away.
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
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    expected_grants: int | None = None
    deadlines: Sequence[DeadlineRow] = field(default_factory=tuple)
    complete: bool = True


@dataclass(frozen=True)
class RefusedRow:
    """A row that couldn't be read, and why, in plain English."""

    line: int
    reason: str


Row = CallRow | RefusedRow


def _say_nothing(_remark: str) -> None: ...


@dataclass(frozen=True)
class Options:
    """What the person at the command adds: {field: column} where the file has other headers, and an ear for remarks
    on the file as a whole (such as its encoding).
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    remark: Callable[[str], None] = _say_nothing


class Reader(Protocol):
    """Reads one format as a stream. Raises UnreadableFile where nothing at all can be read."""

    def __call__(self, stream: BinaryIO, options: Options) -> Iterator[Row]: ...


class UnreadableFile(ValueError):
    """The file isn't of this format. The message says what is missing."""


class Refused(ValueError):
    """One row can't be read. The message is the reason."""


def tidy(name: str, value: str) -> str:
    """One clean line of text for a field of CallRow. Raises Refused where it's too long or has a null character."""
    try:
        text = " ".join(clean_text(value).split())
    except ValidationError as error:
        raise Refused(f"{name}: {error.messages[0]}") from None
    if len(text) > LONGEST.get(name, len(text)):
        raise Refused(f"{name} has {len(text)} characters; {LONGEST[name]} are allowed")
    return text


def tidy_url(value: str) -> str:
    """An absolute http or https address, or nothing. Raises Refused for anything else."""
    text = tidy("url", value)
    if text:
        try:
            _check_url(text)
        except ValidationError:
            raise Refused(f"“{text[:60]}” is not a web address") from None
    return text


def closings(model: str, readings: Sequence[Reading]) -> tuple[DeadlineRow, ...]:
    """Name a call's closing dates by its model: "two-stage", "multiple cut-off", else one deadline.

    Several dates without a model are cut-offs. A two-stage call may tell its first date only.
    """
    ordered = sorted(readings, key=lambda reading: reading.at)
    if "two-stage" in model.lower() and len(ordered) <= 2:
        kinds = (DeadlineKind.STAGE_1, DeadlineKind.STAGE_2)
        return tuple(DeadlineRow(kind, reading) for kind, reading in zip(kinds, ordered, strict=False))
    if "cut-off" in model.lower() or len(ordered) > 1:
        return tuple(DeadlineRow(DeadlineKind.CUT_OFF, reading, number) for number, reading in enumerate(ordered, 1))
    return tuple(DeadlineRow(DeadlineKind.SINGLE, reading) for reading in ordered)
