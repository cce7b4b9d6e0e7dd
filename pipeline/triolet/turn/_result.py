"""What was said, heard and not heard in a turn: a pure fold of its events."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import attrs

from triolet._model._text import SpeechUnit, join_units
from triolet.alignment._pace import REMEMBERED, Pace
from triolet.alignment._voicing import Voiced
from triolet.turn._events import (
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
    VoicePaused,
    WordsTimed,
)
from triolet.turn._phrase_ledger import PhraseLedger
from triolet.turn._phrase_result import PhraseResult, PhraseState
from triolet.turn._spoken_word import SpokenWord


@attrs.frozen
class Latency:
    """When things happened for the first time, in seconds from the start of the turn. None: they did not happen."""

    first_token: float | None = None
    first_clause: float | None = None
    first_commit: float | None = None
    first_byte: float | None = None
    first_audible: float | None = None
    longest_gap: float = 0.0
    """The longest unplanned silence between two samples, in seconds."""

    def __str__(self) -> str:
        def ms(seconds: float | None) -> str:
            return "-" if seconds is None else f"{1000 * seconds:.0f} ms"

        return (
            f"first token {ms(self.first_token)} · clause {ms(self.first_clause)} · commit {ms(self.first_commit)} · "
            f"byte {ms(self.first_byte)} · audible {ms(self.first_audible)} · longest gap {ms(self.longest_gap)}"
        )


@attrs.frozen(kw_only=True)
class TurnResult:
    """What was said, heard and not heard in a turn: a pure fold of its timeline."""

    text: str = ""
    """The raw text, as far as it had come from the source. A chain without a `SentenceSegmenter` does not know it: then `text`,
    `heard` and `unheard` are made of the words of the phrases so far."""
    heard: str = ""
    """The part of `text` whose samples were heard, in order: a prefix of it unless a phrase failed. Inside a phrase that
    was cut off it is an estimate from the samples that were heard, unless the voice reports word times; it never cuts a
    unit."""
    unheard: str = ""
    """The rest of `text`: what had come from the source by then and was not heard. What the source never gave is not in it."""
    interrupted: bool = False
    error: str | None = None
    """The error that ended the turn: the name of its type, and its text. None: no error did."""
    phrases: tuple[PhraseResult, ...] = ()
    seconds: float = 0.0
    """Seconds of speech that were heard, pauses not counted."""
    estimated: bool = False
    """Whether the place where `heard` ends is an estimate (see `PhraseResult.estimated`)."""
    characters: int = 0
    """Billed characters of all phrases and of the filler."""
    filler: int = 0
    """How many of `characters` were billed for the filler. The filler is not in `text`, and is no phrase."""
    wasted: int = 0
    """How many of `characters` were billed for words that were not heard, or said twice. Those of the filler count, too."""
    repeated: int = 0
    """How often words were said again that the listener may have heard, because a session was lost in the middle of them. Words of
    the filler count, too."""
    hedged: int = 0
    """How often a second session was asked for the same words, because audio was late (`RecoveryPolicy.hedge_after`)."""
    latency: Latency = Latency()

    @functools.cached_property
    def words(self) -> tuple[SpokenWord, ...]:
        """The words that were heard whole, each with its place in `text` and the seconds in which the listener heard it. Made when
        they are first asked for; nothing else waits for them.
        """
        return tuple(word for phrase in self.phrases for word in phrase.words)

    def cost(self, price: float, *, per: int = 10_000) -> float:
        """The price of this turn and its filler, if `per` characters cost `price`. Vendors quote prices for 10,000 or for a million.

        Raises:
            ValueError: `price` is below 0, or `per` is not above 0.
        """
        if price < 0 or per <= 0:
            raise ValueError(f"price={price}, per={per}: the price must not be below 0, and per must be above 0")
        return self.characters * price / per

    @classmethod
    def fold(cls, events: Iterable[Event]) -> TurnResult:
        """Add up the events of a turn, at any moment of it. Costs as much as the turn is long; `Timeline.result` has added them up
        already.
        """
        ledger = TurnLedger()
        for event in events:
            ledger.add(event)
        return ledger.result()


@attrs.define
class _Heard:
    """The phrases at the beginning of a turn that were heard to their end, added up."""

    phrases: list[PhraseResult] = attrs.Factory(list[PhraseResult])
    words: list[str] = attrs.Factory(list[str])
    """The words of these phrases, where the raw text is not known."""
    seconds: float = 0.0
    characters: int = 0
    wasted: int = 0

    @property
    def end(self) -> int:
        """Where they end in the raw text."""
        return self.phrases[-1].phrase.end if self.phrases else 0

    def add(self, result: PhraseResult, *, words: bool) -> None:
        """Add the phrase that follows; its words, too, if they are needed."""
        self.phrases.append(result)
        if words:
            self.words.append(join_units(result.phrase.units))
        self.seconds += result.seconds
        self.characters += result.billed
        self.wasted += result.wasted


class TurnLedger:
    """The running totals behind `TurnResult`: tell it the events of a turn as they come; ask for the result at any time.

    What has been heard to its end is added up at once, and a phrase that is long is matched with its sound while it is played. So
    the result costs little, however long the turn is.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._phrases: dict[int, PhraseLedger] = {}
        self._order: list[int] = []
        """The indices of the phrases, in order."""
        self._settled: dict[int, PhraseResult] = {}
        """The results of phrases that were heard to their end, unless something more has happened to them."""
        self._heard = _Heard()
        self._repeated = 0
        self._hedged = 0
        self._first: dict[type[Event], float] = {}
        self._sample_rate = 0
        self._realtime = False
        self._longest_gap = 0.0
        self._filler = FillerSaid(0.0, 0)
        self._ended: TurnEnded | None = None

    def add(self, event: Event) -> None:
        """Add one event."""
        self._first.setdefault(type(event), event.at)
        match event:
            case ClauseCut(clause=clause):
                self._texts.append(clause.text)
            case TextLeft(text=text):
                self._texts.append(text)
            case PhraseReady(phrase=phrase) | PhrasePlaying(phrase=phrase):
                self._of(phrase.index).known(phrase)
            case PhraseGrew(index=index, units=units, end=end):
                self._of(index).grew(units, end)
            case PhraseCommitted(index=index, bills=bills):
                self._of(index).committed(bills=bills)
            case PhraseHedged(index=index, bills=bills):
                self._hedged += 1
                self._of(index).hedged(bills=bills)
            case CommitLost(index=index):
                self._of(index).lost()
            case FirstAudio(index=index):
                self._of(index).first_audio()
            case PhraseComplete(index=index, samples=samples, characters=characters):
                self._of(index).complete(samples, characters)
            case PhraseResumed(index=index, samples=samples, unit=unit, repeated=repeated):
                self._repeated += repeated > 0
                self._of(index).resumed(samples, unit, repeated)
            case PhraseFailed(index=index, reason=reason):
                self._of(index).failure = reason
            case WordsTimed(index=index, ends=ends, begins=begins, unit=unit, late=late):
                self._of(index).timed(unit, begins, ends, late=late)
            case SoundPlaced(index=index, sample=sample, time=time):
                self._of(index).placed(sample, time)
            case OutputOpened(sample_rate=rate, realtime=realtime):
                self._sample_rate = rate
                self._realtime = realtime
            case Underrun(seconds=seconds):
                self._longest_gap = max(self._longest_gap, seconds)
            case VoicePaused(index=index, start=start, end=end):
                self._of(index).paused(start, end, self._sample_rate)
            case PhraseHeard(index=index, samples=samples, whole=whole, voiced=voiced):
                self._of(index).played(samples, whole=whole, voiced=voiced)
                if whole:
                    self._settle(index)
            case FillerSaid():
                self._filler = event
            case TurnEnded():
                self._ended = event
            case _:
                pass

    def result(self) -> TurnResult:
        """What the events so far add up to."""
        before = self._heard
        rest = self._results(self._order[len(before.phrases) :])
        phrases = (*before.phrases, *rest)
        text = "".join(self._texts)
        if text:
            heard, unheard = _divide(text, before.end, rest, complete=self._complete(rest))
        else:  # no segmenter of ours has seen the text: what is known of it are the words of the phrases
            text, heard, unheard = _words("".join(before.words), rest)
        return TurnResult(
            text=text,
            heard=heard,
            unheard=unheard,
            interrupted=self._ended is not None and self._ended.interrupted,
            error=None if self._ended is None else self._ended.error,
            phrases=phrases,
            seconds=before.seconds + sum(phrase.seconds for phrase in rest),
            estimated=any(phrase.estimated for phrase in rest),
            characters=before.characters + sum(phrase.billed for phrase in rest) + self._filler.characters,
            filler=self._filler.characters,
            wasted=before.wasted + sum(phrase.wasted for phrase in rest) + self._filler.wasted,
            repeated=self._repeated + self._filler.repeated,
            hedged=self._hedged,
            latency=self._latency(),
        )

    def word_ends(self, index: int) -> tuple[int, ...]:
        """The sample after the end of each unit of a phrase, as far as its voice has told since the last commit."""
        entry = self._phrases.get(index)
        return entry.ends or () if entry is not None else ()

    def word_begins(self, index: int) -> tuple[int, ...]:
        """The sample at which each unit of a phrase begins, as far as its voice has told since the last commit."""
        entry = self._phrases.get(index)
        return entry.begins if entry is not None else ()

    def unit_times(self, index: int, voiced: Voiced) -> tuple[tuple[SpeechUnit, int, int, bool], ...]:
        """When the units of a phrase are said, in samples, heard or not; and whether that is an estimate."""
        entry = self._phrases.get(index)
        times = None if entry is None else entry.times(self._sample_rate, self._origin, voiced)
        if times is None:
            return ()
        return tuple((unit, *samples) for unit, samples in zip(times.units, times.samples(), strict=True))

    def _of(self, index: int) -> PhraseLedger:
        """The ledger of the phrase of an event."""
        if self._settled.pop(index, None) is not None:
            self._heard = _Heard()  # it may be among them: they are added up anew
        entry = self._phrases.get(index)
        if entry is None:
            self._order.append(index)
            entry = self._phrases[index] = PhraseLedger(self._pace)
        return entry

    def _settle(self, index: int) -> None:
        """A phrase was heard to its end: its result is known, and that of the turn up to there."""
        result = self._result(self._phrases[index])
        if result is None or result.state is not PhraseState.HEARD or not self._sample_rate:
            return
        self._settled[index] = result
        while len(self._heard.phrases) < len(self._order):
            following = self._settled.get(self._order[len(self._heard.phrases)])
            if following is None:
                break
            self._heard.add(following, words=not self._texts)

    def _results(self, indices: Iterable[int]) -> list[PhraseResult]:
        results = (self._settled.get(index) or self._result(self._phrases[index]) for index in indices)
        return [result for result in results if result is not None]

    def _complete(self, rest: Sequence[PhraseResult]) -> bool:
        """Whether the turn came to its own end, so that what follows the last phrase (a skipped code block) was not cut off."""
        ended = self._ended is not None and not self._ended.interrupted and self._ended.error is None
        return ended and all(phrase.state is PhraseState.HEARD for phrase in rest)

    def _pace(self) -> float | None:
        """The pace of the voice, by the last phrases that were heard whole; None before the first."""
        stretches: list[tuple[float, float]] = []
        seconds = 0.0
        for entry in reversed(self._phrases.values()):
            if entry.tells_pace:
                stretches.append(entry.stretch(self._sample_rate))
                seconds += stretches[-1][1]
                if seconds >= REMEMBERED:  # those before have faded
                    break
        pace = Pace()
        for said, took in reversed(stretches):
            pace = pace.learnt(said, took)
        return pace.factor

    def _result(self, entry: PhraseLedger) -> PhraseResult | None:
        phrase = entry.phrase
        if phrase is None:
            return None
        count, estimated = entry.heard_units(self._sample_rate)
        if entry.failure is not None:
            state = PhraseState.FAILED
        elif entry.whole:
            state = PhraseState.HEARD
        else:
            state = PhraseState.PARTIAL if entry.heard else PhraseState.UNHEARD
        return PhraseResult(
            phrase,
            state,
            entry.heard / self._sample_rate if self._sample_rate else 0.0,
            count,
            estimated=estimated,
            reason=entry.failure,
            billed=entry.billed,
            wasted=entry.wasted(count),
            _times=entry.times(self._sample_rate, self._origin) if count else None,
        )

    @property
    def _origin(self) -> float:
        """The time from which the times of words are counted."""
        return self._first.get(TurnStarted, 0.0) if self._realtime else 0.0

    def _latency(self) -> Latency:
        start = self._first.get(TurnStarted, 0.0)

        def since(kind: type[Event]) -> float | None:
            at = self._first.get(kind)
            return None if at is None else at - start

        return Latency(
            first_token=since(FirstToken),
            first_clause=since(ClauseCut),
            first_commit=since(PhraseCommitted),
            first_byte=since(FirstAudio),
            first_audible=since(FirstAudible),
            longest_gap=self._longest_gap,
        )


def _divide(text: str, at: int, rest: Sequence[PhraseResult], *, complete: bool) -> tuple[str, str]:
    """Split the raw text in what was heard and what was not: all up to `at`, and of the rest as much as its phrases say.

    What is never said (marks, a skipped code block) goes with the unit before it: it was passed when the next unit was
    heard.
    """
    if complete:
        return text, ""
    heard: list[str] = [text[:at]]
    unheard: list[str] = []
    for result in rest:
        units = result.phrase.units
        if result.heard_units:
            end = result.phrase.end if result.heard_units == len(units) else units[result.heard_units].start
            heard.append(text[at:end])
            at = end
        if result.heard_units < len(units):
            end = result.phrase.end
            unheard.append(text[at:end])
            at = end
    unheard.append(text[at:])
    return "".join(heard), "".join(unheard)


def _words(before: str, rest: Sequence[PhraseResult]) -> tuple[str, str, str]:
    """The words of all phrases, those that were heard, and those that were not."""
    text = "".join(join_units(result.phrase.units) for result in rest)
    heard = "".join(join_units(result.phrase.units[: result.heard_units]) for result in rest)
    unheard = "".join(join_units(result.phrase.units[result.heard_units :]) for result in rest)
    return before + text, before + heard, unheard
