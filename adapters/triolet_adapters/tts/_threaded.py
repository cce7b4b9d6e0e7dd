"""One thread for voices that speak on this machine, and the session of such a voice."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import attrs
import trio

from triolet import AudioCallback, TTSSession, Usage
from triolet.errors import Unspeakable

T = TypeVar("T")

EXIT_DEADLINE = 5.0
"""Seconds that the end of the process waits for a thread that was left inside a voice: loading takes half a second, a sentence
of hibari 0.2 s, a piece of Kokoro up to 5."""


@attrs.define
class ThreadedSession(TTSSession):
    """Asks for a text's audio part by part, each in the thread."""

    _speech: Callable[[str], Iterator[bytes]]
    """Called in the thread: the samples of each part of a text, made when they are asked for."""
    _limiter: trio.CapacityLimiter
    _busy: bool = False

    async def commit(self, text: str, accept: AudioCallback) -> Usage:
        """Speak `text`, a part at a time.

        Raises:
            Unspeakable: a script that the voice does not know, or nothing but emoji. Raised before the first sample.
            ValueError: no words.
            RuntimeError: another commit is running.
        """
        if self._busy:
            raise RuntimeError("a commit is running on this session: wait for it, or connect another session")
        self._busy = True
        try:
            speech: Iterator[bytes] | None = None
            spoken = False

            def part() -> bytes | None:
                nonlocal speech
                if speech is None:  # here, since a long text takes a while to be read
                    speech = self._speech(text)
                return next(speech, None)

            # A thread a part, never one that outlives the commit by more than that.
            while (
                pcm := await trio.to_thread.run_sync(inside, part, limiter=self._limiter, abandon_on_cancel=True)
            ) is not None:
                if pcm:
                    accept(pcm)
                    spoken = True
            if not spoken:
                raise Unspeakable(f"this voice has no sounds for {text[:60]!r}")
        finally:
            self._busy = False
        return Usage()


_limiters: trio.lowlevel.RunVar[trio.CapacityLimiter] = trio.lowlevel.RunVar("triolet_adapters.tts")


def one_thread() -> trio.CapacityLimiter:
    """One thread for all sessions of a Trio run: two would only share the core that the event loop needs as well."""
    try:
        return _limiters.get()
    except LookupError:
        limiter = trio.CapacityLimiter(1)
        _limiters.set(limiter)
        return limiter


_occupied = threading.Lock()


def inside(work: Callable[[], T]) -> T:
    """For worker threads: whatever enters the voice, whose C++ aborts the process if Python ends meanwhile."""
    with _occupied:
        return work()


@atexit.register
def _keep_out() -> None:
    """Wait until no thread is inside the voice, and let none enter any more."""
    _occupied.acquire(timeout=EXIT_DEADLINE)
