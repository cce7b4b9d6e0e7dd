"""What happens in a turn, as events on one monotonic clock."""

from __future__ import annotations

import attrs

from triolet._model._text import Clause, Phrase, SpeechUnit
from triolet.alignment._voicing import Voiced


@attrs.frozen
class Event:
    """Something that happened in a turn. `at` is in seconds on the clock of the Trio run (`trio.current_time()`)."""

    at: float


@attrs.frozen
class TurnStarted(Event):
    """The stages are about to run."""


@attrs.frozen
class FirstToken(Event):
    """The source gave its first item."""


@attrs.frozen
class SourceEnded(Event):
    """The source has no more items."""


@attrs.frozen
class ClauseCut(Event):
    """The segmenter has found where a clause ends."""

    clause: Clause


@attrs.frozen
class TextLeft(Event):
    """The turn ended before this rest of the text was cut."""

    text: str


@attrs.frozen
class PhraseReady(Event):
    """The words of the next commit are known."""

    phrase: Phrase


@attrs.frozen
class PhraseGrew(Event):
    """A phrase that is spoken while it is written has got more words."""

    index: int
    units: tuple[SpeechUnit, ...]
    end: int
    """Where its part of the raw stream ends now."""


@attrs.frozen
class PhraseCommitted(Event):
    """A session has been told to speak the phrase."""

    index: int
    bills: bool = True
    """Whether the voice bills anything."""


@attrs.frozen
class FirstAudio(Event):
    """The first samples of a phrase have arrived."""

    index: int


@attrs.frozen
class PhraseComplete(Event):
    """All samples of a phrase have arrived."""

    index: int
    samples: int
    characters: int
    """Billed, as the service counts them."""


@attrs.frozen
class CommitLost(Event):
    """A commit has failed, and its phrase goes on all the same: it will be committed again, whole or in part."""

    index: int
    samples: int
    """Of the phrase, received so far; what is dropped of them is said by the next commit."""
    error: str
    """What kind of error: its type's name."""


@attrs.frozen
class PhraseResumed(Event):
    """A phrase that was lost in the middle goes on with another commit."""

    index: int
    samples: int
    """From this sample of the phrase on, its audio says the pieces from `unit` on. What was lost ends there, faded."""
    unit: int
    repeated: int
    """So many of these pieces, at most, had been passed on before, whole or in part; 0: nothing is said twice."""


@attrs.frozen
class PhraseFailed(Event):
    """No more samples of a phrase will come, and some are missing."""

    index: int
    samples: int
    reason: str


@attrs.frozen
class WordsTimed(Event):
    """The voice says when it says which words: a stage whose service reports word times may record it, again as more come.
    What was recorded before a `PhraseResumed` holds no longer: the rest is said anew.
    """

    index: int
    ends: tuple[int, ...]
    """For each piece of the phrase, from the first, the sample of the phrase after its end."""


@attrs.frozen
class OutputOpened(Event):
    """The output is ready."""

    sample_rate: int
    realtime: bool


@attrs.frozen
class PhrasePlaying(Event):
    """The output is about to take the first samples of a phrase."""

    phrase: Phrase


@attrs.frozen
class FirstAudible(Event):
    """`at` is when the first sample louder than the threshold of hearing was heard (-50 dB of full scale)."""


@attrs.frozen
class Underrun(Event):
    """The listener heard silence that nobody had planned; it began at `at`."""

    seconds: float


@attrs.frozen
class PhraseHeard(Event):
    """How much of a phrase has been heard: when its last sample was, and for every phrase that sounded when the turn ends."""

    index: int
    samples: int
    whole: bool
    """No sample of it was left out."""
    voiced: Voiced = attrs.Factory(Voiced)
    """What its samples show, as far as the playout has seen them: at least up to the last one heard."""


@attrs.frozen
class FillerSaid(Event):
    """A filler was said in this turn, to its end or not. It is no part of the text, but of the bill."""

    characters: int
    """Billed, as for phrases: what was committed counts, however much of it was heard."""
    wasted: int = 0
    """Billed and not heard."""


@attrs.frozen
class TurnEnded(Event):
    """Nothing of this turn is heard after this."""

    interrupted: bool = False
    error: str | None = None
