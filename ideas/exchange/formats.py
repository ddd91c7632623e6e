"""Every format that calls can be read from, by the name that commands and pages use."""

from ideas.exchange import csv_calls
from ideas.exchange.calls import Reader

FORMATS: dict[str, Reader] = {**csv_calls.FORMATS}
