"""What may stand beside an idea, and what is refused with which words."""

from io import BytesIO

import docx
import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from PIL import Image

from ideas.exchange import office
from ideas.exchange.attachments import FORMATS, LARGEST_BYTES, check_file, clean_name, make_thumbnail
from tests.exchange.hostile import GOOD, PDF, archive, image, odf, ooxml, png_of

BOMB = b"\0" * 30_000_000
ZIP_OF_ONE = archive({"a.txt": "a"})
CSV = b"name;budget\nAda;100\n"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
TYPE_WITH_MACROS = {
    "docx": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "xlsx": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "pptx": "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def look(name: str, content: bytes) -> tuple[str, str]:
    return check_file(BytesIO(content), name, len(content))


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        look(name, content)
    return str(refused.value.code)


# What may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_promised_format_is_taken(suffix: str):
    assert look(f"Plan.{suffix}", GOOD[suffix]) == (f"Plan.{suffix}", suffix)


def test_files_of_real_programs_are_taken():
    word, sheet = BytesIO(), BytesIO()
    docx.Document().save(word)
    openpyxl.Workbook().save(sheet)

    assert [look("a.docx", word.getvalue())[1], look("a.xlsx", sheet.getvalue())[1]] == ["docx", "xlsx"]


def test_case_of_the_suffix_does_not_matter():
    assert look("PHOTO.JPG", GOOD["jpg"]) == ("PHOTO.jpg", "jpg")


# What may not -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.exe", "a.docm", "a.doc", "a.csv", "a.zip", "a", ".pdf", "a.pdf.exe"]
)
def test_other_kinds_are_refused(name: str):
    assert refusal(name, PDF) == "wrong_kind"


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("content", [CSV, HTML, SVG, b"MZ\x90\0" * 300, b"\0" * 2_000, ZIP_OF_ONE], ids=range(6))
def test_content_that_is_something_else_is_refused(suffix: str, content: bytes):
    assert refusal(f"a.{suffix}", content) == "wrong_content"


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_content_of_another_allowed_kind_is_refused(suffix: str):
    kind = FORMATS[suffix].content_type
    others = [content for other, content in GOOD.items() if FORMATS[other].content_type != kind]

    assert {refusal(f"a.{suffix}", content) for content in others} == {"wrong_content"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF.replace(b"1 0 obj", b"<script>alert(1)</script>")),
        ("a.pdf", PDF + ZIP_OF_ONE),
        ("a.jpg", GOOD["jpg"] + ZIP_OF_ONE),
        ("a.png", GOOD["png"] + ooxml("docx")),
        ("a.jpg", image("JPEG", comment=b"<html><script>alert(1)</script>")),
    ],
)
def test_two_files_in_one_are_refused(name: str, content: bytes):
    assert refusal(name, content) == "two_in_one"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF.removesuffix(b"%%EOF\n")),
        ("a.png", GOOD["png"][:-20]),
        ("a.png", GOOD["png"] + b"more"),
        ("a.webp", GOOD["webp"] + b"more"),
        ("a.docx", ooxml("docx")[:-30]),
        ("a.docx", ooxml("docx", **{"..__..__a.txt": "out"})),
        ("a.docx", ooxml("docx", **{"__etc__a.txt": "out"})),
    ],
)
def test_damaged_files_are_refused(name: str, content: bytes):
    assert refusal(name, content) == "damaged"


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pptx"])
def test_programs_in_office_files_are_refused(suffix: str):
    macro = TYPE_WITH_MACROS[suffix]

    assert refusal(f"a.{suffix}", ooxml(suffix, main=macro)) == "macros"
    assert refusal(f"a.{suffix}", ooxml(suffix, **{"word__VBAPROJECT.BIN": b"x"})) == "macros"


@pytest.mark.parametrize("entry", ["Basic__Standard__Module1.xml", "Scripts__python__a.py"])
def test_programs_in_opendocument_are_refused(entry: str):
    assert refusal("a.odt", odf("odt", **{entry: "x"})) == "macros"


