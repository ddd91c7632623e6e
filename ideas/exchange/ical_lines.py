"""The parts of a calendar file (RFC 5545), one at a time; what they mean is for `ical_in` to say."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from icalendar.parser import Contentline

from ideas.exchange.calls import Options, UnreadableFile
from ideas.exchange.limits import Bounded, lines

LONGEST_LINE_BYTES = 100_000
MOST_LINES_OF_A_PART = 5_000
DEEPEST = 5
# To take a line apart costs more than all else, so only these are.
READ = {"BEGIN", "END", "METHOD", "X-WR-TIMEZONE", "TZID", "UID", "SEQUENCE", "STATUS", "SUMMARY", "DESCRIPTION", "URL"}
READ |= {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "RECURRENCE-ID"}


@dataclass(frozen=True)
class Property:
    """One line of a part: its value without escapes, and its parameters by their names in capitals."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> str:
        zone = self.parameters.get("TZID")
        return f"TZID={zone}:{self.value}" if zone else self.value


@dataclass(frozen=True)
class Part:
    """A component such as VEVENT, without those inside it. `line` is where it begins, counted as the file lies there;
    `text` is all of it, for a VTIMEZONE only.
    """

    name: str
    line: int
    properties: dict[str, Property] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)


def parts(stream: Bounded, options: Options) -> Iterator[Part]:
    """Give out a calendar's parts, each as it ends: the VCALENDAR itself comes last. A file may hold several.

    Of a property that stands twice in a part the first counts; a line that can't be read is as if it weren't there.
    Raises UnreadableFile where it's no calendar, or breaks off.
    """
    inside: list[Part] = []
    for number, text in _unfolded(stream, options):
        name, found = _taken_apart(text)
        if not inside and (name, found.value.upper()) != ("BEGIN", "VCALENDAR"):
            raise UnreadableFile(_("The file doesn't begin as a calendar does, with BEGIN:VCALENDAR."))
        if name == "BEGIN":
            inside.append(Part(found.value.upper(), number))
            if len(inside) > DEEPEST:
                raise UnreadableFile(_("The file is nested too deeply."))
        elif name and name != "END":
            inside[-1].properties.setdefault(name, found)
        for zone in (part for part in inside if part.name == "VTIMEZONE"):
            zone.text.append(text)
        endless = len(inside) > 1 and number - inside[1].line > MOST_LINES_OF_A_PART
        if endless or (name == "END" and inside[-1].name != found.value.upper()):
            raise UnreadableFile(_("The calendar is damaged on line %(line)s.") % {"line": number})
        if name == "END":
            part = inside.pop()
            if len(inside) < 2:
                yield part
    if inside:
        raise UnreadableFile(_("The file breaks off."))


def _unfolded(stream: Bounded, options: Options) -> Iterator[tuple[int, str]]:
    """The lines as they were before they were folded, with their numbers as they are now; empty ones are left out."""
    decode = _Decoder(options)
    begun, whole = 0, bytearray()
    for number, line in lines(stream, LONGEST_LINE_BYTES):
        # A character may be cut by a fold, so bytes are joined, and then read.
        if begun and line[:1] in (b" ", b"\t"):
            whole += line[1:]
            if len(whole) > LONGEST_LINE_BYTES:
                raise UnreadableFile(_("Line %(line)s is too long.") % {"line": begun})
            continue
        if whole.strip():
            yield begun, decode(whole)
        begun, whole = number, bytearray(line)
    if whole.strip():
        yield begun, decode(whole)


class _Decoder:
    """Reads UTF-8, and what isn't as Windows-1252, which is remarked on once."""

    def __init__(self, options: Options) -> None:
        self._options, self._remarked = options, False

    def __call__(self, line: bytearray) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            if not self._remarked:
                self._options.remark(_("The file is not UTF-8; it was read as Windows-1252."))
                self._remarked = True
            return line.decode("cp1252", "replace")


def _taken_apart(text: str) -> tuple[str, Property]:
    """Name and property of a line; no name where it isn't one of those that are read, or can't be."""
    name = text.partition(":")[0].partition(";")[0].upper()
    if name not in READ:
        return "", Property("")
    try:
        _name, parameters, value = Contentline(text).parts()
    except ValueError:
        return "", Property("")
    return name, Property(str(value).strip(), {key.upper(): str(told) for key, told in parameters.items()})
