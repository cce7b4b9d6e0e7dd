"""From what httpx2 and a service say to our errors, in one place."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable

import httpx2

from triolet import retry_after
from triolet_adapters.shared.http import reason
from triolet_adapters.sources._completion import error_details
from triolet_adapters.sources._errors import (
    ChatAuthenticationFailed,
    ChatConnectionFailed,
    ChatConnectionLost,
    ChatDeadlineExpired,
    ChatError,
    ChatProtocolViolation,
    ChatRateLimited,
    ChatServiceError,
)

MAX_BODY = 65_536
"""Bytes of an error's body that are kept: error pages of proxies are smaller."""

_TITLE = re.compile(r"<title[^<>]*+>([^<]*+)</title>", re.IGNORECASE)
"""Linear in the body, whatever a service sends: each attempt ends at the next bracket."""

_QUOTA = frozenset({"insufficient_quota", "billing_not_active", "Arrearage"})
"""Codes that say that waiting will not help."""


def transport_failure(exc: httpx2.HTTPError, url: httpx2.URL, connect_deadline: float) -> ChatError:
    """Say what went wrong between us and the service."""
    where = f"{url.host}:{url.port}" if url.port else url.host
    if isinstance(exc, httpx2.ConnectTimeout):
        return ChatDeadlineExpired(f"no connection to {where} within {connect_deadline:g} s (connect_deadline)")
    words = str(exc) or type(exc).__name__
    if isinstance(exc, httpx2.ConnectError | httpx2.ProxyError):
        return ChatConnectionFailed(
            f"no connection to {where}: {reason(exc) or words}. Is the server running, and base_url right?"
        )
    if isinstance(exc, httpx2.DecodingError):
        return ChatProtocolViolation(f"{where} sent a body that cannot be decoded: {words}")
    return ChatConnectionLost(f"the connection to {where} broke: {words}")


def is_refusal(response: httpx2.Response) -> bool:
    """Whether an answer is something else than an event stream. Servers that name no type, or a vague one, exist."""
    return response.status_code != 200 or _content_type(response) in {"application/json", "text/html"}


async def service_failure(
    response: httpx2.Response, received: AsyncIterator[bytes], hide: Callable[[str], str]
) -> ChatError:
    """Read the error in an answer that is no event stream; `hide` takes the key out of what the service says."""
    raw = bytearray()
    try:
        async for data in received:
            raw += data
            if len(raw) >= MAX_BODY:
                break
    except httpx2.HTTPError:
        pass  # the status alone says enough
    body = hide(raw[:MAX_BODY].decode("utf-8", "replace"))
    status, host = response.status_code, response.url.host
    code, message = _details(body)
    words = f"{status} {response.reason_phrase}".rstrip()
    text = f"{host} answered {words}: {message or _readable(body) or 'no reason given'}"

    headers = response.headers
    wait = retry_after(headers.get("retry-after", ""), headers.get("date")) if status in {429, 503} else None
    if wait is not None:
        text += f" (Retry-After: it asks for {wait:g} s without another request)"
    if status == 429:
        limited = ChatRateLimited(
            text, status=status, code=code, message=message, body=body, retryable=code not in _QUOTA
        )
        limited.retry_after = wait
        return limited
    if status in {401, 403}:
        hint = "" if "authorization" in response.request.headers else "; no key was sent (api_key, or --key-env)"
        return ChatAuthenticationFailed(text + hint, status=status, code=code, message=message, body=body)
    if status == 200 and (code or message) is None:
        kind = _content_type(response)
        text = f"{host} answered with {kind} in place of an event stream. Does base_url need a /v1 at its end?"
        return ChatProtocolViolation(text, status=status, body=body)
    if 300 <= status < 400:
        # Not followed: the key and the conversation go where base_url says and nowhere else.
        target = hide(response.headers.get("location", "another place"))
        text = f"{host} answered {words} and points to {target}: set base_url to where the service is"
    elif status == 404:
        text += ". Is base_url right (it mostly ends in /v1), and the model known there?"
    retryable = status in {408, 409, 425} or status >= 500
    failed = ChatServiceError(text, status=status, code=code, message=message, body=body, retryable=retryable)
    failed.retry_after = wait
    return failed


def _content_type(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _details(body: str) -> tuple[str | None, str | None]:
    try:
        return error_details(json.loads(body)) or (None, None)
    except (ValueError, RecursionError):
        return None, None


def _readable(body: str) -> str:
    """Give the title of an HTML page, or the beginning of a text."""
    title = _TITLE.search(body)
    return " ".join((title[1] if title else body).split())[:200]
