"""Triolet in a pipeline of pipecat, run by pipecat's own runner, spoken by a server on this machine."""

# pyright: standard
from __future__ import annotations

import asyncio
import time
import warnings
import wave
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from tests.integration.frameworks.local_service import (
    ANSWER,
    ONE_TRY,
    SENTENCES,
    Service,
    local_service,
    nobody,
    tokens,
)

pytest.importorskip("pipecat", reason="pip install 'triolet[pipecat]'")
with warnings.catch_warnings():  # that are its own, and come with its import
    warnings.simplefilter("ignore")
    from loguru import logger
    from pipecat.frames.frames import (
        BotStoppedSpeakingFrame,
        CancelFrame,
        EndFrame,
        ErrorFrame,
        Frame,
        InterruptionFrame,
        LLMFullResponseEndFrame,
        LLMFullResponseStartFrame,
        LLMTextFrame,
        MetricsFrame,
        OutputAudioRawFrame,
        StartFrame,
        TTSSpeakFrame,
        TTSStoppedFrame,
        TTSTextFrame,
        TTSUpdateSettingsFrame,
    )
    from pipecat.metrics.metrics import TTFBMetricsData, TTSUsageMetricsData
    from pipecat.observers.base_observer import BaseObserver, FramePushed
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineParams, PipelineWorker
    from pipecat.processors.aggregators.llm_context import LLMContext
    from pipecat.processors.aggregators.llm_response_universal import LLMAssistantAggregator
    from pipecat.services.settings import TTSSettings
    from pipecat.tests.utils import run_test
    from pipecat.transports.base_output import BaseOutputTransport
    from pipecat.transports.base_transport import TransportParams
    from pipecat.utils.errors import ErrorCategory
    from pipecat.workers.runner import WorkerRunner
    from recipes import in_pipecat

    from triolet_adapters.frameworks.pipecat import TrioletTTSService

from triolet import speech
from triolet.asyncio import Sink
from triolet_adapters.tts.qwen import ServerOptions

RATE = 24_000
PACE = 4
"""Times as fast as real time; both ears of the test hear at this pace."""
F = TypeVar("F", bound=Frame)


@pytest.fixture(scope="module")
def service() -> Generator[Service]:
    with local_service() as service:
        yield service


logger.disable("pipecat")  # it writes a line a frame


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triolet_adapters.frameworks.pipecat.Sink", partial(Sink, pace=PACE))


class Listener(BaseOutputTransport):
    """Plays by a clock, into memory."""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_end_silence_secs=0))
        self.pcm = bytearray()
        self._free_at = 0.0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        self.pcm += frame.audio
        self._free_at = max(self._free_at, time.monotonic()) + len(frame.audio) / 2 / RATE / PACE
        await asyncio.sleep(self._free_at - time.monotonic())
        return True


