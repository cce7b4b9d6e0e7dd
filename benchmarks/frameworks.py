"""Measures the time to the first audio in pipecat and in LiveKit Agents, with Triolet and with the frameworks' own sentences.

    python -m benchmarks.frameworks [--rounds 3] [--words-a-second 15]

An LLM writes answers at the given pace. One server on this machine speaks them: a tone, after 0.25 s, at four times real time.
Each answer is spoken by turns by Triolet's service and by one that commits whole sentences as the framework cuts them, over a
WebSocket that is open. The time runs from the first word of the LLM to the first frame of audio that leaves the service.
"""

# pyright: standard
from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import time
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from loguru import logger
from tests.integration.frameworks.local_service import local_service, tokens
from websockets.asyncio.client import ClientConnection, connect

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, tokenize, tts, utils
    from pipecat.frames import frames
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineWorker
    from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
    from pipecat.services.settings import TTSSettings
    from pipecat.services.tts_service import TTSService
    from pipecat.workers.runner import WorkerRunner

    from triolet_adapters.frameworks.livekit import TrioletTTS
    from triolet_adapters.frameworks.pipecat import TrioletTTSService

from triolet import speech
from triolet.testing import ToneTTS
from triolet_adapters.tts.qwen import QwenTTS

RATE = 24_000
LONGEST = 30.0
"""Seconds for one answer. The longest takes 3."""
ANSWERS = (
    "Yes. The shop is open until nine today.",
    "The train leaves at nine forty from platform two, and it reaches the coast about an hour later. You need no seat.",
    "You can boil the eggs for eight minutes if you like them firm. Then put them into cold water.",
    "Well, that depends on how much time you have, how far you want to walk, and what the weather does. Shall we look at a map?",
    "It was built in the year 1932 by two brothers who had come from the north of the country. It still stands.",
)
Measured = Callable[[str], Awaitable[float]]


async def dialled(url: str) -> ClientConnection:
    """A session of Qwen-TTS, ready to commit."""
    socket = await connect(f"{url}?model=qwen3-tts-flash-realtime")
    settings = {"mode": "commit", "voice": "Cherry", "response_format": "pcm", "sample_rate": RATE}
    await socket.send(json.dumps({"event_id": "1", "type": "session.update", "session": settings}))
    while (event := json.loads(await socket.recv()))["type"] != "session.updated":
        assert event["type"] != "error", event
    return socket


async def spoken(socket: ClientConnection, text: str) -> AsyncGenerator[bytes]:
    """One sentence."""
    await socket.send(json.dumps({"event_id": "2", "type": "input_text_buffer.append", "text": text}))
    await socket.send(json.dumps({"event_id": "3", "type": "input_text_buffer.commit"}))
    while (event := json.loads(await socket.recv()))["type"] != "response.done":
        assert event["type"] != "error", event
        if event["type"] == "response.audio.delta":
            yield base64.b64decode(event["delta"])


class PipecatSentences(TTSService):
    """A service of pipecat's usual kind: it gets a sentence, and gives its audio."""

    socket: ClientConnection

    def __init__(self) -> None:
        super().__init__(push_start_frame=True, push_stop_frames=True, sample_rate=RATE, settings=STORE)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[frames.Frame | None, None]:
        async for pcm in spoken(self.socket, text):
            yield frames.TTSAudioRawFrame(pcm, RATE, 1, context_id=context_id)


STORE = TTSSettings(model=None, voice=None, language=None)


class First(FrameProcessor):
    """Notes when the first audio comes."""

    audio: asyncio.Future[float]

    async def process_frame(self, frame: frames.Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, frames.TTSAudioRawFrame) and not self.audio.done():
            self.audio.set_result(time.perf_counter())
        await self.push_frame(frame, direction)


