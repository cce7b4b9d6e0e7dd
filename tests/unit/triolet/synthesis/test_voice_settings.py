"""What a turn changes of a voice."""

from __future__ import annotations

from triolet._model._voice_settings import VoiceSettings
from triolet.synthesis._voice_stage import adjusted
from triolet.testing import ToneTTS


def test_settings_that_are_none_change_nothing() -> None:
    tts = ToneTTS()
    assert adjusted(tts, VoiceSettings()) is tts
