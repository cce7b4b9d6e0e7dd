"""Small helpers: each by what it promises, in any state."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.triolet._cost import lines

from triolet import retry_after
from triolet._tools._alone import Alone, lone_error, only_cancelled
from triolet._tools._byte_queue import ByteQueue
from triolet._tools._characters import EAST_ASIAN, ends_with_mark, is_wide
from triolet._tools._graphemes import inside_grapheme
from triolet._tools._in_pieces import in_pieces
from triolet._tools._lazy_regex import lazy_regex
from triolet._tools._signal import Signal


@given(st.lists(st.binary(max_size=10) | st.integers(0, 30), max_size=30))
def test_a_queue_gives_its_bytes_in_order(steps: list[bytes | int]) -> None:
    queue, expected = ByteQueue(), b""
    for step in steps:
        if isinstance(step, bytes):
            queue.put(step)
            expected += step
        else:
            size = min(step, len(expected))
            assert queue.take(size) == expected[:size]
            expected = expected[size:]
        assert len(queue) == len(expected)
    assert queue.take(len(queue)) == expected


def test_a_chunk_that_was_taken_in_parts_is_gone() -> None:
    """Each byte is taken once, in as many steps as there are parts and no more."""
    queue = ByteQueue()
    for chunk in (b"abcd", b"e", b"fgh"):
        queue.put(chunk)
    taken: list[bytes] = []

    def take() -> None:
        taken.extend(queue.take(size) for size in (1, 3, 2, 2))

    assert lines(take, most=100) < 100
    assert taken == [b"a", b"bcd", b"ef", b"gh"]
    assert not len(queue)


def test_a_whole_chunk_is_given_without_a_copy() -> None:
    queue, chunk = ByteQueue(), bytes(range(100))
    queue.put(b"")
    queue.put(chunk)
    assert queue.take(100) is chunk
    assert not len(queue)


async def test_a_cancellation_is_no_error_of_its_own() -> None:
    found: list[trio.Cancelled] = []
    with trio.CancelScope() as scope:
        scope.cancel()
        try:
            await trio.lowlevel.checkpoint()
        except trio.Cancelled as raised:
            found.append(raised)
            raise
    (cancelled,) = found
    error = ValueError("x")
    group: BaseException = BaseExceptionGroup("a", [BaseExceptionGroup("b", [error]), cancelled])
    assert lone_error(group) is error
    assert lone_error(error) is error
    two = ExceptionGroup("two", [error, KeyError("y")])
    several = lone_error(ExceptionGroup("one", [two]))
    assert (str(several), getattr(several, "exceptions", ())) == (str(two), two.exceptions)
    assert only_cancelled(cancelled)
    assert only_cancelled(BaseExceptionGroup("c", [cancelled, BaseExceptionGroup("d", [cancelled])]))
    assert not only_cancelled(group)
    assert not only_cancelled(error)
    with pytest.raises(ValueError, match="x") as caught, Alone():
        raise group
    assert caught.value is error
    assert caught.value.__context__ is None
    with pytest.raises(KeyError), Alone():
        raise KeyError("as it is")
    with Alone():
        pass


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("ab", [1]),
        ("e\u0301x", [2]),
        ("👩\u200d🚀!", [3]),
        ("a\u200dbc", [3]),
        ("👍🏽👍", [2]),
        ("🇩🇪🇫🇷🇪", [2, 4]),
        ("x🇩🇪", [1]),
        ("\r\n\n", [2]),
        ("\u1100\u1161\u11a8\u1100", [3]),
        ("กำก", [2]),
        ("한글", [1]),
        ("葛\U000e0100飾", [2]),
        ("", []),
    ],
)
def test_a_text_is_cut_between_what_a_reader_takes_for_characters(text: str, cuts: list[int]) -> None:
    assert [at for at in range(1, len(text)) if not inside_grapheme(text, at)] == cuts
    assert not inside_grapheme(text, 0)
    assert not inside_grapheme(text, len(text))
    assert not inside_grapheme(text, -1)


def test_which_characters_are_wide_and_which_marks_end_a_text() -> None:
    assert all(map(is_wide, "好あア한ｆ，🚀"))
    assert not any(map(is_wide, "aéЖ.ﾊ\u0301"))
    assert all("\u4e00" >= EAST_ASIAN > char for char in "a–…")
    assert all(ends_with_mark(text) for text in ("a,", "a.”) ", "a…*\n", "好。\u3000", "a!\"'"))
    assert not any(ends_with_mark(text) for text in ("", " ", "a", "a. b", "(", "”"))


async def test_work_in_pieces_lets_others_run_between_them(autojump_clock: trio.testing.MockClock) -> None:
    done: list[int] = []
    closed = False

    def work() -> Generator[None, None, str]:
        nonlocal closed
        try:
            for number in range(3):
                done.append(number)
                yield
        finally:
            closed = True
        return "all of it"

    assert await in_pieces(work()) == "all of it"
    assert done == [0, 1, 2]
    closed = False
    with trio.CancelScope() as scope:
        scope.cancel()
        await in_pieces(work())
    assert done == [0, 1, 2, 0]
    assert closed


async def test_a_signal_wakes_those_who_wait_and_is_not_remembered(autojump_clock: trio.testing.MockClock) -> None:
    signal, woken = Signal(), list[int]()

    async def wait(number: int) -> None:
        await signal.wait()
        woken.append(number)

    signal.give()
    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(wait, number)
        await trio.testing.wait_all_tasks_blocked()
        assert not woken
        signal.give()
    assert sorted(woken) == [0, 1, 2]
    with trio.move_on_after(1) as scope:
        await signal.wait()
    assert scope.cancelled_caught


@pytest.mark.parametrize(
    ("asked", "date", "seconds"),
    [
        ("120", None, 120.0),
        (" 1.5 ", None, 1.5),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:29 GMT", 30.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None, 0.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "soon", None),
        ("soon", None, None),
        ("", None, None),
        ("-5", None, None),
        ("nan", None, None),
    ],
)
def test_what_a_service_asks_to_wait(asked: str, date: str | None, seconds: float | None) -> None:
    assert retry_after(asked, date) == seconds


def test_a_lazy_pattern_is_the_pattern() -> None:
    lazy, pattern = lazy_regex(r"(?P<a>b+)c", re.IGNORECASE), re.compile(r"(?P<a>b+)c", re.IGNORECASE)
    assert (lazy.pattern, lazy.flags, lazy.groups, lazy.groupindex) == (pattern.pattern, pattern.flags, 1, {"a": 1})
    assert lazy.sub("-", "aBBcd") == "a-d"
    found = lazy.search("aBBcd", 1)
    assert found is not None
    assert found["a"] == "BB"
    assert lazy.match("aBBcd") is None
    assert not hasattr(lazy, "no_such_name")


def test_a_lazy_pattern_is_compiled_at_its_first_use() -> None:
    wrong = lazy_regex("(")
    with pytest.raises(re.error):
        wrong.match("")


def test_an_import_compiles_few_patterns() -> None:
    """What is not used costs a program nothing when it starts."""
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "triolet"]
    owners: list[object] = [
        *modules,
        *(one for module in modules for one in vars(module).values() if isinstance(one, type)),
    ]
    compiled = {
        f"{owner}.{name}" for owner in owners for name, value in vars(owner).items() if isinstance(value, re.Pattern)
    }
    assert len(compiled) < 5, compiled
