"""Phrases that machines share: what one of them has said, the others need not ask for. In Redis or Valkey, bounded."""

from __future__ import annotations

import logging
import math
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import trio

from triolet import Alone

if TYPE_CHECKING:
    import coredis

logger = logging.getLogger("triolet.cache")

SHARED_BYTES = 256 * 1024 * 1024
"""The most bytes of phrases in Redis: as many as a directory has by default."""

TAKE_SHARED = 0.1
"""Seconds for an answer. A phrase that waits for it is not heard, and the voice would need a few times as long; one of the longest, of
1 MB, crosses a network of 1 Gb/s in a tenth of it."""

KEEP_SHARED = 2.0
"""Seconds for storing a phrase, for which nobody waits."""

UNASKED = 5.0
"""Seconds after a failure for which it is not asked: phrases must not wait one after another for what is not there."""

_TAKE = """
-- KEYS: the phrases, when each was used. ARGV: a name. Answers: the phrase, or nothing.
local found = redis.call('HGET', KEYS[1], ARGV[1])
if found then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], time[1] * 1000000 + time[2], ARGV[1])
end
return found
"""

_KEEP = """
-- KEYS: the phrases, when each was used, their bytes. ARGV: a name, the phrase, the most bytes.
-- Keeps a phrase, and drops those that were not used for longest. Answers: the bytes of all.
local time = redis.call('TIME')
local size = tonumber(redis.call('GET', KEYS[3]) or '0')
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) % 3 ~= 0 or redis.call('ZCARD', KEYS[2]) ~= redis.call('HLEN', KEYS[1]) then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])  -- Redis has dropped some of them for want of memory: the others say nothing any more
  size = 0
end
size = size - redis.call('HSTRLEN', KEYS[1], ARGV[1]) + #ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], time[1] * 1000000 + time[2], ARGV[1])
while size > tonumber(ARGV[3]) do
  local oldest = redis.call('ZPOPMIN', KEYS[2])[1]
  if not oldest then break end
  size = size - redis.call('HSTRLEN', KEYS[1], oldest)
  redis.call('HDEL', KEYS[1], oldest)
end
redis.call('SET', KEYS[3], size)
return size
"""


class SharedPhrases(Protocol):
    """Where machines keep phrases for each other: `Cached(tts, directory, shared=...)`. Neither call raises: what is not there is said anew."""

    async def take(self, name: str) -> bytes | None:
        """The phrase of this name, as it was kept. None: it is not there, or not in time."""
        ...

    async def keep(self, name: str, phrase: bytes) -> None:
        """Keep a phrase, if that is possible. Nobody waits for it."""
        ...


class RedisPhrases(SharedPhrases):
    """Phrases in a Redis or Valkey: `async with RedisPhrases(url) as shared: Cached(tts, directory, shared=shared)`.

    They hold the texts that were said, and their sound. Where the store does not answer, phrases are said as if it had none, and it is asked
    again after 5 s.
    """

    def __init__(self, url: str, *, prefix: str = "triolet:", max_bytes: int = SHARED_BYTES) -> None:
        """Nothing is opened yet. Outside of its block it has no phrases.

        Args:
            url: of a Redis (7.0 or later) or Valkey: `redis://HOST:6379/0`, `rediss://` for TLS.
            prefix: how its keys begin.
            max_bytes: the most bytes that all phrases take; those that were not used for longest are dropped. 256 MiB by default.

        Raises:
            ValueError: `max_bytes` is not above 0.
        """
        if max_bytes <= 0:
            raise ValueError(f"max_bytes is {max_bytes}; it must be above 0")
        self._url = url
        self._max_bytes = max_bytes
        self._keys = [f"{prefix}phrases", f"{prefix}phrases:used", f"{prefix}phrases:bytes"]
        self._client: coredis.Redis[bytes] | None = None
        self._take: Any = None
        self._keep: Any = None
        self._unasked_until = -math.inf
        self._block = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open a connection when it is needed.

        Raises:
            ModuleNotFoundError: the package coredis is missing.
        """
        try:
            import coredis  # noqa: PLC0415 -- an extra
        except ModuleNotFoundError:
            raise ModuleNotFoundError("shared phrases need: pip install 'triolet[redis]'", name="coredis") from None
        client = coredis.Redis.from_url(self._url, connect_timeout=KEEP_SHARED, stream_timeout=KEEP_SHARED)
        with Alone():
            await self._block.enter_async_context(client)
        self._client, self._take, self._keep = client, client.register_script(_TAKE), client.register_script(_KEEP)
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close it."""
        self._client = None
        with Alone():
            await self._block.__aexit__(*error)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # noqa: ASYNC102

    async def take(self, name: str) -> bytes | None:
        """See `SharedPhrases.take`. It takes 0.1 s at most."""
        if self._client is None or trio.current_time() < self._unasked_until:
            return None
        return cast("bytes | None", await self._answered(TAKE_SHARED, self._take, self._keys[:2], [name]))

    async def keep(self, name: str, phrase: bytes) -> None:
        """See `SharedPhrases.keep`. One that is larger than all may be is not kept."""
        if self._client is None or trio.current_time() < self._unasked_until or len(phrase) > self._max_bytes:
            return
        await self._answered(KEEP_SHARED, self._keep, self._keys, [name, phrase, str(self._max_bytes)])

    async def _answered(self, seconds: float, script: Any, keys: list[str], arguments: list[str | bytes]) -> Any:
        try:
            with trio.fail_after(seconds):
                return await script(keys, arguments)
        except trio.TooSlowError:
            reason = f"it has not answered for {seconds:g} s"
        except Exception as error:  # noqa: BLE001 -- coredis lets through what sockets, anyio and its own tasks raise
            reason = str(error) or type(error).__name__
        if trio.current_time() >= self._unasked_until:
            self._unasked_until = trio.current_time() + UNASKED
            logger.warning("phrases are not shared for %g s: %s", UNASKED, reason)
        return None
