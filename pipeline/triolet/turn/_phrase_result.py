"""What became of one phrase."""

from __future__ import annotations

import enum
import functools

import attrs

from triolet._model._text import Phrase
from triolet.turn._spoken_word import PhraseTimes, SpokenWord


class PhraseState(enum.Enum):
    """What became of a phrase."""

    HEARD = "heard"
    """All of it was heard."""
    PARTIAL = "partial"
    """Its beginning was heard."""
    UNHEARD = "unheard"
    """Nothing of it was heard."""
    FAILED = "failed"
    """The voice could not say all of it."""


@attrs.frozen
class PhraseResult:
    """What became of one phrase."""

    phrase: Phrase
    state: PhraseState
    seconds: float
    """Seconds of it that were heard."""
    heard_units: int
    """How many of its units, from the first, were heard whole."""
    estimated: bool = False
    """Whether `heard_units` is an estimate: the phrase was cut inside, and the voice does not report word times."""
    reason: str | None = None
    """Why it failed: the name of the error's type, and its text. None: it did not fail."""
    billed: int = 0
    """Billed characters of all its commits, as the service counts them. For a commit that was cut off before the service had
    counted, its length is taken."""
    wasted: int = 0
    """Billed characters of words that were not heard, or that had to be said again."""
    _times: PhraseTimes | None = attrs.field(default=None, repr=False, eq=False, alias="_times")

    @functools.cached_property
    def words(self) -> tuple[SpokenWord, ...]:
        """The words of it that were heard whole (`heard_units`), and when. Made when they are first asked for."""
        return () if self._times is None else self._times.words(self.heard_units)
