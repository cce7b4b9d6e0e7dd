"""`POST /v1/audio/speech` as a voice of the engine."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from triolet_adapters.tts.frame import AudioBody, Body, EventBody, HTTPOptions, HTTPVoice, Price, Variants
from triolet_adapters.tts.openai._services import PRICES, SERVICES
from triolet_adapters.tts.openai._settings import MAX_INPUT, OpenAISettings, ResponseFormat, StreamFormat

if TYPE_CHECKING:
    import httpx2

ISSUER = "api.openai.com"


class OpenAITTS(HTTPVoice):
    """A voice behind OpenAI's speech API. Not tried against the live service, nor against the servers in `SERVICES`: built from the
    official SDK and their sources, and judged by that SDK.

    The key is `api_key`, if given. Otherwise OPENAI_API_KEY, for api.openai.com alone; other hosts get no key from the environment.
    """

    key_variable = "OPENAI_API_KEY"
    key_issuer = ISSUER

    def __init__(
        self,
        *,
        service: Literal["openai", "kokoro", "speaches", "vllm", "localai"] = "openai",
        base_url: str | None = None,
        model: str | None = None,
        voice: str | None = None,
        api_key: str | None = None,
        response_format: ResponseFormat = "pcm",
        stream_format: StreamFormat = "audio",
        sample_rate: int | None = None,
        speed: float | None = None,
        instructions: str | None = None,
        extra: Mapping[str, Any] | None = None,
        options: HTTPOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            service: one of `SERVICES`, whose base URL, model and voice are taken where none are given.
            base_url: where the service is, without `/audio/speech`: mostly ends in `/v1`.
            model: the model's name at the service.
            voice: a voice's name at the service.
            api_key: the key; see above.
            response_format: the format in which the audio travels. pcm comes soonest; the others but wav need `triolet[audio]`.
            stream_format: `audio`: the answer's body is the audio. `sse`: events with pieces of it, and what it cost.
            sample_rate: samples a second of what a session gives. None: the service's own. pcm and wav must travel so.
            speed: 0.25 to 4. None, here and below, leaves it to the service.
            instructions: how to speak, in words.
            extra: further fields of the request.
            options: deadlines and bounds; `HTTPOptions()` by default.
            proxy: see `HTTPVoice`, as for the others below.
            ssl_context: certificates of your own.
            allow_insecure: whether the key may be sent over http:// to another machine.
            client: an HTTP client of your own.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        if service not in SERVICES:
            raise ValueError(f"service is {service!r}; it must be one of {', '.join(SERVICES)}, or give base_url=")
        known = SERVICES[service]
        base = known.base_url if base_url is None else base_url
        if base.rstrip("/").endswith("/audio/speech"):
            raise ValueError(f"base_url is {base!r}; without /audio/speech, which is added here")
        if stream_format == "sse" and "sse" not in known.stream_formats and base_url is None:
            raise ValueError(f"stream_format is 'sse', which {service} does not have")
        rate = known.sample_rate if sample_rate is None else sample_rate
        super().__init__(
            _speech_url(base),
            api_key=api_key,
            response_format=response_format,
            sample_rate=rate,
            options=options,
            proxy=proxy,
            ssl_context=ssl_context,
            allow_insecure=allow_insecure,
            client=client,
        )
        self.settings = OpenAISettings(
            model=known.model if model is None else model,
            voice=known.voice if voice is None else voice,
            response_format=response_format,
            stream_format=stream_format if "sse" in known.stream_formats or stream_format == "sse" else None,
            speed=speed,
            instructions=instructions,
            sample_rate=rate if known.sends_rate else None,
            extra={**known.extra, **(extra or {})},
        )
        if urlsplit(self.url).hostname == ISSUER:
            self.settings.check_openai()
        self._variants: Variants[OpenAITTS] = Variants()

    def __repr__(self) -> str:
        return f"OpenAITTS(model={self.settings.model!r}, voice={self.settings.voice!r}, url={self.url!r})"

    @property
    def price(self) -> Price | None:
        """The list price at OpenAI; None for other services, and where it is not known."""
        return PRICES.get(self.settings.model) if urlsplit(self.url).hostname == ISSUER else None

    def request(self, text: str) -> Mapping[str, Any]:
        """See `HTTPVoice.request`."""
        if len(text) > MAX_INPUT and urlsplit(self.url).hostname == ISSUER:
            raise ValueError(f"a text of {len(text)} characters; the service takes {MAX_INPUT} at once")
        return self.settings.to_wire(text)

    def body(self) -> Body:
        """See `HTTPVoice.body`."""
        return EventBody() if self.settings.stream_format == "sse" else AudioBody()

    def adjusted(self, **changes: str) -> OpenAITTS:
        """The same voice with another `voice` or `instructions`.

        Raises:
            ValueError: there is no such setting, or not this value.
        """
        names = {"voice": "voice", "instructions": "instructions"}
        return self._variants.adjusted(self, names, changes)


def _speech_url(base_url: str) -> str:
    parts = urlsplit(base_url)
    return parts._replace(path=parts.path.rstrip("/") + "/audio/speech").geturl()
