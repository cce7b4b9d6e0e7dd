"""What a turn may change about a voice."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class VoiceSettings:
    """Changes to a voice for one turn. None, the default, leaves what the voice was built with.

    A connection fixes them, so a turn with other settings speaks on other sessions.
    """

    voice: str | None = None
    """Another voice of the same service, by its name there."""
    language: str | None = None
    """Another language, in the service's own terms."""
    instructions: str | None = None
    """Another manner, in words, where the service takes instructions."""

    @property
    def changes(self) -> dict[str, str]:
        """The settings that are not None, by name: what `TTS.adjusted` takes."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}
