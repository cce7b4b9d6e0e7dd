"""A worker: `python -m triolet_adapters.service.workers.worker`, started by its parent, which says by standard input what to serve."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
from typing import Any

import trio

from triolet import keep_gc_quiet, lone_error, quiet_gc
from triolet.errors import TrioletError
from triolet_adapters.service import Service, ServiceConfig, serve
from triolet_adapters.service.logs import set_up_logs
from triolet_adapters.service.workers._figures import WorkerFigures

PARENT_GONE = 1
"""The exit code of a worker whose parent has ended without a word."""


def main() -> None:
    """Serve until SIGTERM, or until the parent has gone."""
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    set_up_logs(task["log"])
    try:
        trio.run(_work, ServiceConfig.of_table(task["config"]), task["sockets"], task["folder"], task["number"])
    except (TrioletError, OSError, ValueError, ExceptionGroup) as error:
        sys.stderr.write(f"triolet: {lone_error(error)}\n")
        sys.exit(1)


async def _work(config: ServiceConfig, sockets: list[int], folder: str, number: int) -> None:
    stop, at_once = trio.Event(), trio.Event()
    service = Service(config)

    def own() -> bytes:
        return service.watching.metrics.exposition()  # which it has when it is open

    figures = WorkerFigures(folder, number, own)
    service.figures = figures.all
    listeners = [
        trio.SocketListener(trio.socket.from_stdlib_socket(socket.socket(fileno=number))) for number in sockets
    ]
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with trio.open_nursery() as nursery:

            async def listen_to_signals() -> None:
                async for _ in signals:
                    (at_once if stop.is_set() else stop).set()

            async def serve_all(task_status: trio.TaskStatus[str]) -> None:
                await serve(
                    config, service=service, listeners=listeners, stop=stop, at_once=at_once, task_status=task_status
                )
                nursery.cancel_scope.cancel(reason="the service has ended")

            nursery.start_soon(_watch_parent, folder)
            nursery.start_soon(listen_to_signals)
            await nursery.start(serve_all)
            await nursery.start(figures.serve)
            quiet_gc()
            nursery.start_soon(keep_gc_quiet)
            os.write(sys.stdout.fileno(), b"+")  # one byte into an empty pipe


async def _watch_parent(folder: str) -> None:
    """End with the parent, however it ended: nobody would look after this process, and it would hold the port."""
    async with trio.lowlevel.FdStream(os.dup(sys.stdin.fileno())) as parent:
        while await parent.receive_some():
            pass
    shutil.rmtree(folder, ignore_errors=True)  # it was the parent's to remove
    os._exit(PARENT_GONE)


if __name__ == "__main__":
    main()
