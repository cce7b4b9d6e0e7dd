"""A watched voice is the voice itself."""

from __future__ import annotations

import pytest

from triolet import TTS, TTSSession, TTSStream
from triolet.testing import ToneTTS, TTSContract
from triolet_adapters.watching import TurnInstrument, WatchedTTS
from triolet_adapters.watching._watched_voice import _WatchedSession, _WatchedStream


class TestContract(TTSContract):
    @pytest.fixture
    def tts(self) -> TTS:
        return TurnInstrument().watched(ToneTTS(first_audio=0.01, pace=30), "tone")


@pytest.mark.parametrize(
    ("contract", "watched"), [(TTS, WatchedTTS), (TTSSession, _WatchedSession), (TTSStream, _WatchedStream)]
)
def test_whatever_a_contract_has_is_handed_on(contract: type, watched: type) -> None:
    members = {name for name in vars(contract) if not name.startswith("_")}
    before = watched.__mro__[: watched.__mro__.index(contract)]  # its own, and those of what it wraps a voice by
    assert members <= {name for kind in before for name in vars(kind)}


def test_equal_voices_of_one_name_share_sessions() -> None:
    voice = ToneTTS()
    assert TurnInstrument().watched(voice, "a") == TurnInstrument().watched(voice, "a")
    assert hash(TurnInstrument().watched(voice, "a")) == hash(TurnInstrument().watched(voice, "a"))
    assert TurnInstrument().watched(voice, "a") != TurnInstrument().watched(voice, "b")
