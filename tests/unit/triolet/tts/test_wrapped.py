"""A voice around another says of itself all that the other one says."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import AbstractAsyncContextManager

from triolet import TTS, AudioFormat, RateLimits, TTSSession, WrappedTTS

OWN = {"whole_turns"}
"""What goes with the sessions that it makes itself."""


class Voice(TTS):
    """Nothing of it is as by default."""

    format = AudioFormat(8_000)
    limits = RateLimits(per_minute=1)
    account: Hashable = "somebody's"
    language = "fi"
    bills = False
    bills_minimum = True
    hedges = False
    directions: Mapping[str, str] = {"laugh": "[haha]"}
    normalizes = frozenset({"dates"})

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        raise NotImplementedError


class Around(WrappedTTS):
    tts: TTS = Voice()

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        raise NotImplementedError


def test_nothing_is_forgotten() -> None:
    said = {name for name, value in vars(TTS).items() if isinstance(value, property)} - OWN
    assert len(said) >= 9
    around, voice = Around(), Voice()
    for name in said:
        assert name in vars(Voice), f"{name} is new: give {Voice} another than the default"
        assert getattr(around, name) == getattr(voice, name), name
