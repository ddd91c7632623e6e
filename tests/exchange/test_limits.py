"""What no reader takes. Endless files are streams that make themselves up, so that no disk is filled."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from ideas.exchange.calls import Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import CANDIDATE_FORMATS, FORMATS, read_columns
from ideas.exchange.limits import MOST_ROWS

READERS = {**FORMATS, **CANDIDATE_FORMATS}
GIGABYTE = 1_000_000_000
MOST_MEMORY_BYTES = 60_000_000
BULK = b'{"fundingData":{"GrantTenderObj":['
SEARCH = b'{"results":['


class Endless(io.RawIOBase):
    """A file of a gigabyte: a beginning, and then the same again and again."""

    def __init__(self, beginning: bytes, again: bytes) -> None:
        self._ahead, self._again, self._left = beginning, again * (200_000 // len(again)), GIGABYTE

    def read(self, size=-1):
        while len(self._ahead) < size and self._left > 0:
            self._ahead += self._again
            self._left -= len(self._again)
        chunk, self._ahead = self._ahead[:size], self._ahead[size:]
        return chunk


def read(name, stream, options=None):
    return list(READERS[name](stream, options or Options()))


def memory(name):
    """Bytes, by the name that Linux has for them."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1_024


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("calls.csv", content)
    return file.getvalue()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty"),
        (b" \r\n\t\n", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (gzip.compress(b"identifier,title\n" * 1_000, mtime=0), "The file is packed"),
        (zipped(b"0" * 10_000_000), "The file is packed"),
        (b"%PDF-1.7\n", "a document, not data"),
        ("identifier,title\nA,one\n".encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>", "a web page"),
        (b"\xef\xbb\xbf\n <HTML lang='it'>", "a web page"),
        (b"\x00" * 1_000, "."),
        (bytes(range(256)) * 10, "."),
    ],
)
def test_file_of_another_kind_ends_in_a_sentence(name, content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read(name, io.BytesIO(content))


def test_columns_of_a_file_of_another_kind_are_not_read_either():
    with pytest.raises(UnreadableFile, match="packed"):
        list(read_columns(io.BytesIO(gzip.compress(b"identifier", mtime=0)), Options()))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read the way Linux tells it")
@pytest.mark.parametrize(
    ("name", "beginning", "again"),
    [
        ("csv", b"identifier,title\n", b"x"),
        ("csv", b'identifier,title\nA,"', b"x\n"),
        ("csv", b"identifier,title\n", b"a\n"),
        ("eu-portal", BULK + b'{"type":1,"title":"', b"x"),
        ("eu-portal", BULK, b"["),
        ("eu-portal", BULK, b'{"a":'),
        ("eu-portal", BULK + b'{"a":[', b"1,"),
        ("eu-portal", BULK, b" "),
        ("eu-portal", BULK, b"1,"),
        ("eu-portal", b"", b"["),
        ("eu-portal", b'{"a":"', b"x"),
        ("eu-portal", BULK + b"1],", b"9"),
        ("eu-search", SEARCH + b'{"reference":"', b"x"),
        ("eu-search", SEARCH, b'{"reference":"1","metadata":{}},'),
        ("ical", b"BEGIN:VCALENDAR\r\nSUMMARY:", b"x"),
        ("ical", b"BEGIN:VCALENDAR\r\nSUMMARY:", b"x\r\n "),
        ("ical", b"BEGIN:VCALENDAR\r\n", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"),
        ("ical", b"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\n", b"RDATE:20260101T000000\r\n"),
        ("feed", b'<rss version="2.0"><channel><title>', b"x"),
    ],
)
def test_gigabyte_that_is_no_list_of_calls_ends_in_a_sentence_and_little_memory(name, beginning, again):
    before = memory("VmRSS")
    # Linux forgets the highest use of memory so far.
    Path("/proc/self/clear_refs").write_text("5")

    with pytest.raises(UnreadableFile):
        read(name, Endless(beginning, again))

    assert memory("VmHWM") - before < MOST_MEMORY_BYTES


@pytest.mark.parametrize(
    "waste",
    [
        '{"identifier": "X", "deep": ' + "[" * 40_000 + "]" * 40_000 + "}",
        '{"identifier": "X", "wide": [' + "[]," * 60_000 + "[]]}",
        '{"identifier": "X", "deep": ' + '[1,{"a":' * 60 + "1" + "}]" * 60 + "}",
        '{"identifier": "X", "long": "' + "x" * 3_000_000 + '"}',
    ],
)
@pytest.mark.parametrize(("name", "before", "after"), [("eu-portal", BULK, b"]}}"), ("eu-search", SEARCH, b"]}")])
def test_object_that_is_too_large_is_refused_and_stops_no_other(name, before, after, waste):
    rows = read(name, io.BytesIO(before + waste.encode() + b",1" + after))

    assert rows == [
        RefusedRow(1, "the object is too large, or nested too deeply"),
        RefusedRow(2, rows[1].reason),
    ]
    assert rows[1].reason.endswith("hasn't the portal's shape")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BULK + b'{"type":1', "breaks off"),
        (BULK + b"1]}", "breaks off"),
        (BULK + b'"Mobilit\xe0"]}}', "isn't written in UTF-8"),
        (BULK + b"nope]}}", "isn't valid JSON"),
        (BULK + b"9" * 300 + b"]}}", "isn't valid JSON"),
        (BULK + b"9" * 5_000 + b"]}}", "isn't valid JSON"),
        (BULK + b"1e999999999]}}", "isn't valid JSON"),
        (BULK + b"]}}", "No “GrantTenderObj”"),
        (b"[" * 100 + b"]" * 100, "nested too deeply"),
        (b'{"fundingData":[]}', "No “GrantTenderObj”"),
    ],
)
def test_json_that_is_damaged_says_how(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read("eu-portal", io.BytesIO(content))


@pytest.mark.parametrize("number", ["999999999999999999", "-1", "1.5", "true"])
def test_number_beyond_belief_costs_its_object_only(number):
    found = f'{{"type":1,"identifier":"A","title":"A","ccm2Id":1,"deadlineDatesLong":[{number}]}}'

    (row,) = read("eu-portal", io.BytesIO(BULK + found.encode() + b"]}}"))

    assert isinstance(row, RefusedRow)


@pytest.mark.parametrize("number", ["9" * 300, "1e999999999", "NaN", "-1", "Infinity", "٣"])
def test_amount_beyond_belief_costs_its_result_only(number):
    entry = {"action": "A - RIA", "maxContribution": number}
    told = {"identifier": ["A"], "title": ["A"], "budgetOverview": [json.dumps({"budgetTopicActionMap": {"1": entry}})]}
    content = json.dumps({"results": [{"reference": "1", "metadata": told}]}).encode()

    (row,) = read("eu-search", io.BytesIO(content))

    assert isinstance(row, RefusedRow) or number == "٣"


def test_mark_of_utf8_at_the_beginning_is_left_out():
    content = b"\xef\xbb\xbf" + BULK + b'{"type":0,"identifier":"A","title":"A","cftId":1}]}}'

    (row,) = read("eu-portal", io.BytesIO(content))

    assert row.identifier == "A"


def test_rows_beyond_the_most_end_the_reading():
    content = b"identifier,title,level\n" + b"A,one,other\n" * (MOST_ROWS + 1)

    with pytest.raises(UnreadableFile, match="more than 50000 rows"):
        read("csv", io.BytesIO(content))


def test_progress_is_told_in_bytes_and_ends_with_all():
    content, heard = b"identifier,title,level\n" + b"A,one,other\n" * 20_000, []

    read("csv", io.BytesIO(content), Options(progress=heard.append))

    assert heard == sorted(heard)
    assert (heard[-1], len(heard) > 3) == (len(content), True)


def test_pipe_that_gives_a_few_bytes_at_a_time_is_read():
    class Pipe(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    (row,) = read("csv", Pipe(b"identifier,title,level\nA,one,other\n"))

    assert row.identifier == "A"
