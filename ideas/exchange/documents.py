"""Documents for word processors: headings, facts, and our own cleaned HTML as paragraphs and lists."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import IO, Any

from ideas.exchange.cells import writable

STYLES = {"ul": "List Bullet", "ol": "List Number"}
MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
BLOCKS = frozenset({"p", "li", "h3", "h4", "pre", "blockquote", "tr", "hr"})


@dataclass
class Section:
    """A heading, if any, with what stands below it: `html` of `ideas.text`, plain `lines`, a table (`rows`, the first
    of them its head), and lines to be filled in by hand (`blanks`).
    """

    heading: str = ""
    html: str = ""
    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)


@dataclass
class Paper:
    """What a document says: a title, what it is about, name and value pairs, sections, and a line at the end."""

    title: str
    lead: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    foot: str = ""
    language: str = "it"


def write_docx(paper: Paper, out: IO[bytes]) -> None:
    """Write a document. Nothing of it is fetched, and nothing in it runs."""
    from docx import Document  # here: a process starts sooner, and most never write one
    from docx.shared import Pt

    document = Document()
    document.core_properties.title = writable(paper.title)[:250]
    document.core_properties.author = "Joint Virtual Lab"
    document.core_properties.language = paper.language
    document.styles["Normal"].font.size = Pt(10.5)
    document.add_heading(writable(paper.title), 0)
    if paper.lead:
        document.add_paragraph(writable(paper.lead), style="Intense Quote")
    _add_facts(document, paper.facts)
    for section in paper.sections:
        if section.heading:
            document.add_heading(writable(section.heading), 1)
        _Reader(document).read(section.html)
        for line in section.lines:
            document.add_paragraph(writable(line))
        _add_table(document, section.rows)
        for blank in section.blanks:
            document.add_paragraph(f"{writable(blank)}  {'_' * 40}").paragraph_format.space_before = Pt(18)
    if paper.foot:
        document.add_paragraph(writable(paper.foot), style="Caption")
    document.save(out)


def _add_facts(document: Any, facts: Iterable[tuple[str, str]]) -> None:
    rows = list(facts)
    if not rows:
        return
    table = document.add_table(rows=0, cols=2, style="Light List")
    for name, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = writable(name), writable(value)


def _add_table(document: Any, rows: list[list[str]]) -> None:
    from docx.shared import Pt

    if not rows:
        return
    table = document.add_table(rows=0, cols=len(rows[0]), style="Light Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = writable(text)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8.5)


class _Reader(HTMLParser):
    """Turns our own HTML into paragraphs; tags that it doesn't know leave their text."""

    def __init__(self, document: Any) -> None:
        super().__init__(convert_charrefs=True)
        self._document, self._paragraph = document, None
        self._lists: list[str] = []
        self._marks: list[str] = []

    def read(self, html: str) -> None:
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in STYLES:
            self._lists.append(tag)
        elif tag in MARKS:
            self._marks.append(tag)
        elif tag == "br":
            self._write("\n")
        elif tag in ("td", "th") and self._paragraph is not None and self._paragraph.text:
            self._write("\t")
        elif tag in BLOCKS and not (tag == "p" and self._lists and self._is_empty()):
            self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in STYLES and self._lists:
            self._lists.pop()
        elif tag in MARKS and tag in self._marks:
            self._marks.remove(tag)
        if tag in BLOCKS or tag in STYLES:
            self._paragraph = None

    def handle_data(self, data: str) -> None:
        if data.strip() or self._paragraph is not None:
            self._write(data)

    def _is_empty(self) -> bool:
        return self._paragraph is not None and not self._paragraph.text

    def _begin(self, tag: str) -> None:
        if tag in ("h3", "h4"):
            self._paragraph = self._document.add_heading("", 2)
        else:
            style = STYLES[self._lists[-1]] if self._lists else "Quote" if tag == "blockquote" else None
            self._paragraph = self._document.add_paragraph(style=style)

    def _write(self, text: str) -> None:
        if self._paragraph is None:
            self._begin("p")
        run = self._paragraph.add_run(writable(text))  # type: ignore[attr-defined]  # python-docx has no types
        for mark in self._marks:
            setattr(run.font if mark == "s" else run, MARKS[mark], True)
