"""What was said, heard and not heard in a turn: a pure fold of its events."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable

import attrs

from triolet._model._text import Phrase, SpeechUnit
from triolet.alignment._heard import pace_of
from triolet.turn._events import (
    ClauseCut,
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
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    TextLeft,
    TurnEnded,
    TurnStarted,
    Underrun,
    WordsTimed,
)
from triolet.turn._phrase_ledger import PhraseLedger


class PhraseState(enum.Enum):
    """What became of a phrase."""

    HEARD = "heard"
    PARTIAL = "partial"
    UNHEARD = "unheard"
    FAILED = "failed"


@attrs.frozen
class PhraseResult:
    """What became of one phrase."""

    phrase: Phrase
    state: PhraseState
    seconds: float
    """Heard."""
    heard_units: int
    """How many of its pieces were heard, whole."""
    estimated: bool = False
    """Whether `heard_units` is an estimate: the phrase was cut inside, and the voice does not report word times."""
    reason: str | None = None
    """Why it failed."""
    billed: int = 0
    """Characters, all commits of it together, as the service counts them. A commit that was cut before the service had
    counted is taken by its length."""
    wasted: int = 0
    """Billed for words that were not heard, and for words that had to be said again."""


@attrs.frozen
class Latency:
    """When things happened for the first time, in seconds from the start of the turn; None: not at all."""

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
    """The raw text, as far as it had come from the source. Of a chain without a `SentenceSegmenter` it is not known: then it is
    what the phrases say, as far as they have come, and `heard` and `unheard` are made of their words."""
    heard: str = ""
    """The part of `text` whose samples were heard, in order: a prefix of it unless a phrase failed. Inside a phrase that
    was cut off it is an estimate from the samples that were heard, unless the voice reports word times; it never cuts a
    piece."""
    unheard: str = ""
    """The rest of `text`."""
    interrupted: bool = False
    error: str | None = None
    """What ended the turn before its time, in words."""
    phrases: tuple[PhraseResult, ...] = ()
    seconds: float = 0.0
    """Of speech heard, pauses aside."""
    estimated: bool = False
    """Whether the place where `heard` ends is an estimate (see `PhraseResult.estimated`)."""
    characters: int = 0
    """Billed: all phrases together, and the filler."""
    filler: int = 0
    """So many of these `characters` were billed for the filler, which is no part of `text` and no phrase."""
    wasted: int = 0
    """Billed and not heard, or said twice; of the filler, too."""
    repeated: int = 0
    """How often words were said again that had been passed on, since a session was lost in the middle of them."""
    latency: Latency = Latency()

    def cost(self, price: float, *, per: int = 10_000) -> float:
        """What the service asks for this turn and its filler, at so much for so many characters (vendors quote 10,000 or a
        million).
        """
        if price < 0 or per <= 0:
            raise ValueError(f"a price of {price} for {per} characters is none")
        return self.characters * price / per

    @classmethod
    def fold(cls, events: Iterable[Event]) -> TurnResult:
        """Add up the events of a turn, at any moment of it."""
        ledger = _Ledger()
        for event in events:
            ledger.add(event)
        return ledger.result()


class _Ledger:
    """The running totals behind `TurnResult.fold`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.phrases: dict[int, PhraseLedger] = {}
        self.first: dict[type[Event], float] = {}
        self.sample_rate = 0
        self.longest_gap = 0.0
        self.filler = FillerSaid(0.0, 0)
        self.ended: TurnEnded | None = None

    def add(self, event: Event) -> None:
        self.first.setdefault(type(event), event.at)
        match event:
            case ClauseCut(clause=clause):
                self.texts.append(clause.text)
            case TextLeft(text=text):
                self.texts.append(text)
            case PhraseReady(phrase=phrase) | PhrasePlaying(phrase=phrase):
                entry = self._entry(phrase.index)
                entry.phrase = entry.phrase or phrase
            case PhraseGrew(index=index, units=units, end=end):
                entry = self._entry(index)
                if entry.phrase is not None:
                    entry.phrase = attrs.evolve(entry.phrase, units=entry.phrase.units + units, end=end)
            case PhraseCommitted(index=index, bills=bills):
                self._entry(index).committed(bills=bills)
            case FirstAudio(index=index):
                self._entry(index).first_audio()
            case PhraseComplete(index=index, samples=samples, characters=characters):
                self._entry(index).complete(samples, characters)
            case PhraseResumed(index=index, samples=samples, unit=unit, repeated=repeated):
                self._entry(index).resumed(samples, unit, repeated)
            case PhraseFailed(index=index, reason=reason):
                self._entry(index).failure = reason
            case WordsTimed(index=index, ends=ends):
                self._entry(index).ends = ends
            case OutputOpened(sample_rate=rate):
                self.sample_rate = rate
            case Underrun(seconds=seconds):
                self.longest_gap = max(self.longest_gap, seconds)
            case PhraseHeard(index=index, samples=samples, whole=whole, voiced=voiced):
                entry = self._entry(index)
                entry.heard, entry.whole, entry.voiced = samples, whole, voiced
            case FillerSaid():
                self.filler = event
            case TurnEnded():
                self.ended = event
            case _:
                pass

    def _entry(self, index: int) -> PhraseLedger:
        return self.phrases.setdefault(index, PhraseLedger())

    def result(self) -> TurnResult:
        text = "".join(self.texts)
        pace = self._pace()
        reports = tuple(
            self._report(entry, entry.phrase, pace) for entry in self.phrases.values() if entry.phrase is not None
        )
        if text:
            heard, unheard = _divide(text, reports, complete=self._complete(reports))
        else:  # no segmenter of ours has seen the text: what is known of it are the words of the phrases
            text, heard, unheard = _words(reports)
        return TurnResult(
            text=text,
            heard=heard,
            unheard=unheard,
            interrupted=self.ended is not None and self.ended.interrupted,
            error=None if self.ended is None else self.ended.error,
            phrases=reports,
            seconds=math.fsum(report.seconds for report in reports),
            estimated=any(report.estimated for report in reports),
            characters=sum(report.billed for report in reports) + self.filler.characters,
            filler=self.filler.characters,
            wasted=sum(report.wasted for report in reports) + self.filler.wasted,
            repeated=sum(entry.repeats for entry in self.phrases.values()),
            latency=self._latency(),
        )

    def _complete(self, reports: tuple[PhraseResult, ...]) -> bool:
        """Whether the turn came to its own end, so that what follows the last phrase (a skipped code block) was not cut off."""
        ended = self.ended is not None and not self.ended.interrupted and self.ended.error is None
        return ended and all(report.state is PhraseState.HEARD for report in reports)

    def _pace(self) -> float | None:
        """Seconds of weight that the voice says in a second, by the phrases that were heard whole; None before the first."""
        paces = [
            (pace_of(entry.phrase.units, entry.voiced, self.sample_rate), entry.voiced.sounding())
            for entry in self.phrases.values()
            if entry.phrase is not None and entry.whole_pace and self.sample_rate
        ]
        sounding = sum(samples for pace, samples in paces if pace)
        return math.fsum(pace * samples for pace, samples in paces if pace) / sounding if sounding else None

    def _report(self, entry: PhraseLedger, phrase: Phrase, pace: float | None) -> PhraseResult:
        count, estimated = entry.heard_units(self.sample_rate, pace)
        if entry.failure is not None:
            state = PhraseState.FAILED
        elif entry.whole:
            state = PhraseState.HEARD
        else:
            state = PhraseState.PARTIAL if entry.heard else PhraseState.UNHEARD
        return PhraseResult(
            phrase,
            state,
            entry.heard / self.sample_rate if self.sample_rate else 0.0,
            count,
            estimated=estimated,
            reason=entry.failure,
            billed=entry.billed,
            wasted=entry.wasted(count),
        )

    def _latency(self) -> Latency:
        start = self.first.get(TurnStarted, 0.0)

        def since(kind: type[Event]) -> float | None:
            at = self.first.get(kind)
            return None if at is None else at - start

        return Latency(
            first_token=since(FirstToken),
            first_clause=since(ClauseCut),
            first_commit=since(PhraseCommitted),
            first_byte=since(FirstAudio),
            first_audible=since(FirstAudible),
            longest_gap=self.longest_gap,
        )


def _divide(text: str, reports: tuple[PhraseResult, ...], *, complete: bool) -> tuple[str, str]:
    """Split the raw text in what was heard and what was not.

    What is never said (marks, a skipped code block) goes with the piece before it: it was passed when the next piece was
    heard.
    """
    if complete:
        return text, ""
    heard: list[str] = []
    unheard: list[str] = []
    at = 0
    for report in reports:
        units = report.phrase.units
        if report.heard_units:
            end = report.phrase.end if report.heard_units == len(units) else units[report.heard_units].start
            heard.append(text[at:end])
            at = end
        if report.heard_units < len(units):
            end = report.phrase.end
            unheard.append(text[at:end])
            at = end
    unheard.append(text[at:])
    return "".join(heard), "".join(unheard)


def _words(reports: tuple[PhraseResult, ...]) -> tuple[str, str, str]:
    """The words of all phrases, those that were heard, and those that were not."""

    def joined(units: Iterable[SpeechUnit]) -> str:
        return "".join(unit.text for unit in units)

    text = "".join(joined(report.phrase.units) for report in reports)
    heard = "".join(joined(report.phrase.units[: report.heard_units]) for report in reports)
    return text, heard, "".join(joined(report.phrase.units[report.heard_units :]) for report in reports)
