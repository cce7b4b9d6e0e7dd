"""G.711, compared with two other implementations: FFmpeg's, and `audioop` where Python still has it."""

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
        try:
            audioop: Any = importlib.import_module("audioop")
        except ModuleNotFoundError:
            pytest.skip("Python 3.13 has no audioop")
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
