"""Loudness and peaks as ffmpeg measures them: another implementation of the standards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import attrs
import av
import av.filter
import numpy as np


@attrs.frozen
class Measured:
    loudness: float
    """LUFS, integrated and gated."""
    peak: float
    """The highest sample, as a share of full scale."""
    true_peak: float
    """The same between samples."""


def measured(pcm: bytes, rate: int) -> Measured:
    """By the filter ebur128."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "found")
        graph: Any = av.filter.Graph()
        source = graph.add_abuffer(format="s16", sample_rate=rate, layout="mono", time_base=f"1/{rate}")
        meter = graph.add("ebur128", "metadata=1:peak=sample+true:framelog=quiet")
        told, end = graph.add("ametadata", f"mode=print:file={path}"), graph.add("abuffersink")
        for one, other in ((source, meter), (meter, told), (told, end)):
            one.link_to(other)
        graph.configure()
        frame: Any = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None, :].copy(), format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        source.push(frame)
        source.push(None)
        try:
            while True:
                end.pull()
        except (EOFError, BlockingIOError):
            pass
        del graph, source, meter, told, end  # the file is written when the filters are gone
        found = dict(line.strip().split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return Measured(*(float(found[f"lavfi.r128.{name}"]) for name in ("I", "sample_peak", "true_peak")))
