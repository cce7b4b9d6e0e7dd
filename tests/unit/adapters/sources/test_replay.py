from __future__ import annotations

import math
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.sources import Recorder, Replay, TimedToken, split_tokens

TEXT = "Hello there, internationalization! It costs $12,500 (really).\n\n- 你好，世界。 ok"


async def timed(source: Replay | Recorder, pause: float = 0.0) -> list[tuple[float, str]]:
    began = trio.current_time()
    got: list[tuple[float, str]] = []
    async for text in source:
        got.append((trio.current_time() - began, text))
        await trio.sleep(pause)
    return got


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    tokens = split_tokens(text)
    assert "".join(tokens) == text
    assert all(0 < len(token) <= 9 or token.isspace() for token in tokens)


def test_tokens_are_cut_where_models_cut() -> None:
    assert split_tokens(TEXT) == [
        *(
            "Hello",
            " there",
            ",",
            " inter",
            "nation",
            "alizat",
            "ion",
            "!",
            " It",
            " costs",
            " $",
            "125"[:2],
            ",",
            "500",
        ),
        *(" (", "really", ").", "\n\n", "-", " ", "你好", "，", "世界", "。", " ok"),
    ]


async def test_a_text_comes_at_its_rate(autojump_clock: trio.testing.MockClock) -> None:
    replay = Replay("one two three four", rate=4, first_token=1.5)
    assert await timed(replay) == [(1.5, "one"), (1.75, " two"), (2.0, " three"), (2.25, " four")]


async def test_each_iteration_begins_anew(autojump_clock: trio.testing.MockClock) -> None:
    replay = Replay("one two", rate=1)
    first = await timed(replay)
    await trio.sleep(100)
    assert await timed(replay) == first == [(0, "one"), (1, " two")]


async def test_a_late_consumer_finds_what_is_due_at_once(autojump_clock: trio.testing.MockClock) -> None:
    got = await timed(Replay("a b c d e", rate=1), pause=2.5)
    assert [time for time, _ in got] == [0, 2.5, 5, 7.5, 10]


async def test_an_infinite_rate_takes_no_time(autojump_clock: trio.testing.MockClock) -> None:
    assert await timed(Replay("a b", rate=math.inf)) == [(0, "a"), (0, " b")]
    assert await timed(Replay("")) == []


async def test_an_iteration_can_be_left_and_cancelled(autojump_clock: trio.testing.MockClock) -> None:
    tokens = aiter(Replay("a b c", rate=1))
    assert await anext(tokens) == "a"
    with trio.move_on_after(0.5):
        await anext(tokens)
    assert trio.current_time() == 0.5


async def test_what_was_recorded_is_replayed_from_its_file(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    recorder = Recorder(Replay(TEXT + "\u2028\u0085 \"'\\ \x00 🙂", rate=7, first_token=0.3))
    got = await timed(recorder)
    path = tmp_path / "answer.jsonl"
    recorder.replay().save(path)
    again = await timed(Replay.load(path))
    assert [text for _, text in again] == [text for _, text in got]
    assert [time for time, _ in again] == pytest.approx([time for time, _ in got], abs=1e-6)


async def test_a_recorder_closes_its_source() -> None:
    closed = False

    class Source:
        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> str:
            await trio.lowlevel.checkpoint()
            return "a"

        async def aclose(self) -> None:
            nonlocal closed
            closed = True

    recorder = Recorder(Source())
    assert await anext(recorder) == "a"
    await recorder.aclose()
    assert closed
    assert recorder.replay().text == "a"
    await Recorder(Replay("a")).aclose()


def test_a_recording_may_hold_more_than_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b'{"t": 0, "text": "a", "model": "x"}\r\n\r\n{"t": 0.5, "text": ""}')
    assert Replay.load(path).tokens == (TimedToken(0.0, "a"), TimedToken(0.5, ""))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"t": "1", "text": "a"}',
        '{"t": true, "text": "a"}',
        '{"t": 1}',
        '{"t": NaN, "text": "a"}',
        '{"t": 0.1, "text": "a"}',
    ],
)
def test_a_line_that_is_no_token_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"t": 0.2, "text": "a"}\n' + line, "utf-8")
    with pytest.raises(ValueError, match=r"bad.jsonl"):
        Replay.load(path)


@pytest.mark.parametrize(
    "settings", [{"rate": 0}, {"rate": -1}, {"rate": math.nan}, {"first_token": -1}, {"first_token": math.inf}]
)
def test_rates_and_times_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|first_token"):
        Replay("a", **settings)


@pytest.mark.parametrize("times", [(0.5, 0.4), (-0.1,), (math.inf,), (math.nan,), (0.1, math.inf)])
def test_times_that_no_clock_reaches_are_refused(times: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=f"token {len(times) - 1}"):
        Replay.of(tuple(TimedToken(time, "a") for time in times))
    assert Replay.of((TimedToken(0.0, "a"), TimedToken(0.0, "b"))).text == "ab"
