"""The measures of one turn: a pure fold of its events, at a few microseconds an event."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from triolet import Phrase
from triolet.events import (
    ClauseCut,
    CommitLost,
    Event,
    FillerSaid,
    FirstAudible,
    FirstAudio,
    FirstToken,
    OutputOpened,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseGrew,
    PhraseHeard,
    PhraseHedged,
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    SoundPlaced,
    TextLeft,
    TurnEnded,
    TurnStarted,
    Underrun,
)
from triolet_adapters.watching._table import (
    CHARACTERS,
    COMMIT_WAIT,
    COMMITS,
    FIRST_AUDIBLE,
    FIRST_AUDIO,
    GAP,
    HEDGES,
    LEAD,
    PHRASES,
    SPEECH,
    TEXT,
    TURN_FIRST_AUDIBLE,
    TURNS,
    TURNS_RUNNING,
    Sample,
)


@attrs.define
class _Commit:
    """A commit whose outcome is not known yet."""

    at: float
    provider: str
    bills: bool
    first_audio: float | None = None
    taken: bool = False


@attrs.define
class _Phrase:
    """What is known of one phrase."""

    phrase: Phrase | None = None
    words: int = 0
    """Characters that it has now, as they are committed."""
    end: int = 0
    """Where it ends in the raw text."""
    unit: int = 0
    """The first unit that the running commit says."""
    commit: _Commit | None = None
    hedge: _Commit | None = None
    """The second commit of the same words, where one was made because audio was late. Which of the two speaks makes no difference."""
    first_audio: float | None = None
    placed: bool = False
    total: int | None = None
    """Samples; None until all have come."""
    heard: int = 0
    """Samples."""
    whole: bool = False
    failed: bool = False

    @property
    def outcome(self) -> str:
        """What has become of it so far."""
        if self.failed:
            return "failed"
        if self.whole:
            return "heard"
        return "partial" if self.heard else "unheard"

    @property
    def heard_characters(self) -> int:
        """Characters of the raw text that were heard; inside the phrase an estimate by the samples."""
        if self.phrase is None:
            return 0
        span = max(0, self.end - self.phrase.start)
        if self.whole and not self.failed:
            return span
        total = max(self.total or 0, self.heard)
        return round(span * self.heard / total) if total else 0

    @property
    def to_bill(self) -> int:
        """Characters that the running commit says: all of them, or those from where it goes on."""
        if self.phrase is None or not self.unit:
            return self.words
        return len("".join(unit.text for unit in self.phrase.units[self.unit :]).strip())


class TurnMeasures:
    """The measures of one turn. `feed` it each event; it gives the samples that are sure by then.

    Any sequence of events is taken. Each commit and each phrase is counted with one outcome, and so is the turn, when it ends; what comes
    afterwards is not counted.
    """

    def __init__(self, voice: str, *, provider: str | None = None) -> None:
        """`voice`: the label of all samples. `provider`: who speaks, until `taken` says it; the voice by default."""
        self._voice = (voice,)
        self._provider = voice if provider is None else provider
        self._phrases: dict[int, _Phrase] = {}
        self._first_token: float | None = None
        self._placed = False
        """Whether a phrase has begun to be heard."""
        self._realtime = False
        self._rate = 0
        self.started: float | None = None
        """When the turn began, in seconds on Trio's clock; so in all that follow. None: it has not."""
        self.ended: float | None = None
        """When it ended."""
        self.outcome: str | None = None
        """heard, interrupted or failed; None while it runs."""
        self.first_audible: float | None = None
        """Seconds from the beginning of the turn to the first audible sample."""
        self.first_audible_after_token: float | None = None
        """Seconds from the first token to it."""
        self.gaps = 0
        """Silences that nobody planned."""
        self.gap_seconds = 0.0
        """Seconds of them together."""
        self.lowest_lead: float | None = None
        """Seconds: how little a phrase was ready before it was heard, at worst."""
        self.commits = 0
        """Commits so far."""
        self.lost = 0
        """How many of them were lost, and made again."""
        self.hedged = 0
        """How often a second session was asked for the same words."""
        self.failed_phrases = 0
        """Phrases that could not be said."""
        self.characters = 0
        """Billed characters."""
        self.text_characters = 0
        """Characters of the text, as far as it has come."""

    @property
    def heard_characters(self) -> int:
        """Characters of the text that were heard; an estimate inside a phrase that was cut off. If the turn was heard to its end, all."""
        if self.outcome == "heard" and not self.failed_phrases and self.text_characters:
            return self.text_characters
        heard = sum(phrase.heard_characters for phrase in self._phrases.values())
        return min(heard, self.text_characters) if self.text_characters else heard

    @property
    def heard_share(self) -> float | None:
        """The share of the text that was heard, from 0 to 1. None: there was no text."""
        return self.heard_characters / self.text_characters if self.text_characters else None

    @property
    def speech_seconds(self) -> float:
        """Seconds of speech that were heard."""
        return sum(phrase.heard for phrase in self._phrases.values()) / self._rate if self._rate else 0.0

    @property
    def phrases(self) -> int:
        """How many phrases are known."""
        return len(self._phrases)

    def taken(self, index: int, provider: str, at: float) -> Sequence[Sample]:
        """A session of this provider has taken the running commit of a phrase."""
        phrase = self._phrases.get(index)
        if phrase is None or phrase.commit is None or self.outcome is not None:
            return ()
        commit = phrase.hedge if phrase.hedge is not None and phrase.commit.taken else phrase.commit
        commit.provider = provider
        if commit.taken:
            return ()  # it was given back, and another session has taken it
        commit.taken = True
        return (Sample(COMMIT_WAIT, (*self._voice, provider), max(0.0, at - commit.at)),)

    def feed(self, event: Event) -> Sequence[Sample]:
        """Count an event; the samples that are known by it."""
        if self.outcome is not None:
            return ()
        match event:
            case TurnStarted():
                return self._start(event.at)
            case FirstToken():
                self._first_token = event.at if self._first_token is None else self._first_token
            case ClauseCut():
                self.text_characters += len(event.clause.text)
            case TextLeft():
                self.text_characters += len(event.text)
            case OutputOpened():
                self._realtime, self._rate = event.realtime, max(0, event.sample_rate)
            case PhraseReady() | PhrasePlaying():
                self._known(event.phrase)
            case PhraseGrew():
                phrase = self._of(event.index)
                phrase.words += sum(len(unit.text) for unit in event.units)
                phrase.end = max(phrase.end, event.end)
            case PhraseCommitted():
                return self._committed(event)
            case PhraseHedged():
                return self._hedged(event)
            case FirstAudio():
                return self._first_audio(event)
            case PhraseComplete():
                return self._complete(event)
            case CommitLost():
                return self._lost(self._of(event.index))
            case PhraseResumed():
                phrase = self._of(event.index)
                samples = (*self._close_hedge(phrase), *self._lost(phrase))
                phrase.unit = max(0, event.unit)
                return samples
            case PhraseFailed():
                return self._failed(event)
            case SoundPlaced():
                return self._sounds(event)
            case PhraseHeard():
                phrase = self._of(event.index)
                phrase.heard, phrase.whole = max(0, event.samples), event.whole
            case FirstAudible():
                return self._audible(event.at)
            case Underrun():
                self.gaps += 1
                self.gap_seconds += event.seconds
                return (Sample(GAP, self._voice, event.seconds),)
            case FillerSaid():
                self.characters += event.characters
                return (Sample(CHARACTERS, (*self._voice, self._provider), event.characters),)
            case TurnEnded():
                return self._end(event)
            case _:
                pass
        return ()

    def _of(self, index: int) -> _Phrase:
        found = self._phrases.get(index)
        if found is None:
            found = self._phrases[index] = _Phrase()
        return found

    def _start(self, at: float) -> Sequence[Sample]:
        if self.started is not None:
            return ()
        self.started = at
        return (Sample(TURNS_RUNNING, self._voice, 1),)

    def _known(self, phrase: Phrase) -> None:
        known = self._of(phrase.index)
        if known.phrase is None:
            known.phrase, known.words, known.end = phrase, len(phrase.words), phrase.end

    def _committed(self, event: PhraseCommitted) -> Sequence[Sample]:
        phrase = self._of(event.index)
        samples = [*self._close_hedge(phrase), *self._lost(phrase)]
        phrase.commit = _Commit(event.at, self._provider, event.bills)
        self.commits += 1
        return samples

    def _hedged(self, event: PhraseHedged) -> Sequence[Sample]:
        phrase = self._of(event.index)
        closed = self._close_hedge(phrase)
        self.commits += 1
        self.hedged += 1
        # A session may take it before it is told of; that is most often one of the same provider.
        provider = self._provider if phrase.commit is None else phrase.commit.provider
        phrase.hedge = _Commit(event.at, provider, event.bills)
        return (*closed, Sample(HEDGES, self._voice, 1))

    def _close_hedge(self, phrase: _Phrase) -> Sequence[Sample]:
        """The second commit is closed, because the other was quicker. It counts as billed."""
        hedge, phrase.hedge = phrase.hedge, None
        return () if hedge is None else self._outcome(hedge, "closed", phrase.to_bill if hedge.bills else 0)

    def _first_audio(self, event: FirstAudio) -> Sequence[Sample]:
        phrase = self._of(event.index)
        phrase.first_audio = event.at
        commit = phrase.commit
        if commit is None or commit.first_audio is not None:
            return ()
        commit.first_audio = event.at
        return (Sample(FIRST_AUDIO, (*self._voice, commit.provider), max(0.0, event.at - commit.at)),)

    def _complete(self, event: PhraseComplete) -> Sequence[Sample]:
        phrase = self._of(event.index)
        phrase.total = max(0, event.samples)
        closed = self._close_hedge(phrase)
        commit, phrase.commit = phrase.commit, None
        if commit is None:
            return closed
        return (*closed, *self._outcome(commit, "complete", max(0, event.characters)))

    def _lost(self, phrase: _Phrase) -> Sequence[Sample]:
        """The running commit of a phrase is lost, if there is one. It is billed if it gave audio, by its length."""
        commit, hedge = phrase.commit, phrase.hedge
        if commit is not None and hedge is not None and commit.first_audio is None:  # one of two: the other goes on
            self.lost += 1
            phrase.hedge = None
            return self._outcome(hedge, "lost", 0)
        closed = self._close_hedge(phrase)
        phrase.commit = None
        if commit is None:
            return closed
        self.lost += 1
        bill = phrase.to_bill if commit.bills and commit.first_audio is not None else 0
        return (*closed, *self._outcome(commit, "lost", bill))

    def _failed(self, event: PhraseFailed) -> Sequence[Sample]:
        phrase = self._of(event.index)
        self.failed_phrases += not phrase.failed
        phrase.failed = True
        closed = self._close_hedge(phrase)
        commit, phrase.commit = phrase.commit, None
        if commit is None:
            return closed
        bill = phrase.to_bill if commit.bills and commit.first_audio is not None else 0
        return (*closed, *self._outcome(commit, "failed", bill))

    def _outcome(self, commit: _Commit, outcome: str, characters: int) -> Sequence[Sample]:
        labels = (*self._voice, commit.provider)
        self.characters += characters
        count = Sample(COMMITS, (*labels, outcome), 1)
        return (count, Sample(CHARACTERS, labels, characters)) if characters else (count,)

    def _sounds(self, event: SoundPlaced) -> Sequence[Sample]:
        phrase = self._of(event.index)
        first, self._placed = not self._placed, True
        again, phrase.placed = phrase.placed, True
        if first or again or not self._realtime or phrase.first_audio is None:
            return ()
        lead = max(0.0, event.time - phrase.first_audio)
        self.lowest_lead = lead if self.lowest_lead is None else min(lead, self.lowest_lead)
        return (Sample(LEAD, self._voice, lead),)

    def _audible(self, at: float) -> Sequence[Sample]:
        if self.first_audible is not None or self.first_audible_after_token is not None:
            return ()
        samples: list[Sample] = []
        if self._first_token is not None:
            self.first_audible_after_token = max(0.0, at - self._first_token)
            samples.append(Sample(FIRST_AUDIBLE, self._voice, self.first_audible_after_token))
        if self.started is not None:
            self.first_audible = max(0.0, at - self.started)
            samples.append(Sample(TURN_FIRST_AUDIBLE, self._voice, self.first_audible))
        return samples

    def _end(self, event: TurnEnded) -> Sequence[Sample]:
        samples: list[Sample] = []
        for phrase in self._phrases.values():
            samples += self._close_hedge(phrase)
            if phrase.commit is not None:
                commit, phrase.commit = phrase.commit, None
                samples += self._outcome(commit, "cut", phrase.to_bill if commit.bills else 0)
            samples.append(Sample(PHRASES, (*self._voice, phrase.outcome), 1))
        self.ended = event.at
        self.outcome = "interrupted" if event.interrupted else "failed" if event.error is not None else "heard"
        if self.started is not None:
            samples.append(Sample(TURNS_RUNNING, self._voice, -1))
        heard = self.heard_characters
        samples += [
            Sample(TURNS, (*self._voice, self.outcome), 1),
            Sample(SPEECH, self._voice, self.speech_seconds),
            Sample(TEXT, (*self._voice, "true"), heard),
            Sample(TEXT, (*self._voice, "false"), max(0, self.text_characters - heard)),
        ]
        return samples
