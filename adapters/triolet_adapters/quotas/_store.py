"""The connection to the store, and what a process must tell it again after it was lost."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import attrs
import trio

from triolet import Alone
from triolet.errors import ConnectionFailed
from triolet_adapters.quotas import _scripts

if TYPE_CHECKING:
    import coredis

ANSWER = 2.0
"""Seconds for one answer. A store in the same network answers in a thousandth of it; one that restarts needs about one."""

BEAT = 1.0
"""Seconds between two signs of life. A store that has lost its data learns within one of them what was counted."""

GRACE = 2.5
"""Seconds for which a store that is empty grants nothing: two beats, and an answer. An empty store is a new one, or has lost what it had."""

LEASE = 15.0
"""Seconds after which a process that gives no sign of life holds no sessions any more: it was killed, and its sockets with it."""

_log = logging.getLogger("triolet.quotas")


@attrs.define(eq=False)
class _Granted:
    """What this process was granted, as long as it counts."""

    longest: float
    requests: deque[tuple[int, str]] = attrs.Factory(deque[tuple[int, str]])
    """The time of each, in the store's microseconds, and its name."""

    def add(self, time: int, name: str) -> None:
        self.requests.append((time, name))
        while self.requests and self.requests[0][0] < time - self.longest * 1_000_000:
            self.requests.popleft()


class SharedStore:
    """Windows of requests and leases of sessions that several processes share. Made by `open_shared_store`."""

    def __init__(self, client: coredis.Redis[str], prefix: str, *, beat: float = BEAT, grace: float = GRACE) -> None:
        self._client = client
        self._prefix = prefix
        self._beat = beat
        self._grace = grace
        self._window = client.register_script(_scripts.WINDOW)
        self._lease = client.register_script(_scripts.LEASE)
        self._epoch = ""
        self._granted: dict[str, _Granted] = {}
        self._leases: dict[str, tuple[str, int]] = {}
        """By name: the key that it is held in, and the limit."""

    async def request(self, name: str, windows: Sequence[tuple[float, int]]) -> float:
        """Count a request in windows of (seconds, the most requests), if all allow it: 0. Otherwise the seconds after which to ask again.

        Raises:
            ConnectionFailed: the store does not answer.
        """
        if not windows:
            return 0.0
        key, member = f"{self._prefix}requests:{name}", secrets.token_hex(8)
        arguments = [str(part) for window in windows for part in window]
        while True:
            epoch, wait, time = await self._ask(
                self._window, [key, self._epoch_key], [self._epoch, member, str(self._grace), *arguments]
            )
            if epoch != self._epoch:
                await self._tell_again(epoch)
                continue
            if wait == 0:
                longest = max(seconds for seconds, _ in windows)
                self._granted.setdefault(key, _Granted(longest)).add(int(time), member)
            return float(wait) / 1_000_000

    @asynccontextmanager
    async def lease(self, name: str, most: int) -> AsyncGenerator[bool]:
        """Hold one of so many places for a block. False: all are held.

        Raises:
            ConnectionFailed: the store does not answer.
        """
        key, member = f"{self._prefix}sessions:{name}", secrets.token_hex(8)
        if not await self._hold(key, member, most, renewed=False):
            yield False
            return
        self._leases[member] = key, most
        try:
            yield True
        finally:
            del self._leases[member]
            with trio.move_on_after(ANSWER, shield=True):
                try:
                    await self._client.zrem(key, [member])
                except Exception as error:  # noqa: BLE001 -- whatever coredis raises (see `_answered`): the place lapses by itself
                    _log.warning("a session could not be given back: %s", error)

    async def ping(self, name: str) -> None:
        """See whether it is there. `name` is its address, for the error.

        Raises:
            ConnectionFailed: it does not answer.
        """
        try:
            await self._answered(self._client.ping())
        except ConnectionFailed as error:
            raise ConnectionFailed(f"there is no Redis at {name}: {error.__cause__ or error}") from error

    async def beat(self) -> None:
        """Renew what is held, and tell the store what it has lost, until cancelled."""
        while True:
            await trio.sleep(self._beat)
            try:
                epoch = await self._answered(self._client.get(self._epoch_key))
                if epoch is not None and epoch != self._epoch:
                    await self._tell_again(epoch)
                for member, (key, most) in list(self._leases.items()):
                    if member in self._leases:
                        await self._hold(key, member, most, renewed=True)
            except ConnectionFailed as error:
                _log.warning("%s", error)

    @property
    def _epoch_key(self) -> str:
        return f"{self._prefix}epoch"

    async def _hold(self, key: str, member: str, most: int, *, renewed: bool) -> bool:
        while True:
            epoch, held = await self._ask(
                self._lease,
                [key, self._epoch_key],
                [self._epoch, member, str(self._grace), str(most), str(LEASE), str(int(renewed))],
            )
            if epoch == self._epoch or renewed:
                return bool(held)
            await self._tell_again(epoch)

    async def _tell_again(self, epoch: str) -> None:
        """The store is new, or has lost its data: tell it what this process was granted and holds."""
        if self._granted or self._leases:
            _log.warning("the store was restarted without its data: what this process has used is told again")
        for key, granted in self._granted.items():
            if granted.requests:
                members: dict[str | bytes, int | float] = {member: time for time, member in granted.requests}
                await self._answered(self._client.zadd(key, members))
                await self._answered(self._client.pexpire(key, int(granted.longest * 1000)))
        for member, (key, most) in list(self._leases.items()):
            await self._hold(key, member, most, renewed=True)
        self._epoch = epoch

    async def _ask(self, script: Any, keys: list[str], arguments: list[str]) -> list[Any]:
        return cast("list[Any]", await self._answered(script(keys, arguments)))

    async def _answered(self, call: Any) -> Any:
        """The answer to a call, in time."""
        try:
            with trio.fail_after(ANSWER):
                return await call
        except trio.TooSlowError:
            raise ConnectionFailed(f"the shared store has not answered for {ANSWER:g} s") from None
        except Exception as error:
            # Raised again, as ours: coredis lets through what sockets, anyio and its own tasks raise.
            raise ConnectionFailed(f"the shared store does not answer: {error}") from error


