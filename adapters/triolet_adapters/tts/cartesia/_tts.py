"""Cartesia as a voice of the engine."""

from __future__ import annotations

import ssl
import types
from urllib.parse import urlencode

from triolet.websocket import Dial
from triolet_adapters.tts.cartesia._protocol import CartesiaProtocol
from triolet_adapters.tts.cartesia._settings import (
    DEFAULT_MODEL,
    DEFAULT_VOICE,
    ENCODINGS,
    VERSION,
    CartesiaSettings,
    Encoding,
)
from triolet_adapters.tts.frame import Price, Tap, VoiceOptions, WebSocketVoice, base_of

URL = "wss://api.cartesia.ai"
"""SDK 4.2.0, _client.py."""
PATH = "/tts/websocket"

_PRICE = Price(
    amount=0.05,
    per=1_000,
    source="a credit a character (docs.cartesia.ai/pricing); 100,000 for 5 dollars in the plan Pro, as others list it",
    read="2026-11-28",
)
"""Larger plans pay less; a Pro Voice Clone costs half as much again."""


class CartesiaTTS(WebSocketVoice):
    """A voice of Cartesia (Sonic), with the times of words. Not tried against the live service: built from its SDK, its documents and what
    clients of others do.

    A commit is a context, and sessions are contexts of one connection. An interruption cancels its contexts and leaves the connection open.
    """

    key_variable = "CARTESIA_API_KEY"
    key_issuer = "cartesia.ai"
    adjustable = types.MappingProxyType({"voice": "voice", "language": "language"})
    settings: CartesiaSettings

    def __init__(
        self,
        *,
        voice: str = DEFAULT_VOICE,
        model: str = DEFAULT_MODEL,
        api_key: str | None = None,
        base_url: str | None = None,
        language: str | None = None,
        encoding: Encoding = "pcm_s16le",
        sample_rate: int | None = None,
        speed: float | None = None,
        volume: float | None = None,
        emotion: str | None = None,
        pronunciation_dict: str | None = None,
        version: str = VERSION,
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
            model: a model of the vendor; one with a date does not change.
            api_key: by default the environment's CARTESIA_API_KEY. A server on this machine needs none.
            base_url: where the service is, such as `ws://127.0.0.1:8765`; by default the vendor's.
            language: the language of the text, such as `en`. None, here and below, leaves it to the service.
            encoding: how the audio travels. What a session gives is 16-bit PCM at its rate.
            sample_rate: samples a second, of what travels and of what a session gives. None: 24000, and 8000 for mu-law and A-law.
            speed: 0.6 to 1.5.
            volume: 0.5 to 2.
            emotion: a name, one of `EMOTIONS`.
            pronunciation_dict: the id of a dictionary of your own.
            version: the version of the API, a day.
            options: deadlines and bounds; `VoiceOptions()` by default.
            proxy: see `WebSocketVoice`, as for the others below.
            ssl_context: certificates of your own.
            allow_insecure: whether the key may be sent over ws:// to another machine.
            dial: opens the stream to the service.
            tap: called with every message and its time.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        rate = (24_000 if encoding == "pcm_s16le" else 8_000) if sample_rate is None else sample_rate
        self.settings = CartesiaSettings(
            voice=voice,
            model=model,
            language=language,
            encoding=encoding,
            sample_rate=rate,
            speed=speed,
            volume=volume,
            emotion=emotion,
            pronunciation_dict=pronunciation_dict,
            version=version,
        )
        super().__init__(
            URL if base_url is None else base_of(base_url, PATH),
            api_key=api_key,
            response_format=ENCODINGS[encoding],
            sample_rate=rate,
            options=options,
            proxy=proxy,
            ssl_context=ssl_context,
            allow_insecure=allow_insecure,
            dial=dial,
            tap=tap,
        )

    def __repr__(self) -> str:
        return f"CartesiaTTS(model={self.settings.model!r}, voice={self.settings.voice!r}, base_url={self.base_url!r})"

    @property
    def url(self) -> str:
        """The URL of a connection."""
        return f"{self.base_url}{PATH}?{urlencode({'cartesia_version': self.settings.version})}"

    def protocol(self) -> CartesiaProtocol:
        """See `WebSocketVoice.protocol`."""
        return CartesiaProtocol(self.settings)

    @property
    def price(self) -> Price | None:
        """The list price; None where nothing is billed."""
        return _PRICE if self.bills else None

    @property
    def language(self) -> str | None:
        """The language that was given."""
        return self.settings.language
