"""Which files may stand beside an idea: an allow-list by name and by content, and small pictures of images.

Nothing here trusts a name, a declared type or a size that a file says of itself. Refusals are ValidationErrors with a
stable code, in words for the person who chose the file.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import is_zipfile

import filetype
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from ideas.exchange import office

LARGEST_BYTES = 20_000_000
LONGEST_NAME_CHARS = 120
# The first page of a phone's best camera has 50 million; decoded, each is four bytes of memory.
MAX_PIXELS = 50_000_000
MAX_SIDE_PIXELS = 20_000
THUMBNAIL_PIXELS = 320
_BEGINNING, _END = 1_024, 2_048
# What a browser that guesses would take for a page.
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# Separators of paths, and what a file system of somebody's may take for more than a letter.
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')

Check = Callable[[BinaryIO, str], None]


@dataclass(frozen=True)
class Format:
    """What a suffix promises: the type under which the file is sent, what `filetype` makes of it, and a closer look."""

    content_type: str
    guessed: frozenset[str]
    look: Check
    is_image: bool = False


def check_file(file: BinaryIO, name: str, size: int) -> tuple[str, str]:
    """Read a file that somebody wants to attach, and say under which name and suffix it may be kept.

    Raises ValidationError: empty, too_large, wrong_kind, wrong_content, two_in_one, damaged, macros, locked,
    too_much_inside, too_many_pixels. Reads it in pieces; what is packed is never unpacked as a whole.
    """
    if not size:
        raise ValidationError(_("The file is empty."), code="empty")
    if size > LARGEST_BYTES:
        raise ValidationError(
            _("The file has more than 20 MB. Make it smaller, or put it elsewhere and link to it in the text."),
            code="too_large",
        )
    shown, suffix = clean_name(name)
    if suffix not in FORMATS:
        raise ValidationError(
            _("Files of this kind can't be attached. Give a PDF, Word, Excel, PowerPoint or OpenDocument file, or a "
              "PNG, JPEG or WebP image."),
            code="wrong_kind",
        )  # fmt: skip
    form = FORMATS[suffix]
    beginning = _read(file, 0, _BEGINNING)
    if filetype.guess_mime(beginning) not in form.guessed:
        raise office.wrong_content(suffix)
    if form.look is not office.check and (_MARKUP.search(beginning) or _is_archive(file)):
        raise ValidationError(
            _("The file holds another one inside. Save it again with the program that made it."), code="two_in_one"
        )
    form.look(file, suffix)
    file.seek(0)
    return shown, suffix


def clean_name(name: str) -> tuple[str, str]:
    """Make a name fit to be shown, and to be written by any computer: ("Budget 2026.xlsx", "xlsx").

    Folders, control characters, marks that turn the direction of writing and what systems read as more than letters
    go; a name that is too long keeps its end. One of which nothing is left is called "file".
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if char.isspace() else char for char in name if char.isprintable() or char.isspace())
    name = " ".join(_NOT_IN_NAMES.sub("_", name).split()).strip(". ")
    path = PurePosixPath(name)
    suffix = path.suffix.removeprefix(".").casefold()
    stem = path.stem.strip(". ") if suffix else name
    if not suffix or not suffix.isascii():
        return name[:LONGEST_NAME_CHARS], ""
    return f"{stem[:LONGEST_NAME_CHARS].rstrip() or 'file'}.{suffix[:8]}", suffix


def make_thumbnail(file: BinaryIO) -> bytes:
    """Draw an image anew, 320 pixels at the most, as WebP: nothing of the file but its pixels is in it.

    Raises ValidationError("damaged").
    """
    try:
        with Image.open(file, formats=["PNG", "JPEG", "WEBP"]) as image:
            image.draft("RGB", (2 * THUMBNAIL_PIXELS, 2 * THUMBNAIL_PIXELS))
            image.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            upright = ImageOps.exif_transpose(image)
            small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Exception as error:  # what a hostile image makes a decoder raise is no fixed list
        raise office.damaged() from error
    bare, written = Image.new(small.mode, small.size), BytesIO()
    bare.paste(small)
    bare.save(written, "WEBP", quality=80)
    return written.getvalue()


# The closer looks ---------------------------------------------------------------------------------------------------


def _look_at_pdf(file: BinaryIO, suffix: str) -> None:
    if b"%%EOF" not in _read(file, -_END, _END):
        raise office.damaged()


def _look_at_image(file: BinaryIO, suffix: str) -> None:
    """Bound the pixels before anything is decoded, then look whether the image is whole and ends where the file does.

    Pillow's own bound warns first and is for the whole process; this one is below it.
    """
    file.seek(0)
    try:
        with Image.open(file, formats=[_PILLOW[suffix]]) as image:
            _bound(image.width, image.height)
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except ValidationError:
        raise
    except Exception as error:  # what a hostile image makes a decoder raise is no fixed list
        raise office.damaged() from error
    if suffix == "png" and _read(file, -len(_PNG_END), len(_PNG_END)) != _PNG_END:
        raise office.damaged()
    if suffix == "webp" and int.from_bytes(_read(file, 4, 4), "little") + 8 != file.seek(0, 2):
        raise office.damaged()


def _bound(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        _("The image has more than 50 million pixels, or is too long. Make it smaller."), code="too_many_pixels"
    )


def _is_archive(file: BinaryIO) -> bool:
    file.seek(0)
    return is_zipfile(file)


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    """Read a piece, counted from the end where `start` is below 0."""
    if start < 0:
        start = max(0, file.seek(0, 2) + start)
    file.seek(start)
    return file.read(length)


_PILLOW = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}
_ZIP = "application/zip"


def _image(content_type: str) -> Format:
    return Format(content_type, frozenset({content_type}), _look_at_image, is_image=True)


def _office(content_type: str) -> Format:
    # An archive's first bytes alone don't say for sure what is in it: the closer look does.
    return Format(content_type, frozenset({_ZIP, *office.TYPES.values()}), office.check)


FORMATS: dict[str, Format] = {
    "pdf": Format("application/pdf", frozenset({"application/pdf"}), _look_at_pdf),
    **{suffix: _office(content_type) for suffix, content_type in office.TYPES.items()},
    "png": _image("image/png"),
    "jpg": _image("image/jpeg"),
    "jpeg": _image("image/jpeg"),
    "webp": _image("image/webp"),
}
