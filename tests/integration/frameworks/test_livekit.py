"""Triolet as the TTS of LiveKit Agents: through its streams, its fallback adapter and an agent's session, without a room."""

# pyright: standard
from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.integration.frameworks.local_service import (
    ANSWER,
    ONE_TRY,
    SENTENCES,
    Service,
    local_service,
    nobody,
    tokens,
)

pytest.importorskip("livekit.agents", reason="pip install 'triolet[livekit]'")

from livekit import rtc
from livekit.agents import Agent, AgentSession, APIConnectionError, APIConnectOptions, APIStatusError, tts
from livekit.agents.metrics import TTSMetrics
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities
from recipes import in_livekit

from triolet import AudioChunk, Stage, TurnContext, speech
from triolet.asyncio import Sink
from triolet.events import WordsTimed
from triolet_adapters.frameworks.livekit import TrioletTTS
from triolet_adapters.tts.qwen import ServerOptions

RATE = 24_000
PACE = 4
"""Times as fast as real time; both ears of the test hear at this pace."""
QUICK = APIConnectOptions(max_retry=1, retry_interval=0.01)


@pytest.fixture(scope="module")
def service() -> Generator[Service]:
    with local_service() as service:
        yield service


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triolet_adapters.frameworks.livekit.Sink", partial(Sink, pace=PACE))


def run(program: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(40):
            await program()

    asyncio.run(bounded())


async def pushed(stream: tts.SynthesizeStream, text: str) -> None:
    for token in tokens(text):
        stream.push_text(token)
        await asyncio.sleep(0)
    stream.end_input()


async def pcm_of(stream: tts.SynthesizeStream | tts.ChunkedStream) -> bytes:
    return b"".join([bytes(audio.frame.data) async for audio in stream])


def test_streams_say_every_word_once_and_share_their_sessions(service: Service) -> None:
    async def program() -> None:
        async with TrioletTTS(speech(service.tts(), "en")) as voice:
            metrics: list[TTSMetrics] = []
            voice.on("metrics_collected", metrics.append)
            voice.prewarm()
            for text in (ANSWER, "And another one.", "Here is code.\n\n```\nx = 1\n```"):
                async with voice.stream() as stream:
                    await pushed(stream, text)
                    said = service.whole(await pcm_of(stream))
                    assert said == text.partition("\n")[0]
            async with voice.stream() as stream:
                await pushed(stream, "```python\nprint(1)\n```")
                assert not any(await pcm_of(stream)), "an answer without words is no error"
            assert service.whole(await pcm_of(voice.synthesize("One text, known whole."))) == "One text, known whole."
            assert 0 < metrics[0].ttfb < 5
            assert metrics[0].characters_count == len(ANSWER)
            assert service.server.connections <= 3

    run(program)


def test_after_an_interruption_the_next_stream_is_clean(service: Service) -> None:
    async def program() -> None:
        async with TrioletTTS(speech(service.tts(), "en")) as voice:
            stream: tts.SynthesizeStream = voice.stream()
            for token in tokens(ANSWER):
                stream.push_text(token)
            async for audio in stream:
                assert audio.frame.samples_per_channel
                break
            await stream.aclose()
            committed = len(service.voice.commits)
            async with voice.stream() as another:
                await pushed(another, "Something else is said.")
                assert service.whole(await pcm_of(another)) == "Something else is said."
            assert len(service.voice.commits) == committed + 1

    run(program)


def test_errors_are_those_of_livekit(service: Service) -> None:
    async def said_by(voice: TrioletTTS) -> None:
        async with voice, voice.stream(conn_options=QUICK) as stream:
            await pushed(stream, "Nobody says this.")
            await pcm_of(stream)

    async def program() -> None:
        with pytest.raises(APIConnectionError, match="ConnectionFailed"):
            await said_by(TrioletTTS(nobody(), pool=ONE_TRY))
        with local_service(options=ServerOptions(api_key="right")) as locked:
            with pytest.raises(APIStatusError, match="AuthenticationFailed") as caught:
                await said_by(TrioletTTS(locked.tts(api_key="wrong")))
            assert caught.value.status_code == 401
            assert not caught.value.retryable

    run(program)


def test_livekits_fallback_goes_on_with_the_next_voice(service: Service) -> None:
    async def program() -> None:
        dead = TrioletTTS(nobody(), pool=ONE_TRY)
        good = TrioletTTS(speech(service.tts(), "en"))
        both = tts.FallbackAdapter([dead, good], max_retry_per_tts=0)
        async with dead, good, both, both.stream() as stream:
            await pushed(stream, " ".join(SENTENCES[:3]))
            assert service.whole(await pcm_of(stream)) == " ".join(SENTENCES[:3])

    run(program)


class Timed(Stage[AudioChunk, AudioChunk]):
    """Reports when words are said, as a service does that knows."""

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[AudioChunk],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        async for chunk in upstream:
            if chunk.offset == 0:
                samples, ends = 0, list[int]()
                for unit in chunk.phrase.units:
                    samples += round(len(unit.text) * 0.004 * RATE)
                    ends.append(samples)
                turn.timeline.record(WordsTimed(turn.now(), chunk.phrase.index, tuple(ends)))
            await downstream.send(chunk)


def test_the_transcript_follows_where_words_are_timed(service: Service) -> None:
    async def program() -> None:
        chain = speech(service.tts(), "en")
        assert not TrioletTTS(chain).capabilities.aligned_transcript
        async with TrioletTTS(chain | Timed(), aligned_transcript=True) as voice, voice.stream() as stream:
            await pushed(stream, " ".join(SENTENCES[:2]))
            words = [word async for audio in stream for word in audio.frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])]
        assert "".join(words) == " ".join(SENTENCES[:2])
        assert len(words) > 1, "the words of each phrase by themselves, and those of its clauses where it has some"
        times = [(word.start_time, word.end_time) for word in words]
        assert all(start < end for start, end in times)
        assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]
        assert times[-1][1] == pytest.approx(len(" ".join(SENTENCES[:2])) * 0.004, abs=0.5)

    run(program)


