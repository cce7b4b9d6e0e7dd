"""The parent of the workers: it opens the port, starts them, starts anew those that die, and leaves none behind."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial

import trio

from triolet import Alone
from triolet_adapters.service.config import ServiceConfig

FIRST_BACK_OFF = 0.1
"""Seconds from the end of a worker to the start of the next. It doubles with each that ends soon."""
LONGEST_PAUSE = 10.0
"""The most seconds between two starts: what makes a worker die at once is not mended by trying faster."""
SETTLED = 30.0
"""Seconds after which a worker that ends has not failed at its start, and the next one is started soon."""
SPARE = 3.0
"""Seconds that a worker may need to end after its `drain_timeout`, or when it has to at once. Then it is killed."""
WORKER = "triolet_adapters.service.workers.worker"

logger = logging.getLogger("triolet.service")


class WorkerFailed(OSError):
    """A worker could not start. It has said why on standard error."""


async def supervise(
    config: ServiceConfig,
    listeners: Sequence[trio.SocketListener],
    stop: trio.Event,
    at_once: trio.Event,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Run `config.workers` processes on these listeners until `stop` is set; then let them drain, or not, when `at_once` is set. If cancelled,
    they are killed.

    A worker ends by itself when this process has ended, however that came: its standard input is a pipe from here.

    Args:
        config: all settings; the workers get them as they are.
        listeners: what the workers listen on together. They are not closed.
        stop: set it to end.
        at_once: set it after `stop` to end without waiting for turns.
        task_status: told when all workers take connections.

    Raises:
        WorkerFailed: one could not start.
    """
    sockets = [listener.socket.fileno() for listener in listeners]
    with Alone(), tempfile.TemporaryDirectory(prefix="triolet-") as folder:
        task = {"config": config.table(), "sockets": sockets, "log": config.log, "folder": folder}
        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as starting:
                for number in range(config.workers):
                    line = json.dumps({**task, "number": number}).encode() + b"\n"
                    starting.start_soon(nursery.start, partial(_keep, number, config, sockets, line, stop, at_once))
            task_status.started()


async def _keep(
    number: int,
    config: ServiceConfig,
    sockets: Sequence[int],
    task: bytes,
    stop: trio.Event,
    at_once: trio.Event,
    *,
    task_status: trio.TaskStatus[None],
) -> None:
    """Keep one worker running."""
    back_off = FIRST_BACK_OFF
    first = True
    while not stop.is_set():
        began = trio.current_time()
        code = await _run(config, sockets, task, stop, at_once, task_status if first else trio.TASK_STATUS_IGNORED)
        if stop.is_set():
            return
        first = False
        if trio.current_time() - began > SETTLED:
            back_off = FIRST_BACK_OFF
        logger.warning("worker %d has ended with code %s; another follows in %.1f s", number, code, back_off)
        with trio.move_on_after(back_off):
            await stop.wait()
        back_off = min(LONGEST_PAUSE, 2 * back_off)


async def _run(
    config: ServiceConfig,
    sockets: Sequence[int],
    task: bytes,
    stop: trio.Event,
    at_once: trio.Event,
    task_status: trio.TaskStatus[None],
) -> int | None:
    """Run one worker to its end. Gives its exit code."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=sockets,
        start_new_session=True,  # Ctrl-C in a terminal reaches the parent alone, which lets the workers drain
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        ready = False
        try:
            await process.stdin.send_all(task)
            ready = await process.stdout.receive_some(1) == b"+"
        except trio.BrokenResourceError:
            pass
        if ready:
            task_status.started()
        elif task_status is not trio.TASK_STATUS_IGNORED:
            await process.wait()
            raise WorkerFailed("a worker could not start: it says why above")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_end, process, config, stop, at_once)
            await process.wait()
            nursery.cancel_scope.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        with trio.CancelScope(shield=True):  # a killed process ends at once
            await process.wait()
        await trio.aclose_forcefully(process.stdin)
        await trio.aclose_forcefully(process.stdout)
    return process.returncode


async def _end(process: trio.Process, config: ServiceConfig, stop: trio.Event, at_once: trio.Event) -> None:
    """Let a worker drain when `stop` is set, and end when `at_once` is; kill it if it does not."""
    await stop.wait()
    process.send_signal(signal.SIGTERM)
    with trio.move_on_after(config.limits.drain_timeout + SPARE) as scope:
        await at_once.wait()
        process.send_signal(signal.SIGTERM)
        scope.deadline = min(scope.deadline, trio.current_time() + SPARE)
        await trio.sleep_forever()
    logger.warning("a worker has not ended in time, and is killed")
    process.kill()
