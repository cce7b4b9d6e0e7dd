"""What a turn may change about a voice."""

from __future__ import annotations

import attrs

from triolet.tts._contract import TTS


@attrs.frozen(kw_only=True)
class VoiceSettings:
    """Changes to a voice for one turn; None leaves what the voice was built with.

    A connection fixes them, so a turn with other settings speaks on other sessions.
    """

    voice: str | None = None
    language: str | None = None
    instructions: str | None = None

    def apply(self, tts: TTS) -> TTS:
        """The voice with these changes.

        Raises:
            ValueError: it has no such setting, or not this value.
        """
        changes = {
            name: value
            for name, value in (("voice", self.voice), ("language", self.language), ("instructions", self.instructions))
            if value is not None
        }
        return tts.adjusted(**changes) if changes else tts
