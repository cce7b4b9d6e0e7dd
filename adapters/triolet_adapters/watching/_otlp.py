"""The figures over OTLP: the same samples, counted by OpenTelemetry's SDK and sent by its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from triolet_adapters.watching._table import METRICS, Kind, Metric, Sample


class OtlpMetrics:
    """Counts samples with the instruments of a meter. Their names are OpenTelemetry's: `triolet.first_audible`, in seconds. A collector
    gives them to Prometheus under the names that `/metrics` has.
    """

    def __init__(self, meter: Meter, read: Callable[[], Iterable[Sample]] = tuple) -> None:
        """`meter`: of OpenTelemetry. `read`: gives the values that are read when somebody asks, in the exporter's thread."""
        self._add: dict[str, Callable[[float, Mapping[str, str]], None]] = {}
        self._attributes: dict[tuple[str, tuple[str, ...]], Mapping[str, str]] = {}
        for metric in METRICS:
            name, unit = named(metric)
            if metric.read:
                observe = _observer(metric, read)
                if metric.kind is Kind.COUNTER:
                    meter.create_observable_counter(name, [observe], unit, metric.meaning)
                else:
                    meter.create_observable_gauge(name, [observe], unit, metric.meaning)
            elif metric.kind is Kind.HISTOGRAM:
                self._add[metric.name] = meter.create_histogram(
                    name, unit, metric.meaning, explicit_bucket_boundaries_advisory=metric.buckets
                ).record
            elif metric.kind is Kind.COUNTER:
                self._add[metric.name] = meter.create_counter(name, unit, metric.meaning).add
            else:
                self._add[metric.name] = meter.create_up_down_counter(name, unit, metric.meaning).add

    def record(self, samples: Sequence[Sample]) -> None:
        """Count these. A plain call, from any thread."""
        for sample in samples:
            key = sample.metric.name, sample.labels
            attributes = self._attributes.get(key)
            if attributes is None:
                attributes = dict(zip(sample.metric.labels, sample.labels, strict=True))
                self._attributes[key] = attributes
            self._add[sample.metric.name](sample.value, attributes)


def named(metric: Metric) -> tuple[str, str]:
    """The name and the unit of a metric, as OpenTelemetry has them."""
    name = metric.name.removesuffix("_total")
    unit = "s" if name.endswith("_seconds") else "1"
    return name.removesuffix("_seconds").replace("triolet_", "triolet.", 1), unit


def _observer(
    metric: Metric, read: Callable[[], Iterable[Sample]]
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        return [
            Observation(sample.value, dict(zip(metric.labels, sample.labels, strict=True)))
            for sample in read()
            if sample.metric.name == metric.name
        ]

    return observe
