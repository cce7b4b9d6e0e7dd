"""What both synthesizers are: stages that speak with a voice."""

from __future__ import annotations

from triolet._model._audio import AudioFormat
from triolet._model._voice_settings import VoiceSettings
from triolet.chain._audio_stage import AudioStage
from triolet.chain._stages import In_contra
from triolet.tts._contract import TTS


class VoiceStage(AudioStage[In_contra]):
    """A stage that speaks with a voice, whose sessions can be opened before the first turn."""

    def __init__(self, tts: TTS) -> None:
        self.tts = tts

    @property
    def audio_format(self) -> AudioFormat:
        """What the voice gives."""
        return self.tts.format


def adjusted(tts: TTS, settings: VoiceSettings) -> TTS:
    """The voice with the settings of a turn; itself where there are none.

    Raises:
        ValueError: it has no such setting, or not this value.
    """
    changes = settings.changes
    return tts.adjusted(**changes) if changes else tts
