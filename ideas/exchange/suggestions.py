"""Value chains and KETs that the words of a call's title suggest; the table is `ideas/data/call_topics.json`."""

import re
from dataclasses import dataclass
from functools import cache

from ideas.data import read_json


@dataclass(frozen=True)
class Tags:
    """Value chains by slug, KETs by code."""

    chains: frozenset[str]
    kets: frozenset[str]


def suggest_tags(identifier: str, title: str) -> Tags:
    """Suggest what a call is about. Many calls get no tag: one that is missing misleads less than a wrong one."""
    return _hits(f"{identifier} {title}", "rules")


def hint_tags(text: str) -> Tags:
    """Suggest to a person, who decides, what a text may be about: weaker words count, too."""
    return _hits(text, "rules", "hints")


def _hits(text: str, *lists: str) -> Tags:
    found = [rule for name in lists for rule in _rules(name)]
    hits = [tags for words, unless, tags in found if words.search(text) and not (unless and unless.search(text))]
    return Tags(
        frozenset().union(*(tags.chains for tags in hits)),
        frozenset().union(*(tags.kets for tags in hits)),
    )


@cache
def _rules(name: str) -> list[tuple[re.Pattern[str], re.Pattern[str] | None, Tags]]:
    return [
        (
            re.compile(rule["words"]),
            re.compile(rule["unless"]) if "unless" in rule else None,
            Tags(frozenset(rule.get("chains", ())), frozenset(rule.get("kets", ()))),
        )
        for rule in read_json("call_topics.json")[name]
    ]
