"""What listens to the turns of a service, and passes on what it finds to metrics and traces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from triolet import TTS
from triolet.errors import TTSError
from triolet.events import Event, PhraseCommitted
from triolet_adapters.watching._table import CONNECT, Sample
from triolet_adapters.watching._turn_measures import TurnMeasures
from triolet_adapters.watching._watched_voice import COMMIT, SessionNotes, WatchedTTS

if TYPE_CHECKING:
    from triolet_adapters.watching._tracing import SpanMaker, TurnSpans

MOST_NAMES = 100
"""The most voices and providers that are told apart; each has some fifty series. What comes later counts as `other`, so that names that
clients send cannot fill the memory."""


class Recorder(Protocol):
    """What counts samples: `PrometheusMetrics`, `OtlpMetrics`."""

    def record(self, samples: Sequence[Sample]) -> None:
        """Count these. A plain call that does not raise."""
        ...


class TurnInstrument:
    """Listens to turns: `conversation.say(tokens, observer=instrument.observer("turn 1"))`.

    It costs the loop some microseconds an event. What is exported is exported by threads of the exporters.
    """

    def __init__(self, *recorders: Recorder, spans: SpanMaker | None = None) -> None:
        """Make one for a process.

        Args:
            recorders: what counts the samples of all turns.
            spans: makes the spans; by default none are made.
        """
        self._recorders: tuple[Recorder, ...] = recorders
        self._spans = spans
        self._names: set[str] = set()

    def attach(self, *recorders: Recorder, spans: SpanMaker | None = None) -> None:
        """Replace what counts and what makes spans, for turns and sessions that begin from now on. A plain call. Voices can be watched
        before anything counts.
        """
        self._recorders = recorders
        self._spans = spans

    def observer(
        self,
        turn_id: str = "",
        caller: str = "",
        traceparent: str | None = None,
        *,
        tracestate: str | None = None,
        voice: str = "default",
    ) -> TurnObserver:
        """What to call with each event of one turn. A plain call.

        Args:
            turn_id: the name of the turn in traces.
            caller: who asked for it, in traces.
            traceparent: the caller's header of that name (W3C Trace Context): the turn belongs to that trace. By default it belongs to
                the span that is current, or begins a trace.
            tracestate: the header of that name.
            voice: the voice's name in metrics; clients should not be able to invent it.
        """
        voice = self.known(voice)
        measures = TurnMeasures(voice)
        spans = None
        if self._spans is not None:
            headers = {"traceparent": traceparent or "", "tracestate": tracestate or ""}
            spans = self._spans.turn(turn_id, caller, voice, measures, headers)
        return TurnObserver(self, measures, spans)

    def watched(self, tts: TTS, name: str) -> WatchedTTS:
        """The same voice, whose sessions are watched, too: who took which commit, how long it waited, how long connects took.

        Args:
            tts: a voice. To have the providers of a `Failover` told apart, give it a watched voice for each.
            name: the provider's name in metrics and traces.
        """
        return WatchedTTS(tts, name, self)

    def session(self, provider: str) -> SessionNotes:
        """What to tell of a session that is about to be opened. A watched voice calls it."""
        return _Session(self, self.known(provider), None if self._spans is None else self._spans.session(provider))

    def record(self, samples: Sequence[Sample]) -> None:
        """Give samples to all recorders."""
        if samples:
            for recorder in self._recorders:
                recorder.record(samples)

    def known(self, name: str) -> str:
        """The name, or `other` if there are too many."""
        if name in self._names:
            return name
        if len(self._names) >= MOST_NAMES:
            return "other"
        self._names.add(name)
        return name


class TurnObserver:
    """The observer of one turn: call it with each event. Made by `TurnInstrument.observer`."""

    def __init__(self, instrument: TurnInstrument, measures: TurnMeasures, spans: TurnSpans | None) -> None:
        self._instrument = instrument
        self._spans = spans
        self.measures = measures
        """The measures so far."""

    @property
    def trace_id(self) -> str | None:
        """The trace that the turn belongs to, for the log. None: it has not begun, or no spans are made."""
        return None if self._spans is None else self._spans.trace_id

    def __call__(self, event: Event) -> None:
        """Count an event. It does not raise, and does not wait."""
        self._instrument.record(self.measures.feed(event))
        if self._spans is not None:
            self._spans.feed(event)
        if isinstance(event, PhraseCommitted):
            COMMIT.set(_Commit(self, event.index))

    def taken(self, index: int, provider: str, link: object, at: float) -> None:
        """A session of this provider has taken the running commit of a phrase. A watched voice calls it."""
        provider = self._instrument.known(provider)
        self._instrument.record(self.measures.taken(index, provider, at))
        if self._spans is not None:
            self._spans.taken(index, provider, link, at)


class _Commit:
    """One commit of one turn, for the session that takes it."""

    __slots__ = ("_index", "_observer")

    def __init__(self, observer: TurnObserver, index: int) -> None:
        self._observer = observer
        self._index = index

    def taken(self, provider: str, link: object, at: float) -> None:
        self._observer.taken(self._index, provider, link, at)


class _Session:
    """Tells a session's deeds to the metrics, and to its span."""

    def __init__(self, instrument: TurnInstrument, provider: str, span: SessionNotes | None) -> None:
        self._instrument = instrument
        self._provider = provider
        self._span = span

    @property
    def link(self) -> object:
        return None if self._span is None else self._span.link

    def connected(self, seconds: float) -> None:
        self._instrument.record((Sample(CONNECT, (self._provider,), seconds),))
        if self._span is not None:
            self._span.connected(seconds)

    def spoke(self) -> None:
        if self._span is not None:
            self._span.spoke()

    def failed(self, error: TTSError) -> None:
        if self._span is not None:
            self._span.failed(error)

    def end(self) -> None:
        if self._span is not None:
            self._span.end()
