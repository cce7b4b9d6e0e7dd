"""What a client asks for in `session.update`, checked: sans-I/O."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from triolet_adapters.tts.qwen.protocol import FORMATS, LANGUAGES, SAMPLE_RATES, SessionInfo, UpdateSession
from triolet_adapters.tts.qwen.server._options import ServerOptions

LONGEST_NAME = 200
"""Characters of a model's or voice's name; the longest that is documented has 34. Names are repeated in events."""

_CHOICES = {
    "mode": ("server_commit", "commit"),
    "response_format": FORMATS,
    "sample_rate": SAMPLE_RATES,
    "language_type": LANGUAGES,
}
_RANGES = {"speech_rate": (0.5, 2), "pitch_rate": (0.5, 2), "volume": (0, 100), "bit_rate": (6, 510)}

NO_SUCH_VOICE = "CLIENT_ERROR", "[qwen-tts:]Engine return error code: 411"
"""Code and message of the error for a voice that does not exist (the vendor's page of error codes, November 2026)."""


def known_voice(voice: str, options: ServerOptions) -> bool:
    """Whether the server takes this name of a voice."""
    return options.voices is None or voice in options.voices


@attrs.frozen
class WrongSetting(Exception):
    """The session cannot have this."""

    field: str
    message: str


def updated(
    info: SessionInfo, event: UpdateSession, options: ServerOptions, can_speak_at: Callable[[int], bool]
) -> SessionInfo:
    """The session as the client wants it. `can_speak_at`: whether the voice has, or can be brought to, a sample rate.

    Raises:
        WrongSetting: the first field that is wrong.
    """
    asked = event.session
    voice = asked.get("voice")
    if not isinstance(voice, str) or not voice:
        raise WrongSetting("voice", "Session update error: voice is required.")
    if len(voice) > LONGEST_NAME or not (known_voice(voice, options) or options.bad_voice == "engine"):
        raise WrongSetting("voice", f"Session update error: voice {voice[:LONGEST_NAME]} is not supported.")
    for name, allowed in _CHOICES.items():
        if name in asked and asked[name] not in allowed:
            raise WrongSetting(name, f"Session update error: {name} {asked[name]!r} is not supported.")
    for name, (low, high) in _RANGES.items():
        value = asked.get(name, low)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise WrongSetting(name, f"Session update error: {name} must be between {low} and {high}.")
    rate = int(asked.get("sample_rate", 24_000))
    if not can_speak_at(rate):
        raise WrongSetting(
            "sample_rate",
            f"Session update error: this voice has another rate than {rate}; the server lacks triolet[audio].",
        )
    return attrs.evolve(
        info,
        voice=voice,
        mode=asked.get("mode", "server_commit"),
        response_format=asked.get("response_format", "pcm"),
        sample_rate=rate,
        language_type=asked.get("language_type", "Auto").lower(),
    )
