"""The base of both synthesizers: a stage that speaks with a voice."""

from __future__ import annotations

from triolet._model._audio import AudioFormat
from triolet._model._voice_settings import VoiceSettings
from triolet.chain._audio_stage import AudioStage
from triolet.chain._stages import In_contra
from triolet.tts._contract import TTS


class VoiceStage(AudioStage[In_contra]):
    """A stage that speaks with a voice. A conversation opens a session of this voice before the first turn."""

    def __init__(self, tts: TTS) -> None:
        self.tts = tts

    @property
    def audio_format(self) -> AudioFormat:
        """The format of the voice."""
        return self.tts.format


def adjusted(tts: TTS, settings: VoiceSettings) -> TTS:
    """The voice with the settings of a turn; the same voice if the turn has none.

    Raises:
        ValueError: the voice has no such setting, or does not take this value.
    """
    changes = settings.changes
    return tts.adjusted(**changes) if changes else tts
