"""One phrase on its way from the service to the listener."""

from __future__ import annotations

import enum
import math

import attrs

from triolet._model._text import Phrase
from triolet._tools._signal import Signal
from triolet.alignment._heard import expected_seconds
from triolet.alignment._voicing import Voiced
from triolet.synthesis._phrase_audio import PhraseAudio


@attrs.define(eq=False)
class Commit:
    """What one commit says of a phrase: its units from `unit` on."""

    made: float
    """When it was made (in Trio's time)."""
    start: int = 0
    """Which sample of the phrase's audio is its first."""
    unit: int = 0
    """Which unit of the phrase is its first."""
    first_audio: float | None = None
    """When its first samples came; None: none have."""


class Progress(enum.Enum):
    """How far a phrase has come."""

    SPEAKING = enum.auto()
    """More audio may come."""
    SAID = enum.auto()
    """No more will come; the next phrase goes on."""
    GIVEN_UP = enum.auto()
    """No more will come, and the turn ends with `Job.error`."""


@attrs.define(eq=False)
class Job:
    """One phrase in flight, over all the commits that it takes."""

    phrase: Phrase
    audio: PhraseAudio
    commit: Commit
    """The last one made."""
    usual: float = attrs.field(init=False)
    """Seconds that the phrase takes to say at a usual pace."""
    expected: float = attrs.field(init=False)
    """Seconds that this voice should take."""
    credited: int = 0
    """Samples of it that the playout clock knows of."""
    progress: Progress = Progress.SPEAKING
    error: Exception | None = None
    whole: bool = False
    """Whether one commit has said all of it."""
    changed: Signal = attrs.Factory(Signal)
    """Given when more audio has come, and when no more will."""

    def __attrs_post_init__(self) -> None:
        self.usual = self.expected = expected_seconds(self.phrase.words)

    @property
    def said(self) -> bool:
        """Whether all of it has come."""
        return self.progress is Progress.SAID

    @property
    def words(self) -> str:
        """What the last commit has to say."""
        return "".join(unit.text for unit in self.phrase.units[self.commit.unit :]).strip()

    @property
    def of_commit(self) -> int:
        """Samples of the last commit that have come."""
        return self.audio.received - self.commit.start

    @property
    def of_commit_passed_on(self) -> int:
        """Samples of the last commit that were passed on."""
        return max(0, self.audio.passed_on - self.commit.start)

    @property
    def voiced(self) -> Voiced:
        """What the samples of the last commit show."""
        return self.audio.voicing.voiced.part(self.commit.start)

    def end(self) -> None:
        """All of it has come."""
        self.progress = Progress.SAID
        self.changed.give()

    def give_up(self, error: Exception) -> None:
        """No more will come, and the turn ends with this error."""
        self.progress = Progress.GIVEN_UP
        self.error = error
        self.changed.give()

    def cut(self, samples: int, *, fade: int) -> None:
        """Drop what follows so many samples of the phrase; what is kept of the last commit ends softly."""
        own = samples - max(self.audio.passed_on, self.commit.start)  # what came before has been faded
        self.audio.cut(samples, fade=max(0, min(fade, own)))
        self.credited = min(self.credited, samples)

    def ready(self, most: int | None, *, keep: int) -> int:
        """How many samples may be passed on now: at most `most`; or, with None, all of them once all have come.

        While more is to come, the last `keep` samples stay, to be faded if it does not.
        """
        held = self.audio.received - self.audio.passed_on
        if self.progress is not Progress.SPEAKING:
            return int(min(held, math.inf if most is None else most))
        if most is None:
            return 0
        sure = max(self.commit.start, self.audio.received - keep)
        return max(0, min(most, sure - self.audio.passed_on))
