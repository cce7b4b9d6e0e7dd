"""The events of a turn on one monotonic clock, and what they add up to."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Iterator

import attrs

from triolet._heard import heard_piece_count
from triolet._text import Clause, Phrase


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
class PhraseCommitted(Event):
    """A session has been told to speak the phrase."""

    index: int


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
class PhraseFailed(Event):
    """No more samples of a phrase will come, and some are missing."""

    index: int
    samples: int
    reason: str


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


@attrs.frozen
class TurnEnded(Event):
    """Nothing of this turn is heard after this."""

    interrupted: bool = False
    error: str | None = None


class Timeline:
    """Collects the events of one turn, in order of time."""

    def __init__(self, observer: Callable[[Event], None] | None = None) -> None:
        self._events: list[Event] = []
        self._observer = observer

    def record(self, event: Event) -> None:
        """Add an event; a plain call. The observer, if any, sees it at once and must not raise."""
        self._events.append(event)
        if self._observer is not None:
            self._observer(event)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)


class PhraseState(enum.Enum):
    """What became of a phrase."""

    HEARD = "heard"
    PARTIAL = "partial"
    UNHEARD = "unheard"
    FAILED = "failed"


@attrs.frozen
class PhraseReport:
    """What became of one phrase."""

    phrase: Phrase
    state: PhraseState
    seconds: float
    """Heard."""
    heard_pieces: int
    """How many of its pieces were heard, whole."""
    reason: str | None = None
    """Why it failed."""


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
class Spoken:
    """What was said, heard and not heard in a turn: a pure fold of its timeline."""

    text: str = ""
    """The raw text, as far as it had come from the source."""
    heard: str = ""
    """The part of `text` whose samples were heard, in order: a prefix of it unless a phrase failed. Inside a phrase that
    was cut off it is an estimate from the share of its samples that were heard; it never cuts a piece."""
    unheard: str = ""
    """The rest of `text`."""
    interrupted: bool = False
    error: str | None = None
    """What ended the turn before its time, in words."""
    phrases: tuple[PhraseReport, ...] = ()
    seconds: float = 0.0
    """Of speech heard, pauses aside."""
    characters: int = 0
    """Billed."""
    latency: Latency = Latency()

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Spoken:
        """Add up the events of a turn, at any moment of it."""
        ledger = _Ledger()
        for event in events:
            ledger.add(event)
        return ledger.spoken()


@attrs.define
class _PhraseLedger:
    phrase: Phrase
    total: int | None = None
    heard: int = 0
    whole: bool = False
    failure: str | None = None


class _Ledger:
    """The running totals behind `Spoken.fold`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.phrases: dict[int, _PhraseLedger] = {}
        self.first: dict[type[Event], float] = {}
        self.sample_rate = 0
        self.characters = 0
        self.longest_gap = 0.0
        self.ended: TurnEnded | None = None

    def add(self, event: Event) -> None:
        self.first.setdefault(type(event), event.at)
        match event:
            case ClauseCut(clause=clause):
                self.texts.append(clause.text)
            case TextLeft(text=text):
                self.texts.append(text)
            case PhraseReady(phrase=phrase) | PhrasePlaying(phrase=phrase):
                # A chain without a Phraser of ours has phrases all the same.
                self.phrases.setdefault(phrase.index, _PhraseLedger(phrase))
            case PhraseComplete(index=index, samples=samples, characters=characters):
                self.phrases[index].total = samples
                self.characters += characters
            case PhraseFailed(index=index, reason=reason):
                self.phrases[index].failure = reason
            case OutputOpened(sample_rate=rate):
                self.sample_rate = rate
            case Underrun(seconds=seconds):
                self.longest_gap = max(self.longest_gap, seconds)
            case PhraseHeard(index=index, samples=samples, whole=whole):
                self.phrases[index].heard, self.phrases[index].whole = samples, whole
            case TurnEnded():
                self.ended = event
            case _:
                pass

    def spoken(self) -> Spoken:
        text = "".join(self.texts)
        reports = tuple(self._report(entry) for entry in self.phrases.values())
        heard, unheard = _divide(text, reports, complete=self._complete(reports))
        return Spoken(
            text=text,
            heard=heard,
            unheard=unheard,
            interrupted=self.ended is not None and self.ended.interrupted,
            error=None if self.ended is None else self.ended.error,
            phrases=reports,
            seconds=math.fsum(report.seconds for report in reports),
            characters=self.characters,
            latency=self._latency(),
        )

    def _complete(self, reports: tuple[PhraseReport, ...]) -> bool:
        """Whether the turn came to its own end, so that what follows the last phrase (a skipped code block) was not cut off."""
        ended = self.ended is not None and not self.ended.interrupted and self.ended.error is None
        return ended and all(report.state is PhraseState.HEARD for report in reports)

    def _report(self, entry: _PhraseLedger) -> PhraseReport:
        pieces = entry.phrase.pieces
        if entry.whole and entry.failure is None:
            state, count = PhraseState.HEARD, len(pieces)
        else:
            count = heard_piece_count(pieces, heard=entry.heard, total=entry.total, sample_rate=self.sample_rate)
            state = PhraseState.PARTIAL if entry.heard else PhraseState.UNHEARD
            if entry.failure is not None:
                state = PhraseState.FAILED
        seconds = entry.heard / self.sample_rate if self.sample_rate else 0.0
        return PhraseReport(entry.phrase, state, seconds, count, entry.failure)

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


def _divide(text: str, reports: tuple[PhraseReport, ...], *, complete: bool) -> tuple[str, str]:
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
        pieces = report.phrase.pieces
        if report.heard_pieces:
            end = report.phrase.end if report.heard_pieces == len(pieces) else pieces[report.heard_pieces].start
            heard.append(text[at:end])
            at = end
        if report.heard_pieces < len(pieces):
            end = report.phrase.end
            unheard.append(text[at:end])
            at = end
    unheard.append(text[at:])
    return "".join(heard), "".join(unheard)
