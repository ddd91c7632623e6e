"""Rights that end while a socket is open."""

import asyncio
from time import monotonic

import pytest

from realtime.session import SIGNED_OUT
from tests.realtime.follower import Follower
from tests.services import Site, get_json

pytestmark = pytest.mark.asyncio


@pytest.fixture
def port(site: Site) -> int:
    return next(iter(site.processes))


def enter(port: int, name: str, group: str = "lab") -> str:
    cookie: str = get_json(port, f"/sign_in?name={name}&group={group}")["cookie"]
    return cookie


async def lose(port: int, **options: str) -> None:
    await asyncio.to_thread(get_json, port, "/lose?" + "&".join(f"{key}={value}" for key, value in options.items()))


async def test_lost_group_withholds_the_next_change_and_tells_the_socket(port: int) -> None:
    async with Follower(port, cookie=enter(port, "ada")) as ada, Follower(port, cookie=enter(port, "bo")) as bo:
        await ada.follow("group.lab")
        await ada.follow("members.all")
        await bo.follow("group.lab")
        began = monotonic()

        await lose(port, name="ada", what="group", topic="group.lab")

        assert await ada.next() == {"type": "revoked", "topic": "group.lab"}
        assert monotonic() - began < 2
        await bo.until("group.lab", 1)
        await ada.nothing_comes()
        await lose(port, name="bo", what="nothing", topic="members.all")
        await ada.until("members.all", 1)


@pytest.mark.parametrize("what", ["account", "password"])
async def test_dead_session_closes_the_socket(port: int, what: str) -> None:
    async with Follower(port, cookie=enter(port, "ada")) as ada:
        await ada.follow("group.lab")
        began = monotonic()

        await lose(port, name="ada", what=what, topic="group.lab")

        assert await ada.closed() == SIGNED_OUT
        assert monotonic() - began < 2
        assert ada.seen == {"group.lab": [0]}
        assert ada.notices[-1] == {"type": "error", "code": "signed_out"}


async def test_sign_out_closes_the_sockets_of_that_session_alone(port: int) -> None:
    here, there = enter(port, "ada"), enter(port, "ada")
    async with Follower(port, cookie=here) as one, Follower(port, cookie=there) as other:
        await one.follow("group.lab")
        await other.follow("group.lab")

        await asyncio.to_thread(get_json, port, "/sign_out", cookie=here)

        assert await one.closed() == SIGNED_OUT
        await lose(port, name="ada", what="nothing", topic="group.lab")
        await other.until("group.lab", 1)


async def test_change_of_visibility_is_checked_for_everybody(port: int) -> None:
    async with Follower(port, cookie=enter(port, "ada")) as ada, Follower(port, cookie=enter(port, "bo")) as bo:
        await ada.follow("group.lab")
        await bo.follow("group.lab")

        await lose(port, name="ada", what="group", topic="group.lab", everyone="1")

        assert await ada.next() == {"type": "revoked", "topic": "group.lab"}
        await bo.until("group.lab", 1)


async def test_loss_that_nobody_announced_is_found_within_seconds(port: int) -> None:
    async with Follower(port, cookie=enter(port, "ada")) as ada:
        await ada.follow("group.lab")

        await lose(port, name="ada", what="group", quietly="1")

        assert await ada.next(seconds=8) == {"type": "revoked", "topic": "group.lab"}


async def test_revocation_is_known_to_every_process_with_the_next_change(wide_site: Site) -> None:
    here, there = wide_site.processes
    async with Follower(there, cookie=enter(here, "ada")) as ada:
        await ada.follow("group.lab")

        await lose(here, name="ada", what="group", topic="group.lab")

        assert await ada.next() == {"type": "revoked", "topic": "group.lab"}
        await ada.nothing_comes()
