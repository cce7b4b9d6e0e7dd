"""A voice behind HTTP: one POST a commit, whose answer is the audio, as it is made.

Needs httpx2, which the extra `llm` brings; it is looked for when the voice is made, and loaded when a session is opened.
"""

from __future__ import annotations

import abc
import importlib.util
import ssl
from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from triolet import TTS, AudioFormat, TTSSession
from triolet_adapters.tts.frame._body import AudioBody, Body
from triolet_adapters.tts.frame._decoding import check_decodable
from triolet_adapters.tts.frame._http_options import HTTPOptions
from triolet_adapters.tts.frame._place import checked_url, is_local, key_for

if TYPE_CHECKING:
    import httpx2


class HTTPVoice(TTS):
    """A voice whose service takes a text in a POST and answers with audio. Subclass it, and say what the body holds:

        class MyVoice(HTTPVoice):
            key_variable = "MY_KEY"

            def request(self, text):
                return {"text": text, "speaker": "anna"}

        voice = MyVoice("https://tts.example/v1/speak", sample_rate=22_050)

    A commit whose connection breaks before the answer has begun is sent once more, if the connection had been kept from before: the
    service may have closed it in that moment.
    """

    key_variable = ""
    """The variable of the environment that has the key where none is given; empty for none."""
    key_issuer: str | None = None
    """The host or domain that the environment's key is for; it is sent nowhere else. None: to whatever URL is given."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        response_format: str = "pcm",
        sample_rate: int = 24_000,
        headers: Mapping[str, str] | None = None,
        options: HTTPOptions | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Check the settings; nothing is opened.

        Args:
            url: where the POST goes.
            api_key: the key. None: that of `key_variable`, if there is one. It shows in no repr and no error.
            response_format: the format in which the audio travels: pcm (16 bits, mono), wav, mp3, opus, aac, flac or mulaw.
            sample_rate: samples a second of what a session gives; pcm and wav must travel so.
            headers: further HTTP headers.
            options: deadlines and bounds; `HTTPOptions()` by default.
            proxy: the URL of a proxy. None: as HTTPS_PROXY and NO_PROXY in the environment say. Empty: no proxy.
            ssl_context: certificates of your own, for TLS with the service. None: those of the system.
            allow_insecure: whether the key may be sent over http:// to another machine.
            client: an HTTP client of your own instead of `proxy` and `ssl_context`. You close it.

        Raises:
            ModuleNotFoundError: httpx2 is not installed.
            ValueError: a value cannot be right. The text names it, and what is allowed.
        """
        # Said here, since a service may open the first session of it when another voice fails, in the middle of a turn.
        if importlib.util.find_spec("httpx2") is None:
            raise ModuleNotFoundError("a voice over HTTP needs httpx2: pip install 'triolet[llm]'", name="httpx2")
        self.url = checked_url(url, "url", "http")
        self.response_format = response_format
        self.options = options or HTTPOptions()
        check_decodable(response_format)
        if client is not None and (proxy is not None or ssl_context is not None):
            raise ValueError("client connects by itself: give either it, or proxy and ssl_context")
        self._format = AudioFormat(sample_rate)
        self._headers = dict(headers or {})
        self._proxy = proxy
        self._ssl_context = ssl_context
        self._client = client
        self._key = key_for(
            url, api_key, self.key_variable, self.key_issuer if self.key_variable else "", allow_insecure=allow_insecure
        )

    @abc.abstractmethod
    def request(self, text: str) -> Mapping[str, Any]:
        """The body of the POST for a text, to be written as JSON. What is None is left out."""

    def key_header(self, key: str) -> tuple[str, str]:
        """The header that presents the key."""
        return "Authorization", f"Bearer {key}"

    def body(self) -> Body:
        """What reads one answer. By default, the body is the audio."""
        return AudioBody()

    @property
    def format(self) -> AudioFormat:
        """The format of the audio that its sessions give: PCM, whatever `response_format` is."""
        return self._format

    @property
    def account(self) -> Hashable:
        """The class and the service's host."""
        return type(self), urlsplit(self.url).hostname

    @property
    def bills(self) -> bool:
        """Whether speaking costs anything: not on this machine."""
        return not is_local(self.url)

    def connect(self) -> AbstractAsyncContextManager[TTSSession]:
        """Open a session: connections to the service, kept between its commits.

        Raises:
            ConnectionFailed, DeadlineExpired: the service is not reached (`HTTPOptions.knock`).
            AuthenticationFailed: it refused the key.
        """
        return self._connect()

    @asynccontextmanager
    async def _connect(self) -> AsyncGenerator[TTSSession]:
        from triolet_adapters.tts.frame._http_session import open_http_session  # noqa: PLC0415 -- httpx2 is an extra

        headers = dict(self._headers)
        key = self._key.reveal()
        if key:
            name, value = self.key_header(key)
            headers[name] = value
        async with open_http_session(self, headers, self._key, self._proxy, self._ssl_context, self._client) as session:
            yield session
