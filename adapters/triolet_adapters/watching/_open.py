"""All that watches one process, opened together: from the environment variables that OpenTelemetry names."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import attrs
import trio

from triolet import LoopLag
from triolet_adapters.watching._instrument import Recorder, TurnInstrument
from triolet_adapters.watching._prometheus import PrometheusMetrics
from triolet_adapters.watching._readings import Readings
from triolet_adapters.watching._table import Sample

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

    from triolet_adapters.watching._tracing import SpanMaker

LAG_OVER = 30.0
"""Seconds that `triolet_loop_lag_seconds` looks back: two scrapes at the usual 15 s, so that no scrape misses what the other saw."""

CLOSING = 3.0
"""Seconds that the last spans and figures have to be sent. A process that is told to end has 10 in all (`docker stop`)."""

READ_AGAIN = 1.0
"""Seconds for which values that were read serve all metrics of one export, each of which asks for itself."""


@attrs.frozen
class Watching:
    """What watches one process. Made by `open_watching`."""

    instrument: TurnInstrument
    """Listens to turns."""
    readings: Readings
    """Tell it of pools and failovers."""
    metrics: PrometheusMetrics
    """For `/metrics`: `metrics.exposition()`."""


@asynccontextmanager
async def open_watching(
    environment: Mapping[str, str] | None = None,
    *,
    instrument: TurnInstrument | None = None,
    keep_text: bool = False,
    span_exporter: SpanExporter | None = None,
    metric_exporter: MetricExporter | None = None,
) -> AsyncGenerator[Watching]:
    """Watch this process until the block is left.

    Figures are kept for `/metrics` in any case. Traces and figures are sent by OTLP over HTTP where the environment says so:
    `OTEL_EXPORTER_OTLP_ENDPOINT`, or the variables of that name for traces or metrics alone. The SDK reads all others
    (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_METRIC_EXPORT_INTERVAL`, ...). It sends in threads
    of its own, so a collector that is slow or gone costs the loop nothing; what does not fit into its queue is dropped.

    When the block is left or cancelled, what is left is sent, for 3 s at most.

    Args:
        environment: where to look; the process's own by default.
        instrument: what listens to turns, if voices are watched by it already; by default a new one.
        keep_text: whether spans hold what is said, and the words of errors. False by default.
        span_exporter: where spans go, instead.
        metric_exporter: where figures go, instead.

    Raises:
        ValueError: the environment asks for a protocol or an exporter that is not there.
    """
    variables = os.environ if environment is None else environment
    sends_spans = span_exporter is not None or sends(variables, "TRACES")
    sends_metrics = metric_exporter is not None or sends(variables, "METRICS")
    readings, lag = Readings(), LoopLag(over=LAG_OVER)
    trio.lowlevel.add_instrument(lag)
    readings.watch_loop(lag)
    metrics = PrometheusMetrics(readings.read)
    recorders: list[Recorder] = [metrics]
    closing: list[Callable[[], object]] = []
    spans = None
    if sends_spans:
        spans, close = _spans(variables, span_exporter, keep_text=keep_text)
        closing.append(close)
    if sends_metrics:
        counting, close = _figures(variables, metric_exporter, _FromThread(readings.read))
        closing.append(close)
        recorders.append(counting)
    try:
        instrument = instrument or TurnInstrument()
        instrument.attach(*recorders, spans=spans)
        yield Watching(instrument, readings, metrics)
    finally:
        trio.lowlevel.remove_instrument(lag)
        with trio.move_on_after(CLOSING, shield=True):  # a thread each: one that hangs must not keep the other
            async with trio.open_nursery() as nursery:
                for close in closing:
                    nursery.start_soon(_close, close)


def _spans(
    environment: Mapping[str, str], exporter: SpanExporter | None, *, keep_text: bool
) -> tuple[SpanMaker, Callable[[], object]]:
    """What makes spans, and how to close it. The SDK takes 0.2 s to import, so only who sends spans pays it."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from triolet_adapters.watching._tracing import SpanMaker  # noqa: PLC0415

    traces = TracerProvider(resource=Resource.create(_about(environment)), shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    return SpanMaker(traces.get_tracer("triolet"), keep_text=keep_text), traces.shutdown


def _figures(
    environment: Mapping[str, str], exporter: MetricExporter | None, read: Callable[[], list[Sample]]
) -> tuple[Recorder, Callable[[], object]]:
    """What counts figures and sends them, and how to close it."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    from triolet_adapters.watching._otlp import OtlpMetrics  # noqa: PLC0415

    reader = PeriodicExportingMetricReader(exporter or OTLPMetricExporter())
    meters = MeterProvider([reader], resource=Resource.create(_about(environment)), shutdown_on_exit=False)
    return OtlpMetrics(meters.get_meter("triolet"), read), meters.shutdown


def _about(environment: Mapping[str, str]) -> dict[str, str]:
    """What tells this process from others. The SDK adds what OTEL_RESOURCE_ATTRIBUTES says."""
    return {
        "service.name": environment.get("OTEL_SERVICE_NAME") or "triolet",
        "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
    }


async def _close(close: Callable[[], object]) -> None:
    await trio.to_thread.run_sync(close, abandon_on_cancel=True)


def sends(environment: Mapping[str, str], signal: str) -> bool:
    """Whether the environment asks that this signal (TRACES or METRICS) be sent.

    Raises:
        ValueError: by a protocol or an exporter that is not there.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    variable = f"OTEL_{signal}_EXPORTER"
    exporter = environment.get(variable, "").strip()
    if exporter == "none":
        return False
    if exporter not in {"", "otlp"}:
        raise ValueError(f"{variable}={exporter}: it must be otlp or none")
    wanted = exporter == "otlp" or any(
        environment.get(name, "").strip()
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    )
    if wanted:
        for name in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
            protocol = environment.get(name, "").strip()
            if protocol:
                if protocol != "http/protobuf":
                    raise ValueError(
                        f"{name}={protocol}: only http/protobuf is sent; a collector takes it on port 4318"
                    )
                break
    return wanted


class _FromThread:
    """Reads values in the Trio run that they belong to, for a thread of an exporter."""

    def __init__(self, read: Callable[[], list[Sample]]) -> None:
        self._read = read
        self._token = trio.lowlevel.current_trio_token()
        self._lock = threading.Lock()
        self._samples: list[Sample] = []
        self._until = 0.0

    def __call__(self) -> list[Sample]:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._samples = trio.from_thread.run_sync(self._read, trio_token=self._token)
                except trio.RunFinishedError:
                    return []
                self._until = time.monotonic() + READ_AGAIN
            return self._samples
