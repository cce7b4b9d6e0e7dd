"""The figures of all workers, whichever of them is asked: each gives its own to the others, over a socket in a folder of their parent's."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import trio

logger = logging.getLogger("triolet.service")

SIBLING = 1.0
"""Seconds for the figures of another worker. Prometheus waits for 10 in all, and a loop that is later than this has worse troubles."""

END = b"# EOF\n"
"""What follows the figures of a worker. Where it is missing, the worker has died or was too slow, and a number may be cut off."""

_SAMPLE = re.compile(rb"^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{?)", re.MULTILINE)


def merged(figures: Mapping[int, bytes]) -> bytes:
    """The figures of workers as one text, each with the label `worker`. A worker that is started anew counts from 0, as each does by itself:
    sums of them would seem to have begun anew, all of them.
    """
    families: dict[bytes, list[bytes]] = {}
    for number, text in sorted(figures.items()):
        for block in text.split(b"# HELP ")[1:]:
            help_, type_, samples = block.split(b"\n", 2)
            families.setdefault(b"# HELP %s\n%s\n" % (help_, type_), []).append(_labelled(samples, number))
    return b"".join(head + b"".join(samples) for head, samples in families.items())


def _labelled(samples: bytes, number: int) -> bytes:
    def with_label(found: re.Match[bytes]) -> bytes:
        name, others = found.groups()
        return b'%s{worker="%d"%s' % (name, number, b"," if others else b"}")

    return _SAMPLE.sub(with_label, samples)


class WorkerFigures:
    """One worker among others. Sockets of its folder are those of its siblings; one that is not listened to is left out."""

    def __init__(self, folder: str, number: int, own: Callable[[], bytes]) -> None:
        """`folder`: of the parent, for these sockets alone. `own`: gives the figures of this worker."""
        self._folder = Path(folder)
        self._number = number
        self._own = own

    async def serve(
        self, *, task_status: trio.TaskStatus[list[trio.SocketListener]] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Give this worker's figures to whoever connects, until cancelled. Where that cannot be, it serves nevertheless."""
        path = self._folder / str(self._number)
        listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        try:
            path.unlink(missing_ok=True)  # noqa: ASYNC240 -- of the worker in whose place this one is
            await listening.bind(str(path))
        except OSError as error:  # such as a path of more than some 100 bytes
            listening.close()
            logger.warning("/metrics of other workers will lack those of this one: %s: %s", path, error)
            task_status.started([])
            return
        listening.listen()

        async def give(stream: trio.SocketStream) -> None:
            with trio.move_on_after(SIBLING):
                with contextlib.suppress(trio.BrokenResourceError):
                    await stream.send_all(self._own() + END)
            await trio.aclose_forcefully(stream)

        await trio.serve_listeners(give, [trio.SocketListener(listening)], task_status=task_status)

    async def all(self) -> bytes:
        """The figures of all workers."""
        found = {self._number: self._own()}

        async def ask(number: int) -> None:
            with trio.move_on_after(SIBLING):
                with contextlib.suppress(OSError, trio.BrokenResourceError):
                    async with await trio.open_unix_socket(str(self._folder / str(number))) as stream:
                        told = b"".join([part async for part in stream])
                    if told.endswith(END):
                        found[number] = told.removesuffix(END)

        async with trio.open_nursery() as nursery:
            for name in os.listdir(self._folder):  # noqa: PTH208 -- names, not paths
                if int(name) != self._number:
                    nursery.start_soon(ask, int(name))
        return merged(found)
