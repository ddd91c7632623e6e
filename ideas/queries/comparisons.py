"""Reads of ideas that are compared."""

from collections.abc import Sequence

from ideas.models import Idea
from ideas.queries.ideas import Viewer, visible_to


def ideas_to_compare(member: Viewer, references: Sequence[str]) -> list[Idea]:
    """Load ideas in the order in which they were asked for, with their calls and organisations, by one query more than
    seeing takes. What the member may not see is left out, as what doesn't exist.
    """
    asked = [reference for reference in references if "\x00" not in reference]  # PostgreSQL would refuse the query
    rows = visible_to(member).filter(reference__in=asked).select_related("call", "organisation")
    found = {idea.reference: idea for idea in rows}
    return [found[reference] for reference in asked if reference in found]
