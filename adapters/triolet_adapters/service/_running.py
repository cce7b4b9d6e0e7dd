"""The service on a port: hypercorn under Trio."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext

from triolet import Alone
from triolet_adapters.service._app import create_app
from triolet_adapters.service.config import ServiceConfig
from triolet_adapters.service.connections import Connections
from triolet_adapters.service.logs import log_cut_off, log_draining
from triolet_adapters.service.process import Service
from triolet_adapters.service.workers import supervise

_log = logging.getLogger("triolet.service")


async def serve(
    config: ServiceConfig,
    *,
    service: Service | None = None,
    listeners: Sequence[trio.SocketListener] | None = None,
    stop: trio.Event | None = None,
    at_once: trio.Event | None = None,
    task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until `stop` is set, or until cancelled.

    With `workers` above 1, processes of their own serve, and this one looks after them: see `supervise`.

    When `stop` is set, no more connections and turns are taken. Turns that run have `limits.drain_timeout` to end; then they are cut off,
    and this returns. When `at_once` is set, they are cut off at once. The log says how many were. If cancelled, all ends at once, too, without
    a word.

    Args:
        config: all settings.
        service: a service that is not open yet, to serve in this process; by default one of the configuration.
        listeners: what listens; by default `host` and `port`. They are closed.
        stop: set it to end.
        at_once: set it to end without waiting for turns.
        task_status: gets the URL when connections are taken.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
        WrongEntry: a voice of the configuration cannot be made.
    """
    stop = trio.Event() if stop is None else stop
    at_once = trio.Event() if at_once is None else at_once
    alone = config.workers == 1 or service is not None or listeners is not None
    here = service or Service(config) if alone else None  # before it listens: it may not be possible
    opened = list(listeners) if listeners is not None else await listen(config)
    url = _url(config.host, opened)
    if here is None:
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(partial(supervise, config, opened, stop, at_once))
                task_status.started(url)
        finally:
            for listener in opened:
                await trio.aclose_forcefully(listener)
        return
    await _serve(config, here, opened, stop, at_once, partial(task_status.started, url))


async def _serve(
    config: ServiceConfig,
    service: Service,
    listeners: Sequence[trio.SocketListener],
    stop: trio.Event,
    at_once: trio.Event,
    started: Callable[[], None],
) -> None:
    """Serve in this process."""
    web = _hypercorn(config)
    context = WorkerContext(None)
    with Alone():
        async with service, trio.open_nursery() as nursery:
            async with trio.open_nursery() as handlers:
                connections = Connections(config.limits, handlers)
                handle = partial(_handle, ASGIWrapper(cast("Any", create_app(service))), web, context)
                accepting = trio.CancelScope()

                async def accept() -> None:
                    with accepting:
                        await connections.serve(listeners, handle)

                def cut_off(reason: str) -> None:
                    log_cut_off(len(service.running), reason)
                    handlers.cancel_scope.cancel(reason=reason)
                    connections.cut_off()

                async def end_in_time() -> None:
                    await trio.sleep(config.limits.drain_timeout)
                    cut_off(f"they have not ended within {config.limits.drain_timeout:g} s (drain_timeout)")

                async def end_at_once() -> None:
                    await at_once.wait()
                    stop.set()
                    cut_off("the service was told to end at once")

                nursery.start_soon(accept)
                nursery.start_soon(end_at_once)
                started()
                try:
                    await stop.wait()
                except trio.Cancelled:
                    connections.cut_off()  # hypercorn shields what it sends from this cancellation
                    raise
                service.drain()
                log_draining(len(service.running), config.limits.drain_timeout)
                accepting.cancel()
                await context.terminated.set()  # connections without a request end now, others after their answer
                nursery.start_soon(end_in_time)
            nursery.cancel_scope.cancel()


async def listen(config: ServiceConfig) -> list[trio.SocketListener]:
    """Listen on the host and port of a configuration.

    Raises:
        OSError: the port is taken, or the address is not this machine's; it says what to do.
    """
    try:
        return await trio.open_tcp_listeners(config.port, host=config.host, backlog=BACKLOG)
    except OSError as error:
        raise explained(error, config.host, config.port) from error


BACKLOG = 1024
"""Connections that the kernel holds while the event loop does something else: a burst of a second."""


def explained(error: OSError, host: str, port: int) -> OSError:
    """Say what to do about a port that cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return OSError(f"port {port} of {host} is taken: end the program that listens there, or choose another --port")
    return OSError(f"cannot listen on {host}, port {port}: {error.strerror or error}")


def _hypercorn(config: ServiceConfig) -> Config:
    web = Config()
    web.accesslog = None
    web.errorlog = "-"
    web.include_server_header = False
    web.keep_alive_timeout = config.limits.header_timeout
    web.websocket_max_message_size = config.limits.message
    web.websocket_ping_interval = 20.0
    return web


async def _handle(app: Any, web: Config, context: WorkerContext, state: dict[str, Any], stream: Any) -> None:
    try:
        await TCPServer(app, web, context, state, stream).run()
    except Exception as error:  # noqa: BLE001 -- hypercorn raises at a client that speaks before it may; the others must not notice
        _log.warning("a connection was closed: %s", _faults(error))


def _faults(error: Exception) -> str:
    if isinstance(error, ExceptionGroup):
        each = cast("tuple[Exception, ...]", error.exceptions)  # pyright: ignore[reportUnknownMemberType]
        return "; ".join(map(_faults, each))
    return f"{type(error).__name__}: {error}"


def _url(host: str, listeners: Sequence[trio.SocketListener]) -> str:
    port = listeners[0].socket.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
