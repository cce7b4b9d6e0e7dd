"""A voice behind a WebSocket: the connection, the key, proxies and certificates; the vendor's words are its `Protocol`."""

from __future__ import annotations

import abc
import ssl
import types
from collections.abc import AsyncGenerator, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self
from urllib.parse import urlsplit

from triolet import TTS, AudioFormat, Connect, TTSSession
from triolet.websocket import Dial
from triolet_adapters.tts.frame._contexts import Alone
from triolet_adapters.tts.frame._decoding import check_decodable
from triolet_adapters.tts.frame._place import checked_url, dial_of, is_local, key_for
from triolet_adapters.tts.frame._protocol import ContextProtocol, Protocol
from triolet_adapters.tts.frame._sharing import sharing
from triolet_adapters.tts.frame._variants import Variants
from triolet_adapters.tts.frame._websocket_options import VoiceOptions
from triolet_adapters.tts.frame._wire import Tap, Wire, open_wire


class WebSocketVoice(TTS):
    """A voice whose service speaks over a WebSocket. Subclass it, and give its `Protocol`, its URL and how its key is presented."""

    key_variable: str = ""
    """The variable of the environment that has the key where none is given; empty for none."""
    key_issuer: str | None = None
    """The host or domain that the environment's key is for; it is sent nowhere else. None: to whatever URL is given."""
    adjustable: Mapping[str, str] = types.MappingProxyType({})
    """What `adjusted` may change, each with the name of the field of `settings`."""

    settings: Any
    """An attrs class: what the service is asked for, checked."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        response_format: str = "pcm",
        sample_rate: int = 24_000,
        options: VoiceOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        dial: Dial | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Check what all such voices have; nothing is opened.

        Args:
            base_url: where the service is, without a path: `wss://host`.
            api_key: the key. None: that of `key_variable`. It shows in no repr and no error.
            response_format: the format in which the audio travels, as `decoder_for` names it.
            sample_rate: samples a second of what a session gives.
            options: deadlines and bounds; `VoiceOptions()` by default.
            proxy: the URL of an HTTP proxy. None: as HTTPS_PROXY and NO_PROXY in the environment say. Empty: no proxy.
            ssl_context: certificates of your own, for TLS with the service. None: those of the system.
            allow_insecure: whether the key may be sent over ws:// to another machine.
            dial: opens the stream to the service, instead of `proxy` and `ssl_context`.
            tap: called with every message, sent or received, and its time.

        Raises:
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        self._variants: Variants[Self] = Variants()
        self.base_url = checked_url(base_url, "base_url", "ws").rstrip("/")
        self.options = options or VoiceOptions()
        check_decodable(response_format)
        self._response_format = response_format
        self._format = AudioFormat(sample_rate)
        self._dial = dial_of(dial, proxy, ssl_context)
        self._tap = tap
        self._key = key_for(
            self.base_url,
            api_key,
            self.key_variable,
            self.key_issuer if self.key_variable else "",
            allow_insecure=allow_insecure,
        )

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """The URL of a session, with its settings."""

    @abc.abstractmethod
    def protocol(self) -> Protocol | ContextProtocol:
        """The protocol of one connection. If it has contexts, sessions share their connections."""

    def key_header(self, key: str) -> tuple[str, str]:
        """The header that presents the key."""
        return "Authorization", f"Bearer {key}"

    @property
    def format(self) -> AudioFormat:
        """The format of the audio that its sessions give: PCM, whatever travels."""
        return self._format

    @property
    def account(self) -> Hashable:
        """The class and the service's host."""
        return type(self), urlsplit(self.base_url).hostname

    @property
    def bills(self) -> bool:
        """Whether speaking costs anything: not on this machine."""
        return not is_local(self.base_url)

    def adjusted(self, **changes: str) -> Self:
        """The same voice with other settings, those of `adjustable`.

        Raises:
            ValueError: there is no such setting, or not this value.
        """
        return self._variants.adjusted(self, self.adjustable, changes)

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session that is ready to commit.

        Raises:
            AuthenticationFailed: the key was refused.
            ConnectionFailed, DeadlineExpired, ServiceError, ConnectionLost, ProtocolViolation: no session.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        async with self._open_wire() as wire:
            with wire.lend() as session:
                yield session

    def sharing(self) -> AbstractAsyncContextManager[Connect] | None:
        """See `TTS.sharing`. None if the protocol has no contexts, or with `VoiceOptions(share=False)`."""
        shares = self.options.share and isinstance(self.protocol(), ContextProtocol)
        return sharing(self._open_wire) if shares else None

    def _open_wire(self) -> AbstractAsyncContextManager[Wire]:
        protocol = self.protocol()
        wire = Wire(
            protocol if isinstance(protocol, ContextProtocol) else Alone(protocol),
            self._response_format,
            self._format.sample_rate,
            self.options,
            self._tap,
        )
        return open_wire(
            self.url,
            wire,
            headers=self._headers,
            options=self.options,
            dial=self._dial,
            scrub=self._key.removed_from,
        )

    def _headers(self) -> Sequence[tuple[str, str]]:
        headers = [("User-Agent", "triolet")]
        if self._key:
            headers.append(self.key_header(self._key.reveal()))
        return headers
