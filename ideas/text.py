"""The only place that turns what people type into HTML, and that cleans plain text."""

import re
import unicodedata
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import bleach
from bleach.linkifier import LinkifyFilter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

MAX_BODY_CHARS = 5_000
# Measured: it is the marks, not the letters, that cost time and grow the output; 1,200 of them stay under 100 ms.
MAX_MARKS = 1_200
_INLINE = {"br", "strong", "em", "s", "code", "a"}
_BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "hr", "table", "thead", "tbody", "tr", "th", "td"}
TAGS = frozenset(_INLINE | _BLOCKS)
ATTRIBUTES = {"a": ["href", "title"], "ol": ["start"]}
SCHEMES = frozenset({"http", "https", "mailto"})
_MARKS = re.compile(r"[*_~`\[\]<>&|#\\]")
# bleach lets javascript:1, //host and /\host through, so an address must start like one of these.
_ADDRESS = re.compile(r"^(https?://[^\s/\\]|mailto:[^\s@]+@)", re.IGNORECASE)
_WITH_SCHEME = re.compile(r"\bhttps?://[^\s<>\"'\[\]{}|\\^`]*[^\s<>\"'\[\]{}|\\^`.,;:!?)]", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
Attributes = MutableMapping[tuple[str | None, str], str]
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h4", "h5": "h4", "h6": "h4"}


def clean_text(value: str) -> str:
    """Normalise typed text: NFC, one kind of line end, no control characters. Refuses NUL with ValidationError."""
    if "\x00" in value:
        raise ValidationError(_("The text contains a null character. Remove it, and send it again."), code="nul")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", text).strip()


@contextmanager
def beside(field: str) -> Iterator[None]:
    """Say what is refused in this block beside its field: its ValidationError becomes `{field: error}`."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({field: error}) from error


def clean_field(field: str, value: str, *, most: int | None = None) -> str:
    """Clean what was typed into a field, as `clean_text`; with at most `most` characters.

    Raises ValidationError by field.
    """
    with beside(field):
        cleaned = clean_text(value)
        if most is not None and len(cleaned) > most:
            limit = {"limit": most}
            raise ValidationError(_("Use %(limit)d characters at the most."), code="max_length", params=limit)
    return cleaned


def clean_line(field: str, value: str, *, most: int | None = None) -> str:
    """Clean what was typed into a field of one line, as `clean_field`; runs of space become one."""
    with beside(field):
        line = " ".join(clean_text(value).split())
    return clean_field(field, line, most=most)


def render(source: str) -> str:
    """Turn Markdown into HTML that may be shown as it is. Raises ValidationError where it would cost too much.

    markdown-it without raw HTML first, bleach second; the page's content security policy is the third wall. A Cleaner
    isn't safe to share between threads, so each call makes its own.
    """
    if len(_MARKS.findall(source)) > MAX_MARKS:
        raise ValidationError(_("The text has too many formatting marks. Use fewer of them."), code="too_many_marks")
    cleaner = bleach.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        protocols=SCHEMES,
        strip=True,
        filters=[partial(LinkifyFilter, callbacks=[_check_link], skip_tags={"pre", "code"}, url_re=_WITH_SCHEME)],
    )
    return cleaner.clean(_to_html(source))


def searchable(*texts: str) -> str:
    """Fold texts into one line to search in: no accents, no case, single spaces."""
    folded = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())


def _to_html(source: str) -> str:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.disable(["image", "reference"])
    tokens = parser.parse(source)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        token.attrs.pop("style", None)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _check_link(attributes: Attributes, new: bool = False) -> Any:
    """Keep a link only if it is absolute; None makes bleach leave the words without the link."""
    if not _ADDRESS.match(attributes.get((None, "href"), "")):
        return None
    attributes[(None, "rel")] = "nofollow ugc"
    return attributes
