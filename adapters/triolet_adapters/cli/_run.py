"""Running a sub-command: errors as sentences, exit codes, Ctrl-C."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import warnings
from collections.abc import Awaitable, Callable, Generator
from typing import NoReturn, cast

import trio

from triolet import lone_error
from triolet.errors import TrioletError

FAILED = 1
MISUSED = 2
INTERRUPTED = 128 + signal.SIGINT
"""130, as shells count."""
CLOSED_PIPE = 128 + 13
"""141, as shells count a program that was ended by SIGPIPE."""

GRACE = 0.35
"""Seconds after Ctrl-C until the process ends, whatever still says goodbye to a service: with what Python takes to leave, half
a second in all. A file is valid at every moment."""

_last_words: list[Callable[[], None]] = []
_gentle_ends: list[Callable[[], None]] = []


class NothingToSay(TrioletError):
    """No words came out of the text."""

    def __init__(self) -> None:
        super().__init__("nothing to say: the text has no words that are spoken")


class NotAll(TrioletError):
    """Some of what was asked for was not done, and that has been told: only the exit code is left to say."""


@contextlib.contextmanager
def last_words(report: Callable[[], None]) -> Generator[None]:
    """Call `report` if Ctrl-C ends the process before this block has been left."""
    _last_words.append(report)
    try:
        yield
    finally:
        _last_words.remove(report)


@contextlib.contextmanager
def ending_gently(end: Callable[[], None]) -> Generator[None]:
    """Call `end` at the first Ctrl-C or SIGTERM, and let the command come to its end by itself; the next one calls that of the block around, or
    cancels the command.
    """
    _gentle_ends.append(end)
    try:
        yield
    finally:
        if end in _gentle_ends:
            _gentle_ends.remove(end)


def run(command: Callable[[], Awaitable[object]], *, stopped: int | None = None) -> NoReturn:
    """Run a command to its end, then leave with its exit code.

    Ctrl-C and SIGTERM cancel it; the exit code then is 128 + the signal's number, or `stopped` where that is the ordinary end and it was told once. What it raises is told in one sentence: TrioletError and OSError as failures, ValueError as
    misuse; anything else is a fault of ours and keeps its traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that cannot show a sign is no reason to fail
            reconfigure(errors="replace")
    warnings.showwarning = _warn  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    code = 0
    gc.enable()  # which `main` has disabled while it read modules
    try:
        code = trio.run(_until_signal, command, stopped)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (TrioletError, OSError, ValueError, ModuleNotFoundError, ExceptionGroup) as error:
        code = _told(lone_error(error))
    if code == CLOSED_PIPE:  # or the interpreter would try to flush it again
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


async def _until_signal(command: Callable[[], Awaitable[object]], stopped: int | None) -> int:
    code = 0
    ended = trio.Event()
    scope = trio.CancelScope()
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:

        async def watch() -> None:
            nonlocal code
            told = False
            async for number in signals:
                code = 128 + number if stopped is None or told else stopped
                told = True
                if _gentle_ends:
                    _gentle_ends.pop()()
                    continue
                scope.cancel(reason=signal.Signals(number).name)
                break
            with trio.move_on_after(GRACE):
                await ended.wait()
            if not ended.is_set():
                leave(code)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch)
            try:
                with scope:
                    await command()
            finally:
                ended.set()
                nursery.cancel_scope.cancel()
    return code


def leave(code: int) -> None:
    """End the process now, after the last words."""
    with contextlib.suppress(OSError, ValueError):
        for report in reversed(_last_words):
            report()
        sys.stdout.flush()
    os._exit(code)


def _told(error: BaseException) -> int:
    if isinstance(error, ExceptionGroup):  # several things went wrong at once: each is told
        return max(_told(each) for each in cast("ExceptionGroup[Exception]", error).exceptions)
    if isinstance(error, NotAll):
        return FAILED
    if isinstance(error, BrokenPipeError) or isinstance(error.__cause__, BrokenPipeError):
        return CLOSED_PIPE
    if isinstance(error, ModuleNotFoundError) and (hint := missing(error)):
        error, code = ModuleNotFoundError(hint), FAILED
    elif isinstance(error, (TrioletError, OSError)):
        code = FAILED
    elif isinstance(error, ValueError):
        code = MISUSED
    else:
        raise error
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    sys.stderr.write(f"triolet: {error}\n")
    return code


EXTRAS = {
    "typer": "cli", "rich": "cli", "hibari": "local", "miniaudio": "audio", "av": "audio", "httpx2": "llm", "coredis": "redis",
    "starlette": "serve", "hypercorn": "serve",
    "prometheus_client": "serve", "opentelemetry": "serve",
}  # fmt: skip
"""The extra of this project that installs each module."""


def missing(error: ModuleNotFoundError) -> str | None:
    """What to install; None if the module is none of those that may be missing."""
    if error.name is None:
        return str(error)  # one of ours, which says it
    if error.name not in EXTRAS:
        return None
    return f'this needs the package {error.name}: pip install "triolet[{EXTRAS[error.name]}]"'


def _warn(message: Warning | str, category: type[Warning], *_: object) -> None:
    if issubclass(category, UserWarning):  # others are for programmers
        sys.stderr.write(f"triolet: {message}\n")
