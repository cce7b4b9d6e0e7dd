"""Opus for a page: whatever the lengths, each sample is in one packet, at its place."""

from __future__ import annotations

import math
from array import array

import av
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.outputs.browser._opus import FRAME, RATE, OpusEncoder


def tone(samples: int, begin: int) -> bytes:
    return array("h", (round(9000 * math.sin(0.05 * (begin + at))) for at in range(samples))).tobytes()


def decoded(runs: list[list[int]]) -> tuple[list[tuple[int, int]], array[float]]:
    """Encode frames of these lengths, and decode them as a page does: where the packets' samples lie, and the samples."""
    encoder = OpusEncoder(32_000)
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = RATE, "mono"
    place, spans, heard = 0, list[tuple[int, int]](), array("f")
    for run in runs:
        packets = []
        for length in run:
            packets += encoder.encode(place, tone(length, place))
            place += length
        for packet in packets + encoder.end():
            [frame] = decoder.decode(av.Packet(packet.data))
            assert frame.samples == FRAME
            samples = array("h") if "s16" in frame.format.name else array("f")
            samples.frombytes(bytes(frame.planes[0])[: FRAME * samples.itemsize])
            scale = 32768 if samples.typecode == "h" else 1
            heard.extend(sample / scale for sample in samples[packet.skip : packet.skip + packet.count])
            spans.append((packet.place, packet.place + packet.count))
    return spans, heard


RUNS = st.lists(
    st.tuples(st.lists(st.just(FRAME), max_size=4), st.lists(st.integers(1, FRAME - 1), max_size=1)).map(
        lambda run: [*run[0], *run[1]]
    ),
    min_size=1,
    max_size=3,
)


@given(RUNS)
def test_each_sample_is_in_one_packet(runs: list[list[int]]) -> None:
    spans, heard = decoded(runs)
    total = sum(map(sum, runs))
    spans = [span for span in spans if span[0] < span[1]]
    assert [begin for begin, _ in spans] == [0, *(end for _, end in spans[:-1])][: len(spans)]
    assert sum(end - begin for begin, end in spans) == len(heard) == total


def test_the_samples_are_where_they_were() -> None:
    runs = [[FRAME] * 20 + [500], [FRAME] * 15]
    _, heard = decoded(runs)
    sent = array("f", (sample / 32768 for sample in array("h", tone(sum(map(sum, runs)), 0))))
    late = RATE // 50  # a run begins with an encoder that has to learn
    for begin, end in ((late, FRAME * 20), (FRAME * 20 + 500 + late, len(sent))):
        part = sent[begin + 10 : end - 10]
        alike = [_correlation(heard[begin + lag : begin + lag + len(part)], part) for lag in range(21)]
        assert max(alike) > 0.99, "within 0.2 ms: the codec's filters shift the phase"


def _correlation(one: array[float], other: array[float]) -> float:
    energy = math.sqrt(sum(x * x for x in one) * sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / energy
