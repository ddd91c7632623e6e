"""Objects out of a JSON file of any size: one is held at a time, and none that is too large to be true."""

from collections.abc import Iterator
from typing import Any

import ijson
from django.utils.translation import gettext as _

from ideas.exchange.calls import Refused, UnreadableFile
from ideas.exchange.limits import CHUNK_BYTES, Bounded

# A call of the EU portal has 10 kB and 300 values, six deep.
MOST_VALUES = 50_000
DEEPEST = 50
LARGEST_TEXT_CHARS = 2_000_000
LARGEST_OBJECT_BYTES = 8_000_000
_BEGINS: dict[str, type[dict[str, Any]] | type[list[Any]]] = {"start_map": dict, "start_array": list}
Events = Iterator[tuple[str, Any]]
_ENDS = frozenset({"end_map", "end_array"})


def objects(stream: Bounded, *path: str, unwanted: frozenset[str] = frozenset()) -> Iterator[Any]:
    """Give out the list that stands under the keys of `path`, one item after the other.

    What an item holds under `unwanted` keys, if these are lists or objects, is left out. An item that is too large, or
    nested too deeply, comes out as Refused, and isn't held. Raises UnreadableFile where the file isn't JSON, breaks
    off, or has no such list with something in it.
    """
    watch, count = _Watch(stream), 0
    try:
        # Without use_float, ijson crashes the process at a number of 5,000 digits.
        events = ijson.basic_parse(watch, buf_size=CHUNK_BYTES, use_float=True)
        for found in _items(events, path, unwanted):
            count += 1
            watch.bytes_of_object = 0
            yield found
    except ijson.JSONError as error:
        raise UnreadableFile(_broken(str(error))) from None
    if not count:
        raise UnreadableFile(_("No “%(name)s” in the file, or nothing in it.") % {"name": path[-1]})


class _Watch:
    """Counts what has been read since the last object, so that no single value can fill the memory."""

    def __init__(self, stream: Bounded) -> None:
        self._stream, self.bytes_of_object = stream, 0

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        self.bytes_of_object += len(chunk)
        if self.bytes_of_object > LARGEST_OBJECT_BYTES:
            raise UnreadableFile(
                _("More than %(count)s MB without an object: the file isn't of this format, or it's damaged.")
                % {"count": LARGEST_OBJECT_BYTES // 1_000_000}
            )
        return chunk


def _broken(message: str) -> str:
    if "premature EOF" in message:
        return _("The file breaks off.")
    if "UTF8" in message:
        return _("The file isn't written in UTF-8.")
    return _("The file isn't valid JSON.")


def _items(events: Events, path: tuple[str, ...], unwanted: frozenset[str]) -> Iterator[Any]:
    keys: list[str | None] = []
    wanted = [*path]
    for event, value in events:
        if event == "map_key":
            keys[-1] = value
        elif event == "start_array" and keys == wanted:
            yield from _list(events, unwanted)
        elif event in ("start_map", "start_array"):
            if len(keys) > DEEPEST:
                raise UnreadableFile(_("The file is nested too deeply."))
            keys.append(None)
        elif event in ("end_map", "end_array"):
            keys.pop()


def _list(events: Events, unwanted: frozenset[str]) -> Iterator[Any]:
    for event, value in events:
        if event == "end_array":
            return
        if event in ("start_map", "start_array"):
            yield _build(events, _BEGINS[event](), unwanted)
        else:
            yield value


def _build(events: Events, root: Any, unwanted: frozenset[str]) -> Any:
    """Put together the object that has just begun. Returns Refused, once it has ended, where it is too much."""
    outer: list[Any] = []
    inner, key, values, chars = root, "", 0, 0
    for event, value in events:
        if event == "map_key":
            key = value
            continue
        if event in _ENDS:
            if not outer:
                return root
            inner = outer.pop()
            continue
        if event in _BEGINS:
            if inner is root and key in unwanted:
                _skip(events, 1)
                continue
            value = _BEGINS[event]()
        elif event == "string":
            chars += len(value)
        values += 1
        if type(inner) is dict:
            inner[key] = value
        else:
            inner.append(value)
        if event in _BEGINS:
            outer.append(inner)
            inner = value
        if values > MOST_VALUES or chars > LARGEST_TEXT_CHARS or len(outer) > DEEPEST:
            _skip(events, len(outer) + 1)
            return Refused(_("the object is too large, or nested too deeply"))
    return root


def _skip(events: Events, depth: int) -> None:
    """Leave out what follows, until `depth` lists and objects have ended."""
    for event, _value in events:
        # By far the most, and twice as fast as to look into a set.
        if event == "map_key" or event == "string":
            continue
        if event in _ENDS:
            depth -= 1
            if not depth:
                return
        elif event in _BEGINS:
            depth += 1
