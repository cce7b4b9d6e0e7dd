"""One phrase on its way from the service to the listener."""

from __future__ import annotations

import enum
import math

import attrs

from triolet._model._text import Phrase, join_units
from triolet._tools._signal import Signal
from triolet.alignment._voicing import Voiced
from triolet.alignment._weights import expected_seconds
from triolet.synthesis._phrase_audio import PhraseAudio


@attrs.define(eq=False)
class Commit:
    """One commit of a phrase. It says the units of the phrase from `unit` on."""

    made: float
    """When it was made, on Trio's clock."""
    start: int = 0
    """The sample of the phrase's audio at which its audio starts."""
    unit: int = 0
    """The first unit of the phrase that it says."""
    before: tuple[tuple[int, int], ...] = ()
    """For each unit before `unit`: the samples at which it begins and ends, at most `start`. Told again with the times of its
    words."""
    late: bool = False
    """Whether the service has told of a word after its audio was passed on."""
    first_audio: float | None = None
    """When its first samples came, on Trio's clock. None: none have."""


class Progress(enum.Enum):
    """How far a phrase has come."""

    SPEAKING = enum.auto()
    """More audio may come."""
    SAID = enum.auto()
    """No more audio will come, and the turn goes on with the next phrase."""
    GIVEN_UP = enum.auto()
    """No more audio will come, and the turn ends with `Job.error`."""


@attrs.define(eq=False)
class Job:
    """One phrase in flight, with all the commits that it takes."""

    phrase: Phrase
    audio: PhraseAudio
    commit: Commit
    """The last commit made."""
    usual: float = attrs.field(init=False)
    """Seconds that the phrase takes to say at the usual pace."""
    expected: float = attrs.field(init=False)
    """Seconds that this voice is expected to take."""
    credited: int = 0
    """Samples of the phrase that the playout clock counts as received."""
    progress: Progress = Progress.SPEAKING
    error: Exception | None = None
    whole: bool = False
    """Whether one commit has said all of the phrase."""
    changed: Signal = attrs.Factory(Signal)
    """Given when more audio has come, and when it is known that no more will."""

    def __attrs_post_init__(self) -> None:
        self.usual = self.expected = expected_seconds(self.phrase.words)

    @property
    def said(self) -> bool:
        """Whether no more audio will come and the turn goes on."""
        return self.progress is Progress.SAID

    @property
    def words(self) -> str:
        """The text of the last commit."""
        return join_units(self.phrase.units[self.commit.unit :]).strip()

    @property
    def of_commit(self) -> int:
        """Samples of the last commit that have come."""
        return self.audio.received - self.commit.start

    @property
    def of_commit_passed_on(self) -> int:
        """Samples of the last commit that have been passed on."""
        return max(0, self.audio.passed_on - self.commit.start)

    @property
    def voiced(self) -> Voiced:
        """Where the voice sounds in the samples of the last commit."""
        return self.audio.voicing.voiced.part(self.commit.start)

    def end(self) -> None:
        """Note that no more audio will come, and that the turn goes on."""
        self.progress = Progress.SAID
        self.changed.give()

    def give_up(self, error: Exception) -> None:
        """Note that no more audio will come, and that the turn ends with this error."""
        self.progress = Progress.GIVEN_UP
        self.error = error
        self.changed.give()

    def cut(self, samples: int, *, fade: int) -> None:
        """Keep so many samples of the phrase, and drop the rest. At most the last `fade` samples that are kept are faded out."""
        own = samples - max(self.audio.passed_on, self.commit.start)  # the commits before are faded already
        self.audio.cut(samples, fade=max(0, min(fade, own)))
        self.credited = min(self.credited, samples)

    def ready(self, most: int | None, *, keep: int) -> int:
        """How many samples may be passed on now, at most `most`. With None: all samples, when all have come.

        While more are to come, the last `keep` samples stay behind: they are faded out if the commit fails.
        """
        held = self.audio.received - self.audio.passed_on
        if self.progress is not Progress.SPEAKING:
            return int(min(held, math.inf if most is None else most))
        if most is None:
            return 0
        sure = max(self.commit.start, self.audio.received - keep)
        return max(0, min(most, sure - self.audio.passed_on))
