"""ElevenLabs as a voice of the engine."""

from __future__ import annotations

import ssl
import types
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlencode

from triolet import SAMPLE_BYTES
from triolet.websocket import Dial
from triolet_adapters.tts.elevenlabs._protocol import ElevenLabsProtocol
from triolet_adapters.tts.elevenlabs._settings import (
    DEFAULT_MODEL,
    DEFAULT_VOICE,
    ElevenLabsSettings,
    Normalization,
    OutputFormat,
)
from triolet_adapters.tts.frame import Price, Tap, VoiceOptions, WebSocketVoice, base_of, one_of

Region = Literal["global", "us", "eu", "in"]
REGIONS: Mapping[str, str] = types.MappingProxyType(
    {
        "global": "wss://api.elevenlabs.io",
        "us": "wss://api.us.elevenlabs.io",
        "eu": "wss://api.eu.residency.elevenlabs.io",
        "in": "wss://api.in.residency.elevenlabs.io",
    }
)
"""Base URLs (SDK 2.78.0, environment.py)."""

_PRICES: Mapping[str, Price] = types.MappingProxyType(
    {
        model: Price(amount=amount, per=1_000, source="elevenlabs.io/pricing/api, as others list it", read="2026-11-28")
        for model, amount in {
            "eleven_flash_v2_5": 0.05,
            "eleven_flash_v2": 0.05,
            "eleven_turbo_v2_5": 0.05,
            "eleven_multilingual_v2": 0.10,
        }.items()
    }
)
"""Pay as you go. Plans have other prices."""

_MP3_BITS = {"32": 32_000, "64": 64_000, "96": 96_000, "128": 128_000, "192": 192_000}


class ElevenLabsTTS(WebSocketVoice):
    """A voice of ElevenLabs, over its multi-context WebSocket, with the times of words. Not tried against the live service: built from its
    SDK, its reference and what clients of others do.

    A commit is a context: text, flush, close. An interruption leaves the connection open: what still comes of the context is dropped.
    """

    key_variable = "ELEVENLABS_API_KEY"
    key_issuer = "elevenlabs.io"
    adjustable = types.MappingProxyType({"voice": "voice", "language": "language_code"})
    settings: ElevenLabsSettings

    def __init__(
        self,
        *,
        voice: str = DEFAULT_VOICE,
        model: str = DEFAULT_MODEL,
        api_key: str | None = None,
        region: Region = "global",
        base_url: str | None = None,
        output_format: OutputFormat = "pcm_24000",
        language_code: str | None = None,
        stability: float | None = None,
        similarity_boost: float | None = None,
        style: float | None = None,
        speed: float | None = None,
        use_speaker_boost: bool | None = None,
        apply_text_normalization: Normalization | None = None,
        seed: int | None = None,
        inactivity_timeout: int = 180,
        options: VoiceOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        dial: Dial | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            voice: the id of a voice, not its name.
            model: a model that this protocol has: `eleven_v3` has another.
            api_key: by default the environment's ELEVENLABS_API_KEY. A server on this machine needs none.
            region: where the service is.
            base_url: where it is, instead of `region`, such as `ws://127.0.0.1:8765`.
            output_format: the format in which the audio travels. What a session gives is PCM at its rate.
            language_code: the language of the text. None, here and below, leaves it to the service.
            stability: 0 to 1.
            similarity_boost: 0 to 1.
            style: 0 to 1.
            speed: 0.7 to 1.2.
            use_speaker_boost: whether the voice is made more like its speaker, which takes longer.
            apply_text_normalization: whether the service reads numbers and signs as words.
            seed: the same seed gives the same sound, mostly.
            inactivity_timeout: seconds after which the service closes a silent connection; 180 are the most.
            options: deadlines and bounds; `VoiceOptions()` by default.
            proxy: see `WebSocketVoice`, as for the others below.
            ssl_context: certificates of your own.
            allow_insecure: whether the key may be sent over ws:// to another machine.
            dial: opens the stream to the service.
            tap: called with every message and its time.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        one_of("region", region, REGIONS)
        self.settings = ElevenLabsSettings(
            voice=voice,
            model=model,
            output_format=output_format,
            language_code=language_code,
            stability=stability,
            similarity_boost=similarity_boost,
            style=style,
            speed=speed,
            use_speaker_boost=use_speaker_boost,
            apply_text_normalization=apply_text_normalization,
            seed=seed,
            inactivity_timeout=inactivity_timeout,
        )
        super().__init__(
            REGIONS[region] if base_url is None else base_of(base_url),
            api_key=api_key,
            response_format=self.settings.codec,
            sample_rate=self.settings.sample_rate,
            options=options,
            proxy=proxy,
            ssl_context=ssl_context,
            allow_insecure=allow_insecure,
            dial=dial,
            tap=tap,
        )

    def __repr__(self) -> str:
        return (
            f"ElevenLabsTTS(model={self.settings.model!r}, voice={self.settings.voice!r}, base_url={self.base_url!r})"
        )

    @property
    def url(self) -> str:
        """The URL of a session, with its settings."""
        path = f"/v1/text-to-speech/{quote(self.settings.voice, safe='')}/multi-stream-input"
        return f"{self.base_url}{path}?{urlencode(self.settings.query())}"

    def key_header(self, key: str) -> tuple[str, str]:
        """See `WebSocketVoice.key_header`."""
        return "xi-api-key", key

    def protocol(self) -> ElevenLabsProtocol:
        """See `WebSocketVoice.protocol`."""
        return ElevenLabsProtocol(self.settings, self._seconds_of)

    @property
    def price(self) -> Price | None:
        """The list price of the model; None where it is not known, or nothing is billed."""
        return _PRICES.get(self.settings.model) if self.bills else None

    @property
    def language(self) -> str | None:
        """Its `language_code`."""
        return self.settings.language_code

    def _seconds_of(self, data: bytes) -> float:
        """How long a piece of audio is. MP3 by its bit rate, which is constant."""
        match self.settings.codec:
            case "mp3":
                return 8 * len(data) / _MP3_BITS[self.settings.output_format.split("_")[2]]
            case "mulaw":
                return len(data) / self.settings.sample_rate
            case _:
                return len(data) / SAMPLE_BYTES / self.settings.sample_rate