class Listener(AudioOutput):
    """Plays by a clock, into memory."""

    def __init__(self) -> None:
        super().__init__(label="listener", capabilities=AudioOutputCapabilities(pause=False), sample_rate=RATE)
        self.pcm = bytearray()
        self.sounding = asyncio.Event()
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(5)
        self._played = 0
        self._task = asyncio.create_task(self._play())

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        await self._queue.put(bytes(frame.data))

    def flush(self) -> None:
        super().flush()
        self._ending = asyncio.create_task(self._queue.put(None))

    def clear_buffer(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
        self._finish(interrupted=True)

    def _finish(self, *, interrupted: bool) -> None:
        played, self._played = self._played, 0
        if played:
            self.on_playback_finished(playback_position=played / 2 / RATE, interrupted=interrupted)

    async def _play(self) -> None:
        while True:
            pcm = await self._queue.get()
            if pcm is None:
                self._finish(interrupted=False)
                continue
            self.pcm += pcm
            self._played += len(pcm)
            self.sounding.set()
            await asyncio.sleep(len(pcm) / 2 / RATE / PACE)


def test_an_agents_session_speaks_and_is_interrupted(service: Service) -> None:
    async def llm(text: str) -> AsyncGenerator[str]:
        for token in tokens(text):
            await asyncio.sleep(0)
            yield token

    async def program() -> None:
        listener = Listener()
        async with TrioletTTS(speech(service.tts(), "en")) as voice:
            session: AgentSession[None] = AgentSession(tts=voice, tts_text_transforms=None, vad=None)
            session.output.audio = listener
            await session.start(Agent(instructions="Speak."), record=False)
            await session.say(llm(" ".join(SENTENCES[:6])))
            assert service.whole(bytes(listener.pcm)) == " ".join(SENTENCES[:6])
            listener.pcm.clear()
            listener.sounding.clear()
            speaking = session.say(llm(ANSWER))
            await listener.sounding.wait()
            await asyncio.sleep(0.2)
            await session.interrupt()
            await speaking
            heard = " ".join(text for text, _ in service.heard(bytes(listener.pcm)))
            assert ANSWER.startswith(heard)
            assert len(heard) < len(ANSWER)
            listener.pcm.clear()
            await session.say(llm("Something else is said."))
            assert service.whole(bytes(listener.pcm)) == "Something else is said."
            await session.aclose()

    run(program)


def test_the_recipe_speaks(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_livekit, "LocalTTS", service.tts)
    monkeypatch.chdir(tmp_path)
    run(in_livekit.main)
    with wave.open("in_livekit.wav") as file:
        assert service.whole(file.readframes(-1)) == in_livekit.ANSWER.replace("*", "")
