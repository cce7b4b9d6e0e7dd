"""The door of the service: what each request must pass before anything is done for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import attrs
import trio

from triolet.errors import ConnectionFailed
from triolet_adapters.service.config import ServiceConfig
from triolet_adapters.service.guard._keys import Keys
from triolet_adapters.service.guard._limits import Caps, Counters, LocalCounters
from triolet_adapters.service.guard._refused import Refused
from triolet_adapters.shared.clipped import clipped
from triolet_adapters.tts.frame.server import is_allowed_host, is_allowed_origin, without_port

ANYBODY = "anybody"
"""The name of all callers together, where no keys are configured. No key can have it: names of keys are of the configuration, and
without any there is nothing to tell callers apart by. An address is not taken for one: behind a proxy all have the same."""

SUBPROTOCOL = "triolet-key."
"""A page cannot set a header of a WebSocket, so it may offer a sub-protocol of this and its key. The answer must not repeat it."""

LONGEST_WAIT = 5.0
"""Seconds that a turn of a conversation may be put off, rather than refused: to its listener it is a pause. A store that has lost its data
grants nothing for half as long."""

_RESTART = 0.25
"""Seconds after which a store that did not answer is asked again: it may be starting, which takes about one."""

_BUSY = 1.0
"""Seconds after which to try again where a turn has to end first: nobody knows when one will."""


@attrs.frozen(kw_only=True)
class Admission:
    """A caller that was admitted."""

    caller: str
    """The name of its key; `anybody` where none is asked for."""


class Guard:
    """Admits or refuses. Counts the turns of all callers, and of each."""

    def __init__(self, config: ServiceConfig, keys: Keys, counters: Counters | None = None) -> None:
        """Guard a service.

        Args:
            config: who may come and how much there is for each.
            keys: the keys of all callers; none: all may come.
            counters: where callers are counted; in this process by default.
        """
        self._config = config
        self._keys = keys
        self.counters = counters or LocalCounters()
        self.closed = False
        """Whether no more turns are admitted, since the service is about to end."""
        self.turns = 0
        """Turns that run now, of all callers."""

    def check_place(self, headers: Mapping[str, str]) -> None:
        """See whether this service is meant, and no page of somebody else asks.

        Raises:
            Refused: 421, its `Host` is a name that is not ours; 403, its `Origin` is.
        """
        config = self._config
        host = headers.get("host", "")
        if not is_allowed_host(without_port(host), config.host, config.allowed_hosts):
            raise Refused(
                421,
                "forbidden_host",
                f"this service does not answer to the name {clipped(without_port(host))!r}: add it to allowed_hosts (--allow-host)",
            )
        origin = headers.get("origin")
        if origin is not None and not is_allowed_origin(origin, host, config.allowed_origins):
            raise Refused(
                403,
                "forbidden_origin",
                f"pages of {clipped(origin)} may not use this service: add it to allowed_origins (--allow-origin)",
            )

    def caller(self, headers: Mapping[str, str]) -> str:
        """Whose key it is: the `Authorization: Bearer`, the `X-API-Key`, or the sub-protocol of a WebSocket.

        Raises:
            Refused: 401, there is no key, or a wrong one.
        """
        if not self._keys:
            return ANYBODY
        key = _key(headers)
        owner = None if key is None else self._keys.owner(key)
        if owner is None:
            said = "no API key was given" if key is None else "this API key is not known"
            raise Refused(
                401,
                "invalid_api_key",
                f"{said}: send one as `Authorization: Bearer KEY`; whoever runs the service makes it with triolet serve key NAME",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return owner

    @asynccontextmanager
    async def admit(self, headers: Mapping[str, str], client: str | None = None) -> AsyncGenerator[Admission]:
        """Admit a request for a block in which it may speak: `async with guard.admit(headers) as admission:`.

        Args:
            headers: of the request, by lower-case name.
            client: the address of the caller, which is not judged by.

        Raises:
            Refused: 421, 403, 401, 503 (the service ends, or is full) or 429 (the caller has had its share), in this order.
        """
        self.check_place(headers)
        caller = self.caller(headers)
        if self.closed:
            raise Refused(
                503, "draining", "this service is about to end: try again, and reach another", retry_after=_BUSY
            )
        caps = self.caps(caller)
        try:
            wait = await self.counters.request(caller, caps)
        except ConnectionFailed as error:
            raise Refused(503, "store_unreachable", f"{error}: try again in a moment", retry_after=_BUSY) from error
        if wait > 0:
            raise Refused(
                429,
                "rate_limit_exceeded",
                f"{caps.per_minute} requests a minute are allowed: try again in {wait:.1f} s",
                retry_after=wait,
            )
        if self.turns >= self._config.limits.turns:
            raise Refused(503, "busy", "this service is full: try again in a moment", retry_after=_BUSY)
        self.turns += 1
        try:
            async with self.counters.turn(caller, caps) as allowed:
                if not allowed:
                    raise Refused(
                        429,
                        "concurrency_limit_exceeded",
                        f"{caps.concurrent} turns at a time are allowed: wait until one has ended",
                        retry_after=_BUSY,
                    )
                yield Admission(caller=caller)
        finally:
            self.turns -= 1

    async def begin_turn(self, caller: str) -> None:
        """Count a further turn on a connection that was admitted, as a request. Waits for `LONGEST_WAIT` seconds at most, if it may begin
        then, or if what counts for several processes does not answer.

        Raises:
            ValueError: the caller has had its share. The text says when the next may begin.
            ConnectionFailed: what counts for several processes does not answer.
        """
        caps = self.caps(caller)
        until = trio.current_time() + LONGEST_WAIT
        while True:
            try:
                wait = await self.counters.request(caller, caps)
            except ConnectionFailed:
                wait = _RESTART
                if trio.current_time() + wait > until:
                    raise
            if wait <= 0:
                return
            if trio.current_time() + wait > until:
                raise ValueError(f"{caps.per_minute} turns a minute are allowed: try again in {wait:.1f} s")
            await trio.sleep(wait)

    def caps(self, caller: str) -> Caps:
        """How much this caller may have."""
        limits, own = self._config.limits, self._config.keys.get(caller)
        return Caps(
            per_minute=(own and own.requests_per_minute) or limits.requests_per_minute,
            concurrent=(own and own.concurrent) or limits.concurrent,
        )


def _key(headers: Mapping[str, str]) -> str | None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    if given := headers.get("x-api-key", "").strip():
        return given
    for offered in headers.get("sec-websocket-protocol", "").split(","):
        if offered.strip().startswith(SUBPROTOCOL):
            return offered.strip().removeprefix(SUBPROTOCOL)
    return None
