"""News from RSS and Atom: entries that may be calls, for a person to complete. Never a live call."""

import hashlib
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from ideas.exchange.calls import (
    CandidateRow,
    Options,
    Refused,
    RefusedRow,
    UnreadableFile,
    tidy,
    tidy_text,
    tidy_title,
    tidy_url,
)
from ideas.exchange.deadlines import YEARS
from ideas.exchange.limits import Bounded

LARGEST_FILE_BYTES = 3_000_000
LONGEST_KEY_CHARS = 300
MOST_MARKUP_CHARS = 20_000
# The parser takes half a minute for a million of them, and half a gigabyte.
MOST_MARKS = 60_000
_END = re.compile(rb"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/li|/div|/h\d)\b[^<>]*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def read_feed(stream: Bounded, options: Options) -> Iterator[CandidateRow | RefusedRow]:
    """Read a feed's entries. Lines count entries.

    A feed that isn't well-formed is read as well as can be, which is remarked on. Raises UnreadableFile where it's no
    feed, breaks off, or defines words of its own (by which a small file can mean a huge one).
    """
    content = b"".join(iter(stream.read, b""))
    if _ENTITY.search(content):
        raise UnreadableFile(_("The feed defines entities of its own, which no feed of news needs."))
    if content.count(b"<") > MOST_MARKS:
        raise UnreadableFile(_("The feed has more than %(count)s tags.") % {"count": MOST_MARKS})
    import feedparser  # here: a process starts sooner, and only one that reads news needs it

    # As a file: what is text or bytes, feedparser takes for an address or a path and opens.
    found = feedparser.parse(BytesIO(content), resolve_relative_uris=False, sanitize_html=False)
    if not found.get("version"):
        raise UnreadableFile(_("The file is neither RSS nor Atom."))
    if not _END.search(content[-2_000:]):
        raise UnreadableFile(_("The file breaks off."))
    if found.bozo and not isinstance(found.bozo_exception, feedparser.CharacterEncodingOverride):
        options.remark(_("The feed isn't well-formed; what could be read was read."))
    for number, entry in enumerate(found.entries, start=1):
        try:
            yield _candidate(number, entry, of=found.feed.get("link") or found.feed.get("title") or "")
        except Refused as error:
            yield RefusedRow(number, str(error))


def _candidate(number: int, entry: Any, *, of: str) -> CandidateRow:
    title, url = tidy_title(_plain(entry.get("title", ""))), tidy_url(entry.get("link", ""))
    key = tidy("id", entry.get("id") or url)
    if not key:
        raise Refused(_("neither an id nor an address"))
    # An id such as "7" is unique in its own feed only.
    key = key if _ADDRESS.match(key) else f"{of} {key}".strip()
    return CandidateRow(
        line=number,
        source_key=key if len(key) <= LONGEST_KEY_CHARS else hashlib.sha256(key.encode()).hexdigest(),
        title=title,
        url=url,
        summary=tidy_text(_plain(entry.get("summary", ""))),
        published_at=_published(entry),
    )


def _plain(markup: str) -> str:
    """Text without its marks. It's still anybody's text: whoever shows it escapes it."""
    told = _SCRIPT.sub("", markup[:MOST_MARKUP_CHARS])
    return re.sub(r"\s*\n\s*", "\n", unescape(strip_tags(_BREAK.sub("\n", told)))).strip()


def _published(entry: Any) -> datetime | None:
    # Asked for by `get`, what was updated would be made of what was published, with a warning.
    told = next((entry[name] for name in ("published_parsed", "updated_parsed") if dict.get(entry, name)), None)
    try:
        return datetime.fromtimestamp(timegm(told), UTC) if told and told[0] in YEARS else None
    except (ValueError, OverflowError):
        return None
