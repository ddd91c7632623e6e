"""Every format that calls can be read from, by the name that commands and pages use."""

from ideas.exchange import csv_calls, eu_portal, eu_search
from ideas.exchange.calls import Reader

FORMATS: dict[str, Reader] = {
    **csv_calls.FORMATS,
    "eu-portal": eu_portal.read_portal,
    "eu-search": eu_search.read_search,
}
