"""The socket of one process on SQLite, as a client sees it."""

import asyncio
import contextlib
import json
import re
from typing import Any

import jsonschema
import pytest
import websockets
import yaml

from realtime.session import FLOOD, MALFORMED, MAX_TOPICS
from tests.realtime.follower import Follower
from tests.services import ROOT, Site, get_json


async def append(port: int, topic: str, **options: Any) -> list[int]:
    query = "&".join(f"{name}={value}" for name, value in options.items())
    answer = await asyncio.to_thread(get_json, port, f"/append?topic={topic}&{query}")
    seqs: list[int] = answer["seqs"]
    return seqs


@pytest.mark.asyncio
async def test_change_reaches_its_followers_and_nobody_else(port: int, topic: str, other_topic: str) -> None:
    async with Follower(port) as one, Follower(port) as other, Follower(port) as elsewhere:
        await one.follow(topic)
        await other.follow(topic)
        await elsewhere.follow(other_topic)

        await append(port, topic, name="Ada")

        message = await one.next()
        assert message == await other.next()
        assert {**message, "at": None} == {
            "type": "change",
            "topic": topic,
            "seq": 1,
            "kind": "thing.posted",
            "payload": {"name": "Ada", "body": "x"},
            "at": None,
        }
        await elsewhere.nothing_comes()


@pytest.mark.asyncio
async def test_several_topics_share_one_socket(port: int, topic: str, other_topic: str) -> None:
    async with Follower(port) as follower:
        await follower.follow(topic)
        await follower.follow(other_topic)

        await append(port, other_topic, n=2)
        await append(port, topic)

        await follower.until(topic, 1)
        assert follower.seen == {topic: [0, 1], other_topic: [0, 1, 2]}


@pytest.mark.asyncio
async def test_resuming_repeats_nothing_and_misses_nothing(port: int, topic: str) -> None:
    await append(port, topic, n=350)
    async with Follower(port) as follower:
        here = await asyncio.to_thread(get_json, port, f"/position?topic={topic}")
        await follower.follow(topic, after=120, epoch=here["epoch"])
        await append(port, topic, n=20)
        await follower.until(topic, 370)

        assert follower.seen[topic] == list(range(120, 371))
        assert follower.repeats == 0


@pytest.mark.asyncio
async def test_following_again_starts_where_asked(port: int, topic: str) -> None:
    async with Follower(port) as follower:
        await follower.follow(topic)
        await append(port, topic, n=3)
        await follower.until(topic, 3)

        await follower.follow(topic, after=1)
        await append(port, topic)
        await follower.until(topic, 4)

        assert follower.repeats == 0
        assert follower.seen[topic] == [0, 1, 2, 3, 1, 2, 3, 4]


@pytest.mark.asyncio
async def test_without_a_position_only_what_comes_is_told(port: int, topic: str) -> None:
    await append(port, topic, n=3)
    async with Follower(port) as follower:
        answer = await follower.ask(type="subscribe", topic=topic)
        follower.seen[topic] = [answer["head"]]
        await append(port, topic)
        await follower.until(topic, 4)

        assert follower.seen[topic] == [3, 4]


@pytest.mark.asyncio
async def test_unsubscribed_topic_is_silent(port: int, topic: str) -> None:
    async with Follower(port) as follower:
        await follower.follow(topic)
        await follower.send(type="unsubscribe", topic=topic)
        assert (await follower.ask(type="ping"))["heads"] == {}

        await append(port, topic)

        await follower.nothing_comes()


@pytest.mark.asyncio
@pytest.mark.parametrize("position", [{"after": 4, "epoch": "{epoch}"}, {"after": 1, "epoch": "other"}, {"after": 1}])
async def test_position_that_never_was_is_answered_with_reset(port: int, position: dict[str, Any], topic: str) -> None:
    await append(port, topic, n=3)
    here = await asyncio.to_thread(get_json, port, f"/position?topic={topic}")
    if "epoch" in position:
        position = {**position, "epoch": position["epoch"].format(epoch=here["epoch"])}
    async with Follower(port) as follower:
        answer = await follower.ask(type="subscribe", topic=topic, **position)

        assert answer == {"type": "reset", "topic": topic, "epoch": here["epoch"], "head": 3}
        await append(port, topic)
        await follower.nothing_comes()


@pytest.mark.asyncio
async def test_pruned_position_is_answered_with_reset(shared_site: Site, port: int, topic: str) -> None:
    await append(port, topic, n=5)
    shared_site.manage("prune_changes", "--days", "-1")
    await append(port, topic)
    async with Follower(port) as follower:
        await follower.follow(topic, after=2, epoch=get_json(port, f"/position?topic={topic}")["epoch"])

        assert (await follower.next())["type"] == "reset"


@pytest.mark.asyncio
async def test_new_epoch_resets_who_is_connected(shared_site: Site, port: int, topic: str) -> None:
    async with Follower(port) as follower:
        await follower.follow(topic)

        await asyncio.to_thread(shared_site.manage, "new_epoch")

        message = await follower.next()
        assert (message["type"], message["topic"]) == ("reset", topic)
        assert message["epoch"] == get_json(port, f"/position?topic={topic}")["epoch"]


@pytest.mark.asyncio
@pytest.mark.parametrize("topic", ["members.only", "group.board.1", "no.such", "~", "é", "", "a" * 100, "public .a"])
async def test_outsider_cannot_tell_forbidden_from_unknown(port: int, topic: str) -> None:
    await append(port, "members.only")
    async with Follower(port) as outsider:
        answer = await outsider.ask(type="subscribe", topic=topic, after=0, epoch="e")

        assert answer == {"type": "error", "code": "not_found"} | ({"topic": topic} if topic else {})
        await append(port, "members.only")
        await outsider.nothing_comes()


