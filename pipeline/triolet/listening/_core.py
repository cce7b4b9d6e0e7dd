"""Whether a voice interrupts, was a false start, or is not known yet. Pure: the time is an argument, and nothing waits here."""

from __future__ import annotations

import enum
import math

import attrs

from triolet.listening._backchannels import is_meant
from triolet.listening._options import BargeInOptions


class BargeInDecision(enum.Enum):
    """What to do with the speech that is being played."""

    PAUSE = "pause"
    """A voice began: be silent at once."""
    RESUME = "resume"
    """It was a false start: go on with the next sample."""
    INTERRUPT = "interrupt"
    """Something was said: end the turn."""


@attrs.define(eq=False)
class BargeInCore:
    """Decides what to do when the user talks.

        core = BargeInCore()
        core.started(12.0)  # [PAUSE]
        core.stopped(12.2)  # []
        core.wakes_at  # 12.9
        core.tick(12.9)  # [RESUME]

    Each call takes the time, in seconds of any clock that does not go back, and returns what to do, in order. Call `tick` when
    `wakes_at` has come. After a `started` there is at most one INTERRUPT until the next, and each PAUSE is followed by a RESUME or
    an INTERRUPT within `BargeInOptions.longest_pause`.
    """

    options: BargeInOptions = attrs.field(factory=BargeInOptions)
    _voice_since: float | None = attrs.field(default=None, init=False)
    _voiced: float = attrs.field(default=0.0, init=False)
    """Seconds of voice in this pause, before the voice that lasts."""
    _quiet_since: float = attrs.field(default=0.0, init=False)
    _paused_at: float | None = attrs.field(default=None, init=False)
    _done: bool = attrs.field(default=False, init=False)
    """Whether this start has interrupted: nothing more of it does."""
    _vad: bool = attrs.field(default=False, init=False)
    """Whether `started` has ever been called. An STT alone does not: then each utterance counts as a start."""

    @property
    def talking(self) -> bool:
        """Whether a voice has started, and not stopped."""
        return self._voice_since is not None

    @property
    def wakes_at(self) -> float:
        """When `tick` is to be called next; infinite if there is nothing to wait for."""
        return min(self._interrupts_at, self._resumes_at)

    def started(self, now: float) -> list[BargeInDecision]:
        """A voice begins. In a pause that lasts, it belongs to the same start."""
        decisions = self.tick(now)
        self._vad = True
        if self._paused_at is None:
            self._paused_at, self._voiced, self._done = now, 0.0, False
            self._voice_since = now
        elif self._voice_since is None:
            self._voice_since = now
        return [*decisions, BargeInDecision.PAUSE]  # again, for a turn that has begun since the last one

    def stopped(self, now: float) -> list[BargeInDecision]:
        """The voice has ended, or pauses."""
        decisions = self.tick(now)
        if self._voice_since is not None:
            self._voiced += now - self._voice_since
            self._voice_since, self._quiet_since = None, now
        return decisions

    def transcript(self, words: str, now: float, *, final: bool = True) -> list[BargeInDecision]:
        """Words have been recognised, also late: they belong to the last start."""
        decisions = self.tick(now)
        if is_meant(words, self.options.ignored_words):
            if not self._done:
                decisions.append(self._interrupt())
        elif final and self._paused_at is not None and self._voice_since is None:
            decisions.append(self._resume())  # all words are known, and none was meant
        if final and not self._vad:
            self._done = False
        return decisions

    def tick(self, now: float) -> list[BargeInDecision]:
        """Time has passed."""
        if now >= self._interrupts_at and self._interrupts_at <= self._resumes_at:
            return [self._interrupt()]
        if now >= self._resumes_at:
            return [self._resume()]
        return []

    @property
    def _interrupts_at(self) -> float:
        if self._paused_at is None or self._voice_since is None:
            return math.inf
        return self._voice_since + self.options.least_speech - self._voiced

    @property
    def _resumes_at(self) -> float:
        if self._paused_at is None:
            return math.inf
        latest = self._paused_at + self.options.longest_pause
        return latest if self._voice_since is not None else min(latest, self._quiet_since + self.options.resume_after)

    def _interrupt(self) -> BargeInDecision:
        self._paused_at, self._done = None, True
        return BargeInDecision.INTERRUPT

    def _resume(self) -> BargeInDecision:
        self._paused_at = None
        return BargeInDecision.RESUME
