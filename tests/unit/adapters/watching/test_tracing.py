"""The spans of turns, as OpenTelemetry's SDK gives them to an exporter."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import pytest
import trio
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanContext, StatusCode
from tests.unit.adapters.watching._turns import SOUND, TEXT, losing, said, voice

from triolet import Conversation, TTSSession, speech
from triolet.errors import ConnectionFailed, ServiceError
from triolet.testing import RecordingOutput, ScriptedTTS
from triolet_adapters.watching import SpanMaker, TurnInstrument

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Spans:
    def __init__(self, *, keep_text: bool = False) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        maker = SpanMaker(self.provider.get_tracer("test"), keep_text=keep_text, offset=lambda: 10**18)
        self.instrument = TurnInstrument(spans=maker)

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == f"triolet.{name}"]

    def turn(self) -> ReadableSpan:
        [turn] = self.named("turn")
        return turn


@pytest.fixture
def spans() -> Iterator[Spans]:
    made = Spans()
    yield made
    made.provider.shutdown()


def seconds(time: int | None) -> float:
    assert time is not None
    return (time - 10**18) / 1e9


def events(span: ReadableSpan) -> dict[str, float]:
    return {event.name: seconds(event.timestamp) for event in span.events}


def context(span: ReadableSpan) -> SpanContext:
    found: SpanContext | None = span.context
    assert found is not None
    return found


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


async def test_a_turn_is_a_tree_in_the_callers_trace(spans: Spans, autojump_clock: trio.testing.MockClock) -> None:
    observer = spans.instrument.observer("turn_1", "alice", TRACEPARENT, tracestate="a=b", voice="v")
    result = await said(spans.instrument.watched(voice(), "vendor"), observer)
    turn, phrases, commits = spans.turn(), spans.named("phrase"), spans.named("commit")
    assert observer.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert turn.parent is not None
    assert (turn.parent.span_id, turn.parent.is_remote) == (0x00F067AA0BA902B7, True)
    assert context(turn).trace_state.get("a") == "b"
    assert {context(span).trace_id for span in (turn, *phrases, *commits)} == {turn.parent.trace_id}
    assert len(phrases) == len(commits) == 3
    assert all(span.parent is not None and span.parent.span_id == context(turn).span_id for span in phrases)
    assert [span.parent.span_id if span.parent else 0 for span in commits] == [context(p).span_id for p in phrases]
    assert turn.status.status_code is StatusCode.UNSET
    assert (
        attributes(turn).items()
        >= {
            "triolet.turn.id": "turn_1",
            "triolet.caller": "alice",
            "triolet.voice": "v",
            "triolet.outcome": "heard",
            "triolet.heard_share": 1.0,
            "triolet.characters": result.characters,
            "triolet.first_audible_seconds": 0.75,
        }.items()
    )


async def test_times_are_those_of_the_turn(spans: Spans, autojump_clock: trio.testing.MockClock) -> None:
    began = trio.current_time()
    await said(spans.instrument.watched(voice(), "vendor"), spans.instrument.observer())
    ended = trio.current_time()
    turn, [first, *_], [commit, *_] = spans.turn(), spans.named("phrase"), spans.named("commit")
    assert (seconds(turn.start_time), seconds(turn.end_time)) == pytest.approx((began, ended))
    assert events(turn)["first token"] == pytest.approx(began + 0.5)
    assert events(turn)["first audible"] == pytest.approx(began + 0.75)
    assert events(first)["sounds"] == pytest.approx(began + 0.75)
    assert seconds(first.end_time) == pytest.approx(began + 1.75)
    assert events(commit).keys() == {"session taken", "first audio"}
    assert seconds(commit.start_time) <= events(commit)["session taken"] <= events(commit)["first audio"]
    assert all(span.start_time <= span.end_time for span in spans.exporter.get_finished_spans())  # type: ignore[operator]


async def test_a_commit_refers_to_the_session_that_took_it(
    spans: Spans, autojump_clock: trio.testing.MockClock
) -> None:
    await said(spans.instrument.watched(losing(), "vendor"), spans.instrument.observer())
    sessions = {context(span).span_id: span for span in spans.named("session")}
    commits = spans.named("commit")
    assert [attributes(span)["triolet.outcome"] for span in commits] == ["complete", "lost", "complete", "complete"]
    lost = commits[1]
    assert attributes(lost)["error.type"] == "ConnectionLost"
    assert (lost.status.status_code, lost.status.description) == (StatusCode.ERROR, "ConnectionLost")
    assert attributes(commits[2])["triolet.commit.attempt"] == 2
    broken = sessions[lost.links[0].context.span_id]
    assert (broken.status.status_code, broken.status.description) == (StatusCode.ERROR, "ConnectionLost")
    assert broken.parent is None
    good = sessions[commits[-1].links[0].context.span_id]
    assert good.status.status_code is StatusCode.UNSET
    assert attributes(good)["triolet.provider"] == "vendor"
    assert sum(int(str(attributes(span)["triolet.session.commits"])) for span in sessions.values()) == 4


async def test_a_late_phrase_and_an_interruption_show(spans: Spans, autojump_clock: trio.testing.MockClock) -> None:
    slow = voice([0.1, SOUND], [3.0, SOUND], [0.1, SOUND[:1000], 60.0])
    async with Conversation(speech(slow, "en"), RecordingOutput()) as conversation, trio.open_nursery() as nursery:

        async def interrupt() -> None:
            await trio.sleep(5.0)
            conversation.interrupt()

        nursery.start_soon(interrupt)
        await conversation.say(list(TEXT), observer=spans.instrument.observer())
    turn = spans.turn()
    assert {"underrun", "interrupted"} <= events(turn).keys()
    assert attributes(turn)["triolet.outcome"] == "interrupted"
    assert attributes(spans.named("commit")[-1])["triolet.outcome"] == "cut"
    assert attributes(spans.named("phrase")[-1])["triolet.outcome"] in {"unheard", "partial"}


@pytest.mark.parametrize("keep_text", [False, True])
async def test_text_is_in_no_span_unless_told(keep_text: bool, autojump_clock: trio.testing.MockClock) -> None:
    spans = Spans(keep_text=keep_text)
    with pytest.raises(ServiceError):
        await said(
            voice([0.1, SOUND], [ServiceError(f"cannot say {TEXT[1]}", retryable=False)]),
            spans.instrument.observer(),
        )
    everything = "".join(span.to_json() for span in spans.exporter.get_finished_spans())
    assert ("The second one" in everything) is keep_text
    assert spans.turn().status.status_code is StatusCode.ERROR
    assert attributes(spans.turn())["error.type"] == "ServiceError"
    spans.provider.shutdown()


async def test_a_session_that_cannot_be_opened_has_a_span(spans: Spans, autojump_clock: trio.testing.MockClock) -> None:
    class Closed(ScriptedTTS):
        @asynccontextmanager
        async def connect(self) -> AsyncGenerator[TTSSession]:
            await trio.lowlevel.checkpoint()
            raise ConnectionFailed("nobody is there", code="refused")
            yield

    with pytest.raises(ConnectionFailed):
        await said(spans.instrument.watched(Closed([[SOUND]]), "vendor"), spans.instrument.observer())
    assert {span.status.description for span in spans.named("session")} == {"ConnectionFailed"}
    assert attributes(spans.named("session")[0])["triolet.error.code"] == "refused"


async def test_a_turn_that_is_not_sampled_has_no_spans(autojump_clock: trio.testing.MockClock) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrument = TurnInstrument(spans=SpanMaker(provider.get_tracer("test")))
    observer = instrument.observer("t")
    await said(voice(), observer)
    assert exporter.get_finished_spans() == ()
    assert observer.measures.outcome == "heard"
    provider.shutdown()
