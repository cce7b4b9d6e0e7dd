"""OpenTelemetry spans of turns, made from their events: a span for each turn, phrase, commit and session.

Spans hold counts, times and offsets. They hold no text, unless told (`keep_text`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import trio
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from triolet import Phrase
from triolet.errors import TTSError
from triolet.events import (
    CommitLost,
    Event,
    FirstAudible,
    FirstAudio,
    FirstToken,
    OutputOpened,
    PhraseCommitted,
    PhraseComplete,
    PhraseFailed,
    PhraseHeard,
    PhraseHedged,
    PhrasePlaying,
    PhraseReady,
    PhraseResumed,
    SoundPlaced,
    SourceEnded,
    TurnEnded,
    TurnStarted,
    Underrun,
)
from triolet_adapters.watching._turn_measures import TurnMeasures

_PROPAGATOR = TraceContextTextMapPropagator()

_NANO = 1_000_000_000


def trio_to_wall() -> int:
    """What to add to nanoseconds of Trio's clock to get those of the wall clock. Taken once a turn: the wall clock may be set meanwhile,
    and the spans of a turn must fit together.
    """
    return time.time_ns() - round(trio.current_time() * _NANO)


@attrs.frozen
class SpanMaker:
    """Makes the spans of turns and sessions."""

    tracer: Tracer
    """Of OpenTelemetry."""
    keep_text: bool = False
    """Whether spans hold what is said, and the words of errors. False by default: users' texts do not belong in a trace."""
    offset: Callable[[], int] = trio_to_wall
    """Nanoseconds from Trio's clock to the wall clock; for tests."""

    def turn(
        self, turn_id: str, caller: str, voice: str, measures: TurnMeasures, headers: Mapping[str, str]
    ) -> TurnSpans:
        """The spans of a turn. `headers`: `traceparent` and `tracestate`, if the caller sent them."""
        carrier = {name: value for name, value in headers.items() if value}
        parent = _PROPAGATOR.extract(carrier) if carrier else None
        return TurnSpans(self, turn_id, caller, voice, measures, parent)

    def session(self, provider: str) -> SessionSpan:
        """The span of a session, which begins to be opened now. It is a trace of its own, since turns share sessions."""
        return SessionSpan(
            self.tracer.start_span(
                "triolet.session",
                context=Context(),
                kind=SpanKind.CLIENT,
                attributes={"triolet.provider": provider},
            ),
            keep_text=self.keep_text,
        )


class SessionSpan:
    """The span of one session."""

    def __init__(self, span: Span, *, keep_text: bool) -> None:
        self._span = span
        self._keep_text = keep_text
        self._commits = 0

    @property
    def link(self) -> SpanContext:
        """What the spans of its commits refer to."""
        return self._span.get_span_context()

    def connected(self, seconds: float) -> None:
        """It is open."""
        self._span.add_event("connected")
        self._span.set_attribute("triolet.session.connect_seconds", round(seconds, 6))

    def spoke(self) -> None:
        """It has taken a commit."""
        self._commits += 1

    def failed(self, error: TTSError) -> None:
        """It could not be opened, or a commit failed on it."""
        self._span.set_attribute("error.type", type(error).__name__)
        if error.code is not None:
            self._span.set_attribute("triolet.error.code", str(error.code))
        self._span.set_status(Status(StatusCode.ERROR, _told(f"{type(error).__name__}: {error}", keep=self._keep_text)))

    def end(self) -> None:
        """It is closed."""
        self._span.set_attribute("triolet.session.commits", self._commits)
        self._span.end()


@attrs.define
class _PhraseSpans:
    span: Span
    began: int
    commit: Span | None = None
    commit_began: int = 0
    commits: int = 0
    hedged: bool = False
    """Whether two sessions are asked for its words, and neither has sounded."""
    placed: tuple[int, float] | None = None
    """The sample from which on it was placed last, and when that is heard."""
    state: str = "unheard"
    failed: bool = False
    ended: bool = False


