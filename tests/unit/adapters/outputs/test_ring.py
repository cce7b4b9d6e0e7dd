"""The buffer between two threads: nothing is lost, repeated or counted twice, whatever comes in which order."""

import sys
import threading
from array import array
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.outputs._ring import SampleRing

STEPS = st.lists(
    st.tuples(st.sampled_from(["accept", "pull", "flush", "pause", "resume"]), st.integers(1, 50)), max_size=40
)


@given(STEPS, st.integers(0, 60))
def test_what_was_heard_is_what_left_the_device(steps: list[tuple[str, int]], latency: int) -> None:
    ring = SampleRing(40)
    ring.latency = latency
    sent = 0  # samples are numbered from 1: 0 is silence
    device: list[int] = []
    heard = 0
    kept: list[int] = []
    for step, count in steps:
        if step == "accept":
            numbers = range(sent + 1, sent + 1 + min(count, ring.room))
            ring.accept(array("h", numbers).tobytes())
            kept += numbers
            sent += len(numbers)
        elif step == "pull":
            pulled = array("h", ring.pull(count))
            assert len(pulled) == count
            device += pulled
        elif step == "flush":
            heard = ring.heard
            ring.flush(0)
            del kept[heard:]
            device = [0] * len(device)
            assert ring.unheard == 0
        else:
            getattr(ring, step)()
        gone = [s for s in device[: max(0, len(device) - latency)] if s]
        assert ring.heard == heard + len(gone)
        assert kept[heard : ring.heard] == gone
        assert ring.heard + ring.unheard == len(kept)


@given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=500), st.integers(1, 300))
def test_a_flush_fades_and_counts_for_nothing(samples: list[int], fade: int) -> None:
    ring = SampleRing(500)
    ring.accept(array("h", samples).tobytes())
    ring.flush(fade)
    pulled = array("h", ring.pull(600))
    tail = min(fade, len(samples))
    assert not any(pulled[tail:])
    for i in range(tail):
        assert abs(pulled[i]) <= abs(samples[i]) * (tail - i) / (tail + 1) + 1
    assert ring.heard == 0


@pytest.fixture
def threads_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(50e-6)  # seconds; with the usual 5 ms each thread waits most of its turn for the other
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("threads_take_turns_often")
def test_two_threads_lose_nothing() -> None:
    ring = SampleRing(100)
    sound = array("h", [i % 30_000 + 1 for i in range(5_000)])
    out: list[int] = []

    def device() -> None:
        while ring.heard < len(sound):
            out.extend(s for s in array("h", ring.pull(37)) if s)

    thread = threading.Thread(target=device)
    thread.start()
    position = 0
    while position < len(sound):
        room = ring.room
        ring.accept(sound[position : position + room].tobytes())
        position += min(room, len(sound) - position)
    thread.join(30)
    assert out == list(sound)
