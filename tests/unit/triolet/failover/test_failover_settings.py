"""What a Failover is built of, and what a turn may change about it."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from tests.unit.adapters.tts.qwen._peers import URL
from tests.unit.triolet.failover._talking_providers import FIRST, SECOND, Clock, Provider

from triolet import TTS, Failover, FailoverOptions
from triolet.errors import (
    ConnectionFailed,
)
from triolet.failover._failover import KEPT_VOICES
from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.tts.qwen import QwenTTS


class Named(Provider):
    """Has voices of its own."""

    def __init__(self, mark: int, *voices: str) -> None:
        super().__init__(mark)
        self.voices = voices
        self.voice = voices[0]

    def adjusted(self, **changes: str) -> Named:
        if set(changes) != {"voice"} or changes["voice"] not in self.voices:
            raise ValueError(f"no such setting: {changes}")
        other = Named(self.mark, *self.voices)
        other.voice, other.refusal = changes["voice"], self.refusal
        return other


class Instructed(Provider):
    """Takes any instructions."""

    def adjusted(self, **changes: str) -> Instructed:
        return Instructed(self.mark)


def test_only_the_adjustments_used_last_are_kept() -> None:
    voice = Failover(Instructed(FIRST), Instructed(SECOND))
    often = voice.adjusted(instructions="Calm.")
    once = weakref.ref(voice.adjusted(instructions="Once."))
    for turn in range(KEPT_VOICES):
        voice.adjusted(instructions=f"This is turn {turn}.")
        assert voice.adjusted(instructions="Calm.") is often
    gc.collect()
    assert once() is None


def test_a_change_that_a_provider_does_not_know_is_an_error_that_says_what_to_do() -> None:
    voice = Failover(Named(FIRST, "Cherry", "Ethan"), Named(SECOND, "heart"))
    with pytest.raises(ValueError, match=r"Named \(2 of 2\).*adjust"):
        voice.adjusted(voice="Ethan")


async def test_adjust_says_what_a_change_means_for_each(autojump_clock: Clock) -> None:
    first, second = Named(FIRST, "Cherry", "Ethan"), Named(SECOND, "heart", "fenrir")

    def adjust(provider: TTS, changes: Any) -> dict[str, str]:
        if provider is second:
            return {"voice": {"Ethan": "fenrir"}[changes["voice"]]} if "voice" in changes else {}
        return dict(changes)

    voice = Failover(first, second, adjust=adjust)
    adjusted = voice.adjusted(voice="Ethan")
    assert adjusted is voice.adjusted(voice="Ethan")
    assert [provider.voice for provider in adjusted.providers if isinstance(provider, Named)] == ["Ethan", "fenrir"]
    first.refusal = ConnectionFailed("refused")
    async with voice.connect():
        assert adjusted.in_use is adjusted.providers[1], "what is known of a provider does not depend on the voice"


def test_what_does_not_fit_together_is_refused_when_built() -> None:
    with pytest.raises(ValueError, match=r"8000.*16000"):
        Failover(Provider(FIRST), ToneTTS(sample_rate=16_000))
    with pytest.raises(ValueError, match="commit mode"):
        Failover(QwenTTS(url=URL, api_key="", mode="server_commit"), ToneTTS())
    for wrong in ({"connect_timeout": 0.0}, {"probe": "..."}, {"forget_after": 30.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            FailoverOptions(**wrong)  # pyright: ignore[reportArgumentType]


class TestContract(TTSContract):
    @pytest.fixture
    def tts(self) -> TTS:
        return Failover(ToneTTS(first_audio=0.01, pace=30), ToneTTS())


class TestContractOfTheSecond(TTSContract):
    @pytest.fixture
    def tts(self) -> TTS:
        first = Provider(FIRST, sample_rate=24_000)
        first.refusal = ConnectionFailed("refused")
        return Failover(first, ToneTTS(first_audio=0.01, pace=30))


def test_its_providers_may_have_names() -> None:
    with pytest.raises(ValueError, match="one for each"):
        Failover(ToneTTS(), ToneTTS(), names=["one"])
    voice = Failover(Named(1, "a", "b"), Provider(2), names=["hosted", "local"], adjust=lambda _, changes: changes)
    with pytest.raises(ValueError, match=r"^local: "):
        voice.adjusted(voice="b")
