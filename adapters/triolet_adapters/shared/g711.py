"""G.711 (ITU-T): 8 bits a sample, as telephones have it, from and to samples of 16 bits, little-endian. Mu-law is that of North
America and Japan, A-law that of the rest of the world.
"""

from __future__ import annotations

import array
import functools
import sys
from collections.abc import Callable

_BIAS = 0x84
_CLIP = 32635
"""The largest value that has a code in mu-law: with the bias, 15 bits."""


def _mulaw_sample(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _mulaw_code(sample: int) -> int:
    magnitude = min(abs(sample), _CLIP) + _BIAS
    segment = magnitude.bit_length() - 8
    return ~((sample < 0) << 7 | segment << 4 | magnitude >> segment + 3 & 0x0F) & 0xFF


def _alaw_sample(code: int) -> int:
    code ^= 0x55
    segment, step = code >> 4 & 7, (code & 0x0F) << 4
    magnitude = step + 8 if segment == 0 else step + 0x108 << segment - 1
    return magnitude if code & 0x80 else -magnitude


def _alaw_code(sample: int) -> int:
    magnitude = (~sample if sample < 0 else sample) >> 3
    segment = max(0, magnitude.bit_length() - 5)
    code = segment << 4 | magnitude >> max(1, segment) & 0x0F
    return code ^ (0x55 if sample < 0 else 0xD5)


_MULAW_SAMPLES = array.array("h", map(_mulaw_sample, range(256)))
_ALAW_SAMPLES = array.array("h", map(_alaw_sample, range(256)))


@functools.cache
def _codes(code: Callable[[int], int]) -> bytes:
    """The code of each sample, by its upper 14 bits as an unsigned number: codes lie at least 8 apart."""
    return bytes(code(sample << 2) for sample in [*range(8192), *range(-8192, 0)])


def from_mulaw(data: bytes) -> bytes:
    """Samples of mu-law codes."""
    return _samples(data, _MULAW_SAMPLES)


def to_mulaw(pcm: bytes) -> bytes:
    """Mu-law codes of whole samples."""
    return _encoded(pcm, _codes(_mulaw_code))


def from_alaw(data: bytes) -> bytes:
    """Samples of A-law codes."""
    return _samples(data, _ALAW_SAMPLES)


def to_alaw(pcm: bytes) -> bytes:
    """A-law codes of whole samples."""
    return _encoded(pcm, _codes(_alaw_code))


def _samples(data: bytes, table: array.array[int]) -> bytes:
    samples = array.array("h", map(table.__getitem__, data))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _encoded(pcm: bytes, table: bytes) -> bytes:
    samples = array.array("H")
    samples.frombytes(pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes([table[sample >> 2] for sample in samples])
