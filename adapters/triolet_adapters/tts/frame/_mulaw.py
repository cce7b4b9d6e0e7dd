"""Mu-law (G.711, ITU-T): 8 bits a sample, as telephones have it, from and to 16 bits."""

from __future__ import annotations

import array
import functools
import sys

_BIAS = 0x84
_CLIP = 32635
"""The largest value that has a code: with the bias, 15 bits."""


def _expanded(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _compressed(sample: int) -> int:
    magnitude = min(abs(sample), _CLIP) + _BIAS
    segment = magnitude.bit_length() - 8
    return ~((sample < 0) << 7 | segment << 4 | magnitude >> segment + 3 & 0x0F) & 0xFF


_EXPANDED = array.array("h", [_expanded(code) for code in range(256)])


@functools.cache
def _codes() -> bytes:
    """The code of each sample, by its upper 14 bits as an unsigned number: codes lie at least 8 apart."""
    return bytes(_compressed(sample << 2) for sample in [*range(8192), *range(-8192, 0)])


def from_mulaw(data: bytes) -> bytes:
    """Samples of 16 bits, little-endian."""
    samples = array.array("h", map(_EXPANDED.__getitem__, data))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def to_mulaw(pcm: bytes) -> bytes:
    """Codes of whole samples of 16 bits, little-endian."""
    samples = array.array("H")
    samples.frombytes(pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    codes = _codes()
    return bytes([codes[sample >> 2] for sample in samples])
