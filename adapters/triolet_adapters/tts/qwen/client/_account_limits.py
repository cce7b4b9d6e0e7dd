"""How much the account may ask of a model, as the service tells it over HTTP.

Documented (`List model quotas`, English edition of 28 September 2026: `/api/v1/quotas`; other editions: `/api/v1/models/limits`), for the
regions' own hosts. Not tried against the live service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, urlsplit

import trio

from triolet.errors import AuthenticationFailed, ConnectionFailed, DeadlineExpired, ProtocolViolation
from triolet_adapters.shared.json import loads

PATHS = ("/api/v1/models/limits", "/api/v1/quotas")
"""Two editions of one page name different paths: the second is asked where the first is not found."""

LONGEST_ANSWER = 256 * 1024
"""Bytes; one model takes some 600."""


async def account_limits(url: str, model: str, headers: Sequence[tuple[str, str]], timeout: float) -> list[str]:
    """Ask, at the host of a session's URL; see `QwenTTS.account_limits`."""
    import httpx2  # noqa: PLC0415 -- an extra

    parts = urlsplit(url)
    base = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
    status, body = 0, b""
    failure: Exception | None = None
    with trio.move_on_after(timeout) as scope:
        try:
            async with httpx2.AsyncClient(timeout=None) as client:
                for path in PATHS:
                    asked = f"{base}{path}?model={quote(model, safe='')}"
                    async with client.stream("GET", asked, headers=list(headers)) as response:
                        status, body = response.status_code, b""
                        async for data in response.aiter_bytes():
                            body += data
                            if len(body) > LONGEST_ANSWER:
                                raise ProtocolViolation(
                                    f"{parts.netloc} sent more than {LONGEST_ANSWER} bytes of limits"
                                )
                    if status != 404:
                        break
        except httpx2.HTTPError as error:
            failure = ConnectionFailed(f"no answer from {parts.netloc}: {error or type(error).__name__}")
    if scope.cancelled_caught:
        raise DeadlineExpired(f"{parts.netloc} did not tell its limits within {timeout:g} s (connect_timeout)")
    if failure is not None:
        raise failure  # outside of the handler: the frames of httpx2 hold the key
    if status in (401, 403):
        raise AuthenticationFailed(f"{parts.netloc} does not tell its limits to this key", code=str(status))
    if status != 200:
        raise ConnectionFailed(f"{parts.netloc} does not tell its limits", code=str(status), retryable=status >= 500)
    return read_limits(body, model)


def read_limits(body: bytes, model: str) -> list[str]:
    """The limits of a model in an answer, in words.

    Raises:
        ProtocolViolation: it is no JSON.
    """
    try:
        answer = loads(body.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProtocolViolation("the limits are no JSON") from error
    said: list[str] = []
    for quota in _list(_get(_get(answer, "output"), "quotas")):
        if _get(quota, "model") != model:
            continue
        for name, whose in (("model_limit", "account"), ("workspace_limit", "workspace")):
            limit = _get(quota, name)
            for what, unit in (("request", "requests"), ("usage", str(_get(limit, "usage_limit_field") or "units"))):
                most, period = _get(limit, f"{what}_limit"), _get(limit, f"{what}_limit_period")
                if isinstance(most, int | float) and isinstance(period, int | float):
                    said.append(f"{most:g} {unit} in {period:g} s ({whose})")
    return said


def _get(value: object, name: str) -> object:
    return cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else None


def _list(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else ()
