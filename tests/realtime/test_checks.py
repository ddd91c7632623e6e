"""Configurations that are refused before anything starts."""

from typing import Any

import pytest
from channels.layers import channel_layers

from realtime.checks import one_process_in_memory, origins_are_full


@pytest.mark.parametrize(
    ("backend", "processes", "refused"),
    [
        ("channels.layers.InMemoryChannelLayer", 1, []),
        ("channels.layers.InMemoryChannelLayer", 2, ["realtime.E001"]),
        ("channels_redis.pubsub.RedisPubSubChannelLayer", 2, []),
    ],
)
def test_several_processes_need_a_layer_that_reaches_them(
    settings: Any, backend: str, processes: int, refused: list[str]
) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend}}
    settings.PROCESSES = processes

    assert [error.id for error in one_process_in_memory()] == refused
    channel_layers.backends.clear()


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        ("https://lab.example.org", []),
        ("http://localhost:8000", []),
        ("*", ["realtime.E002"]),
        ("https://*.example.org", ["realtime.E002"]),
        ("lab.example.org", ["realtime.E002"]),
        ("https://lab.example.org/", ["realtime.E002"]),
        ("null", ["realtime.E002"]),
    ],
)
def test_origins_must_be_full(settings: Any, origin: str, refused: list[str]) -> None:
    settings.REALTIME_ORIGINS = [origin]

    assert [error.id for error in origins_are_full()] == refused
