"""Deepgram as a voice of the engine."""

from __future__ import annotations

import ssl
import types
from urllib.parse import urlencode

from triolet.websocket import Dial
from triolet_adapters.tts.deepgram._protocol import DeepgramProtocol
from triolet_adapters.tts.deepgram._settings import DEFAULT_MODEL, DeepgramSettings, Encoding
from triolet_adapters.tts.frame import Price, Tap, VoiceOptions, WebSocketVoice, base_of

URL = "wss://api.deepgram.com"
"""SDK 7.17.0, environment.py."""

_PRICES = {
    "aura-2": Price(
        amount=0.030, per=1_000, source="deepgram.com/pricing, pay as you go, as others list it", read="2026-11-28"
    ),
    "aura": Price(
        amount=0.015, per=1_000, source="deepgram.com/pricing, pay as you go, as others list it", read="2026-11-28"
    ),
}


class DeepgramTTS(WebSocketVoice):
    """A voice of Deepgram (Aura). Not tried against the live service: built from its SDK and its documents.

    An interruption clears what the service has not sent, and leaves the connection open. After 20 commits a connection is left for a new one,
    since the service allows 20 flushes in a minute.
    """

    key_variable = "DEEPGRAM_API_KEY"
    key_issuer = "deepgram.com"
    adjustable = types.MappingProxyType({"voice": "model"})
    settings: DeepgramSettings

    def __init__(
        self,
        *,
        voice: str = DEFAULT_MODEL,
        api_key: str | None = None,
        base_url: str | None = None,
        encoding: Encoding = "linear16",
        sample_rate: int | None = None,
        speed: float | None = None,
        mip_opt_out: bool | None = None,
        options: VoiceOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        dial: Dial | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            voice: a model of the vendor, which names its voice and language: `aura-2-thalia-en`.
            api_key: by default the environment's DEEPGRAM_API_KEY. A server on this machine needs none.
            base_url: where the service is, such as `ws://127.0.0.1:8765`; by default the vendor's.
            encoding: how the audio travels.
            sample_rate: samples a second, of what travels and of what a session gives. None: 24000, and 8000 for mulaw.
            speed: 0.7 to 1.5. None leaves it to the service.
            mip_opt_out: whether texts are kept out of the vendor's training.
            options: deadlines and bounds; `VoiceOptions()` by default.
            proxy: see `WebSocketVoice`, as for the others below.
            ssl_context: certificates of your own.
            allow_insecure: whether the key may be sent over ws:// to another machine.
            dial: opens the stream to the service.
            tap: called with every message and its time.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        rate = (8_000 if encoding == "mulaw" else 24_000) if sample_rate is None else sample_rate
        self.settings = DeepgramSettings(
            model=voice, encoding=encoding, sample_rate=rate, speed=speed, mip_opt_out=mip_opt_out
        )
        super().__init__(
            URL if base_url is None else base_of(base_url),
            api_key=api_key,
            response_format=self.settings.codec,
            sample_rate=rate,
            options=options,
            proxy=proxy,
            ssl_context=ssl_context,
            allow_insecure=allow_insecure,
            dial=dial,
            tap=tap,
        )

    def __repr__(self) -> str:
        return f"DeepgramTTS(voice={self.settings.model!r}, base_url={self.base_url!r})"

    @property
    def url(self) -> str:
        """The URL of a session, with its settings."""
        return f"{self.base_url}/v1/speak?{urlencode(self.settings.query())}"

    def key_header(self, key: str) -> tuple[str, str]:
        """See `WebSocketVoice.key_header`."""
        return "Authorization", f"Token {key}"

    def protocol(self) -> DeepgramProtocol:
        """See `WebSocketVoice.protocol`."""
        return DeepgramProtocol()

    @property
    def language(self) -> str | None:
        """The language in the name of the voice."""
        return self.settings.language

    @property
    def price(self) -> Price | None:
        """The list price; None where it is not known, or nothing is billed."""
        family = "aura-2" if self.settings.model.startswith("aura-2") else "aura"
        return _PRICES[family] if self.bills and self.settings.model.startswith("aura") else None
