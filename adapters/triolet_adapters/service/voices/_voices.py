"""The voices of the service, by the names that clients use."""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import attrs

from triolet import TTS, Failover, Quota
from triolet_adapters.service.config import MODEL, ServiceConfig, VoiceConfig, WrongEntry

Watched = Callable[[TTS, str], TTS]
"""Gives the same voice, watched under a name."""

MakeVoice = Callable[[float | None], TTS]
"""Makes a voice that speaks at a speed; at its own where that is None."""


class UnknownVoice(ValueError):
    """There is no such model or voice, or it has no such setting. The text lists what there is.

    `param` is the setting in question: model, voice, language, instructions or speed.
    """

    def __init__(self, text: str, param: str) -> None:
        super().__init__(text)
        self.param = param


@attrs.frozen(kw_only=True)
class ServedVoice:
    """A model that clients may name."""

    name: str
    make: MakeVoice
    """Makes it. Equal speeds give equal voices, or the same."""
    voices: tuple[str, ...] = ()
    """The voices that clients may name; empty: any, of which the vendor takes what it has."""
    default: str | None = None
    """The voice where none is named."""
    aliases: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Other names of voices."""
    language: str = "auto"
    """The language of the text where none is named."""
    speeds: tuple[float, float] | None = (0.25, 4.0)
    """The slowest and the fastest speed; None: it has no speeds."""


class ServiceVoices:
    """The models of the service, each with its voices."""

    def __init__(self, voices: Mapping[str, ServedVoice], default: str) -> None:
        """Serve these voices. `default` is the one where a client names none."""
        self._voices = dict(voices)
        self._default = default

    @classmethod
    def of(cls, config: ServiceConfig, watched: Watched | None = None, quota: Quota | None = None) -> ServiceVoices:
        """The voices of a configuration, and the voice of this machine. `watched` gives each voice, and each that it falls back on, as it is
        watched; by default none is. `quota` keeps the limits of those that fall back; by default this process does.

        Raises:
            WrongEntry: one of them cannot be made. What it needs may be missing.
        """
        served: dict[str, ServedVoice] = {}
        watch: Watched = watched or (lambda tts, _: tts)
        if MODEL not in config.voices and importlib.util.find_spec("hibari") is not None:
            served[MODEL] = _watched(_local(MODEL), watch)
        for name, voice in config.voices.items():
            with _told_of(name):
                served[name] = _served(name, voice, config, watch, quota)
                served[name].make(None)
        if config.default not in served:
            raise WrongEntry(
                f'the voice {config.default} is not here: pip install "triolet[local]", or name another by default = "..."'
            )
        return cls(served, config.default)

    @property
    def models(self) -> Mapping[str, ServedVoice]:
        """All of them, by name."""
        return self._voices

    @property
    def default(self) -> ServedVoice:
        """The one where a client names none."""
        return self._voices[self._default]

    def served(self, model: str | None) -> ServedVoice:
        """The model of this name; the default where there is none.

        Raises:
            UnknownVoice: there is no such model.
        """
        if model is None:
            return self.default
        if model not in self._voices:
            raise UnknownVoice(
                f"the model {model[:100]!r} does not exist; there are {', '.join(self._voices)}", "model"
            )
        return self._voices[model]

    def voice(
        self,
        model: str | None = None,
        voice: str | None = None,
        *,
        language: str | None = None,
        instructions: str | None = None,
        speed: float | None = None,
    ) -> TTS:
        """A voice with its settings. Equal settings give equal voices, which share sessions.

        Args:
            model: the name of a model; the default where there is none.
            voice: a voice of that model.
            language: the language of the voice, in the vendor's own terms.
            instructions: how to speak, in words.
            speed: 1 is its ordinary one.

        Raises:
            UnknownVoice: there is no such model or voice, or it has no such setting.
        """
        served = self.served(model)
        if voice is not None:
            voice = served.aliases.get(voice, voice)
        if voice is not None and served.voices and voice not in served.voices:
            raise UnknownVoice(
                f"the voice {voice[:100]!r} does not exist; {served.name} has {', '.join(served.voices)}", "voice"
            )
        tts = self._at_speed(served, speed)
        for name, value in (("voice", voice), ("language", language), ("instructions", instructions)):
            if value is None or (name == "voice" and value == served.default):
                continue
            try:
                tts = tts.adjusted(**{name: value})
            except ValueError as error:
                raise UnknownVoice(f"{served.name} does not take this {name}: {error}", name) from error
        return tts

    def _at_speed(self, served: ServedVoice, speed: float | None) -> TTS:
        if speed is None or speed == 1.0:
            return served.make(None)
        if served.speeds is None:
            raise UnknownVoice(f"{served.name} speaks at one speed: leave out speed, or give 1", "speed")
        if not served.speeds[0] <= speed <= served.speeds[1]:
            raise UnknownVoice(
                f"speed must be from {served.speeds[0]:g} to {served.speeds[1]:g} with {served.name}", "speed"
            )
        try:
            return served.make(speed)
        except ValueError as error:
            raise UnknownVoice(f"{served.name} does not take this speed: {error}", "speed") from error


@contextmanager
def _told_of(name: str) -> Generator[None]:
    """Say of which voice it is that something is wrong: a key that is missing, a wrong name, an extra that is not installed."""
    try:
        yield
    except (ValueError, ModuleNotFoundError) as error:
        raise WrongEntry(f"[voices.{name}] {error}") from error


def _local(name: str, voice: str | None = None) -> ServedVoice:
    from hibari.voices import VOICES  # noqa: PLC0415 -- a third of a second, for those who serve it

    from triolet_adapters.tts.local import DEFAULT_VOICE, LocalTTS  # noqa: PLC0415 -- an extra

    chosen = voice or DEFAULT_VOICE
    return ServedVoice(
        name=name,
        make=lambda speed: LocalTTS(voice=chosen, speed=1.0 if speed is None else speed),
        voices=tuple(VOICES),
        default=chosen,
        language="en",
        speeds=(0.5, 2.0),
    )


def _watched(served: ServedVoice, watched: Watched) -> ServedVoice:
    def make(speed: float | None) -> TTS:
        return watched(served.make(speed), served.name)

    return attrs.evolve(served, make=make)


def _served(name: str, voice: VoiceConfig, config: ServiceConfig, watched: Watched, quota: Quota | None) -> ServedVoice:
    one = _watched(_alone(name, voice), watched)
    if not voice.fallback:
        return one
    others = [
        _watched(
            _local(other) if other == MODEL and MODEL not in config.voices else _alone(other, config.voices[other]),
            watched,
        )
        for other in voice.fallback
    ]

    def failover(speed: float | None, health_of: Failover | None = None) -> Failover:
        first, second, *more = (each.make(speed) for each in (one, *others))
        return Failover(first, second, *more, names=[one.name, *voice.fallback], quota=quota, health_of=health_of)

    ordinary = failover(None)
    return attrs.evolve(
        one, make=_made_once(lambda speed: ordinary if speed is None else failover(speed, health_of=ordinary))
    )


def _made_once(make: MakeVoice) -> MakeVoice:
    """The same object for the same speed, so that sessions are shared. The last 32, since clients choose the speeds."""
    return functools.lru_cache(maxsize=32)(make)


_SPEEDS: Mapping[str, tuple[str, tuple[float, float]]] = {
    "qwen": ("speech_rate", (0.5, 2.0)),
    "cosyvoice": ("speech_rate", (0.5, 2.0)),
    "openai": ("speed", (0.25, 4.0)),
    "omni": ("speed", (0.25, 4.0)),
    "elevenlabs": ("speed", (0.7, 1.2)),
    "deepgram": ("speed", (0.7, 1.5)),
    "cartesia": ("speed", (0.6, 1.5)),
}
"""What each vendor calls the speed, and its slowest and fastest."""


_CLASSES: Mapping[str, str] = {
    "qwen": "QwenTTS",
    "openai": "OpenAITTS",
    "elevenlabs": "ElevenLabsTTS",
    "deepgram": "DeepgramTTS",
    "cosyvoice": "CosyVoiceTTS",
    "omni": "OmniTTS",
    "cartesia": "CartesiaTTS",
}
"""The class of each vendor's voice in `triolet_adapters.tts`."""


