"""What a client tells of a service, and a server of its voice: bills, errors, limits, and what the log shows of the audio."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
import trio
from tests.unit.adapters.tts.qwen._peers import Script, scripted, serving
from trio.testing import MockClock

from triolet import AudioCallback, RateLimits, Usage
from triolet.errors import ConnectionLost, ServiceError
from triolet.testing import ToneTTS
from triolet_adapters.tts.frame._variants import KEPT_ADJUSTMENTS
from triolet_adapters.tts.qwen import QwenOptions, QwenTTS
from triolet_adapters.tts.qwen.client._wire_log import described
from triolet_adapters.tts.qwen.protocol import ErrorEvent, ResponseDone, ServerEvent

QUIET = QwenOptions(ping_interval=None)


@pytest.mark.parametrize(
    ("place", "model", "limits"),
    [
        ({"url": "ws://localhost:8765"}, "qwen3-tts-flash-realtime", RateLimits()),
        ({"api_key": "k"}, "qwen3-tts-flash-realtime", RateLimits(per_second=3, per_minute=180)),
        ({"api_key": "k"}, "qwen3-tts-flash-realtime-2025-09-18", RateLimits(per_minute=10)),
        ({"api_key": "k"}, "qwen-tts-realtime", RateLimits(per_minute=10)),
    ],
)
def test_the_limits_are_those_of_the_model_and_a_server_here_has_none(
    place: dict[str, str], model: str, limits: RateLimits
) -> None:
    assert QwenTTS(model=model, **place).limits == limits  # type: ignore[arg-type]


def test_only_the_adjustments_made_last_are_kept() -> None:
    voice = QwenTTS(url="ws://localhost:8765", model="qwen3-tts-instruct-flash-realtime")
    first = weakref.ref(voice.adjusted(instructions="Once."))
    for turn in range(KEPT_ADJUSTMENTS):
        assert voice.adjusted(instructions=f"Turn {turn}.") is voice.adjusted(instructions=f"Turn {turn}.")
    gc.collect()
    assert first() is None


@pytest.mark.parametrize("log_text", ["full", "hash", "none"])
def test_of_audio_the_log_shows_how_much_it_is(log_text: str) -> None:
    line = described(json.dumps({"type": "response.audio.delta", "delta": "QUJDRA=="}), log_text)  # type: ignore[arg-type]
    assert line == "type=response.audio.delta delta=<8 characters>"


@pytest.mark.parametrize(("said", "billed"), [({"characters": 0}, 0), ({"characters": 7}, 7), ({}, 12)])
async def test_what_the_service_bills_counts_though_it_is_nothing(
    autojump_clock: MockClock, said: dict[str, int], billed: int
) -> None:
    """Where it does not say, the documented rule does: 12 characters."""

    async def service(server: Script) -> None:
        await server.open()
        await server.until("input_text_buffer.commit")
        await server.send("response.created", response={"id": "r"})
        await server.send("response.audio.delta", response_id="r", delta="AAAAAAAA")
        await server.send("response.done", response={"id": "r", "status": "completed", "usage": said})
        await server.until("session.finish")
        await server.send("session.finished")

    async with scripted(service, QUIET) as tts, tts.connect() as session:
        assert await session.commit("Here we are.", lambda pcm: None) == Usage(billed)


async def test_an_error_that_was_not_read_says_more_than_the_end_that_followed_it(autojump_clock: MockClock) -> None:
    async def service(server: Script) -> None:
        await server.open()
        await server.send("error", error={"code": "Arrearage", "message": "pay first"})
        await server.connection.aclose(1011)

    async with scripted(service, QUIET) as tts:
        with pytest.raises((ServiceError, ConnectionLost)) as caught:
            async with tts.session() as session:
                await session.update()
                await session.wait_failed()
                await session.append("Here we are.")
    assert isinstance(caught.value, ServiceError)
    assert (caught.value.code, caught.value.retryable) == ("Arrearage", False)
    assert isinstance(caught.value.__cause__, ConnectionLost)


class FailsOnce(ToneTTS):
    """Its first commit is lost."""

    failed = False

    async def _speak(self, connection: int, commit: int, text: str, accept: AudioCallback) -> Usage:
        if not self.failed:
            self.failed = True
            raise ConnectionLost("gone")
        return await super()._speak(connection, commit, text, accept)


async def test_a_server_whose_voice_fails_says_so_and_goes_on_with_another_session_of_it(
    autojump_clock: MockClock,
) -> None:
    voice = FailsOnce(sample_rate=24_000)
    async with serving(voice=voice) as world, world.tts().session() as session:
        await session.update()
        ends: list[str] = []
        errors: list[str] = []
        for _ in range(2):
            await session.say("Here we are.")
            event: ServerEvent | None = None
            with trio.fail_after(10):
                while not isinstance(event, ResponseDone):
                    event = await session.next_event()
                    if isinstance(event, ErrorEvent):
                        errors.append(event.code)
            ends.append(event.status)
    assert (ends, errors) == (["failed", "completed"], ["voice_error"])
    assert voice.connections == 2
