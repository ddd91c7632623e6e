"""Every format that calls can be read from, by the name that commands and pages use."""

from ideas.exchange import csv_calls, eu_portal, eu_search, feeds, ical_in
from ideas.exchange.calls import CandidateReader, Reader
from ideas.exchange.limits import bounded

FORMATS: dict[str, Reader] = {
    **{name: bounded(reader, csv_calls.LARGEST_FILE_BYTES) for name, reader in csv_calls.READERS.items()},
    "eu-portal": bounded(eu_portal.read_portal, eu_portal.LARGEST_FILE_BYTES),
    "eu-search": bounded(eu_search.read_search, eu_search.LARGEST_FILE_BYTES),
    "ical": bounded(ical_in.read_calendar, ical_in.LARGEST_FILE_BYTES),
}
# Of these a person may say which column tells what; `read_columns` names the columns of a file.
COLUMN_FORMATS = frozenset(csv_calls.READERS)
read_columns = bounded(csv_calls.read_columns, csv_calls.LARGEST_FILE_BYTES)
# Files that name all of their source's calls, so that one which is missing has vanished there. Others are excerpts.
COMPLETE_SOURCES = frozenset({"eu-portal", "incentivi", "pa-digitale"})
# News: what they bring is never a live call.
CANDIDATE_FORMATS: dict[str, CandidateReader] = {"feed": bounded(feeds.read_feed, feeds.LARGEST_FILE_BYTES)}
