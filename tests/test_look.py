"""What the look promises in numbers: the size of the style sheet, and contrasts in both schemes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parent.parent / "ideas" / "static" / "ideas" / "css"
TEMPLATES = CSS.parents[3] / "templates"
MAX_BYTES = 60_000
TOKEN = re.compile(r"--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);")
TOKENS = {name: (light, dark) for name, light, dark in TOKEN.findall((CSS / "tokens.css").read_text())}
GROUNDS = ("paper", "surface", "sunken")
TEXT = ("ink", "ink-soft", "ink-faint", "signal", "petrol", "go", "warn")
HUES = tuple(name for name in TOKENS if name.startswith("hue-"))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(name: str, scheme: int) -> float:
    return min(contrast(TOKENS[name][scheme], TOKENS[ground][scheme]) for ground in GROUNDS)


def size_of(names: list[str]) -> int:
    return sum(len((CSS / name).read_bytes()) for name in names)


# What every page loads, and what a page links beside it.
SHARED = ["site.css", *re.findall(r'url\("(.+?)"\)', (CSS / "site.css").read_text())]
OWN = {
    path: sheets
    for path in sorted(TEMPLATES.rglob("*.html"))
    if (sheets := re.findall(r"static 'ideas/css/(pages/.+?\.css)'", path.read_text()))
}


def test_the_style_sheets_of_every_page_stay_small():
    # `/style/` shows every component there is, to those who build them.
    pages = [path for path in OWN if path.parent.name != "style"]

    assert {path.name: size for path in pages if (size := size_of([*SHARED, *OWN[path]])) >= MAX_BYTES} == {}
    assert size_of(SHARED) < MAX_BYTES


def test_every_style_sheet_is_used():
    used = {*SHARED, *(sheet for sheets in OWN.values() for sheet in sheets)}

    assert {str(path.relative_to(CSS)) for path in CSS.rglob("*.css")} == used


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*TEXT, *HUES])
def test_text_is_told_from_every_ground(name: str, scheme: int):
    assert least_contrast(name, scheme) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_lines_that_mean_something_are_told_from_every_ground(scheme: int):
    assert least_contrast("line", scheme) >= 3


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["signal", "petrol"])
def test_words_on_a_filled_sign_are_told_from_it(name: str, scheme: int):
    assert contrast(TOKENS[f"on-{name}"][scheme], TOKENS[name][scheme]) >= 4.5


def test_every_value_chain_has_its_hue():
    assert len(HUES) == 8
