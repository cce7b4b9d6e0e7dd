"""Rows "Leaks, memory": what is over is gone, and what fails is not tried for ever."""

from __future__ import annotations

import pytest
import trio
import trio_websocket
from tests.unit.adapters.tts.qwen._peers import URL, listening, serving
from tests.unit.field._heard import RATE, TEXT, voice
from trio.testing import MockClock

from triolet import Conversation, PoolOptions, speech
from triolet.errors import TTSError
from triolet.testing import RecordingOutput
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS, ServerOptions


@pytest.mark.parametrize("always_warm", [False, True])
async def test_after_the_end_every_connection_is_closed_and_none_is_opened(
    autojump_clock: MockClock, always_warm: bool
) -> None:
    """For ten minutes, as the service sees it; also where sessions broke and were being replaced."""
    async with serving(ServerOptions(idle_timeout=5), voice()) as world:
        chain = speech(world.tts(sample_rate=RATE), "en")
        async with Conversation(chain, RecordingOutput(), pool=PoolOptions(always_warm=always_warm)) as conversation:
            with trio.move_on_after(2):
                await conversation.say([TEXT])
            await trio.sleep(20)
            world.network.connections[-1].reset()
        opened = len(world.network.connections)
        await trio.sleep(600)
        assert world.network.open == 0
        assert world.server.open == 0
        assert len(world.network.connections) == opened


@pytest.mark.parametrize("answer", ["hangs up on the stream", "accepts and hangs up"])
async def test_a_service_that_hangs_up_is_not_asked_for_ever(autojump_clock: MockClock, answer: str) -> None:
    """A bounded number of connects (three commits, each after three, some with a spare beside them), then one clear error."""

    async def handle(stream: trio.abc.Stream) -> None:
        if answer == "hangs up on the stream":
            return
        async with trio.open_nursery() as nursery:
            request = await trio_websocket.wrap_server_stream(nursery, stream)
            await (await request.accept()).aclose()
            nursery.cancel_scope.cancel()

    async with listening(handle) as network:
        tts = QwenTTS(api_key="", url=URL, options=QwenOptions(ping_interval=None), dial=network.dial, sample_rate=RATE)
        async with Conversation(speech(tts, "en"), RecordingOutput()) as conversation:
            with pytest.raises(TTSError) as caught:
                await conversation.say([TEXT])
            assert str(caught.value)
            asked = len(network.connections)
            assert asked <= 15
            await trio.sleep(600)
            assert len(network.connections) <= asked + 3
        assert network.open == 0
