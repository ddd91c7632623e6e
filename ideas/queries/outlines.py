"""Outlines: what to write under which heading for a kind of call, what evaluators look for, and which roles are usual.

They are texts of our own, in both languages, in `data/outlines.json`; nobody edits them in the product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ideas.choices import Language
from ideas.data import read_json
from ideas.models import Call
from ideas.rules.outlines import kind_of_call

# {language: text}
Said = Mapping[str, str]


@dataclass(frozen=True)
class Prompt:
    """A heading that goes into the text, and what to answer under it, which is only shown."""

    heading: Said
    asks: Said


@dataclass(frozen=True)
class Role:
    """A role that is usual in such a consortium (`ConsortiumRole`), and who takes it."""

    role: str
    why: Said


@dataclass(frozen=True)
class Outline:
    """`fields` are the four long texts of an idea, each with its prompts."""

    code: str
    name: Said
    about: Said
    looks_for: tuple[Said, ...]
    roles: tuple[Role, ...]
    fields: Mapping[str, tuple[Prompt, ...]]

    def texts(self, language: str) -> dict[str, str]:
        """Write each field's headings in a language, with room below: {field: Markdown}."""
        return {
            name: "\n\n\n".join(_heading(prompt, language) for prompt in prompts) + "\n"
            for name, prompts in self.fields.items()
        }


@cache
def all_outlines() -> tuple[Outline, ...]:
    """Read all outlines, in the order in which they are listed. The file is read once a process."""
    return tuple(_outline(row) for row in read_json("outlines.json"))


def outline_for(call: Call) -> Outline | None:
    """Find the outline for a call, which comes with its deadlines prefetched; None where none fits."""
    kind = kind_of_call(call, deadlines={deadline.kind for deadline in call.deadlines.all()})
    return next((one for one in all_outlines() if one.code == kind), None)


def is_unwritten(text: str) -> bool:
    """Whether a text is empty, or holds nothing but headings that an outline gave: there is nothing to read yet."""
    return all(line in _headings() for line in _lines(text))


@cache
def _headings() -> frozenset[str]:
    given = (text for one in all_outlines() for language in Language.values for text in one.texts(language).values())
    return frozenset(line for text in given for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _heading(prompt: Prompt, language: str) -> str:
    return f"# {prompt.heading[language]}"


def _outline(row: dict[str, Any]) -> Outline:
    return Outline(
        code=row["code"],
        name=row["name"],
        about=row["about"],
        looks_for=tuple(row["looks_for"]),
        roles=tuple(Role(**role) for role in row["roles"]),
        fields={name: tuple(Prompt(**prompt) for prompt in prompts) for name, prompts in row["fields"].items()},
    )
