"""What a reader asks of the calls, read from the address."""

from django.http import QueryDict

from ideas.choices import CallStatus, Level
from ideas.forms.filters import chosen, searched
from ideas.queries.calls import CLOSING_DAYS, CallFilters


def read_call_filters(params: QueryDict) -> CallFilters:
    """Turn the address into filters. Levels, statuses and numbers of days that don't exist are left out."""
    days = params.get("days", "")
    return CallFilters(
        level=chosen(params, "level", Level.values),
        programme=chosen(params, "programme"),
        value_chain=chosen(params, "value_chain"),
        ket=chosen(params, "ket"),
        status=chosen(params, "status", CallStatus.values),
        q=searched(params),
        days=int(days) if days in map(str, CLOSING_DAYS) else None,
    )
