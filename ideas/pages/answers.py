"""Texts to begin an answer to a request or an invitation with (`data/answers.json`), in both languages."""

from functools import cache
from typing import Any

from ideas.choices import JoinState, Language
from ideas.data import read_json
from ideas.models import JoinRequest


def texts_for(step: str, request: JoinRequest) -> list[dict[str, str]]:
    """The texts that fit a step of a request, those in the reader's likely language first.

    [{key, name, language, text}]: `key` names one in an address; who answers an invitation declines it otherwise.
    """
    step = "refuse" if step == "decline" and request.state == JoinState.INVITED else step
    words = {"organisation": request.organisation.name, "title": request.idea.title}
    first = request.asked_by.language
    return [
        {
            "key": f"{one['key']}.{language}",
            "name": one["name"][language],
            "language": language,
            "text": one["text"][language].format(**words),
        }
        for language in sorted(Language.values, key=lambda code: code != first)
        for one in _texts()
        if one["step"] == step
    ]


def text_named(key: str, texts: list[dict[str, str]]) -> str:
    """The text of a key; "" of an unknown one."""
    return next((one["text"] for one in texts if one["key"] == key), "")


@cache
def _texts() -> list[dict[str, Any]]:
    texts: list[dict[str, Any]] = read_json("answers.json")
    return texts
