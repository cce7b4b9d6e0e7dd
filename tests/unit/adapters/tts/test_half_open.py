"""What a connection that is dead, and does not know it, costs a turn: for every voice, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs
import pytest
import trio
from tests.unit.adapters.tts.cosyvoice._peers import serving as cosyvoice
from tests.unit.adapters.tts.deepgram._peers import serving as deepgram
from tests.unit.adapters.tts.elevenlabs._peers import serving as elevenlabs
from tests.unit.adapters.tts.omni._peers import serving as omni
from tests.unit.adapters.tts.openai._peers import serving as openai
from tests.unit.adapters.tts.qwen._peers import serving as qwen
from trio.testing import MockClock

from triolet import TTS, Conversation, RecoveryPolicy, speech
from triolet.testing import Link, RecordingOutput, ToneTTS
from triolet_adapters.tts.frame import HTTPOptions, VoiceOptions
from triolet_adapters.tts.qwen import QwenOptions

LINK = Link(latency=0.05)
World = AbstractAsyncContextManager[Any]
SERVERS: dict[str, Callable[[ToneTTS], World]] = {
    "qwen": lambda voice: qwen(None, voice, LINK),
    "elevenlabs": lambda voice: elevenlabs(None, voice, LINK),
    "deepgram": lambda voice: deepgram(None, voice, LINK),
    "cosyvoice": lambda voice: cosyvoice(None, voice, LINK),
    "openai": lambda voice: openai(None, voice, LINK),
    "vllm": lambda voice: omni("vllm", voice, LINK),
    "sglang": lambda voice: omni("sglang", voice, LINK),
    "together": lambda voice: omni("together", voice, LINK),
}
USUAL = 0.3 + 2 * LINK.latency
"""Seconds to the first sound on an open connection: of the voice, and of the way."""
AGAIN = USUAL + 6 * LINK.latency + 0.4
"""On a new one: connecting, and what the engine waits before it tries again."""


def options_of(name: str, ping_interval: float | None) -> Any:
    if name == "openai":
        return HTTPOptions()
    return (QwenOptions if name == "qwen" else VoiceOptions)(ping_interval=ping_interval)


NO_HEDGE = RecoveryPolicy(hedge_after=None)


async def second_turn(
    name: str, ping_interval: float | None, idle: float, recovery: RecoveryPolicy | None = None
) -> float:
    """Seconds to the first sound of a turn, `idle` seconds after all connections have died."""
    async with SERVERS[name](ToneTTS(first_audio=0.3)) as world:
        tts: TTS = world.tts(options=options_of(name, ping_interval))
        async with Conversation(speech(tts, "en", recovery=recovery), RecordingOutput()) as conversation:
            await conversation.say(["Hello there."])
            await trio.sleep(3)
            for connection in world.network.connections:
                connection.silence()
            await trio.sleep(idle)
            result = await conversation.say(["Are you still there?"])
    assert result.heard == "Are you still there?"
    latency = attrs.asdict(result.latency)["first_audible"]
    assert isinstance(latency, float)
    return latency


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "openai"])
async def test_it_costs_what_a_second_session_waits(autojump_clock: MockClock, name: str) -> None:
    """If it has died a moment ago. Nothing else is waited for: no Close, no other connection that died with it.

    The session of OpenAI's protocol shares here the client that it is given, and so connections that have died.
    """
    late = RecoveryPolicy().hedge_after
    assert late is not None
    assert late <= await second_turn(name, None, 1) <= late + AGAIN


@pytest.mark.parametrize("name", SERVERS)
async def test_without_second_sessions_it_costs_the_deadline_once(autojump_clock: MockClock, name: str) -> None:
    """As above, with `RecoveryPolicy(hedge_after=None)`."""
    deadline = 15 if name == "openai" else 10
    assert deadline <= await second_turn(name, None, 1, NO_HEDGE) <= deadline + AGAIN


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "openai"])
async def test_it_costs_nothing_once_pings_have_found_it(autojump_clock: MockClock, name: str) -> None:
    """While nothing is said. HTTP has no pings; a session over HTTP that is renewed connects anew."""
    assert await second_turn(name, 20, 60) <= AGAIN