def _alone(name: str, voice: VoiceConfig) -> ServedVoice:
    match voice.tts:
        case "local":
            served = _local(name, voice.voice)
        case "kokoro":
            from triolet_adapters.tts.kokoro import KokoroTTS  # noqa: PLC0415 -- an extra

            served = ServedVoice(name=name, make=lambda _: KokoroTTS(), language="zh", speeds=None)
        case "tone":
            from triolet.testing import ToneTTS  # noqa: PLC0415

            tone = ToneTTS()
            served = ServedVoice(name=name, make=lambda _: tone, default=voice.voice, language="en", speeds=None)
        case vendor:
            called, speeds = _SPEEDS[vendor]
            fixed = _settings(voice)
            from triolet_adapters import tts  # noqa: PLC0415 -- its names are imported when they are asked for

            kind: Callable[..., TTS] = getattr(tts, _CLASSES[vendor])

            def make(speed: float | None) -> TTS:
                return kind(**fixed) if speed is None else kind(**fixed, **{called: speed})

            served = ServedVoice(name=name, make=_made_once(make), default=voice.voice, speeds=speeds)
    if voice.voices:
        served = attrs.evolve(served, voices=voice.voices)
    return attrs.evolve(served, language=voice.language or served.language, aliases=voice.aliases)


def _settings(voice: VoiceConfig) -> dict[str, Any]:
    """What the class of a vendor's voice is made with."""
    url = "url" if voice.tts in ("qwen", "cosyvoice") else "base_url"
    key = None
    if voice.key_env is not None:
        key = os.environ.get(voice.key_env)
        if not key:
            raise WrongEntry(f"key_env names {voice.key_env}, which is not set in the environment")
    given = {
        "voice": voice.voice, "model": voice.model, url: voice.url, "region": voice.region, "api_key": key,
        "allow_insecure": voice.insecure or None,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}
