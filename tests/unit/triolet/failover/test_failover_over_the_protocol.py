"""Failover over the real protocol on a virtual network: whatever is wrong with the first, the second says it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import URL
from tests.unit.triolet.failover._talking_providers import FIRST, OPTIONS, RATE, SECOND, TEXT, Clock, Provider, talking

from triolet import FailoverOptions
from triolet.testing import Link, VirtualNetwork
from triolet_adapters.tts.qwen import QwenOptions, QwenServer, QwenTTS, ServerOptions


@attrs.define
class Vendor:
    """A server of the protocol on a virtual network, and what may be wrong with it."""

    link: Link
    options: ServerOptions = attrs.Factory(ServerOptions)

    @asynccontextmanager
    async def serving(self, mark: int, api_key: str = "") -> AsyncGenerator[tuple[QwenTTS, Provider, VirtualNetwork]]:
        voice = Provider(mark)
        network = VirtualNetwork(lambda _index, _random: self.link)
        async with trio.open_nursery() as nursery:
            await nursery.start(network.serve, QwenServer(voice, self.options).handle_stream, "localhost", 80)
            tts = QwenTTS(
                url=URL,
                options=QwenOptions(ping_interval=None),
                dial=network.dial,
                sample_rate=RATE,
                api_key=api_key,
            )
            yield tts, voice, network
            nursery.cancel_scope.cancel()


def all_left(network: VirtualNetwork) -> bool:
    """Whether no client is left; the server's end of a half-open connection hears nothing of that."""
    return all(connection.closed or connection.client.closed for connection in network.connections)


@pytest.mark.parametrize(
    ("vendor", "key"),
    [
        (Vendor(Link(silent_after=0)), ""),
        (Vendor(Link(silent_after=1500)), ""),
        (Vendor(Link(reset_after=200)), ""),
        (Vendor(Link(latency=2.0)), ""),
        (Vendor(Link(), ServerOptions(first_audio=30.0)), ""),
        (Vendor(Link(), ServerOptions(api_key="right")), "wrong"),
        (Vendor(Link(), ServerOptions(requests_per_minute=0)), ""),
        (Vendor(Link(), ServerOptions(voices=("Ethan",))), ""),
    ],
    ids=["half-open", "half-open at work", "resets", "far away", "silent", "key", "limit", "voice"],
)
async def test_whatever_is_wrong_with_the_first_the_second_says_all_of_it(
    autojump_clock: Clock, vendor: Vendor, key: str
) -> None:
    async with (
        vendor.serving(FIRST, key) as (first, _, network),
        Vendor(Link()).serving(SECOND) as (second, _, _),
    ):
        async with talking(first, second) as talk:
            began = trio.current_time()
            assert await talk.say(TEXT) == "2"
            assert talk.output.audio[0].time - began < OPTIONS.connect_timeout + OPTIONS.first_audio_timeout + 2
        assert all_left(network)


async def test_over_the_protocol_the_first_is_taken_back(autojump_clock: Clock) -> None:
    async with (
        Vendor(Link()).serving(FIRST) as (first, voice, network),
        Vendor(Link()).serving(SECOND) as (second, _, other),
    ):
        async with talking(first, second, options=FailoverOptions(longest_wait=5.0)) as talk:
            assert await talk.say(TEXT) == "1"
            voice.silent = True
            for connection in network.connections:
                connection.silence()
            assert await talk.say(TEXT) == "2"
            voice.silent = False
            await trio.sleep(12)
            assert await talk.say(TEXT) == "1"
        await trio.sleep(15)
        assert all_left(network)
        assert all_left(other)
