"""What the tone says of itself is true from any cut on."""

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from triolet.testing._tone import Decoded, ToneRun, ToneTTS, decode, tone

numbers = st.integers(0, 4095)


@given(numbers, numbers, st.integers(0, 5_000_000), st.integers(7, 200))
def test_any_stretch_of_seven_samples_or_more_tells_where_it_comes_from(
    connection: int, commit: int, start: int, samples: int
) -> None:
    decoded = decode(tone(connection, commit, samples, start))
    assert decoded.runs == (ToneRun(connection, commit, start, start + samples, 0),)
    assert decoded.silence == decoded.unreadable == 0


@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(7, 60), st.integers(0, 20)), max_size=8))
def test_joins_and_silence_between_are_found(parts: list[tuple[int, int, int]]) -> None:
    pcm = bytearray()
    expected: list[ToneRun] = []
    silence = 0
    for index, (frame, samples, zeros) in enumerate(parts):
        expected.append(ToneRun(index, index, 4 * frame, 4 * frame + samples, len(pcm) // 2))
        pcm += tone(index, index, samples, 4 * frame) + bytes(2 * zeros)
        silence += zeros
    assert decode(bytes(pcm)) == Decoded(tuple(expected), silence, 0)


@given(st.integers(0, 3), st.lists(st.integers(2, 30), min_size=1, max_size=6))
def test_whole_commits_of_one_connection_side_by_side_are_told_apart_to_the_sample(
    connection: int, frames: list[int]
) -> None:
    pcm = b"".join(tone(connection, commit, 4 * count) for commit, count in enumerate(frames))
    assert [(run.commit, run.start, run.stop) for run in decode(pcm).runs] == [
        (commit, 0, 4 * count) for commit, count in enumerate(frames)
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(pcm: bytes) -> None:
    decoded = decode(pcm)
    assert decoded.silence + decoded.unreadable + sum(run.stop - run.start for run in decoded.runs) == len(pcm) // 2


def test_faded_samples_are_unreadable_and_the_rest_is_not() -> None:
    pcm = bytearray(tone(1, 2, 400))
    for sample in range(100):
        value = int.from_bytes(pcm[2 * sample : 2 * sample + 2], "little", signed=True)
        pcm[2 * sample : 2 * sample + 2] = (value * sample // 100).to_bytes(2, "little", signed=True)
    decoded = decode(bytes(pcm))
    assert decoded.runs == (ToneRun(1, 2, 100, 400, 100),)
    assert decoded.unreadable + decoded.silence == 100


def test_no_sample_is_near_silence() -> None:
    pcm = tone(0, 0, 1000)
    assert min(int.from_bytes(pcm[index : index + 2], "little", signed=True) for index in range(0, 2000, 2)) >= 0x4000


async def test_the_voice_speaks_at_its_pace(autojump_clock: trio.testing.MockClock) -> None:
    voice = ToneTTS(seconds_per_character=0.1, first_audio=0.5, pace=2, chunk=0.25)
    times: list[float] = []
    pcm = bytearray()

    def accept(samples: bytes) -> None:
        times.append(trio.current_time())
        pcm.extend(samples)

    async with voice.connect() as session:
        usage = await session.commit("ten chars.", accept)
        assert times == pytest.approx([0.625, 0.75, 0.875, 1.0])
        assert usage.characters == 10
        assert decode(bytes(pcm)).runs == (ToneRun(0, 0, 0, 24_000, 0),)
        await session.commit("b", pcm.extend)
    async with voice.connect() as session:
        await session.commit("c", pcm.extend)
    assert [(run.connection, run.commit) for run in decode(bytes(pcm)).runs] == [(0, 0), (0, 1), (1, 0)]
    assert [(commit.text, commit.samples) for commit in voice.commits] == [
        ("ten chars.", 24_000),
        ("b", 2400),
        ("c", 2400),
    ]
    assert (voice.open, voice.most_open, voice.connections) == (0, 1, 2)


async def test_misuse_is_told(autojump_clock: trio.testing.MockClock) -> None:
    voice = ToneTTS(first_audio=1)
    async with voice.connect() as session:
        with pytest.raises(ValueError, match="no words"):
            await session.commit(" …", bytearray().extend)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(session.commit, "first", bytearray().extend)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(RuntimeError, match="one commit at a time"):
                await session.commit("second", bytearray().extend)
            nursery.cancel_scope.cancel()
        with pytest.raises(RuntimeError, match="spent"):
            await session.commit("third", bytearray().extend)
