"""One request to a chat service and its answer's bytes, over httpx2, whose errors become ours here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping

import attrs
import httpx2
import trio

from triolet_adapters.shared.http import certificates, end_reading
from triolet_adapters.sources._errors import ChatError
from triolet_adapters.sources._failures import is_refusal, service_failure, transport_failure

_CLOSE_SECONDS = 1.0
"""Bounds leaving an exchange: nothing waits there for the service but the end of TLS."""
_KEEPALIVE_SECONDS = 50.0
"""How long an unused connection is kept: longer than a person speaks, shorter than the 60 s of common load balancers."""


def completions_url(base_url: str) -> httpx2.URL:
    """Check a base URL and add the path.

    Raises:
        ValueError: it is no base URL. The text says what is wrong.
    """
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, TypeError) as exc:
        raise ValueError(f"base_url: {exc}") from None
    if url.userinfo:
        raise ValueError("base_url: holds a user name or password; pass api_key= or headers= instead")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"base_url={base_url!r}: such as 'http://127.0.0.1:11434/v1', with http:// or https://")
    path = url.path.rstrip("/")
    if path.endswith("/completions"):
        raise ValueError(f"base_url={base_url!r}: without /chat/completions, which is added here")
    return url.copy_with(path=path + "/chat/completions")


class Bearer(httpx2.Auth):
    """Puts the key into the request at the last moment, so that no other value of ours holds it in clear."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the header (a hook of httpx2)."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    def hide(self, text: str) -> str:
        """Take the key out of what a service said: some repeat it."""
        return text.replace(self._key, "[key]")


@attrs.define(eq=False)
class Endpoint:
    """Where requests go, and with what connections."""

    url: httpx2.URL
    bearer: Bearer | None
    headers: Mapping[str, str]
    connect_deadline: float
    client: httpx2.AsyncClient | None = None
    """The user's own, or one that is kept between requests; None: each request makes its own."""

    def new_client(self) -> httpx2.AsyncClient:
        """Make a client with our settings."""
        return httpx2.AsyncClient(
            verify=certificates(),
            # A proxy from the environment is for the outside, never for a server on this machine.
            trust_env=self.url.host not in {"127.0.0.1", "localhost", "::1"},
            limits=httpx2.Limits(keepalive_expiry=_KEEPALIVE_SECONDS),
        )

    def request(self, client: httpx2.AsyncClient, body: bytes) -> httpx2.Request:
        """Build the request."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",  # compressors hold tokens back
            **self.headers,
        }
        # Only connecting has a time-out here: keep-alives would extend one for reading.
        timeout = httpx2.Timeout(None, connect=self.connect_deadline)
        return client.build_request("POST", self.url, content=body, headers=headers, timeout=timeout)


class Exchange:
    """One request and the bytes of its answer."""

    def __init__(self, endpoint: Endpoint, body: bytes) -> None:
        self._endpoint = endpoint
        self._body = body
        self._own: httpx2.AsyncClient | None = None
        self._response: httpx2.Response | None = None
        self._bytes: AsyncIterator[bytes] | None = None
        self._closed = False

    async def receive(self) -> bytes:
        """Give the next bytes of an event stream, b"" at its end and when closed. The first call sends the request.

        Raises:
            ChatError: no connection, a refusal, a broken connection.
        """
        if self._closed:
            return b""
        failure: ChatError
        try:
            if self._bytes is None:
                self._response = await self._send()
                self._bytes = self._response.aiter_bytes()
                if is_refusal(self._response):
                    raise await service_failure(self._response, self._bytes, self.hide)
            return await anext(self._bytes, b"")
        except httpx2.HTTPError as exc:
            failure = transport_failure(exc, self._endpoint.url, self._endpoint.connect_deadline)
        # Outside the handler: the frames of httpx2, some of which hold the key, are no part of our error.
        raise failure

    def hide(self, text: str) -> str:
        """Take the key out of what the service said."""
        return self._endpoint.bearer.hide(text) if self._endpoint.bearer else text

    async def close(self) -> None:
        """End the exchange, complete or not. Not stopped by cancellation; takes a second at most."""
        self._closed = True
        await self._leave()
        if self._own is not None:
            with trio.move_on_after(_CLOSE_SECONDS, shield=True):
                await self._own.aclose()

    async def again(self) -> None:
        """Leave an answer that refused the request: the next `receive` sends it again."""
        await self._leave()

    async def _leave(self) -> None:
        received, self._bytes = self._bytes, None
        if received is not None:
            await end_reading(received)
        response, self._response = self._response, None
        if response is not None:
            with trio.move_on_after(_CLOSE_SECONDS, shield=True):
                await response.aclose()

    async def _send(self) -> httpx2.Response:
        endpoint = self._endpoint
        client = endpoint.client or self._own
        if client is None:
            client = self._own = endpoint.new_client()
        request = endpoint.request(client, self._body)
        try:
            return await client.send(request, stream=True, auth=endpoint.bearer, follow_redirects=False)
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
            if client is self._own:
                raise
        # A kept connection, which the service closed in the moment when it was used again.
        return await client.send(request, stream=True, auth=endpoint.bearer, follow_redirects=False)
