"""What keeps realtime readable in one sitting."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.services import ROOT

FILES = sorted(path for path in (ROOT / "realtime").rglob("*.py") if "migrations" not in path.parts)


def code_lines(path: Path) -> int:
    """Count the lines that do something: no blank ones, no comments, no docstrings."""
    source = path.read_text()
    idle = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines = {
        number
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in idle
        for number in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            lines -= set(range(body[0].lineno, (body[0].end_lineno or 0) + 1))
    return len(lines)


def test_it_stays_under_twelve_hundred_lines_of_code() -> None:
    assert sum(map(code_lines, FILES)) < 1_200


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_stays_under_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 35, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_knows_nothing_of_ideas(path: Path) -> None:
    assert not re.search(r"\b(ideas|jvl)\b", re.sub(r'"""[\s\S]*?"""', "", path.read_text()))


def test_the_browsers_side_stays_under_four_hundred_lines_and_alone() -> None:
    source = (ROOT / "realtime" / "static" / "realtime" / "live.js").read_text()

    assert len(source.splitlines()) < 400
    assert re.findall(r"^import ", source, re.MULTILINE) == []
