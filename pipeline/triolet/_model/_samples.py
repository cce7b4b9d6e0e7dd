"""16-bit little-endian samples as numbers, and back: the one place that knows how this machine orders bytes."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable

_SWAPPED = sys.byteorder == "big"


def numbers(pcm: bytes | bytearray | memoryview) -> array[int]:
    """The samples of whole PCM, as numbers from -32768 to 32767."""
    samples = array("h")
    samples.frombytes(pcm)
    if _SWAPPED:
        samples.byteswap()
    return samples


def pcm_of(samples: Iterable[int]) -> bytes:
    """The PCM of samples that are numbers."""
    made = array("h", samples)
    if _SWAPPED:
        made.byteswap()
    return made.tobytes()


def faded_out(pcm: bytes | bytearray | memoryview) -> bytes:
    """The same samples, going to zero in a straight line. Without it, a voice that is cut off makes a click.

    For outputs that are flushed: fade what has still to be heard, some 10 ms. `pcm` is 16-bit little-endian mono.
    """
    samples = numbers(pcm)
    count = len(samples)
    return pcm_of(sample * (count - at - 1) // count for at, sample in enumerate(samples))
