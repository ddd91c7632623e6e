"""Takes the place of lucide's own tag: an icon is drawn once in a process, and is text from then on."""

from functools import lru_cache

from django import template
from django.template import Context
from lucide.templatetags import lucide as library

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int = 24, **attributes: str | int) -> str:
    """Draw an icon as SVG. The library copies a tree and writes it out at each call: a fifteenth of a page."""
    return _drawn(name, size, tuple(attributes.items()))


@lru_cache(maxsize=512)
def _drawn(name: str, size: int, attributes: tuple[tuple[str, str | int], ...]) -> str:
    svg: str = library.lucide(Context(), name, size=size, **dict(attributes))
    return svg