def test_a_type_that_hides_behind_numbered_letters_is_refused():
    hidden = 'application/vnd.ms-office.vba&#80;roject"/><a b="'

    assert refusal("a.docx", ooxml("docx", main=f'{office.TYPES["docx"]}.main+xml" c="{hidden}')) == "wrong_content"


def test_an_opendocument_that_says_it_is_another_is_refused():
    assert refusal("a.odt", odf("odt", mimetype="text/html")) == "wrong_content"


def test_a_locked_office_file_is_refused():
    content = bytearray(ooxml("docx"))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1

    assert refusal("a.docx", bytes(content)) == "locked"


# Bombs --------------------------------------------------------------------------------------------------------------


def test_an_archive_that_unpacks_a_thousandfold_is_refused():
    assert refusal("a.docx", ooxml("docx", bomb=BOMB)) == "too_much_inside"


def test_an_archive_with_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(office, "MAX_ENTRIES", 10)

    assert refusal("a.docx", ooxml("docx", **{f"part{number}": "x" for number in range(10)})) == "too_much_inside"


def test_a_directory_that_would_fill_the_memory_is_not_read():
    content = bytearray(ooxml("docx"))
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = (3_000_000).to_bytes(4, "little")

    assert refusal("a.docx", bytes(content)) == "too_much_inside"


def test_entries_that_lie_over_each_other_are_refused():
    content = bytearray(ooxml("docx", more="x" * 50))
    place = content.rindex(b"PK\x01\x02")
    content[place + 20 : place + 24] = (10_000).to_bytes(4, "little")

    assert refusal("a.docx", bytes(content)) == "too_much_inside"


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (60_000, 60_000), (30_000, 1)])
def test_images_of_too_many_pixels_are_refused_before_they_are_decoded(width: int, height: int):
    assert refusal("a.png", png_of(width, height)) == "too_many_pixels"


def test_empty_and_too_large_files_are_refused_unread():
    with pytest.raises(ValidationError) as refused:
        check_file(BytesIO(), "a.pdf", LARGEST_BYTES + 1)

    assert (refusal("a.pdf", b""), refused.value.code) == ("empty", "too_large")


# Names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\ada\\Budget 2026.xlsx", "Budget 2026.xlsx"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("a\x00b\x1f.pdf", "ab.pdf"),
        ("Attività\u0301 è\n qui.PDF", "Attivit\u00e0\u0301 è qui.pdf"),
        ('a"b<c>|d?.pdf', "a_b_c__d_.pdf"),
        ("...pdf", "pdf"),
        ("  .  .pdf", "pdf"),
        ("计划.pdf", "计划.pdf"),
        (f"{'x' * 300}.pdf", f"{'x' * 120}.pdf"),
        ("", ""),
    ],
)
def test_names_are_made_fit_to_be_shown_and_saved(given: str, shown: str):
    assert clean_name(given)[0] == shown


# Small pictures -----------------------------------------------------------------------------------------------------


def test_a_thumbnail_is_small_upright_and_says_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "CANARY camera"
    content = image("JPEG", (1_600, 800), exif=exif)

    small = make_thumbnail(BytesIO(content))

    with Image.open(BytesIO(small)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("WEBP", (160, 320), {})
    assert b"CANARY" not in small


def test_an_image_whose_pixels_are_missing_is_refused():
    with pytest.raises(ValidationError) as refused:
        make_thumbnail(BytesIO(png_of(400, 400)))

    assert refused.value.code == "damaged"


def test_refusals_say_what_to_do_in_the_readers_language():
    with override("en"), pytest.raises(ValidationError) as refused:
        look("a.docx", CSV)

    assert refused.value.messages == [
        "What is in this file isn't what its name says (.docx). Save it again with the program that made it, without "
        "a password."
    ]
