"""The events of a turn, on one monotonic clock."""

from __future__ import annotations

import attrs

from triolet._model._model_talk import RemovedTalk
from triolet._model._text import Clause, Phrase, SpeechUnit
from triolet.alignment._voicing import Voiced


@attrs.frozen
class Event:
    """Something that happened in a turn."""

    at: float
    """When it happened, in seconds on Trio's clock (`trio.current_time()`)."""


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
class ModelTalkRemoved(Event):
    """A `ModelTalkFilter` has taken a piece out of the tokens: reasoning, a tool call, a control token. Recorded at its end."""

    removed: RemovedTalk


@attrs.frozen
class ClauseCut(Event):
    """The segmenter has found the end of a clause."""

    clause: Clause


@attrs.frozen
class TextLeft(Event):
    """The turn ended before the segmenter had cut the rest of the text into clauses."""

    text: str


@attrs.frozen
class PhraseReady(Event):
    """The words of the next phrase are known."""

    phrase: Phrase


@attrs.frozen
class PhraseGrew(Event):
    """A phrase that is spoken while it is written has more words now. Recorded by `StreamSynthesizer`."""

    index: int
    """The index of the phrase in the turn, from 0; so in all events below."""
    units: tuple[SpeechUnit, ...]
    """The units that were added."""
    end: int
    """The index in the raw text at which the phrase ends now."""


@attrs.frozen
class PhraseCommitted(Event):
    """A phrase is committed: a session is to speak it."""

    index: int
    bills: bool = True
    """Whether the voice bills for it."""


@attrs.frozen
class PhraseHedged(Event):
    """The audio of a phrase is late, and a second session is asked for the same words (`RecoveryPolicy.hedge_after`). The one that sounds
    first is taken; the other is closed, and counts as billed unless it fails before (`CommitLost`).
    """

    index: int
    bills: bool = True
    """Whether the voice bills for it."""


@attrs.frozen
class FirstAudio(Event):
    """The first samples of a phrase have arrived."""

    index: int


@attrs.frozen
class PhraseComplete(Event):
    """All samples of a phrase have arrived."""

    index: int
    samples: int
    """Samples of the phrase in all."""
    characters: int
    """Billed characters of the commit, as the service counts them."""


@attrs.frozen
class CommitLost(Event):
    """A commit has failed, and its phrase will be committed again, whole or from a unit on; or another session speaks it already
    (`PhraseHedged`).
    """

    index: int
    samples: int
    """Samples of the phrase received so far. The next commit says again what is dropped of them."""
    error: str
    """The name of the error's type."""


@attrs.frozen
class PhraseResumed(Event):
    """A phrase whose commit failed in the middle goes on with another commit."""

    index: int
    samples: int
    """The sample of the phrase at which the new commit's audio starts. The audio of the failed commit fades out before it."""
    unit: int
    """The first unit of the phrase that the new commit says."""
    repeated: int
    """The most units that are heard twice, whole or in part. 0: none is."""


@attrs.frozen
class PhraseFailed(Event):
    """A phrase has failed: no more samples of it will come, and some are missing."""

    index: int
    samples: int
    """Samples of the phrase received until then."""
    reason: str
    """The error: the name of its type, and its text."""


@attrs.frozen
class WordsTimed(Event):
    """The service has reported when its voice says which words of a phrase.

    A stage of your own may record it, again as more words are reported; the last one counts. Each new commit of the phrase
    (`PhraseCommitted`, `PhraseResumed`) makes those before it void.
    """

    index: int
    ends: tuple[int, ...]
    """For each unit of the phrase, from `unit` on: the sample of the phrase at which it ends."""
    begins: tuple[int, ...] = ()
    """For each of these units: the sample at which it begins. Empty: not told; then a word begins where the voice sounds again after
    the one before."""
    unit: int = 0
    """The first unit that `ends` tells of; 0 by default. What was told of those before it still holds."""
    late: bool = False
    """Whether a word of the phrase was told after its audio had been passed on. Then words behind the last that was told may have been
    heard, too: how many is estimated.
    """


@attrs.frozen
class OutputOpened(Event):
    """The output is open, and the turn begins on it."""

    sample_rate: int
    """Samples a second."""
    realtime: bool
    """Whether the output plays by a clock; false for a file."""


@attrs.frozen
class PhrasePlaying(Event):
    """The first samples of a phrase have reached the output."""

    phrase: Phrase


@attrs.frozen
class SoundPlaced(Event):
    """When the listener hears the samples of a phrase: those from `sample` on are heard one after another, the first of them at
    `time`. Recorded when a phrase begins, and again where silence comes between: audio that is late, or a pause.
    """

    index: int
    sample: int
    """The sample of the phrase."""
    time: float
    """Seconds on Trio's clock. For an output without a clock, such as a file: seconds of audio from the beginning of the turn."""


@attrs.frozen
class VoicePaused(Event):
    """The voice has paused inside a phrase for at least 0.1 s, and goes on. It is recorded when the samples come to the output,
    some time before they are heard.
    """

    index: int
    """The phrase."""
    start: int
    """The sample of the phrase with which the voice began to sound, after the pause before this one or at the beginning."""
    end: int
    """The sample of the phrase at which it fell silent: it sounded in [start, end), and the pause begins here."""


@attrs.frozen
class FirstAudible(Event):
    """The first audible sample of the turn is heard at `at`. A sample is audible from -50 dB of full scale on."""


@attrs.frozen
class Underrun(Event):
    """The listener heard silence that is no gap, no break and no pause: the audio came late. It began at `at`."""

    seconds: float
    """How long it lasted."""


@attrs.frozen
class PhraseHeard(Event):
    """How much of a phrase has been heard. Recorded when its last sample has been heard, and otherwise when the turn ends."""

    index: int
    samples: int
    """Samples of the phrase that were heard; samples that were cut as silence count with their neighbours."""
    whole: bool
    """Whether all of its samples were heard."""
    voiced: Voiced = attrs.Factory(Voiced)
    """Where the voice sounds in its samples, at least up to the last one heard."""


@attrs.frozen
class FillerSaid(Event):
    """A filler was said in this turn, to its end or not. It is not part of the text, but it is billed."""

    characters: int
    """Billed characters: all that were committed, however much of the filler was heard."""
    wasted: int = 0
    """Billed characters that were not heard."""
    repeated: int = 0
    """How often words of the filler were said again that had been passed on before."""


@attrs.frozen
class TurnEnded(Event):
    """The turn has ended. Nothing of it is heard afterwards."""

    interrupted: bool = False
    """Whether it was interrupted or cancelled."""
    error: str | None = None
    """The error that ended it: the name of its type, and its text. None if no error did."""
