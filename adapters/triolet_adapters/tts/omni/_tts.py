"""Open models behind a server of one's own, or a service that serves them, as a voice of the engine."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from triolet.websocket import Dial
from triolet_adapters.tts.frame import Tap, VoiceOptions, WebSocketVoice
from triolet_adapters.tts.omni._dialects import Dialect, dialect_of
from triolet_adapters.tts.omni._protocol import OmniContexts, OmniProtocol
from triolet_adapters.tts.omni._settings import OmniSettings, ResponseFormat, TaskType


class OmniTTS(WebSocketVoice):
    """A voice of an open model (Qwen3-TTS and others) that vLLM-Omni or SGLang-Omni serves, or Together AI. Not tried against a live
    server: built from their source, and from Together's documents.

    An interruption closes the connection, which is how these servers are told to stop; Together's contexts are cancelled, and its
    connection stays, which its sessions share.
    """

    settings: OmniSettings

    def __init__(
        self,
        *,
        dialect: str | Dialect = "vllm",
        base_url: str | None = None,
        voice: str | None = None,
        model: str | None = None,
        task_type: TaskType | None = None,
        language: str | None = None,
        instructions: str | None = None,
        ref_audio: str | None = None,
        ref_text: str | None = None,
        response_format: ResponseFormat = "pcm",
        sample_rate: int = 24_000,
        speed: float | None = None,
        seed: int | None = None,
        split: str | None = None,
        extra: Mapping[str, Any] | None = None,
        api_key: str | None = None,
        options: VoiceOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        dial: Dial | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Check the settings; nothing is opened. None, for all from `voice` to `seed`, leaves it to the server.

        Args:
            dialect: one of `DIALECTS`, or what is different about a server of your own.
            base_url: where the server is, such as `ws://gpu.example:8091`; by default the dialect's.
            voice: a voice's name at the server.
            model: the model's name at the server, which mostly has one.
            task_type: of Qwen3-TTS: `CustomVoice`, `VoiceDesign` or `Base`.
            language: the server's own name for it, such as `English`.
            instructions: how to speak, or what voice to make, in words.
            ref_audio: a recording of the voice to imitate: its URL, or a `data:` URL.
            ref_text: what is said in it.
            response_format: pcm, as it is made; or wav.
            sample_rate: samples a second, as the model speaks. The server says so if it is another.
            speed: 0.25 to 4.
            seed: makes equal texts sound equal.
            split: where the server cuts a phrase: `none`, `sentence` or `clause`, as the dialect has them.
            extra: further fields, under the server's own names.
            api_key: the key that the server was started with. None: none; at Together the environment's TOGETHER_API_KEY.
            options: deadlines and bounds; `VoiceOptions()` by default.
            proxy: see `WebSocketVoice`, as for the others below.
            ssl_context: certificates of your own.
            allow_insecure: whether the key may be sent over ws:// to another machine.
            dial: opens the stream to the server.
            tap: called with every message and its time.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        self.dialect = dialect_of(dialect)
        self.key_variable, self.key_issuer = self.dialect.key_variable, self.dialect.key_issuer
        self.adjustable = {name: name for name in ("voice", "language", "instructions") if name in self.dialect.fields}
        self.settings = OmniSettings(
            voice=voice, model=model, task_type=task_type, language=language, instructions=instructions,
            ref_audio=ref_audio, ref_text=ref_text, response_format=response_format, sample_rate=sample_rate,
            speed=speed, seed=seed, split=split, extra=dict(extra or {}),
        )  # fmt: skip
        self.settings.check(self.dialect)
        place = self.dialect.base_url if base_url is None else _place(base_url, self.dialect.path)
        if place is None:
            raise ValueError("base_url is missing; this dialect has none of its own")
        super().__init__(
            place,
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

    def __repr__(self) -> str:
        return (
            f"OmniTTS(model={self.settings.model!r}, voice={self.settings.voice!r}, url={self.url.partition('?')[0]!r})"
        )

    @property
    def url(self) -> str:
        """The URL of a session, with its settings where the dialect has them there."""
        place = self.base_url + self.dialect.path
        return place if self.dialect.config else f"{place}?{urlencode(self.settings.to_wire(self.dialect))}"

    @property
    def bills(self) -> bool:
        """Whether speaking costs anything: a server of one's own does not bill."""
        return self.dialect.key_issuer is not None and super().bills

    def protocol(self) -> OmniProtocol | OmniContexts:
        """See `WebSocketVoice.protocol`."""
        kind = OmniProtocol if self.dialect.context is None else OmniContexts
        return kind(self.dialect, self.settings.to_wire(self.dialect), self.settings.sample_rate)


def _place(url: str, path: str) -> str:
    """A base URL, of one that may have the path of the WebSocket, or the `/v1` that it begins with, as HTTP clients are given it."""
    place = url.partition(path)[0].rstrip("/")
    return place.removesuffix("/v1") if path.startswith("/v1/") else place