@pytest.mark.asyncio
async def test_signed_in_member_follows_what_visitors_cannot(port: int) -> None:
    cookie = get_json(port, "/sign_in?name=ada")["cookie"]
    async with Follower(port, cookie=cookie) as member:
        assert (await member.follow("members.only"))["type"] == "subscribed"
        await append(port, "members.only")
        await member.until("members.only", 1)


@pytest.mark.asyncio
async def test_token_opens_the_socket_without_an_origin(port: int) -> None:
    get_json(port, "/sign_in?name=ada")
    headers = {"Authorization": "Token token-of-ada"}
    async with Follower(port, origin=None, additional_headers=headers) as member:
        assert (await member.follow("members.only"))["type"] == "subscribed"

    with pytest.raises(websockets.InvalidStatus):
        async with Follower(port, additional_headers={"Authorization": "Token stolen"}):
            pass


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://evil.example:{port}",
        "http://*",
        "*",
        "127.0.0.1:{port}",
        "http://127.0.0.1:{port}/",
        "http://user@127.0.0.1:{port}",
        "http://lab.example.org",
        "https://lab.example.org:8443",
        "https://sub.lab.example.org",
    ],
)
async def test_hostile_origin_is_refused(port: int, origin: str | None) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with Follower(port, origin=origin and origin.format(port=port)):
            pass


@pytest.mark.asyncio
async def test_foreign_host_header_is_refused_though_origin_agrees(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /ws/ HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )

    assert b" 403 " in await reader.readline()
    writer.close()


@pytest.mark.asyncio
async def test_listed_origin_is_accepted(port: int, topic: str) -> None:
    async with Follower(port, origin="https://lab.example.org") as follower:
        assert (await follower.follow(topic))["type"] == "subscribed"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", MALFORMED),
        (b"\x00", MALFORMED),
        ("[" * 30_000, MALFORMED),
        ('{"type": "subscribe", "topic": {}}', MALFORMED),
        ("x" * 70_000, 1009),
    ],
)
async def test_bad_frame_closes_that_socket_alone(port: int, frame: str | bytes, code: int, topic: str) -> None:
    async with Follower(port) as bystander, Follower(port) as culprit:
        await bystander.follow(topic)
        await culprit.follow(topic)

        await culprit.socket.send(frame)

        assert await culprit.closed() in (code, 1006)
        await append(port, topic)
        await bystander.until(topic, 1)


@pytest.mark.asyncio
async def test_flood_closes_that_socket_alone(port: int, topic: str) -> None:
    async with Follower(port) as bystander, Follower(port) as culprit:
        await bystander.follow(topic)
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(2_000):
                await culprit.socket.send('{"type":"ping"}')

        # What was still on its way when the server closed makes a reset, which may overtake the reason.
        assert await culprit.closed() in (FLOOD, 1006)
        await append(port, topic)
        await bystander.until(topic, 1)


@pytest.mark.asyncio
async def test_topics_on_a_socket_are_bounded(port: int) -> None:
    async with Follower(port) as follower:
        for n in range(MAX_TOPICS):
            await follower.send(type="subscribe", topic=f"public.{n}")
        await follower.send(type="subscribe", topic="public.more")
        answers = [await follower.next() for _ in range(MAX_TOPICS + 1)]

        assert [a for a in answers if a["type"] == "error"] == [
            {"type": "error", "code": "too_many_topics", "topic": "public.more"}
        ]


@pytest.mark.asyncio
async def test_any_asgi_server_will_do(shared_site: Site, topic: str) -> None:
    plain = shared_site.start(None, "-m", "daphne", "-p", "{port}", "-v", "0", "tests.realtime.site_asgi:application")
    async with Follower(plain) as follower:
        await follower.follow(topic)
        await append(plain, topic, n=300, size=2_000)
        await follower.until(topic, 300)

        assert follower.seen[topic] == list(range(301))
        await follower.socket.send("{")
        assert await follower.closed() == MALFORMED


@pytest.mark.asyncio
async def test_every_message_conforms_to_the_published_description(port: int, topic: str, other_topic: str) -> None:
    cookie = get_json(port, "/sign_in?name=ada")["cookie"]
    schemas = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())["components"]["messages"]
    async with Follower(port, cookie=cookie) as follower:
        await follower.follow(topic)
        await append(port, topic)
        await follower.until(topic, 1)
        await follower.ask(type="ping")
        await follower.ask(type="subscribe", topic="no.such")
        await follower.ask(type="subscribe", topic=topic, after=99, epoch="e")
        await append(port, other_topic)
        await follower.follow(other_topic, after=0)
        await follower.until(other_topic, 1)
        await follower.ask(type="present", topic=other_topic, state="here")

        for message in follower.notices:
            jsonschema.validate(message, schemas[message["type"]]["payload"])
        types = {message["type"] for message in follower.notices}
    assert types == {"subscribed", "ping", "error", "reset", "presence"}


def test_published_description_lists_every_frame_and_close_code() -> None:
    document = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
    source = (ROOT / "realtime" / "frames.py").read_text()

    sent = set(re.findall(r'"type": "(\w+)"', source))
    assert sent <= set(document["components"]["messages"])
    assert json.dumps(document)


@pytest.mark.asyncio
async def test_requests_in_flight_survive_a_stop(site: Site, topic: str) -> None:
    port = next(iter(site.processes))
    async with Follower(port) as follower:
        await follower.follow(topic)
        writes = [asyncio.create_task(append(port, topic, n=200)) for _ in range(5)]
        await asyncio.sleep(0.15)
        await asyncio.to_thread(site.stop, port)

        numbers = sorted(seq for seqs in await asyncio.gather(*writes) for seq in seqs)

        assert numbers == list(range(1, 1001))
        assert await follower.closed() == 4012
