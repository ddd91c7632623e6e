"""Who is here: the bookkeeping without a socket, then over two processes."""

import asyncio
import signal
from typing import Any

import pytest

from realtime.presence import FORGET_SECONDS, LARGE, SPREAD_SECONDS, TYPING_SECONDS, Presence
from tests.realtime.follower import Follower
from tests.services import Site, get_json

ADA, BO = {"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}


def differences(presence: Presence, now: float) -> list[dict[str, Any]]:
    return [message for _, message in presence.differences(now)]


def exchange(one: Presence, other: Presence, now: float) -> None:
    for teller, hearer in ((one, other), (other, one)):
        if told := teller.tell(now):
            hearer.hear(told, now)


def test_arrival_and_leaving_are_told_once() -> None:
    presence = Presence("a")
    presence.attend("t", "socket", ADA, typing=False, now=100)

    assert [(m["count"], m["joined"], m["left"]) for m in differences(presence, 100)] == [(1, [ADA], [])]
    assert differences(presence, 101) == []
    presence.attend("t", "other", BO, typing=False, now=101)
    presence.leave("t", "socket")
    assert [(m["count"], m["joined"], m["left"]) for m in differences(presence, 102)] == [(1, [BO], [1])]


def test_newcomer_hears_of_everybody_and_an_old_one_of_nobody_twice() -> None:
    presence = Presence("a")
    presence.attend("t", "socket", ADA, typing=False, now=100)
    differences(presence, 100)

    everybody = presence.attend("t", "other", BO, typing=False, now=101)

    assert everybody is not None
    assert everybody["joined"] == [ADA]
    assert presence.attend("t", "other", BO, typing=True, now=102) is None


def test_second_tab_keeps_the_member_here() -> None:
    presence = Presence("a")
    presence.attend("t", "tab 1", ADA, typing=False, now=100)
    presence.attend("t", "tab 2", ADA, typing=False, now=100)
    differences(presence, 100)

    presence.leave("t", "tab 1")

    assert differences(presence, 101) == []


def test_writing_ends_by_itself() -> None:
    presence = Presence("a")
    presence.attend("t", "socket", ADA, typing=True, now=100)

    assert [m["typing"] for m in differences(presence, 100)] == [[1]]
    assert differences(presence, 100 + TYPING_SECONDS / 2) == []
    assert [m["typing"] for m in differences(presence, 100 + TYPING_SECONDS + 1)] == [[]]


def test_processes_know_of_each_other_and_forget_the_dead() -> None:
    here, there = Presence("a"), Presence("b")
    here.attend("t", "socket", ADA, typing=False, now=100)
    there.attend("t", "socket", BO, typing=True, now=100)
    exchange(here, there, 100)

    assert [(m["count"], m["typing"]) for m in differences(here, 100)] == [(2, [2])]
    differences(there, 100)
    assert [(m["count"], m["left"]) for m in differences(here, 101 + FORGET_SECONDS)] == [(1, [2])]


def test_leaving_is_told_to_other_processes_at_once() -> None:
    here, there = Presence("a"), Presence("b")
    here.attend("t", "socket", ADA, typing=False, now=100)
    there.attend("t", "socket", BO, typing=False, now=100)
    exchange(here, there, 100)
    differences(here, 100)

    there.leave("t", "socket")
    exchange(here, there, 101)

    assert [m["left"] for m in differences(here, 101)] == [[2]]


def test_large_room_is_a_number_and_quiet() -> None:
    presence = Presence("a")
    for n in range(LARGE + 1):
        presence.attend("t", n, {"id": n, "name": f"Member {n}"}, typing=True, now=100)
    first = differences(presence, 100)
    presence.attend("t", "one more", ADA | {"id": 999}, typing=False, now=101)

    assert [(m["count"], m["joined"], m["typing"]) for m in first] == [(LARGE + 1, [], [])]
    assert differences(presence, 101) == []
    assert [m["count"] for m in differences(presence, 101 + SPREAD_SECONDS)] == [LARGE + 2]


async def seen(follower: Follower, condition: Any, *, seconds: float = 10) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        while True:
            message = await follower.next(seconds=seconds)
            if message["type"] == "presence" and condition(message):
                return message


@pytest.mark.asyncio
async def test_members_of_two_processes_see_each_other_come_write_and_crash(wide_site: Site) -> None:
    here, there = wide_site.processes
    cookies = [get_json(here, f"/sign_in?name={name}")["cookie"] for name in ("ada", "bo")]
    async with Follower(here, cookie=cookies[0]) as ada, Follower(there, cookie=cookies[1]) as bo:
        for follower in (ada, bo):
            await follower.follow("members.all")
            await follower.send(type="present", topic="members.all", state="here")

        await seen(ada, lambda m: m["count"] == 2)
        await bo.send(type="present", topic="members.all", state="typing")
        assert len((await seen(ada, lambda m: m["typing"]))["typing"]) == 1

        wide_site.stop(there, signal.SIGKILL)
        assert (await seen(ada, lambda m: m["left"], seconds=20))["count"] == 1


@pytest.mark.asyncio
async def test_visitors_and_those_who_do_not_follow_are_nowhere(site: Site) -> None:
    port = next(iter(site.processes))
    cookie = get_json(port, "/sign_in?name=ada")["cookie"]
    async with Follower(port) as visitor, Follower(port, cookie=cookie) as ada:
        await visitor.follow("public.a")
        await visitor.send(type="present", topic="public.a", state="here")
        await ada.send(type="present", topic="members.all", state="here")
        await ada.follow("public.a")
        await ada.send(type="present", topic="public.a", state="here")

        assert (await seen(ada, lambda m: m["joined"]))["count"] == 1
        assert [m for m in ada.notices if m.get("topic") == "members.all"] == []
        assert [m for m in visitor.notices if m["type"] == "presence"] == []
