"""The only module that imports hibari and numpy: everything here is slow and runs in a worker thread."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import hibari.voices
import numpy as np
import numpy.typing as npt
from hibari.g2p import PUNCT_TAGS

from triolet import AudioFormat
from triolet.errors import ConnectionFailed, TTSError
from triolet_adapters.tts._english import pieces

FORMAT = AudioFormat(24_000)

GAIN = 2.0
"""6 dB: hibari speaks at -26 LUFS, this makes it -20, near the -23 (EBU R 128) to -16 of podcasts and assistants."""

KNEE = 0.7
"""-3 dBFS. Above it samples are bent softly, so that no plosive clips: measured on 51 sentences, peaks lie at -14 to -5
dBFS before the gain, and six samples in 100,000 reach the knee after it (loudest: -0.3 dBFS)."""

SILENCE = 1e-3
"""-60 dBFS (root mean square of 5 ms): hibari pads with -140 dBFS, and its softest consonants lie above -55."""

BEFORE, AFTER = 0.010, 0.040
"""Seconds of the voice's own silence that stay around a text, so that no onset and no release is cut. Pauses between two
texts are declared by the playout, not by the voice."""

PAUSE = 0.4
"""Seconds between two sentences of one text: what readers leave, and half of what hibari does. Without it, sentences that
were committed together would follow one another without a breath."""

BETWEEN_SENTENCES = FORMAT.silence(PAUSE - BEFORE - AFTER)

LONGEST_PHONEMES = 400
"""What hibari 0.2.1 speaks at once."""


Audio = npt.NDArray[np.float32]
"""Samples between -1 and 1 at 24 kHz, as hibari makes them."""


class Voice:
    """One voice with its dictionaries, loaded and warm. Any thread may use it."""

    def __init__(self, name: str) -> None:
        if name not in hibari.voices.VOICES:
            raise ValueError(f"no voice {name!r}: there are {', '.join(hibari.voices.VOICES)}")
        try:
            self._model: Any = hibari.Hibari(name)
        except RuntimeError as error:
            raise ConnectionFailed(f"the voice {name!r} is not on this machine: {error}") from error
        self._model.g2p.tagger = _Tagger(self._model.g2p.tagger)
        self._model("Ready.")  # loads the other dictionaries

    def speech(self, text: str, speed: float, seed: int | None) -> Iterator[bytes]:
        """The samples of each sentence, made when they are asked for; none for a part that has no sounds."""
        noise = np.random.default_rng(seed)
        pause = b""
        for sentence in self._model.split_sentences(text):
            for piece in pieces(sentence):
                try:
                    for phonemes in _breaths(self._model.g2p(piece)):
                        if any(c.isalpha() for c in phonemes):
                            audio = self._model.from_ids(self._model.ids(phonemes), speed, noise)
                            yield pause + _pcm(_trimmed(audio))
                            pause = b""
                    yield b""  # however much of a text has no sounds, no call takes longer than a piece does
                except Exception as error:  # whatever a model raises is the voice's fault here, and says so
                    raise TTSError(f"hibari failed on {piece[:60]!r}: {error!r}") from error
            pause = BETWEEN_SENTENCES


class _Tagger:
    """hibari's tagger of parts of speech, corrected: it takes "0x1F" after "/dir" for punctuation, which is not spoken."""

    def __init__(self, tagger: Callable[[list[str]], list[str]]) -> None:
        self._tagger = tagger

    def __call__(self, words: list[str]) -> list[str]:
        tags = self._tagger(words)
        return [_spoken_tag(word, tag) if tag in PUNCT_TAGS else tag for word, tag in zip(words, tags, strict=True)]


def _spoken_tag(word: str, tag: str) -> str:
    if any(c.isdigit() for c in word):
        return "CD"
    return "NN" if any(c.isalpha() for c in word) else tag


@functools.lru_cache(maxsize=4)
def load(name: str) -> Voice:
    """Each voice once a process.

    Raises:
        ValueError: no such voice.
        ConnectionFailed: it is not on this machine and could not be downloaded.
    """
    return Voice(name)


def _breaths(phonemes: str) -> Iterator[str]:
    """Parts of at most `LONGEST_PHONEMES`, cut between words. Numbers grow: 250 characters can be 2,000 phonemes."""
    while len(phonemes) > LONGEST_PHONEMES:
        cut = phonemes.rfind(" ", 0, LONGEST_PHONEMES)
        cut = cut if cut > 0 else LONGEST_PHONEMES
        yield phonemes[:cut]
        phonemes = phonemes[cut:].lstrip()
    if phonemes:
        yield phonemes


def _trimmed(audio: Audio) -> Audio:
    """Without the silence that hibari puts around each sentence (0.3 s and 0.5 s)."""
    frame = FORMAT.samples(0.005)
    frames = audio[: len(audio) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt(np.mean(np.square(frames), axis=1)) > SILENCE)
    if not len(loud):
        return audio[:0]
    start = int(loud[0]) * frame - FORMAT.samples(BEFORE)
    end = (int(loud[-1]) + 1) * frame + FORMAT.samples(AFTER)
    return audio[max(start, 0) : end]


def _pcm(audio: Audio) -> bytes:
    """The gain, and the knee above which |x| becomes KNEE + (1 - KNEE) tanh((|x| - KNEE) / (1 - KNEE)), below 1."""
    loud: Audio = np.abs(audio) * np.float32(GAIN)
    bent: Audio = np.where(loud > KNEE, KNEE + (1 - KNEE) * np.tanh((loud - KNEE) / (1 - KNEE)), loud).astype(
        np.float32
    )
    signed: Audio = np.copysign(bent, audio)
    return (signed * 32767).astype("<i2").tobytes()
