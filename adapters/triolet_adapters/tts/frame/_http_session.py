"""A session of a voice over HTTP: a client of httpx2, and a POST a commit."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
import trio

from triolet import AudioCallback, TTSSession, Usage
from triolet.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    DeadlineExpired,
    ProtocolViolation,
    TTSError,
)
from triolet_adapters.shared.http import certificates, end_reading, reason
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts.frame._body import refusal
from triolet_adapters.tts.frame._place import is_local
from triolet_adapters.tts.frame._secret import Secret
from triolet_adapters.tts.frame._taking import Taker

if TYPE_CHECKING:
    from triolet_adapters.tts.frame._http_voice import HTTPVoice

MAX_ERROR = 64 * 1024
"""Bytes of an error's body that are read: error pages of proxies are smaller."""


@asynccontextmanager
async def open_http_session(
    voice: HTTPVoice,
    headers: Mapping[str, str],
    key: Secret,
    proxy: str | None,
    ssl_context: ssl.SSLContext | None,
    client: httpx2.AsyncClient | None,
) -> AsyncGenerator[HTTPSession]:
    """Open a session; leaving the block closes its connections, within `close_timeout`, but not a client that was given."""
    own = client or httpx2.AsyncClient(
        verify=ssl_context or certificates(),
        proxy=proxy or None,
        # What the environment says of proxies is for the outside, never for a server on this machine.
        trust_env=proxy is None and not is_local(voice.url),
        limits=httpx2.Limits(keepalive_expiry=voice.options.keep_alive),
    )
    try:
        session = HTTPSession(voice, own, dict(headers), key)
        if voice.options.knock:
            await session.knock()
        yield session
    finally:
        if own is not client:
            with trio.move_on_after(voice.options.close_timeout, shield=True):
                await own.aclose()


