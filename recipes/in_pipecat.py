"""Triolet in a pipeline of pipecat: pip install "triolet[pipecat,local]"; python recipes/in_pipecat.py

An LLM's frames go in as it writes, and the audio goes into a file. In your bot the output of a transport takes its place.
"""

import asyncio
import wave

from pipecat.frames import frames
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from triolet import speech
from triolet_adapters.frameworks.pipecat import TrioletTTSService
from triolet_adapters.tts import LocalTTS

ANSWER = "Hello there. These words were *spoken* while they were being written."


class File(FrameProcessor):
    file: wave.Wave_write

    async def process_frame(self, frame: frames.Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, frames.TTSAudioRawFrame):
            self.file.writeframes(frame.audio)
        await self.push_frame(frame, direction)


async def main() -> None:
    with wave.open("in_pipecat.wav", "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        tts = TrioletTTSService(speech(LocalTTS(), "en"))
        output = File()
        output.file = file
        worker = PipelineWorker(Pipeline([tts, output]), enable_rtvi=False)
        tokens = [frames.LLMTextFrame(f"{word} ") for word in ANSWER.split()]
        answer = [frames.LLMFullResponseStartFrame(), *tokens, frames.LLMFullResponseEndFrame()]
        await worker.queue_frames([*answer, frames.EndFrame()])
        runner = WorkerRunner()
        await runner.add_workers(worker)
        await runner.run()


if __name__ == "__main__":
    asyncio.run(main())
