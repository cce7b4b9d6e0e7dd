"""A-law, by values of ITU-T G.711 and by what companding promises."""

from __future__ import annotations

import array

from triolet_adapters.shared.g711 import from_alaw
from triolet_adapters.tts.frame import to_alaw


def expanded(codes: bytes) -> list[int]:
    return list(array.array("h", from_alaw(codes)))


def test_codes_are_those_of_the_standard() -> None:
    assert expanded(bytes([0xD5, 0x55, 0xAA, 0x2A, 0x80, 0x00])) == [8, -8, 32256, -32256, 5504, -5504]
    assert to_alaw(array.array("h", [0, -1, 32767, -32768]).tobytes()) == bytes([0xD5, 0x55, 0xAA, 0x2A])


def test_every_code_is_that_of_its_sample() -> None:
    assert to_alaw(from_alaw(bytes(range(256)))) == bytes(range(256))


def test_a_sample_comes_back_within_a_thirtieth() -> None:
    samples = array.array("h", range(-32768, 32768, 7))
    back = expanded(to_alaw(samples.tobytes()))
    assert all(abs(one - other) <= max(16, abs(one) / 30) for one, other in zip(samples, back, strict=True))
    assert back == sorted(back)