class HTTPSession(TTSSession):
    """A session of an `HTTPVoice`."""

    def __init__(self, voice: HTTPVoice, client: httpx2.AsyncClient, headers: dict[str, str], key: Secret) -> None:
        self._voice = voice
        self._client = client
        self._headers = headers
        self._key = key
        self._busy = False
        self._commits = 0
        self._kept = False
        """Whether a connection was made before, which the service may have closed meanwhile."""

    @property
    def reusable(self) -> bool:
        """Always true: a request that failed or was cancelled has ended, with its connection."""
        return True

    async def knock(self) -> None:
        """Connect, so that the first commit need not.

        Raises:
            TTSError: the service is not reached, or refuses the key.
        """
        failure: TTSError | None = None
        status = 0
        with trio.move_on_after(self._voice.options.connect_timeout) as scope:
            try:
                response = await self._client.send(self._request("HEAD", None), follow_redirects=False)
                status = response.status_code
                self._kept = True
            except httpx2.HTTPError as error:
                # One that hangs up on a HEAD may still answer a POST.
                failure = None if isinstance(error, _CLOSED) else self._transport_failure(error, "")
        if scope.cancelled_caught:
            failure = self._not_connected()
        elif status == 401:  # 403 may be for the method
            failure = AuthenticationFailed(f"{self._where} refused the key (401)", code="401")
        if failure is not None:
            raise failure  # outside of the handler: the frames of httpx2 hold the key

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """See `TTSSession.commit`: one POST.

        Raises:
            AuthenticationFailed: the service refused the key.
            ConnectionFailed: it is not reached.
            ConnectionLost: the answer broke off.
            DeadlineExpired: no audio for `first_audio_timeout` or `chunk_timeout`.
            ServiceError: an error of the service.
            ProtocolViolation: what is no audio of the format that was asked for.
            NoAudio, TooMuchAudio: the audio has no sample, or is longer than `max_audio`.
            ValueError: no words.
            RuntimeError: another commit is running.
        """
        if not any(character.isalnum() for character in text):
            raise ValueError(f"{text[:80]!r} has no words to speak")
        if self._busy:
            raise RuntimeError("this session is busy: one commit at a time")
        self._busy = True
        self._commits += 1
        try:
            await self._speak(text, accept)
        finally:
            self._busy = False
        return Usage(len(text))

    async def _speak(self, text: str, accept: AudioCallback) -> None:
        voice, options = self._voice, self._voice.options
        where = f"commit {self._commits} of this session, {len(text)} characters"
        taker = Taker(accept, voice.response_format, voice.format.sample_rate, options.max_audio, "max_audio")
        failure: TTSError | None = None
        with trio.CancelScope(deadline=trio.current_time() + options.first_audio_timeout) as patience:
            try:
                await self._exchange(text, taker, patience)
            except httpx2.HTTPError as error:
                failure = self._transport_failure(error, f": {where}, {taker.seconds:.1f} s of audio so far")
        if patience.cancelled_caught:
            name = "chunk_timeout" if taker.seconds else "first_audio_timeout"
            failure = DeadlineExpired(
                f"the service sent no audio for {getattr(options, name):g} s ({name}): {where}, "
                f"{taker.seconds:.1f} s of audio so far"
            )
        if failure is not None:
            raise failure  # outside of the handler: the frames of httpx2 hold the key
        taker.end_of_response()
        taker.finish()

    async def _exchange(self, text: str, taker: Taker, patience: trio.CancelScope) -> None:
        response = await self._post(text)
        received = response.aiter_raw()
        body = self._voice.body()
        try:
            if response.status_code != 200 or _kind(response) in ("application/json", "text/html"):
                raise await self._refused(response, received)
            if _coded(response):
                raise ProtocolViolation(f"{self._where} compressed the audio, though it was asked not to")
            async for data in received:
                for audio in body.feed(data):
                    if taker.take(audio):
                        patience.deadline = trio.current_time() + self._voice.options.chunk_timeout
            body.finish()
        finally:
            with trio.move_on_after(self._voice.options.close_timeout, shield=True):
                await end_reading(received)
                await response.aclose()

    async def _post(self, text: str) -> httpx2.Response:
        fields = {name: value for name, value in self._voice.request(text).items() if value is not None}
        content = dumps(fields).encode("ascii")
        kept, self._kept = self._kept, True
        try:
            return await self._client.send(self._request("POST", content), stream=True, follow_redirects=False)
        except _CLOSED:
            if not kept:
                raise
        # A kept connection, which the service closed in the moment when it was used again.
        try:
            return await self._client.send(self._request("POST", content), stream=True, follow_redirects=False)
        except httpx2.HTTPError as error:
            error.add_note("at the second attempt; the first was on a kept connection")
            raise

    def _request(self, method: str, content: bytes | None) -> httpx2.Request:
        headers = {"Accept-Encoding": "identity", "User-Agent": "triolet"}  # compressors hold audio back
        if content is not None:
            headers["Content-Type"] = "application/json"
        # Only connecting has a time-out here: the scope around it bounds the rest.
        timeout = httpx2.Timeout(None, connect=self._voice.options.connect_timeout)
        headers |= self._headers
        return self._client.build_request(method, self._voice.url, content=content, headers=headers, timeout=timeout)

    async def _refused(self, response: httpx2.Response, received: AsyncIterator[bytes]) -> TTSError:
        raw = bytearray()
        try:
            async for data in received:
                raw += data
                if len(raw) >= MAX_ERROR:
                    break
        except httpx2.HTTPError:
            pass  # the status alone says enough
        said = self._key.removed_from(raw[:MAX_ERROR].decode("utf-8", "replace"))
        if response.status_code == 200:
            return ProtocolViolation(f"{self._where} answered with {_kind(response)} in place of audio: {said[:200]}")
        return refusal(response.status_code, response.reason_phrase, response.headers, said, self._where)

    def _transport_failure(self, error: httpx2.HTTPError, where: str) -> TTSError:
        words = self._key.removed_from(reason(error) or str(error) or type(error).__name__)
        attempts = " at the second attempt" if getattr(error, "__notes__", ()) else ""
        if isinstance(error, httpx2.ConnectTimeout):
            return self._not_connected()
        if isinstance(error, httpx2.ProxyError):
            return ConnectionFailed(f"the proxy on the way to {self._where} failed: {words}", retryable=False)
        if isinstance(error, httpx2.ConnectError):
            return ConnectionFailed(f"no connection to {self._where}{attempts}: {words}")
        return ConnectionLost(f"the connection to {self._where} broke{attempts}: {words}{where}")

    def _not_connected(self) -> DeadlineExpired:
        seconds = self._voice.options.connect_timeout
        return DeadlineExpired(f"no connection to {self._where} within {seconds:g} s (connect_timeout)")

    @property
    def _where(self) -> str:
        url = httpx2.URL(self._voice.url)
        return f"{url.host}:{url.port}" if url.port else url.host


_CLOSED = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""The errors of a connection that the service has closed."""


def _kind(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _coded(response: httpx2.Response) -> bool:
    return str(response.headers.get("content-encoding", "identity")).lower() not in ("", "identity")
