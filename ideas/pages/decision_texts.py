"""Texts to begin a decision with (`data/decisions.json`), in both languages, filled with what is true of an entry."""

from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format

from ideas.choices import Language, Outcome
from ideas.data import read_json
from ideas.models import ShortlistEntry
from ideas.queries.calls import next_closing


def texts_for(entry: ShortlistEntry, at: datetime) -> list[dict[str, str]]:
    """The texts for every outcome, those in the language of the idea first: [{key, outcome, name, language, text}].

    `key` names one in an address.
    """
    first = entry.idea.language
    languages = sorted(Language.values, key=lambda code: code != first)
    words = {language: _words(entry, language, at) for language in languages}
    return [
        {
            "key": f"{one['key']}.{language}",
            "outcome": one["outcome"],
            "name": one["name"][language],
            "language": language,
            "text": one["text"][language].format(**words[language]),
        }
        for outcome in Outcome.values
        for language in languages
        for one in _kept()["texts"]
        if one["outcome"] == outcome
    ]


def _words(entry: ShortlistEntry, language: str, at: datetime) -> dict[str, str]:
    shortlist, phrases = entry.shortlist, _kept()["phrases"]
    with translation.override(language):
        said = {"title": entry.idea.title, "list": shortlist.title, "chain": shortlist.value_chain.name}
        if shortlist.call is None:
            return said | {"for_call": ""}
        aim = phrases["call"][language].format(call=shortlist.call.identifier)
        closing = next_closing(shortlist.call, at)
        if closing is None or closing.at < at:
            return said | {"for_call": aim}
        day = date_format(timezone.localtime(closing.at))
        return said | {"for_call": aim + phrases["closes"][language].format(day=day)}


@cache
def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = read_json("decisions.json")
    return kept
