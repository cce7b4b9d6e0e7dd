"""Voices that processes can make anew: functions of a module."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from triolet import TTS, RateLimits
from triolet.testing import ToneTTS

MARK = "KILLED"
"""The variable with a file: the first process that finds it missing makes it, and kills itself."""


def tone() -> TTS:
    return ToneTTS(sample_rate=8000)


class Limited(ToneTTS):
    """A voice whose account has limits."""

    def __init__(self) -> None:
        super().__init__(sample_rate=8000)

    @property
    def limits(self) -> RateLimits:
        return RateLimits(per_minute=1000)

    @property
    def account(self) -> str:
        return "one"


class Killing(ToneTTS):
    """A voice whose first process dies in the middle of a document."""

    def samples_of(self, text: str) -> int:
        try:
            Path(os.environ[MARK]).touch(exist_ok=False)
        except FileExistsError:
            return super().samples_of(text)
        os.kill(os.getpid(), 9)
        raise AssertionError


class Refusing(ToneTTS):
    """A voice that does not say certain words; the first time, or ever."""

    def __init__(self, refused: Callable[[str], bool]) -> None:
        super().__init__(sample_rate=8000)
        self._refused = refused

    def samples_of(self, text: str) -> int:
        if self._refused(text):
            raise ValueError("this text is not said")
        return super().samples_of(text)
