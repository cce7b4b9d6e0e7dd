"""A stage that brings every voice to one loudness."""

from __future__ import annotations

from collections import OrderedDict

import attrs
import trio

from triolet._model._audio import SAMPLE_BYTES, AudioChunk
from triolet._model._voice_settings import VoiceSettings
from triolet.chain._context import TurnContext
from triolet.chain._stages import Stage
from triolet.mixing._leveller import Leveller
from triolet.mixing._numpy import numpy_for

TARGET = -16.0
"""LUFS: what podcasts and voice assistants are mastered to (AES TD1008 asks for -16 to -20), so that speech is as loud as what else
comes out of a telephone in the hand."""

CEILING = -1.0
"""Decibels of full scale that no peak exceeds, between two samples either (EBU R128): a codec or another rate may add as much."""

MOST = 20.0
"""Decibels by which a voice is made louder, at most. One that is softer still is noise, or is meant to whisper."""

LEARNED_VOICES = 32
"""Voices whose loudness is kept for their next turn: 1.2 kB each."""


class LoudnessNormalizer(Stage[AudioChunk, AudioChunk]):
    """Brings speech to a loudness, without clipping it: `speech(tts) | LoudnessNormalizer() | output`.

    The loudness is measured as ITU-R BS.1770 says, gated, over the last 15 s of speech; pauses do not count. The gain
    follows it by 20 dB a second at most. What is known of a voice is kept for its next turn: only its first half second may be off.

    A limiter holds peaks below the ceiling, between two samples too. It looks ahead, so audio comes up to 9 ms later (`LIMITER_DELAY`). The last
    samples of a phrase come with its end: there are as many as before, at the same places, so what was heard stays exact.

    It takes numpy: `pip install "triolet[audio]"`.
    """

    def __init__(self, target: float = TARGET, *, ceiling: float = CEILING, most: float = MOST) -> None:
        """Bring speech to `target`.

        Args:
            target: LUFS; -16 by default. Mono is measured as it is, as one channel.
            ceiling: dB of full scale that no peak exceeds; -1 by default.
            most: dB by which speech is made louder at most; 20 by default. It is made softer by any amount.

        Raises:
            ValueError: `target` is not from -40 to -8, where speech can be; `ceiling` is above 0, or lower than `target`; `most` is below 0.
            OutputError: numpy is not installed.
        """
        if not -40 <= target <= -8:
            raise ValueError(f"target is {target}; it must be from -40 to -8 LUFS")
        if not target <= ceiling <= 0:
            raise ValueError(f"ceiling is {ceiling}; it must be from target ({target}) to 0 dB")
        if most < 0:
            raise ValueError(f"most is {most}; it must not be below 0 dB")
        numpy_for("LoudnessNormalizer")
        self._target, self._ceiling, self._most = target, ceiling, most
        self._voices = OrderedDict[tuple[VoiceSettings, int], tuple[float, ...]]()

    def __repr__(self) -> str:
        return f"LoudnessNormalizer({self._target:g})"

    async def run(
        self,
        upstream: trio.MemoryReceiveChannel[AudioChunk],
        downstream: trio.MemorySendChannel[AudioChunk],
        turn: TurnContext,
    ) -> None:
        """Send each phrase at the loudness. Cancellation drops at most `LIMITER_DELAY` seconds that wait."""
        level: Leveller | None = None
        voice = turn.settings, 0
        last: AudioChunk | None = None  # its phrase has not ended
        given = 0  # the offset of the next samples
        try:
            async for chunk in upstream:
                if last is not None and (chunk.phrase.index, chunk.format) != (last.phrase.index, last.format):
                    assert level is not None
                    await _send(downstream, last, level.finish(), given)
                    last = None
                if level is None or voice[1] != chunk.format.sample_rate:
                    self._keep(voice, level)
                    voice = turn.settings, chunk.format.sample_rate
                    level = Leveller(chunk.format.sample_rate, self._target, self._ceiling, self._most)
                    level.go_on_from(self._voices.get(voice, ()))
                if last is None:
                    given = chunk.offset
                pcm = level.feed(chunk.pcm)
                if chunk.final:
                    pcm += level.finish()
                last = None if chunk.final else chunk
                await _send(downstream, chunk, pcm, given)
                given += len(pcm) // SAMPLE_BYTES
            if last is not None and level is not None:
                await _send(downstream, last, level.finish(), given)
        finally:
            self._keep(voice, level)

    def _keep(self, voice: tuple[VoiceSettings, int], level: Leveller | None) -> None:
        """Keep what is known of a voice."""
        if level is not None:
            self._voices[voice] = level.meter.blocks
            self._voices.move_to_end(voice)
            if len(self._voices) > LEARNED_VOICES:
                self._voices.popitem(last=False)


async def _send(downstream: trio.MemorySendChannel[AudioChunk], like: AudioChunk, pcm: bytes, offset: int) -> None:
    if pcm or like.final:
        await downstream.send(attrs.evolve(like, pcm=pcm, offset=offset))
