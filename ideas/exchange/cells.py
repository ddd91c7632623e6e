"""What may stand in a cell of a table that people open in a spreadsheet: text that stays text."""

import re

# A spreadsheet takes what begins so for a formula, also behind an apostrophe of somebody else's.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\x00＝＋－＠]")
_PREFIXED = re.compile(r"''*[=+\-@\t\r\n＝＋－＠]")
# What neither XML nor a spreadsheet can hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")

Cell = str | int | float | bool | None


def safe_cell(value: Cell) -> str | int | float:
    """Make a value harmless to spreadsheets: text that would be a formula gets an apostrophe before it.

    Numbers stay numbers, yes and no are written as `true` and `false`, nothing as an empty cell. `plain_cell` takes the
    apostrophe off again.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    prefix = "'" if _FORMULA.match(value) else ""
    return prefix + writable(value)


def plain_cell(value: str) -> str:
    """Read a cell that `safe_cell` wrote: without its apostrophe."""
    return value[1:] if _PREFIXED.match(value) else value


def writable(text: str) -> str:
    """Leave out the characters that no XML file can hold."""
    return _UNWRITABLE.sub("", text)
