"""What became of one phrase."""

from __future__ import annotations

import enum

import attrs

from triolet._model._text import Phrase


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
    """Heard."""
    heard_units: int
    """How many of its units were heard, whole."""
    estimated: bool = False
    """Whether `heard_units` is an estimate: the phrase was cut inside, and the voice does not report word times."""
    reason: str | None = None
    """Why it failed."""
    billed: int = 0
    """Characters, all commits of it together, as the service counts them. A commit that was cut before the service had
    counted is taken by its length."""
    wasted: int = 0
    """Billed for words that were not heard, and for words that had to be said again."""
