"""Who is here and who is writing: told between processes, never stored, gone with whoever told it."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

TYPING_SECONDS = 6.0
SPREAD_SECONDS = 5.0
FORGET_SECONDS = 12.0
LARGE = 50  # from here on only a number is told, and that seldom

People = dict[Any, tuple[str, bool]]  # id → (name, is writing)


class Presence:
    """The members on each topic, over all processes; no I/O, the clock comes in.

    A process repeats what it knows every few seconds, so one that has died is
    forgotten after some more, and a lost message costs no more than that.
    """

    def __init__(self, process: str) -> None:
        self._process = process
        self._here: dict[str, dict[Hashable, tuple[Mapping[str, Any], float]]] = {}
        self._elsewhere: dict[str, tuple[float, dict[str, People]]] = {}
        self._told: dict[str, tuple[int, People, float]] = {}
        self._spread: dict[str, People] = {}
        self._spread_at = 0.0

    def attend(
        self, topic: str, key: Hashable, card: Mapping[str, Any], *, typing: bool, now: float
    ) -> dict[str, Any] | None:
        """Note that somebody's socket is here; a new one is returned everybody whom the others know of."""
        here = self._here.setdefault(topic, {})
        is_known = key in here
        here[key] = card, now + TYPING_SECONDS if typing else 0.0
        if is_known:
            return None
        count, people, _ = self._told.get(topic, (0, {}, 0.0))
        return _message(topic, count, {}, people)

    def leave(self, topic: str, key: Hashable) -> None:
        """Note that a socket has gone; other tabs of the same member keep the member here."""
        if here := self._here.get(topic):
            here.pop(key, None)
            if not here:
                del self._here[topic]

    def attending(self, topic: str) -> list[Any]:
        """Return the keys of the sockets here."""
        return list(self._here.get(topic, ()))

    def hear(self, told: Mapping[str, Any], now: float) -> None:
        """Take what another process tells of its own people."""
        if told["process"] == self._process:
            return
        _, topics = self._elsewhere.get(told["process"], (now, {}))
        fresh = {topic: {one: (name, typing) for one, name, typing in rows} for topic, rows in told["topics"].items()}
        self._elsewhere[told["process"]] = now, fresh if told["all"] else topics | fresh

    def tell(self, now: float) -> dict[str, Any] | None:
        """Return what the other processes should hear: what is new, and from time to time everything."""
        here = {topic: self._local(topic, now) for topic in self._here}
        everything = now - self._spread_at >= SPREAD_SECONDS
        gone: dict[str, People] = {topic: {} for topic in self._spread.keys() - here.keys()}
        news = here if everything else {t: p for t, p in (here | gone).items() if self._spread.get(t) != p}
        self._spread, known = here, self._spread
        if everything:
            self._spread_at = now
        if not news and not (everything and known):
            return None
        topics = {topic: [[one, *rest] for one, rest in people.items()] for topic, people in news.items()}
        return {"process": self._process, "all": everything, "topics": topics}

    def differences(self, now: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what has changed on each topic since the last call, for the sockets here."""
        for process, (heard_at, _) in tuple(self._elsewhere.items()):
            if now - heard_at > FORGET_SECONDS:
                del self._elsewhere[process]
        for topic in self._told.keys() - self._here.keys():
            del self._told[topic]
        for topic in self._here:
            people = self._everybody(topic, now)
            count, known, told_at = self._told.get(topic, (0, {}, 0.0))
            size = len(people)
            if size > LARGE:
                people = {}
                if known == people and now - told_at < SPREAD_SECONDS:
                    continue
            if (size, people) != (count, known):
                self._told[topic] = size, people, now
                yield topic, _message(topic, size, known, people)

    def _local(self, topic: str, now: float) -> People:
        people: People = {}
        for card, typing_until in self._here[topic].values():
            _add(people, card["id"], card["name"], typing_until > now)
        return people

    def _everybody(self, topic: str, now: float) -> People:
        people = self._local(topic, now)
        for _, topics in self._elsewhere.values():
            for one, (name, typing) in topics.get(topic, {}).items():
                _add(people, one, name, typing)
        return people


def _add(people: People, one: Any, name: str, typing: bool) -> None:
    people[one] = name, typing or people.get(one, ("", False))[1]


def _message(topic: str, count: int, known: People, people: People) -> dict[str, Any]:
    return {
        "type": "presence",
        "topic": topic,
        "count": count,
        "joined": [{"id": one, "name": name} for one, (name, _) in people.items() if one not in known],
        "left": [one for one in known if one not in people],
        "typing": [one for one, (_, typing) in people.items() if typing],
    }
