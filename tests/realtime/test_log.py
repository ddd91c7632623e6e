"""The log's own promises, on one connection."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from realtime import log
from realtime.models import Change, Topic

pytestmark = pytest.mark.django_db


def add(topic: str, n: int = 1) -> list[int]:
    with transaction.atomic():
        return [change.seq for change in log.append_many([(topic, "thing.posted", {"n": n})] * n)]


@pytest.mark.django_db(transaction=True)
def test_append_needs_the_transaction_of_its_write() -> None:
    with pytest.raises(RuntimeError):
        log.append("a", "thing.posted", {})


def test_numbers_count_from_one_in_each_topic() -> None:
    assert add("a") == [1]
    assert add("a", 3) == [2, 3, 4]
    assert add("b") == [1]


def test_several_topics_at_once_keep_the_callers_order() -> None:
    with transaction.atomic():
        changes = log.append_many([("b", "k", {"i": 0}), ("a", "k", {"i": 1}), ("b", "k", {"i": 2})])

    assert [(change.topic.name, change.seq, change.payload["i"]) for change in changes] == [
        ("b", 1, 0),
        ("a", 1, 1),
        ("b", 2, 2),
    ]


def test_rollback_gives_the_numbers_back() -> None:
    add("a")
    with transaction.atomic():
        log.append("a", "thing.posted", {})
        transaction.set_rollback(True)

    assert add("a") == [2]


@pytest.mark.parametrize("name", ["", "~", "~x", "with blank", "é", "a\n", "a" * 101])
def test_name_that_nobody_could_follow_is_refused(name: str) -> None:
    if name == log.CONTROL:
        return
    with pytest.raises(ValueError, match="no name"):
        log.append(name, "k", {})


def test_payload_too_large_for_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        log.append("a", "k", {"body": "x" * log.MAX_PAYLOAD_CHARS})


def test_the_same_number_twice_is_impossible() -> None:
    add("a")

    with pytest.raises(IntegrityError, match="topic_id"), transaction.atomic():
        Change.objects.create(topic=Topic.objects.get(name="a"), seq=1, kind="k", payload={}, at=timezone.now())


def test_positions_take_one_query_and_an_unused_topic_stands_at_zero(django_assert_num_queries: Any) -> None:
    add("a", 2)

    with django_assert_num_queries(1):
        positions = log.positions(["a", "never"])

    assert {name: one.head for name, one in positions.items()} == {"a": 2, "never": 0}
    assert positions["a"].epoch == positions["never"].epoch == log.position("a").epoch != ""


def test_read_after_returns_the_next_rows_in_order() -> None:
    add("a", 5)
    add("b", 5)

    rows = log.read_after("a", 2, limit=2)

    assert [(row.topic, row.seq, row.payload) for row in rows] == [("a", 3, {"n": 5}), ("a", 4, {"n": 5})]


def test_hint_goes_out_on_commit_only(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        log.append("a", "k", {})

    assert [callback.args for callback in callbacks] == [({"a": 1},)]


def test_pruning_takes_a_prefix_whatever_the_clock_did() -> None:
    add("a", 2)
    with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
        add("a", 2)
    add("a", 2)

    call_command("prune_changes", days=14, verbosity=0, stdout=None)

    assert [row.seq for row in log.read_after("a", 0)] == [5, 6]
    assert add("a") == [7]


def test_new_epoch_replaces_the_one_on_every_position() -> None:
    before = log.position("a").epoch

    after = log.new_epoch()

    assert log.position("a").epoch == after != before


def test_erased_fields_are_read_by_nobody_again_and_numbers_stay() -> None:
    with transaction.atomic():
        log.append_many([("a", "k", {"id": 1, "text": "secret"}), ("a", "k", {"id": 2, "text": "kept"})])

        erased = log.erase("a", where={"id": 1}, fields=["text", "absent"])

    assert erased == 1
    assert [(row.seq, row.payload) for row in log.read_after("a", 0)] == [
        (1, {"id": 1, "text": ""}),
        (2, {"id": 2, "text": "kept"}),
    ]
    assert [(row.kind, row.payload) for row in log.read_after(log.CONTROL, 0)] == [("erased", {"id": "a"})]
