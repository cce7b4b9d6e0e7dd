"""G.711, compared with the values that ITU-T G.711 defines, and with two other implementations: FFmpeg's, and `audioop` where Python still
has it.
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import av
import pytest

from triolet_adapters.shared.g711 import from_alaw, from_mulaw, to_alaw, to_mulaw

CODES = bytes(range(256))
SAMPLES = b"".join(sample.to_bytes(2, "little", signed=True) for sample in range(-32768, 32768))
LAWS = {"mulaw": (from_mulaw, to_mulaw), "alaw": (from_alaw, to_alaw)}


@pytest.mark.parametrize("law", LAWS)
def test_it_agrees_with_audioop(law: str) -> None:
    decode, encode = LAWS[law]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        audioop: Any = importlib.import_module("audioop")
    name = law.removeprefix("m") if law == "mulaw" else law
    assert decode(CODES) == getattr(audioop, f"{name}2lin")(CODES, 2)
    assert encode(SAMPLES) == getattr(audioop, f"lin2{name}")(SAMPLES, 2)


@pytest.mark.parametrize("law", LAWS)
def test_it_decodes_as_ffmpeg_does_and_codes_come_back(law: str) -> None:
    decode, encode = LAWS[law]
    codec: Any = av.CodecContext.create(f"pcm_{law}", "r")
    codec.sample_rate, codec.layout = 8_000, "mono"
    frames = codec.decode(av.Packet(CODES))
    assert b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames) == decode(CODES)
    again = encode(decode(CODES))
    assert again == CODES.replace(b"\x7f", b"\xff") if law == "mulaw" else again == CODES


@pytest.mark.parametrize("law", LAWS)
def test_a_sample_comes_back_as_near_as_its_segment_allows(law: str) -> None:
    decode, encode = LAWS[law]
    came = decode(encode(SAMPLES))
    for at in range(0, len(SAMPLES), 2 * 97):
        sample, other = (int.from_bytes(pcm[at : at + 2], "little", signed=True) for pcm in (SAMPLES, came))
        assert abs(sample - other) <= max(16, abs(sample) / 16, abs(sample) - 32_124 + 1)


def intervals(law: str) -> list[tuple[int, int, int]]:
    """What tables 1a and 2a of G.711 (11/88) define for positive values, 16 steps in each of 8 segments, on the scale of 16 bits: the
    decision value at which each step begins, the value that it is decoded to, and its code.
    """
    found: list[tuple[int, int, int]] = []
    for segment in range(8):
        for step in range(16):
            if law == "mulaw":  # 14 bits
                half = 1 << segment
                value = (2 * step + 33) * half - 33
                found.append((max(0, value - half) * 4, value * 4, 0xFF - (segment << 4 | step)))
            else:  # 13 bits, and every other bit of the code inverted
                half = 1 << max(0, segment - 1)
                value = 2 * step + 1 if segment == 0 else (2 * step + 33) * half
                found.append(((value - half) * 8, value * 8, (0x80 | segment << 4 | step) ^ 0x55))
    return found


@pytest.mark.parametrize("law", LAWS)
def test_codes_and_values_are_those_of_the_recommendation(law: str) -> None:
    decode, encode = LAWS[law]
    steps = intervals(law)
    ends = [begin for begin, _, _ in steps[1:]] + [32_768]
    for (begin, value, code), end in zip(steps, ends, strict=True):
        for sign, mark in ((1, 0), (-1, 0x80)):
            assert decode(bytes([code ^ mark])) == (sign * value).to_bytes(2, "little", signed=True)
            inside = [begin, value, end - 1] if sign > 0 else [-value, -(end - 4), -(begin + 4)]
            for sample in inside:
                if value or sign > 0:  # mu-law has two zeros
                    assert encode(sample.to_bytes(2, "little", signed=True)) == bytes([code ^ mark]), (sample, code)
