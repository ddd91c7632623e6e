"""Parts of pages that are drawn once: the same values, in the same language and zone, make the same HTML.

What is kept is found by all that it is made of. So a write needs to clear nothing, and nobody gets by it what they
couldn't have drawn themselves: who has the values may see them.
"""

from collections.abc import Callable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

register = template.Library()

Key = tuple[object, str | None, str, str]
# In characters, keys and parts together: some thousand cards. Beyond it everything is drawn anew.
MOST_KEPT = 20_000_000
_kept: dict[Key, SafeString] = {}
_size = 0


@register.simple_tag(takes_context=True)
def kept(context: Context, partial_name: str, **values: Any) -> SafeString:
    """Include a partial with these values alone, as `{% include … only %}` does.

    The partial must be made of its values, its language and the reader's zone: neither of the clock nor of a request.
    Values are plain data, whose `repr` says all of them, and nothing that is marked as safe.
    """
    return drawn_once(context, partial_name, values, lambda: values)


def drawn_once(context: Context, name: str, values: Any, prepare: Callable[[], dict[str, Any]]) -> SafeString:
    """Draw a template with what `prepare` makes of these values; where they were drawn before, neither is done."""
    global _size
    partial = context.template.engine.get_template(name)  # type: ignore[union-attr]  # a tag is drawn in a template
    key = (partial, get_language(), get_current_timezone_name(), repr(values))
    found = _kept.get(key)
    if found is None:
        found = partial.render(context.new(prepare()))
        if _size > MOST_KEPT:
            forget_parts()
        _kept[key] = found
        _size += len(key[3]) + len(found)
    return found


def forget_parts() -> None:
    """Let everything be drawn anew; for measurements."""
    global _size
    _kept.clear()
    _size = 0
