import gzip
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ideas.models import Call, Candidate, Deadline, Import

SAMPLES = Path(__file__).parents[1] / "exchange" / "samples"
HEADER = "identifier,title,level,closes\n"
pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(file, format, *arguments, err=None):
    out, err = io.StringIO(), err or io.StringIO()
    call_command("import_calls", str(file), "--format", format, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def write(folder, content, name="calls.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("name", "file", "count"),
    [
        ("eu-portal", "portal_bulk.json", 10),
        ("eu-search", "portal_search.json", 8),
        ("ical", "events_without_dtstamp.ics", 2),
    ],
)
def test_samples_are_imported_and_a_second_time_change_nothing(name, file, count):
    first, _err = run(SAMPLES / file, name)
    before = list(Deadline.objects.order_by("pk").values("at", "zone", "raw", "sequence"))

    second, _err = run(SAMPLES / file, name)

    assert first.splitlines() == [f"{count} new, 0 changed, 0 unchanged, 0 refused"]
    assert second.splitlines() == [f"0 new, 0 changed, {count} unchanged, 0 refused"]
    assert list(Deadline.objects.order_by("pk").values("at", "zone", "raw", "sequence")) == before


def test_refused_rows_are_listed_in_english_with_their_lines(tmp_path):
    file = write(tmp_path, HEADER + "A,one,other,2026-09-15\nB,two,other,soon\n")

    out, _err = run(file, "csv")

    assert out.splitlines() == ["line 3: “soon” is not a date", "1 new, 0 changed, 0 unchanged, 1 refused"]


def test_columns_are_mapped(tmp_path):
    file = write(tmp_path, "codice;titolo;level\nA;uno;other\n")

    run(file, "csv", "--map", "identifier=codice", "--map", "title=titolo")

    assert Call.objects.get().title == "uno"


def test_news_becomes_candidates_and_no_call(tmp_path):
    feed = '<rss version="2.0"><channel><item><title>A</title><link>https://example.org/a</link></item></channel></rss>'

    out, _err = run(write(tmp_path, feed, "feed.xml"), "feed")

    assert out.splitlines() == ["1 new, 0 changed, 0 unchanged, 0 refused"]
    assert (Candidate.objects.get().title, Call.objects.count()) == ("A", 0)


def test_clock_of_a_calendar_that_names_none_is_chosen(tmp_path):
    event = "BEGIN:VEVENT\nUID:1\nSUMMARY:A\nDTSTART:20260915T170000\nEND:VEVENT\n"
    file = write(tmp_path, f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n", "calls.ics")

    run(file, "ical", "--zone", "Europe/Helsinki")

    deadline = Deadline.objects.get()
    assert (deadline.at.isoformat(), deadline.zone) == ("2026-09-15T14:00:00+00:00", "Europe/Helsinki")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (
            gzip.compress(b"x", mtime=0),
            "The file is packed (ZIP, gzip or the like). Unpack it, and import what is in it.",
        ),
        (b"<html>502</html>", "The file is a web page, perhaps an error of the site it was saved from."),
        ((SAMPLES / "portal_bulk.json").read_bytes()[:-100], "The file breaks off."),
    ],
)
def test_broken_file_ends_in_one_sentence_and_nothing_is_written(tmp_path, content, reason):
    file = write(tmp_path, content, "bulk.json")

    with pytest.raises(CommandError) as refused:
        run(file, "eu-portal")

    assert str(refused.value) == f"{file}: {reason}"
    assert (Call.objects.count(), Import.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "arguments", [("nowhere.csv", "csv"), (__file__, "csv", "--zone", "Mars/Base"), (__file__, "csv", "--map", "x=y")]
)
def test_what_cannot_be_asked_for_is_said(arguments):
    with pytest.raises(CommandError, match=r"No such file|Mars/Base|not understood: x"):
        run(*arguments)


def test_progress_is_told_at_a_terminal_only(tmp_path):
    file = write(tmp_path, HEADER + "A,one,other,2026-09-15\n" * 100)

    _out, seen = run(file, "csv", err=Terminal())
    _out, logged = run(file, "csv")

    assert "0 MB read, 100 %" in seen
    assert "100 of 100 rows" in seen
    assert logged == ""
