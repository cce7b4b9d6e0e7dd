"""CosyVoice as a voice of the engine."""

from __future__ import annotations

import ssl
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from triolet import SAMPLE_BYTES, RateLimits
from triolet.websocket import Dial
from triolet_adapters.shared.dashscope import KEY_VARIABLE, REGIONS, VENDOR, host_of
from triolet_adapters.tts.cosyvoice._protocol import CosyVoiceProtocol
from triolet_adapters.tts.cosyvoice._settings import (
    DEFAULT_MODEL,
    DEFAULT_VOICE,
    CosyVoiceSettings,
    HotFix,
    ResponseFormat,
)
from triolet_adapters.tts.frame import Price, Protocol, Tap, VoiceOptions, WebSocketVoice, one_of

PATH = "/api-ws/v1/inference"

Interruption = Literal["auto", "cancel", "close"]

_PAGE = "alibabacloud.com/help/en/model-studio/cosyvoice-python-sdk, of 2026-01-16, Beijing"
_PRICES: Mapping[str, Price] = types.MappingProxyType(
    {
        model: Price(amount=amount, per=10_000, source=_PAGE, read="2026-11-28")
        for model, amount in {
            "cosyvoice-v3-flash": 0.14335,
            "cosyvoice-v3-plus": 0.286706,
            "cosyvoice-v2": 0.286706,
        }.items()
    }
)
"""A Han character counts as two."""


class CosyVoiceTTS(WebSocketVoice):
    """A voice of CosyVoice or Qwen-Audio-TTS, with the times of words. Not tried against the live service: built from its SDK, its pages
    and what others saw of it.

    A commit is a task; tasks follow one another on a connection. An interruption cancels the task and leaves the connection open, where the
    service can cancel.
    """

    settings: CosyVoiceSettings
    key_variable = KEY_VARIABLE
    key_issuer = VENDOR
    adjustable = types.MappingProxyType({"voice": "voice", "language": "language", "instructions": "instructions"})

    def __init__(
        self,
        *,
        voice: str = DEFAULT_VOICE,
        model: str = DEFAULT_MODEL,
        api_key: str | None = None,
        region: str = "cn-beijing",
        workspace: str | None = None,
        url: str | None = None,
        response_format: ResponseFormat = "pcm",
        sample_rate: int = 24_000,
        speech_rate: float | None = None,
        volume: int | None = None,
        pitch_rate: float | None = None,
        bit_rate: int | None = None,
        seed: int | None = None,
        language: str | None = None,
        instructions: str | None = None,
        hot_fix: HotFix | None = None,
        word_times: bool | None = None,
        interruption: Interruption = "auto",
        options: VoiceOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        dial: Dial | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            voice: a system voice, or the id of one of your own. It must be of the model's version.
            model: `cosyvoice-v3-flash` and -plus, `cosyvoice-v3.5-flash` and -plus (voices of your own, Beijing), `cosyvoice-v2`,
                `qwen-audio-...`; other names of these families are taken, since the vendor adds models.
            api_key: by default the environment's DASHSCOPE_API_KEY. A key belongs to a region. A server on this machine needs none.
            region: as for `QwenTTS`; documented for this protocol are cn-beijing and ap-southeast-1.
            workspace: the id of the workspace, if it has a host of its own.
            url: the service's URL, instead of region and workspace, such as the one that `triolet serve tts` prints.
            response_format: the format in which the audio travels. What a session gives is PCM.
            sample_rate: samples a second, of what travels and of what a session gives: 8000 to 48000.
            speech_rate: 0.5 to 2.0. None, here and below, leaves it to the service.
            volume: 0 to 100.
            pitch_rate: 0.5 to 2.0.
            bit_rate: kbit/s of mp3 and opus, 6 to 510.
            seed: 0 to 65535. The same seed gives the same sound, mostly.
            language: the language of the text, such as zh or en.
            instructions: how to speak, in the words of the vendor's list of voices.
            hot_fix: words that are said in another way.
            word_times: whether the service tells when it says each word. None: yes, where the model has it.
            interruption: `cancel` tells the service, and keeps the connection; `close` hangs up. `auto`: `cancel` where it is documented.
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
        one_of("interruption", interruption, ("auto", "cancel", "close"))
        self.settings = CosyVoiceSettings(
            model=model,
            voice=voice,
            response_format=response_format,
            sample_rate=sample_rate,
            speech_rate=speech_rate,
            volume=volume,
            pitch_rate=pitch_rate,
            bit_rate=bit_rate,
            seed=seed,
            language=language,
            instructions=instructions,
            hot_fix=hot_fix,
            word_times=word_times,
        )
        super().__init__(
            f"wss://{host_of(region, workspace)}" if url is None else _base(url),
            api_key=api_key,
            response_format=response_format,
            sample_rate=sample_rate,
            options=options,
            proxy=proxy,
            ssl_context=ssl_context,
            allow_insecure=allow_insecure,
            dial=dial,
            tap=tap,
        )
        self.interruption: Interruption = interruption
        self._workspace = workspace

    def __repr__(self) -> str:
        return f"CosyVoiceTTS(model={self.settings.model!r}, voice={self.settings.voice!r}, url={self.url!r})"

    @property
    def url(self) -> str:
        """The URL of a session."""
        return f"{self.base_url}{PATH}"

    def protocol(self) -> Protocol:
        """See `WebSocketVoice.protocol`."""
        return CosyVoiceProtocol(self.settings, cancels=self._cancels, seconds_of=self._seconds_of)

    @property
    def language(self) -> str | None:
        """Its `language`."""
        return self.settings.language

    @property
    def limits(self) -> RateLimits:
        """What the vendor documents: 3 tasks a second (rate-limit, early 2026). None for a server that is not the vendor's."""
        return RateLimits(per_second=3) if self._at_vendor else RateLimits()

    @property
    def price(self) -> Price | None:
        """The list price of the model in Beijing; None where it is not known, or nothing is billed."""
        return _PRICES.get(self.settings.model) if self._at_vendor and not self._in_singapore else None

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def _at_vendor(self) -> bool:
        return self._host.endswith(VENDOR)

    @property
    def _in_singapore(self) -> bool:
        return "-intl." in self._host or ".ap-southeast-1." in self._host

    @property
    def _cancels(self) -> bool:
        """Documented (realtime-tts-user-guide): in Beijing from cosyvoice-v2 on; in Singapore for qwen-audio alone."""
        if self.interruption != "auto":
            return self.interruption == "cancel"
        model = self.settings.model
        return not model.startswith("cosyvoice-v1") and not (self._in_singapore and model.startswith("cosyvoice-"))

    @property
    def _seconds_of(self) -> Callable[[bytes], float] | None:
        """How long audio is; None where its bytes do not say."""
        if self.settings.response_format != "pcm":
            return None
        second = SAMPLE_BYTES * self.settings.sample_rate
        return lambda data: len(data) / second

    def _headers(self) -> Sequence[tuple[str, str]]:
        headers = list(super()._headers())
        if self._workspace:
            headers.append(("X-DashScope-WorkSpace", self._workspace))
        return headers


def _base(url: str) -> str:
    """A URL without the protocol's path."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path.partition("/api-ws/")[0], query="").geturl()
