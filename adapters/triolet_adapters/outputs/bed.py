"""The sound of a background, from a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from typing import Any

from triolet import SAMPLE_BYTES, Bed
from triolet.errors import OutputError
from triolet_adapters.outputs._codecs import load_av

HIGHEST_RATE = 48_000
"""Samples a second that are kept of a file: what an output takes at most."""


def read_bed(path: str | os.PathLike[str], *, gain: float = 0.0) -> Bed:
    """Read the background of a `Background` from a sound file: WAV, MP3, Opus, FLAC, AAC, or what else PyAV reads (`triolet[audio]`).

    A plain call that reads and decodes all of it, some 5 ms for a second of sound: call it before the conversation, or in a thread.

    Args:
        path: the file. Stereo becomes mono.
        gain: dB by which it is played louder than it is; 0 by default.

    Raises:
        OutputError: there is no such file, or no sound in it; or PyAV is missing.
        ValueError: it has more than `LONGEST_BED` seconds.
    """
    av = load_av("read_bed")
    with contextlib.ExitStack() as files:
        try:
            container: Any = files.enter_context(av.open(os.fspath(path)))
            if not container.streams.audio:
                raise OutputError(f"{os.fspath(path)} has no sound")
            stream = container.streams.audio[0]
            rate = min(HIGHEST_RATE, int(stream.rate))
            return Bed(_samples(av, container, stream, rate), rate, gain=gain)
        except (OSError, av.FFmpegError) as error:
            raise OutputError(f"{os.fspath(path)} cannot be read as sound: {error}") from error


def _samples(av: Any, container: Any, stream: Any, rate: int) -> Generator[bytes]:
    resampler = av.AudioResampler("s16", "mono", rate)
    for frame in _frames(container, stream):
        for made in resampler.resample(frame):
            yield bytes(made.planes[0])[: made.samples * SAMPLE_BYTES]


def _frames(container: Any, stream: Any) -> Generator[Any]:
    """Its frames, and None at the end."""
    yield from container.decode(stream)
    yield None
