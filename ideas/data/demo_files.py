"""The files of the demo, drawn rather than kept: a page of figures, and a sketch of an axle."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT = 960, 600
_INK, _PAPER, _PETROL, _SIGNAL = "#17202b", "#f7f4ec", "#0f5f73", "#b3261e"


def make_pdf(lines: Iterable[str]) -> bytes:
    """Write one A4 page: the first line large, the others below it. Letters of Latin 1 only."""
    title, *rest = (line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines)
    text = f"BT /F1 20 Tf 60 770 Td ({title}) Tj /F1 12 Tf 0 -40 Td "
    text += " ".join(f"({line}) Tj 0 -20 Td" for line in rest) + " ET"
    stream = text.encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + head + table + tail


def make_sketch() -> bytes:
    """Draw an electric axle from above: two wheels, two motors, the inverter between them; a PNG."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    for x in range(0, _WIDTH, 40):
        draw.line([(x, 0), (x, _HEIGHT)], fill="#e4dfd2")
    for y in range(0, _HEIGHT, 40):
        draw.line([(0, y), (_WIDTH, y)], fill="#e4dfd2")
    draw.line([(120, 300), (840, 300)], fill=_INK, width=12)
    for left in (80, 800):
        draw.rounded_rectangle([left, 160, left + 80, 440], radius=24, outline=_INK, width=6, fill="#d8d3c6")
    for left in (240, 560):
        draw.rounded_rectangle([left, 220, left + 160, 380], radius=12, outline=_PETROL, width=6, fill="#cfe3e8")
        draw.ellipse([left + 40, 260, left + 120, 340], outline=_PETROL, width=6)
    draw.rectangle([420, 120, 540, 200], outline=_SIGNAL, width=6, fill=_PAPER)
    draw.line([(440, 200), (320, 220)], fill=_SIGNAL, width=4)
    draw.line([(520, 200), (640, 220)], fill=_SIGNAL, width=4)
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
