"""Traces and figures, sent to a receiver that reads OpenTelemetry's own protocol, over HTTP."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trio
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from triolet import Conversation, speech
from triolet.testing import RecordingOutput, ToneTTS
from triolet_adapters.watching import open_watching
from triolet_adapters.watching._open import CLOSING, sends

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Receiver:
    def __init__(self, *, hangs: bool = False) -> None:
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.metrics: set[str] = set()
        self.kinds: set[str | None] = set()
        self._hangs = threading.Event()
        if not hangs:
            self._hangs.set()

    @contextmanager
    def listening(self) -> Generator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver._hangs.wait(30)
                receiver.kinds.add(self.headers.get("Content-Type"))
                receiver.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's word
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            self._hangs.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            traces = ExportTraceServiceRequest.FromString(body)
            for resource in traces.resource_spans:
                self.services |= {
                    one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
                }
                self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            metrics = ExportMetricsServiceRequest.FromString(body)
            self.metrics |= {
                metric.name
                for one in metrics.resource_metrics
                for scope in one.scope_metrics
                for metric in scope.metrics
            }


async def test_a_collector_gets_the_spans_and_figures_of_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    with receiver.listening() as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "speech")
        async with open_watching() as watching:
            voice = watching.instrument.watched(ToneTTS(), "tone")
            async with Conversation(speech(voice, "en"), RecordingOutput(pace=50.0)) as conversation:
                watching.readings.watch_pools(conversation)
                observer = watching.instrument.observer("turn 1", "alice", TRACEPARENT, voice="v")
                await conversation.say(["One sentence."], observer=observer)
                watching.metrics.exposition()  # a scrape, before its sessions are closed
    spans = {span.name: span for span in receiver.spans}
    assert spans.keys() == {"triolet.turn", "triolet.phrase", "triolet.commit", "triolet.session"}
    turn, phrase, commit = spans["triolet.turn"], spans["triolet.phrase"], spans["triolet.commit"]
    assert turn.trace_id.hex() == phrase.trace_id.hex() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert turn.parent_span_id.hex() == "00f067aa0ba902b7"
    assert commit.parent_span_id == phrase.span_id
    sessions = {span.span_id for span in receiver.spans if span.name == "triolet.session"}
    assert commit.links[0].span_id in sessions  # one of them, or a spare
    assert (
        turn.start_time_unix_nano <= commit.start_time_unix_nano <= commit.end_time_unix_nano <= turn.end_time_unix_nano
    )
    assert receiver.services == {"speech"}
    assert {"triolet.turns", "triolet.first_audible", "triolet.sessions_opened"} <= receiver.metrics
    assert receiver.kinds == {"application/x-protobuf"}


async def test_a_collector_that_hangs_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(hangs=True).listening() as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{url}/v1/traces")
        monkeypatch.setattr("triolet_adapters.watching._open.CLOSING", 0.1)
        async with open_watching() as watching:
            chain = speech(ToneTTS(), "en")
            async with Conversation(chain, RecordingOutput(pace=50.0)) as conversation:
                result = await conversation.say(["One sentence."], observer=watching.instrument.observer())
        assert result.heard == "One sentence."
        assert CLOSING < 10  # what `docker stop` gives a process to end


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
    ],
)
def test_the_environment_says_what_is_sent(environment: dict[str, str], sent: bool) -> None:
    assert sends(environment, "TRACES") is sent


@pytest.mark.parametrize(
    "environment",
    [
        {"OTEL_TRACES_EXPORTER": "jaeger"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    ],
)
def test_what_cannot_be_sent_is_an_error_that_names_its_variable(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="OTEL_"):
        sends(environment, "TRACES")


async def test_cancellation_leaves_nothing_behind() -> None:
    with trio.move_on_after(0) as scope:
        async with open_watching({}):
            await trio.sleep_forever()
    assert scope.cancelled_caught
