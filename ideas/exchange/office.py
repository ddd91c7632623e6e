"""A closer look at office files, which are archives: what is inside, and that it is no program and no bomb."""

import re
import zlib
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 400_000_000
# A sheet of numbers packs 30 times, a bomb a thousand.
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 20_000_000
# What of an archive is read into memory: its directory, and the one entry that says what it is.
MAX_DIRECTORY_BYTES, MAX_CONTENTS_BYTES = 2_000_000, 1_000_000
_TAIL = 22 + 65_535  # the end of an archive, and the longest comment behind it
_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
# {suffix: the type under which it is sent}
TYPES = {
    "docx": f"{_OOXML}wordprocessingml.document",
    "xlsx": f"{_OOXML}spreadsheetml.sheet",
    "pptx": f"{_OOXML}presentationml.presentation",
    "odt": f"{_ODF}text",
    "ods": f"{_ODF}spreadsheet",
    "odp": f"{_ODF}presentation",
}
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
# Where OpenDocument keeps macros, and Office keeps controls that run.
_PROGRAM_FOLDERS = ("basic/", "scripts/", "word/activex/", "xl/activex/", "ppt/activex/", "xl/macrosheets/")
_UNREADABLE = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, KeyError)


def wrong_content(suffix: str) -> ValidationError:
    return ValidationError(
        _("What is in this file isn't what its name says (.%(suffix)s). Save it again with the program that made it, "
          "without a password."),
        code="wrong_content",
        params={"suffix": suffix},
    )  # fmt: skip


def damaged() -> ValidationError:
    return ValidationError(_("The file is damaged or incomplete: it can't be opened."), code="damaged")


def check(file: BinaryIO, suffix: str) -> None:
    """Look inside an office file, without unpacking it.

    Raises ValidationError: wrong_content, damaged, macros, locked, too_much_inside.
    """
    _bound_directory(file)
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            _bound_entries(archive.infolist(), file)
            if suffix.startswith("od"):
                _check_opendocument(archive, suffix)
            else:
                _check_ooxml(archive, suffix)
    except _UNREADABLE as error:
        raise damaged() from error


def _bound_directory(file: BinaryIO) -> None:
    """Bound the archive's directory before it is read into memory; the 64-bit kind is for what is too large anyway."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL - 20))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise damaged()
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    if directory > MAX_DIRECTORY_BYTES or tail[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise _too_much()


def _bound_entries(entries: list[ZipInfo], file: BinaryIO) -> None:
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise ValidationError(
            _("The file is locked with a password. Attach it without one: who may read it you choose here."),
            code="locked",
        )
    if len(names) != len(set(names)) or any(_leads_out(name) for name in names):
        raise damaged()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    # Entries that lie over each other are packed once and unpacked many times.
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or packed > file.seek(0, 2):
        raise _too_much()
    if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * max(packed, 1):
        raise _too_much()


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _check_ooxml(archive: ZipFile, suffix: str) -> None:
    contents = _read(archive, "[Content_Types].xml", suffix)
    try:
        declared = contents.decode("utf-8-sig").casefold()
    except UnicodeDecodeError as error:
        raise wrong_content(suffix) from error
    # Declarations and numbered letters could hide a type from this look, and no program writes them here.
    main = re.search(rf"""(["']){re.escape(TYPES[suffix])}\.main\+xml\1""", declared)
    if not main or "<!" in declared or "&#" in declared:
        if "macroenabled" in declared:
            raise _macros()
        raise wrong_content(suffix)
    if "macroenabled" in declared or "vbaproject" in declared or _has_programs(archive):
        raise _macros()


def _check_opendocument(archive: ZipFile, suffix: str) -> None:
    if archive.namelist()[0] != "mimetype" or "META-INF/manifest.xml" not in archive.namelist():
        raise wrong_content(suffix)
    if _read(archive, "mimetype", suffix).strip() != TYPES[suffix].encode():
        raise wrong_content(suffix)
    if _has_programs(archive):
        raise _macros()


def _has_programs(archive: ZipFile) -> bool:
    names = [name.casefold() for name in archive.namelist()]
    return any(name.endswith(_PROGRAMS) or name.startswith(_PROGRAM_FOLDERS) for name in names)


def _read(archive: ZipFile, name: str, suffix: str) -> bytes:
    if name not in archive.namelist():
        raise wrong_content(suffix)
    with archive.open(name) as stream:
        contents = stream.read(MAX_CONTENTS_BYTES + 1)
    if len(contents) > MAX_CONTENTS_BYTES:
        raise _too_much()
    return contents


def _macros() -> ValidationError:
    return ValidationError(
        _("The file has macros: programs that run when it is opened. Save it without them, and attach that."),
        code="macros",
    )


def _too_much() -> ValidationError:
    return ValidationError(
        _("The file unpacks to far more than it seems. Save it again with the program that made it."),
        code="too_much_inside",
    )
