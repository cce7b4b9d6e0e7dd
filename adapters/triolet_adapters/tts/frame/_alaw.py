"""A-law (G.711, ITU-T): 8 bits a sample, as telephones have it outside of America and Japan, from and to 16 bits."""

from __future__ import annotations

import array
import sys

_EVEN = 0x55
"""Every second bit of a code travels inverted."""


def _expanded(code: int) -> int:
    code ^= _EVEN
    segment = code >> 4 & 7
    magnitude = ((code & 0x0F) << 4) + 8
    if segment:
        magnitude = magnitude + 0x100 << segment - 1
    return magnitude if code & 0x80 else -magnitude


def _compressed(sample: int) -> int:
    magnitude = (sample if sample >= 0 else -sample - 1) >> 4
    segment = max(0, magnitude.bit_length() - 4)
    code = segment << 4 | (magnitude >> max(0, segment - 1)) & 0x0F
    return (code | 0x80 if sample >= 0 else code) ^ _EVEN


_EXPANDED = array.array("h", [_expanded(code) for code in range(256)])

_COMPRESSED = bytes(_compressed(sample << 4) for sample in [*range(2048), *range(-2048, 0)])
"""The code of each sample, by its upper 12 bits as an unsigned number: codes lie at least 16 apart."""


def from_alaw(data: bytes) -> bytes:
    """Samples of 16 bits, little-endian."""
    samples = array.array("h", map(_EXPANDED.__getitem__, data))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def to_alaw(pcm: bytes) -> bytes:
    """Codes of whole samples of 16 bits, little-endian."""
    samples = array.array("H")
    samples.frombytes(pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes([_COMPRESSED[sample >> 4] for sample in samples])
