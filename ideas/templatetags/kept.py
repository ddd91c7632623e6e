"""Parts of pages that are drawn once: the same values, in the same language and zone, make the same HTML.

What is kept is found by all that it is made of. So a write needs to clear nothing, and nobody gets by it what they
couldn't have drawn themselves: who has the values may see them.
"""

import re
import secrets
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context, Template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

register = template.Library()

Key = tuple[Template, str | None, str, Hashable]
# In characters, keys and parts together: some thousand cards. Beyond it everything is drawn anew.
MOST_KEPT = 20_000_000
# What a key takes that isn't a text, about.
KEY_SIZE = 1_000
# Values with such a name are another at every request.
EACH = "each_"
# Where they stand in what is kept. Nobody can write it into a text: it is another in each process, and never leaves it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f"{_MARK}([a-z_]+);")
_kept: dict[Key, SafeString] = {}
_size = 0


@dataclass(frozen=True)
class Part:
    """A part of a page: its template, `made_of`, by which it is found again, and what to draw where it isn't found.

    `made_of` must hold all that `prepare` reads, but for the language and the reader's zone.
    """

    name: str
    made_of: Hashable
    prepare: Callable[[], dict[str, Any]]


@register.simple_tag(takes_context=True)
def kept(context: Context, partial_name: str, **values: Any) -> SafeString:
    """Include a partial with these values alone, as `{% include … only %}` does.

    The partial must be made of its values, its language and the reader's zone: neither of the clock nor of a request.
    Values are plain data, whose `repr` says all of them, and nothing that is marked as safe. Those called `each_…` are
    put in at each request; the partial shows them as they are, and asks nothing of them.
    """
    each = {name: values.pop(name) for name in [*values] if name.startswith(EACH)}
    marks = {name: f"{_MARK}{name};" for name in each}
    drawn = drawn_once(context, partial_name, repr((values, [*marks])), lambda: values | marks)
    return _filled_in(drawn, each) if each else drawn


@register.simple_tag(takes_context=True)
def part(context: Context, one: Part) -> SafeString:
    """Draw a part that the page has prepared."""
    return drawn_once(context, one.name, one.made_of, one.prepare)


@register.simple_tag(takes_context=True)
def parts(context: Context, several: Iterable[Part]) -> SafeString:
    """Draw parts one behind the other."""
    return mark_safe("".join(drawn_once(context, one.name, one.made_of, one.prepare) for one in several))  # noqa: S308 - each is


def drawn_once(context: Context, name: str, made_of: Hashable, prepare: Callable[[], dict[str, Any]]) -> SafeString:
    """Draw a template with what `prepare` makes of these values; where they were drawn before, neither is done."""
    global _size
    partial = context.template.engine.get_template(name)  # type: ignore[union-attr]  # a tag is drawn in a template
    key = (partial, get_language(), get_current_timezone_name(), made_of)
    found = _kept.get(key)
    if found is None:
        found = partial.render(context.new(prepare()))
        if _size > MOST_KEPT:
            forget_parts()
        _kept[key] = found
        _size += len(found) + (len(made_of) if isinstance(made_of, str) else KEY_SIZE)
    return found


def forget_parts() -> None:
    """Let everything be drawn anew; for measurements."""
    global _size
    _kept.clear()
    _size = 0


def _filled_in(drawn: str, each: dict[str, Any]) -> SafeString:
    return mark_safe(_MARKED.sub(lambda found: str(conditional_escape(each[found[1]])), drawn))  # noqa: S308 - escaped here
