"""A reader who goes at once."""

import asyncio
import json
from typing import Any

import pytest

from realtime import hub as hubs
from realtime.connection import Connection
from realtime.endpoint import PlainWire
from realtime.rights import Credentials


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_a_reader_who_goes_before_being_served_leaves_nothing_running() -> None:
    async def send(message: Any) -> None:
        """Nobody listens."""

    before = asyncio.all_tasks()
    hub = hubs.current()
    connection = Connection(hub, PlainWire(send), Credentials())
    hub.enter(connection)
    connection.hear(json.dumps({"type": "subscribe", "topic": "idea.42"}))
    assert len(asyncio.all_tasks() - before) > 1

    await hub.exit(connection)
    await asyncio.sleep(0.05)

    assert asyncio.all_tasks() - before == set()
