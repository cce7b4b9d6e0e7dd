"""A user who talks over it, from a file: python recipes/listening.py user.wav

The file is what the user says: mono, 16-bit, 16 kHz. Without one, an example is made: a short sound, then a sentence. At the first
sign of a voice the speech pauses. If that was all, it goes on; if something was said, it ends. It needs triolet[vad].
"""

import sys
import wave
from pathlib import Path

import numpy as np
import trio

from triolet import BargeIn, BargeInDecision, Conversation, UserSpeech, speech
from triolet_adapters.listening import SileroVAD
from triolet_adapters.outputs import NullDevice  # Loudspeaker(), where there is a sound device
from triolet_adapters.tts import LocalTTS

TEXT = """When you hum I pause, and then go on with the next sample, so that you miss nothing of what I read to you. When you
say something I stop, and you can see how far I came, and what you have missed. There is some more that nobody will hear."""
RATE = 16_000


async def example(path: Path) -> None:
    """Write what a user says: "Ah!" after two seconds, and a sentence after six."""
    heard = np.zeros(10 * RATE, np.int16)
    async with LocalTTS().connect() as session:
        for second, words in (2, "Ah!"), (6, "Hold on, that is not what I asked for."):
            pcm = bytearray()
            await session.commit(words, pcm.extend)
            voice = np.frombuffer(pcm, np.int16)
            at_16_khz = np.interp(np.arange(len(voice) * RATE // 24_000) * 1.5, np.arange(len(voice)), voice)
            heard[second * RATE :][: len(at_16_khz)] = at_16_khz
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(heard.tobytes())


async def listen(path: Path, user: UserSpeech) -> None:
    """Hear the file as it would come from a microphone."""
    vad = SileroVAD(user)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE), (
            "not mono, 16 bit, 16 kHz"
        )
        start = trio.current_time()
        while pcm := file.readframes(RATE // 50):
            await trio.sleep_until(start + file.tell() / RATE)
            vad.feed(pcm)
    vad.end()


async def main() -> None:
    if not (path := Path(*sys.argv[1:] or ["user.wav"])).exists():
        await example(path)
    start = trio.current_time()

    def show(decision: BargeInDecision) -> None:
        print(f"{trio.current_time() - start:4.1f} s: {decision.value}", flush=True)

    async with (
        Conversation(speech(LocalTTS(), "en"), NullDevice()) as talk,
        BargeIn(talk, observer=show) as user,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(listen, path, user)
        result = await talk.say([TEXT])
        nursery.cancel_scope.cancel()
    print(f"heard:     {result.heard}\nnot heard: {result.unheard}")


if __name__ == "__main__":
    trio.run(main)
