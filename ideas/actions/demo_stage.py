"""The stage of the demo: who and what is there when it is played, and when something happens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from ideas.models import Idea, Member, Organisation, ValueChain

Spec = dict[str, Any]


@dataclass(order=True)
class Event:
    """Something that happens: events sort by when they do, and by their number within an instant."""

    at: datetime
    number: int
    play: Callable[[], object] = field(compare=False)


class Stage:
    """Who and what is there when the demo is played, and the clock by which it happens."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ideas: dict[str, Idea] = {}
        self.members = {member.email.partition("@")[0]: member for member in Member.objects.filter(is_demo=True)}
        self.organisations = {row.slug: row for row in Organisation.objects.filter(is_demo=True)}
        self.chains = {chain.slug: chain for chain in ValueChain.objects.all()}
        self._numbers = count()

    def event(self, days_ago: float, play: Callable[..., object], *of: Any) -> Event:
        """Say when something is played: `of`, and the moment, are what it is called with."""
        at = self.now - timedelta(days=days_ago)
        return Event(at, next(self._numbers), partial(play, *of, at))