@asynccontextmanager
async def pipecat(service: TTSService, pause: float, ready: Callable[[], Awaitable[object]]) -> AsyncIterator[Measured]:
    first = First()
    worker = PipelineWorker(Pipeline([service, first]), enable_rtvi=False, cancel_on_idle_timeout=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())

    async def measured(answer: str) -> float:
        await ready()
        first.audio = asyncio.get_running_loop().create_future()
        await worker.queue_frame(frames.LLMFullResponseStartFrame())
        began = time.perf_counter()

        async def llm() -> None:
            for token in tokens(answer):
                await worker.queue_frame(frames.LLMTextFrame(token))
                await asyncio.sleep(pause)
            await worker.queue_frame(frames.LLMFullResponseEndFrame())

        writing = asyncio.create_task(llm())
        heard = await first.audio - began
        writing.cancel()
        await worker.queue_frame(frames.InterruptionFrame())
        await asyncio.sleep(0.5)
        return heard

    try:
        yield measured
    finally:
        await worker.cancel()
        await asyncio.wait([running], timeout=5)


class LiveKitSentences(tts.TTS[str]):
    """A TTS of livekit's usual kind: it gets a sentence of `StreamAdapter`, and gives its audio."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1)
        self.free = list[ClientConnection]()

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return Sentence(tts=self, input_text=text, conn_options=conn_options)


class Sentence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(request_id=utils.shortuuid(), sample_rate=RATE, num_channels=1, mime_type="audio/pcm")
        assert isinstance(self._tts, LiveKitSentences)
        socket = self._tts.free.pop()
        async for pcm in spoken(socket, self.input_text):
            output_emitter.push(pcm)
        self._tts.free.append(socket)
        output_emitter.flush()


def livekit(voice: tts.TTS[Any], pause: float, ready: Callable[[], Awaitable[object]]) -> Measured:
    async def measured(answer: str) -> float:
        await ready()
        stream = voice.stream()
        began = time.perf_counter()

        async def llm() -> None:
            for token in tokens(answer):
                stream.push_text(token)
                await asyncio.sleep(pause)
            stream.end_input()

        writing = asyncio.create_task(llm())
        await anext(stream)
        heard = time.perf_counter() - began
        writing.cancel()
        await stream.aclose()
        return heard

    return measured


async def main(rounds: int, pace: float) -> None:
    pause = 1 / pace
    with local_service(ToneTTS(first_audio=0.25, pace=4)) as service:
        url, voice = service.url, QwenTTS(url=service.url, api_key="")
        adapted, cutting = LiveKitSentences(), PipecatSentences()
        cutter = tts.StreamAdapter(tts=adapted, sentence_tokenizer=tokenize.blingfire.SentenceTokenizer())

        async def sessions() -> None:
            """Those that sentences are committed on. One whose answer was interrupted is spent."""
            cutting.socket = await dialled(url)
            while len(adapted.free) < 2:
                adapted.free.append(await dialled(url))

        async def as_long() -> None:
            await asyncio.sleep(0.2)

        async with (
            pipecat(cutting, pause, sessions) as pipecat_sentences,
            pipecat(TrioletTTSService(speech(voice, "en")), pause, as_long) as pipecat_triolet,
            TrioletTTS(speech(voice, "en")) as triolet,
        ):
            triolet.prewarm()
            systems = {
                "pipecat, sentences": pipecat_sentences,
                "pipecat, Triolet": pipecat_triolet,
                "LiveKit, StreamAdapter": livekit(cutter, pause, sessions),
                "LiveKit, Triolet": livekit(triolet, pause, as_long),
            }
            times: dict[str, list[list[float]]] = {name: [[] for _ in ANSWERS] for name in systems}
            for _ in range(rounds):
                for number, answer in enumerate(ANSWERS):
                    for name, measured in systems.items():
                        async with asyncio.timeout(LONGEST):
                            times[name][number].append(await measured(answer))
    print(
        f"{'milliseconds to the first audio':26}" + "".join(f"{f'answer {n}':>10}" for n in range(1, len(ANSWERS) + 1))
    )
    for name, answers in times.items():
        print(f"{name:26}" + "".join(f"{1000 * statistics.median(answer):10.0f}" for answer in answers))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words-a-second", type=float, default=15.0)
    arguments = parser.parse_args()
    logger.remove()
    asyncio.run(main(arguments.rounds, arguments.words_a_second))
