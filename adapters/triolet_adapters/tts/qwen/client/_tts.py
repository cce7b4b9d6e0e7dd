"""Qwen-TTS realtime as a voice of the engine."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from triolet import TTS, AudioFormat, RateLimits, TTSSession
from triolet.errors import TTSError
from triolet.websocket import Dial
from triolet_adapters.shared.dashscope import KEY_VARIABLE
from triolet_adapters.tts.frame import InsecureKey, MissingKey, Price, Variants, check_decodable, checked_key, dial_of
from triolet_adapters.tts.qwen.client._account_limits import account_limits
from triolet_adapters.tts.qwen.client._commits import QwenCommits
from triolet_adapters.tts.qwen.client._endpoint import is_loopback, service_url
from triolet_adapters.tts.qwen.client._options import QwenOptions
from triolet_adapters.tts.qwen.client._prices import price_of
from triolet_adapters.tts.qwen.client._session import QwenSession, open_session
from triolet_adapters.tts.qwen.client._session_log import Tap
from triolet_adapters.tts.qwen.client._stream import QwenStream
from triolet_adapters.tts.qwen.protocol import (
    DEFAULT_MODEL,
    LANGUAGE_CODES,
    Mode,
    QwenSettings,
    ResponseFormat,
    SessionFinished,
)


class QwenTTS(TTS):
    """A voice of Qwen-TTS realtime. Not yet tried against the live service: built from its documents, SDK and recordings."""

    def __init__(
        self,
        *,
        voice: str = "Cherry",
        model: str = DEFAULT_MODEL,
        api_key: str | None = None,
        region: str = "cn-beijing",
        workspace: str | None = None,
        url: str | None = None,
        language_type: str = "Auto",
        mode: Mode = "commit",
        response_format: ResponseFormat = "pcm",
        sample_rate: int = 24_000,
        speech_rate: float | None = None,
        volume: int | None = None,
        pitch_rate: float | None = None,
        bit_rate: int | None = None,
        instructions: str | None = None,
        optimize_instructions: bool | None = None,
        enable_tn: bool | None = None,
        options: QwenOptions | None = None,
        tap: Tap | None = None,
        allow_insecure: bool = False,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        dial: Dial | None = None,
        format: None = None,  # noqa: A002 -- the documents' slip, answered below
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            voice: a system voice; for the vc and vd models a voice of your own. A name that is not known here gives a warning and
                no error, since the vendor adds voices.
            model: its name ends in `-realtime` or `-realtime-DATE`.
            api_key: by default the environment's DASHSCOPE_API_KEY. A key belongs to a region. A server on this machine needs none.
            region: one of the six in `REGIONS`. With `workspace`, it makes the host.
            workspace: the id of the workspace, if it has a host of its own.
            url: the service's URL, instead of region and workspace, such as the one that `triolet serve tts` prints.
            language_type: the language of the text. `Auto` lets the service find out.
            mode: `commit` for `connect()`, `server_commit` for `connect_stream()`.
            response_format: the format in which the audio travels. What a session gives is PCM in any case (`format`).
            sample_rate: samples a second, both of the audio that travels and of `format`.
            speech_rate: 0.5 to 2.0. None, here and below, leaves it to the service.
            volume: 0 to 100.
            pitch_rate: 0.5 to 2.0.
            bit_rate: kbit/s of mp3 and opus, 6 to 510.
            instructions: how to speak, in words, for the instruct models.
            optimize_instructions: whether the service may rewrite the instructions.
            enable_tn: whether the service reads numbers and signs as words. Not documented by the vendor.
            options: deadlines and bounds; `QwenOptions()` by default.
            tap: called with every raw event, sent or received, and its time.
            allow_insecure: whether the key may be sent over ws:// to another machine. False by default: all between can read it.
            proxy: the URL of an HTTP proxy, such as `http://proxy.example:3128`. None: as HTTPS_PROXY and NO_PROXY in the
                environment say. Empty: no proxy.
            ssl_context: certificates of your own, for TLS with the service. None: those of the system.
            dial: opens the stream to the service, instead of `proxy` and `ssl_context`: for tests, and ways of your own.
            format: not a setting. It is here to say that `response_format` is.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        if format is not None:
            raise ValueError(f"format is {format!r}; the setting is called response_format (pcm, wav, mp3, opus)")
        self.settings = QwenSettings(
            model=model,
            voice=voice,
            mode=mode,
            language_type=language_type,
            response_format=response_format,
            sample_rate=sample_rate,
            speech_rate=speech_rate,
            volume=volume,
            pitch_rate=pitch_rate,
            bit_rate=bit_rate,
            instructions=instructions,
            optimize_instructions=optimize_instructions,
            enable_tn=enable_tn,
        )
        check_decodable(response_format)
        self.options = options or QwenOptions()
        self._variants: Variants[QwenTTS] = Variants()
        self.url = service_url(model, url, region, workspace)
        self._place = f"{self.url.partition('?')[0]}" + (f" (region {region})" if url is None else "")
        self._workspace = workspace
        self._key = checked_key(os.environ.get(KEY_VARIABLE, "") if api_key is None else api_key)
        self._tap = tap
        self._dial = dial_of(dial, proxy, ssl_context)
        if not self._key and not is_loopback(self.url):
            raise MissingKey(f"no api_key: give one, or set {KEY_VARIABLE}; keys belong to regions")
        if self._key and self.url.startswith("ws://") and not (allow_insecure or is_loopback(self.url)):
            raise InsecureKey(
                "url begins with ws://: the key would be sent in the clear; use wss://, or allow_insecure=True"
            )

    def __repr__(self) -> str:
        return f"QwenTTS(model={self.settings.model!r}, voice={self.settings.voice!r}, url={self.url!r})"

    @property
    def format(self) -> AudioFormat:
        """The format of the audio that its sessions give: PCM, whatever `response_format` is."""
        return AudioFormat(self.settings.sample_rate)

    @property
    def language(self) -> str | None:
        """The code of its `language_type`; None for `Auto`."""
        code = LANGUAGE_CODES[self.settings.language_type]
        return None if code == "auto" else code

    @property
    def limits(self) -> RateLimits:
        """What the vendor documents for the model: 180 requests a minute, about 3 a second; 10 a minute for old ones. None
        for a server on this machine.
        """
        if is_loopback(self.url):
            return RateLimits()
        old = "2025-09-18" in self.settings.model or self.settings.model.startswith("qwen-tts")
        return RateLimits(per_minute=10) if old else RateLimits(per_second=3, per_minute=180)

    async def account_limits(self) -> list[str]:
        """Ask the service how much the account may ask of the model: in words, such as `180 requests in 60 s (account)`.

        Needs httpx2, which the extra `llm` brings. Cancellation ends the request.

        Raises:
            ConnectionFailed: the service does not tell; `code` is the HTTP status. AuthenticationFailed: not to this key.
            DeadlineExpired: no answer within `connect_timeout`.
            ModuleNotFoundError: httpx2 is not installed.
        """
        return await account_limits(self.url, self.settings.model, self._headers(), self.options.connect_timeout)

    def adjusted(self, **changes: str) -> QwenTTS:
        """The same voice with another `voice`, `language` (a `language_type`) or `instructions`.

        Raises:
            ValueError: the model has no such setting, or not this value.
        """
        names = {"voice": "voice", "language": "language_type", "instructions": "instructions"}
        return self._variants.adjusted(self, names, changes)

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session that is ready to commit: session.created and session.updated have come.

        Left without an error it is finished (`finish_timeout`), and always closed (`close_timeout`).

        Raises:
            AuthenticationFailed: the key was refused; the text says which region was asked.
            ConnectionFailed, DeadlineExpired, ServiceError, ConnectionLost, ProtocolViolation: no session.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession, None]:
        if self.settings.mode != "commit":
            raise RuntimeError(
                "connect() needs mode='commit'; in server_commit a whole turn is one text: connect_stream()"
            )
        async with self.session() as session:
            await session.update()
            commits = QwenCommits(session, self.settings, self.options, self._rest)
            yield commits
            if commits.idle:
                await self._finish(session)

    @property
    def whole_turns(self) -> bool:
        """Whether a whole turn is one text: in mode server_commit."""
        return self.settings.mode == "server_commit"

    def connect_stream(self) -> AbstractAsyncContextManager[QwenStream]:
        """Open a session in server_commit mode, ready for the texts of one turn. Errors as for `connect`."""
        return self._connect_stream()

    @asynccontextmanager
    async def _connect_stream(self) -> AsyncGenerator[QwenStream, None]:
        if self.settings.mode != "server_commit":
            raise RuntimeError("connect_stream() needs mode='server_commit'; in commit mode use connect()")
        async with self.session() as session:
            await session.update()
            yield QwenStream(session, self.settings, self.options)

    def session(self) -> AbstractAsyncContextManager[QwenSession]:
        """Open a low-level session. When the block is entered, session.created has come, and nothing has been sent. Errors as for
        `connect`.
        """
        return open_session(
            self.url,
            self._place,
            self._headers,
            self.settings,
            self.options,
            self._dial,
            self._tap,
            self._key.removed_from,
        )

    @property
    def price(self) -> Price | None:
        """The list price of the model in the region; None where it is not known."""
        return price_of(self.settings.model, self.url)

    @property
    def _rest(self) -> float:
        rest = self.options.rest_after_response
        return (0.0 if is_loopback(self.url) else 0.1) if rest is None else rest

    async def _finish(self, session: QwenSession) -> None:
        """Say goodbye; nothing is owed any more, so whatever goes wrong is no error."""
        try:
            with trio.move_on_after(self.options.finish_timeout):
                await session.finish()
                while not isinstance(await session.next_event(), SessionFinished):
                    pass
        except TTSError:
            pass

    def _headers(self) -> Sequence[tuple[str, str]]:
        headers = [("User-Agent", "triolet")]
        if self._key:
            headers.append(("Authorization", f"Bearer {self._key.reveal()}"))
        if self._workspace:
            headers.append(("X-DashScope-WorkSpace", self._workspace))
        return headers