class Seen(BaseObserver):
    """Each frame once, where it was pushed first."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: dict[int, Frame] = {}
        self.news = asyncio.Event()

    async def on_push_frame(self, data: FramePushed) -> None:
        self.frames.setdefault(data.frame.id, data.frame)
        self.news.set()

    def of(self, kind: type[F]) -> list[F]:
        return [frame for frame in self.frames.values() if isinstance(frame, kind)]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self.news.clear()
                await self.news.wait()


@attrs.define
class Bot:
    worker: PipelineWorker
    seen: Seen
    listener: Listener
    context: LLMContext

    async def answers(self, text: str, *, end: bool = True) -> None:
        frames = [LLMTextFrame(token) for token in tokens(text)]
        await self.worker.queue_frames([LLMFullResponseStartFrame(), *frames])
        if end:
            await self.worker.queue_frame(LLMFullResponseEndFrame())

    async def spoken(self, times: int = 1) -> None:
        await self.seen.until(lambda: len(self.context.messages) >= times)

    @property
    def said(self) -> list[str]:
        return [str(message.get("content")) for message in self.context.messages if isinstance(message, dict)]


@asynccontextmanager
async def bot(tts: TrioletTTSService) -> AsyncIterator[Bot]:
    """A pipeline that runs. Leaving the block ends it as EndFrame does, unless it has ended."""
    context, seen, listener = LLMContext(), Seen(), Listener()
    pipeline = Pipeline([tts, listener, LLMAssistantAggregator(context)])
    params = PipelineParams(audio_out_sample_rate=RATE, enable_metrics=True, enable_usage_metrics=True)
    worker = PipelineWorker(pipeline, params=params, observers=[seen], enable_rtvi=False, cancel_on_idle_timeout=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield Bot(worker, seen, listener, context)
        await worker.queue_frame(EndFrame())
        async with asyncio.timeout(20):
            await running
    finally:
        running.cancel()
        await asyncio.wait([running])


def run(program: Callable[[], Any]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(40):
            await program()
        left = {task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        assert not left

    asyncio.run(bounded())


def test_an_answer_is_heard_whole_and_once_and_so_are_two(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.answers(ANSWER)
            await pipecat.spoken()
            first = bytes(pipecat.listener.pcm)
            assert service.whole(first) == ANSWER
            assert pipecat.said == [ANSWER]
            await pipecat.answers("**One** more, that costs $5.\n\nAnd its end.")
            await pipecat.spoken(2)
            assert service.whole(bytes(pipecat.listener.pcm[len(first) :])).startswith("One more")
            assert pipecat.said[1] == "**One** more, that costs $5.\n\nAnd its end."
            data = [item for frame in pipecat.seen.of(MetricsFrame) for item in frame.data]
            assert any(isinstance(item, TTFBMetricsData) and 0 < item.value < 5 for item in data)

            def used() -> int:
                data = [item for frame in pipecat.seen.of(MetricsFrame) for item in frame.data]
                return sum(item.value for item in data if isinstance(item, TTSUsageMetricsData))

            await pipecat.seen.until(lambda: used() > len(ANSWER))
            assert not pipecat.seen.of(ErrorFrame)

    run(program)


def test_after_an_interruption_nothing_old_is_heard(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.answers(ANSWER, end=False)
            await pipecat.seen.until(lambda: len(pipecat.seen.of(TTSTextFrame)) > 30)
            await pipecat.worker.queue_frame(InterruptionFrame())
            await pipecat.seen.until(lambda: pipecat.seen.of(BotStoppedSpeakingFrame))
            before = len(pipecat.listener.pcm)
            await pipecat.spoken()
            assert ANSWER.startswith(pipecat.said[0])
            heard = service.heard(bytes(pipecat.listener.pcm))
            assert all(share > 0.97 for _, share in heard[:-1])
            samples = " ".join(text.strip() for text, _ in heard)
            assert ANSWER.startswith(samples)
            length = sum(len(text) * share for text, share in heard)
            assert len(pipecat.said[0]) < length + 10, "nothing that was not heard, but for a word"
            assert length - len(pipecat.said[0]) < 120, "and of what was heard all but the last 0.3 s, and a few words"
            await pipecat.answers("Something else is said now. And it is short.")
            await pipecat.spoken(2)
            assert service.whole(bytes(pipecat.listener.pcm[before:])) == "Something else is said now. And it is short."
            assert pipecat.said[1] == "Something else is said now. And it is short."

    run(program)


def test_end_frame_lets_the_answer_be_said(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.answers(" ".join(SENTENCES[:4]), end=False)  # as an LLM that was cut off
        assert service.whole(bytes(pipecat.listener.pcm)) == " ".join(SENTENCES[:4])
        assert pipecat.said == [" ".join(SENTENCES[:4])]

    run(program)


def test_cancel_frame_ends_it_at_once(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.answers(ANSWER)
            await pipecat.seen.until(lambda: pipecat.seen.of(TTSTextFrame))
            began = time.monotonic()
            await pipecat.worker.queue_frame(CancelFrame())
        assert time.monotonic() - began < 3, "an answer takes 5 s"

    run(program)


def test_frames_that_speak_by_themselves_wait_for_each_other_and_are_silent_or_kept(service: Service) -> None:
    async def program() -> None:
        frames = [
            TTSSpeakFrame("The first one comes alone."),
            TTSSpeakFrame("The second follows it.", append_to_context=False),
        ]
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.worker.queue_frames(frames)
            await pipecat.answers("And here is an answer.")
            await pipecat.spoken(2)
            # When a context stops, pipecat's transport drops what the next one has sent of its chunk of 40 ms.
            said = " ".join(text for text, _ in service.heard(bytes(pipecat.listener.pcm)))
        assert said == "The first one comes alone. The second follows it. And here is an answer."
        assert pipecat.said == ["The first one comes alone.", "And here is an answer."]

    run(program)


def test_an_answer_without_words_is_no_error(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            for _ in range(4):
                await pipecat.answers("```python\nprint(1)\n```")
            await pipecat.answers("And words.")
            await pipecat.seen.until(lambda: "And words." in pipecat.said)
            assert not pipecat.seen.of(ErrorFrame)
            assert pipecat.said[0] == "```python\nprint(1)\n```"

    run(program)


def test_errors_are_frames_and_the_pipeline_goes_on(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(nobody(), pool=ONE_TRY)) as pipecat:
            await pipecat.answers("Nobody says this.")
            await pipecat.seen.until(lambda: pipecat.seen.of(ErrorFrame))
            error = pipecat.seen.of(ErrorFrame)[0]
            assert error.category is ErrorCategory.CONNECTIVITY
            assert "ConnectionFailed" in error.error
            await pipecat.seen.until(lambda: pipecat.seen.of(TTSStoppedFrame))
            assert pipecat.said == []
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.worker.queue_frame(TTSUpdateSettingsFrame(delta=TTSSettings(language="Klingon")))
            await pipecat.answers("No voice speaks it.")
            await pipecat.seen.until(lambda: pipecat.seen.of(ErrorFrame))
            assert pipecat.seen.of(ErrorFrame)[0].category is ErrorCategory.INVALID_REQUEST

    run(program)


def test_a_wrong_key_says_so() -> None:
    async def program() -> None:
        with local_service(options=ServerOptions(api_key="right")) as service:
            tts = TrioletTTSService(speech(service.tts(api_key="wrong"), "en"))
            async with bot(tts) as pipecat:
                await pipecat.answers("Nobody says this.")
                await pipecat.seen.until(lambda: pipecat.seen.of(ErrorFrame))
                assert pipecat.seen.of(ErrorFrame)[0].category is ErrorCategory.AUTHENTICATION
                assert not tts.is_usable

    run(program)


def test_settings_hold_from_the_next_turn_on(service: Service) -> None:
    async def program() -> None:
        async with bot(TrioletTTSService(speech(service.tts(), "en"))) as pipecat:
            await pipecat.worker.queue_frame(TTSUpdateSettingsFrame(delta=TTSSettings(voice="Ethan")))
            await pipecat.answers("Another voice says this.")
            await pipecat.spoken()
            assert pipecat.said == ["Another voice says this."]
            assert not pipecat.seen.of(ErrorFrame)

    run(program)


def test_the_frames_are_those_that_pipecat_expects_of_a_service(service: Service) -> None:
    async def program() -> None:
        tts = TrioletTTSService(speech(service.tts(), "en"))
        down, up = await run_test(tts, frames_to_send=[TTSSpeakFrame("One short sentence.")])
        kinds = [type(frame).__name__ for frame in down]
        assert kinds[0] == "TTSStartedFrame"
        assert kinds.index("AggregatedTextFrame") < kinds.index("TTSAudioRawFrame") < kinds.index("TTSTextFrame")
        assert "TTSStoppedFrame" in kinds[-2:]
        assert not up

    run(program)


def test_options_that_would_do_nothing_are_refused(service: Service) -> None:
    with pytest.raises(TypeError, match="text_transforms"):
        TrioletTTSService(service.tts(), text_transforms=[])


def test_the_recipe_speaks(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_pipecat, "LocalTTS", service.tts)
    monkeypatch.chdir(tmp_path)
    run(in_pipecat.main)
    with wave.open("in_pipecat.wav") as file:
        assert service.whole(file.readframes(-1)) == in_pipecat.ANSWER.replace("*", "")
