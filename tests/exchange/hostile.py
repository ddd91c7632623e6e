"""Files as people and attackers make them, built from their bytes."""

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from PIL import Image

from ideas.exchange.office import TYPES

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/content-types"


def image(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    return written.getvalue()


def archive(entries: dict[str, bytes | str], *, packed: int = ZIP_DEFLATED) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", packed) as made:
        for name, content in entries.items():
            made.writestr(name, content, ZIP_STORED if name == "mimetype" else packed)
    return written.getvalue()


def ooxml(suffix: str, *, main: str = "", **more: bytes | str) -> bytes:
    """A Word, Excel or PowerPoint file with the least that makes it one; further entries by name, `__` for `/`."""
    main = main or f"{TYPES[suffix]}.main+xml"
    types = f'<Types xmlns="{RELATIONS}"><Override PartName="/a.xml" ContentType="{main}"/></Types>'
    entries = {name.replace("__", "/"): content for name, content in more.items()}
    return archive({"[Content_Types].xml": types, "a.xml": "<a/>", **entries})


def odf(suffix: str, *, mimetype: str = "", **more: bytes | str) -> bytes:
    entries = {name.replace("__", "/"): content for name, content in more.items()}
    manifest = "<manifest/>"
    return archive(
        {"mimetype": mimetype or TYPES[suffix], "META-INF/manifest.xml": manifest, "content.xml": "<a/>", **entries}
    )


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and has hardly any bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


GOOD: dict[str, bytes] = {
    "pdf": PDF,
    "docx": ooxml("docx"),
    "xlsx": ooxml("xlsx"),
    "pptx": ooxml("pptx"),
    "odt": odf("odt"),
    "ods": odf("ods"),
    "odp": odf("odp"),
    "png": image("PNG"),
    "jpg": image("JPEG"),
    "jpeg": image("JPEG"),
    "webp": image("WEBP"),
}