def stable(account: Hashable) -> str:
    """A name for an account that is the same in all processes, and tells nothing."""
    parts = cast("tuple[object, ...]", account) if isinstance(account, tuple) else (account,)
    named = [part.__qualname__ if isinstance(part, type) else repr(part) for part in parts]
    return hashlib.sha256("\0".join(named).encode()).hexdigest()[:32]


@asynccontextmanager
async def open_shared_store(
    url: str, *, prefix: str = "triolet:", beat: float = BEAT, grace: float = GRACE
) -> AsyncGenerator[SharedStore]:
    """Open the store for a block.

    Args:
        url: of a Redis (7.0 or later) or Valkey: `redis://HOST:6379/0`, `rediss://` for TLS.
        prefix: how its keys begin: what has another prefix is not shared.
        beat: seconds between two signs of life (`BEAT`).
        grace: seconds for which a store that is empty grants nothing (`GRACE`); at least two beats.

    Raises:
        ConnectionFailed: it does not answer.
        ModuleNotFoundError: the package coredis is missing.
    """
    try:
        import coredis  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError:
        raise ModuleNotFoundError("a shared store needs: pip install 'triolet[redis]'", name="coredis") from None
    client = coredis.Redis.from_url(url, decode_responses=True, connect_timeout=ANSWER, stream_timeout=ANSWER)
    with Alone():
        async with client, trio.open_nursery() as nursery:
            store = SharedStore(client, prefix, beat=beat, grace=grace)
            await store.ping(_shown(url))
            nursery.start_soon(store.beat)
            yield store
            nursery.cancel_scope.cancel()


def _shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or 6379}{parts.path}"