class TurnSpans:
    """The spans of one turn. `feed` it each event, after its measures."""

    def __init__(
        self,
        maker: SpanMaker,
        turn_id: str,
        caller: str,
        voice: str,
        measures: TurnMeasures,
        parent: Context | None,
    ) -> None:
        self._maker = maker
        self._about: dict[str, Any] = {"triolet.turn.id": turn_id, "triolet.voice": voice}
        if caller:
            self._about["triolet.caller"] = caller
        self._measures = measures
        self._parent = parent
        self._offset = 0
        self._turn: Span | None = None
        self._began = 0
        self._context = Context()
        self._realtime = False
        self._rate = 0
        self._phrases: dict[int, _PhraseSpans] = {}

    @property
    def trace_id(self) -> str | None:
        """Its trace, as 32 hexadecimal digits: the log can name it. None before the turn has begun."""
        return None if self._turn is None else trace.format_trace_id(self._turn.get_span_context().trace_id)

    def taken(self, index: int, provider: str, link: object, at: float) -> None:
        """A session has taken the running commit of a phrase."""
        phrase = self._phrases.get(index)
        if phrase is None or phrase.commit is None:
            return
        phrase.commit.set_attribute("triolet.provider", provider)
        phrase.commit.add_event("session taken", timestamp=self._time(at))
        if isinstance(link, SpanContext):
            phrase.commit.add_link(link)

    def feed(self, event: Event) -> None:
        """Make of an event what it is: a span begins, ends, or has another event."""
        if isinstance(event, TurnStarted):
            self._start(event.at)
            return
        turn = self._turn
        if turn is None or not turn.is_recording():  # it is not sampled: nothing more is worth its time
            return
        match event:
            case FirstToken():
                turn.add_event("first token", timestamp=self._time(event.at))
            case SourceEnded():
                turn.add_event("text complete", timestamp=self._time(event.at))
            case FirstAudible():
                turn.add_event("first audible", timestamp=self._time(event.at))
            case Underrun():
                turn.add_event("underrun", {"triolet.seconds": round(event.seconds, 6)}, self._time(event.at))
            case OutputOpened():
                self._realtime, self._rate = event.realtime, event.sample_rate
            case PhraseReady() | PhrasePlaying():
                self._phrase(event.phrase.index, event.at, event.phrase)
            case PhraseCommitted():
                self._commit(event)
            case FirstAudio():
                phrase = self._phrase(event.index, event.at)
                phrase.hedged = False
                if phrase.commit is not None:
                    phrase.commit.add_event("first audio", timestamp=self._time(event.at))
            case PhraseComplete():
                self._complete(event)
            case PhraseHedged():
                phrase = self._phrase(event.index, event.at)
                phrase.hedged = True
                phrase.span.add_event("hedged", timestamp=self._time(event.at))
            case CommitLost():
                phrase = self._phrase(event.index, event.at)
                if phrase.hedged:  # another session says the same words: the commit goes on
                    phrase.hedged = False
                    phrase.span.add_event("one of two lost", {"error.type": event.error}, self._time(event.at))
                    return
                self._end_commit(phrase, event.at, "lost", event.error)
            case PhraseResumed():
                phrase = self._phrase(event.index, event.at)
                self._end_commit(phrase, event.at, "lost")
                repeated = {"triolet.unit": event.unit, "triolet.repeated": event.repeated}
                phrase.span.add_event("resumed", repeated, self._time(event.at))
            case PhraseFailed():
                self._fail(event)
            case SoundPlaced():
                self._sounds(event)
            case PhraseHeard():
                self._heard(event)
            case TurnEnded():
                self._end(turn, event)
            case _:
                pass

    def _time(self, at: float) -> int:
        """Seconds on Trio's clock, in nanoseconds on the wall clock."""
        return round(at * _NANO) + self._offset

    def _start(self, at: float) -> None:
        if self._turn is not None:
            return
        self._offset = self._maker.offset()
        self._began = self._time(at)
        self._turn = self._maker.tracer.start_span(
            "triolet.turn",
            context=self._parent,
            kind=SpanKind.SERVER,
            start_time=self._began,
            attributes=self._about,
        )
        self._context = trace.set_span_in_context(self._turn, Context())

    def _phrase(self, index: int, at: float, phrase: Phrase | None = None) -> _PhraseSpans:
        found = self._phrases.get(index)
        if found is None:
            began = self._time(at)
            attributes: dict[str, Any] = {"triolet.phrase.index": index}
            if phrase is not None:
                attributes |= {
                    "triolet.phrase.start": phrase.start,
                    "triolet.phrase.end": phrase.end,
                    "triolet.phrase.characters": len(phrase.words),
                    "triolet.phrase.boundary": phrase.boundary.name.lower(),
                    "triolet.phrase.language": phrase.language,
                }
                if self._maker.keep_text:
                    attributes["triolet.phrase.text"] = phrase.words
            span = self._maker.tracer.start_span(
                "triolet.phrase", context=self._context, start_time=began, attributes=attributes
            )
            found = self._phrases[index] = _PhraseSpans(span, began)
        return found

    def _commit(self, event: PhraseCommitted) -> None:
        phrase = self._phrase(event.index, event.at)
        self._end_commit(phrase, event.at, "lost")
        phrase.commits += 1
        phrase.commit_began = self._time(event.at)
        phrase.commit = self._maker.tracer.start_span(
            "triolet.commit",
            context=trace.set_span_in_context(phrase.span, Context()),
            kind=SpanKind.CLIENT,
            start_time=phrase.commit_began,
            attributes={"triolet.phrase.index": event.index, "triolet.commit.attempt": phrase.commits},
        )

    def _complete(self, event: PhraseComplete) -> None:
        phrase = self._phrase(event.index, event.at)
        if phrase.commit is not None:
            phrase.commit.set_attribute("triolet.characters", event.characters)
            phrase.commit.set_attribute("triolet.samples", event.samples)
        self._end_commit(phrase, event.at, "complete")

    def _end_commit(self, phrase: _PhraseSpans, at: float, outcome: str, error: str | None = None) -> None:
        span, phrase.commit = phrase.commit, None
        if span is None:
            return
        span.set_attribute("triolet.outcome", outcome)
        if error is not None:
            error = _told(error, keep=self._maker.keep_text)
            span.set_attribute("error.type", _type_of(error))
            span.set_status(Status(StatusCode.ERROR, error))
        span.end(max(phrase.commit_began, self._time(at)))

    def _fail(self, event: PhraseFailed) -> None:
        phrase = self._phrase(event.index, event.at)
        reason = _told(event.reason, keep=self._maker.keep_text)
        self._end_commit(phrase, event.at, "failed", event.reason)
        phrase.failed = True
        phrase.span.set_attribute("error.type", _type_of(reason))
        phrase.span.set_status(Status(StatusCode.ERROR, reason))

    def _sounds(self, event: SoundPlaced) -> None:
        phrase = self._phrase(event.index, event.at)
        if phrase.placed is None:
            phrase.span.add_event("sounds", timestamp=self._time(event.time if self._realtime else event.at))
        phrase.placed = event.sample, event.time

    def _heard(self, event: PhraseHeard) -> None:
        phrase = self._phrase(event.index, event.at)
        phrase.state = "heard" if event.whole else "partial" if event.samples else "unheard"
        phrase.span.set_attribute("triolet.phrase.heard_samples", event.samples)
        if event.whole:
            self._end_phrase(phrase, self._time(self._last_heard(phrase, event)))

    def _last_heard(self, phrase: _PhraseSpans, event: PhraseHeard) -> float:
        """When the last sample was heard. It is recorded with the audio that follows, a pause later."""
        if phrase.placed is None or not self._realtime or not self._rate:
            return event.at
        sample, time = phrase.placed
        return min(event.at, time + (event.samples - sample) / self._rate)

    def _end_phrase(self, phrase: _PhraseSpans, at: int) -> None:
        if phrase.ended:
            return
        phrase.ended = True
        phrase.span.set_attribute("triolet.outcome", "failed" if phrase.failed else phrase.state)
        phrase.span.end(max(phrase.began, at))

    def _end(self, turn: Span, event: TurnEnded) -> None:
        at = self._time(event.at)
        for phrase in self._phrases.values():
            self._end_commit(phrase, event.at, "cut")
            self._end_phrase(phrase, at)
        measures = self._measures
        found = {
            "triolet.outcome": measures.outcome,
            "triolet.first_audible_seconds": _rounded(measures.first_audible),
            "triolet.first_audible_after_token_seconds": _rounded(measures.first_audible_after_token),
            "triolet.gaps": measures.gaps,
            "triolet.gap_seconds": round(measures.gap_seconds, 6),
            "triolet.lowest_lead_seconds": _rounded(measures.lowest_lead),
            "triolet.phrases": measures.phrases,
            "triolet.phrases_failed": measures.failed_phrases,
            "triolet.commits": measures.commits,
            "triolet.commits_lost": measures.lost,
            "triolet.hedged": measures.hedged,
            "triolet.characters": measures.characters,
            "triolet.text_characters": measures.text_characters,
            "triolet.heard_share": _rounded(measures.heard_share),
            "triolet.speech_seconds": round(measures.speech_seconds, 6),
        }
        turn.set_attributes({name: value for name, value in found.items() if value is not None})
        if event.interrupted:
            turn.add_event("interrupted", timestamp=at)
        if event.error is not None:
            error = _told(event.error, keep=self._maker.keep_text)
            turn.set_attribute("error.type", _type_of(error))
            turn.set_status(Status(StatusCode.ERROR, error))
        turn.end(max(self._began, at))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _type_of(error: str) -> str:
    return error.partition(":")[0]


def _told(error: str, *, keep: bool) -> str:
    """An error's words may quote the text, so only the name of its type is kept unless all text is."""
    if keep:
        return error
    name = _type_of(error)
    return name if name.isidentifier() else "error"
