"""Writes of calls by hand, and what every new call needs."""

import re

from django.utils.text import slugify

from ideas.models import Call


def slug_for(identifier: str) -> str:
    """Make a call's address from its identifier, with a number behind it where another call has the same one."""
    stem = slugify(re.sub(r"[^\w-]+", "-", identifier))[:130].strip("-") or "call"
    taken = set(Call.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)
