"""The figures as prometheus-client keeps them, for a scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as PrometheusFamily
from prometheus_client.registry import Collector

from triolet_adapters.watching._table import Kind, Metric, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text that `PrometheusMetrics.exposition` gives."""


class PrometheusMetrics:
    """Counts samples in a registry of its own, and writes them as text: `exposition()`."""

    def __init__(self, read: Callable[[], Iterable[Sample]] = tuple) -> None:
        """`read`: gives the values that are read when somebody asks. None by default."""
        self.registry = CollectorRegistry(auto_describe=False)
        """For collectors of your own."""
        self._made: dict[str, Counter | Gauge | Histogram] = {}
        self._add: dict[tuple[str, tuple[str, ...]], Callable[[float], None]] = {}
        """How to add to a metric with these labels: looked up once."""
        self.registry.register(_Read(read))
        ProcessCollector(registry=self.registry)

    def record(self, samples: Sequence[Sample]) -> None:
        """Count these. A plain call, from any thread."""
        for sample in samples:
            key = sample.metric.name, sample.labels
            add = self._add.get(key)
            if add is None:
                add = self._add[key] = self._adder(sample.metric, sample.labels)
            add(sample.value)

    def exposition(self) -> bytes:
        """All metrics, in Prometheus's text format (`CONTENT_TYPE`)."""
        return generate_latest(_WithoutCreated(self.registry))

    def _adder(self, metric: Metric, labels: tuple[str, ...]) -> Callable[[float], None]:
        made = self._made.get(metric.name)
        if made is None:
            made = self._made[metric.name] = self._make(metric)
        one = made.labels(*labels) if labels else made
        return one.observe if isinstance(one, Histogram) else one.inc

    def _make(self, metric: Metric) -> Counter | Gauge | Histogram:
        match metric.kind:
            case Kind.HISTOGRAM:
                return Histogram(
                    metric.name, metric.meaning, metric.labels, registry=self.registry, buckets=metric.buckets
                )
            case Kind.COUNTER:
                return Counter(metric.name, metric.meaning, metric.labels, registry=self.registry)
            case _:
                return Gauge(metric.name, metric.meaning, metric.labels, registry=self.registry)


class _WithoutCreated(CollectorRegistry):
    """The same without the time at which each counter was made, which doubles the text. The client library can leave it out only for
    the whole process, of which others may be part.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(auto_describe=False)
        self._registry = registry

    def collect(self) -> Iterator[PrometheusFamily]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


class _Read(Collector):
    """Asks for the values when the registry is scraped."""

    def __init__(self, read: Callable[[], Iterable[Sample]]) -> None:
        self._read = read

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for sample in self._read():
            metric = sample.metric
            family = families.get(metric.name)
            if family is None:
                kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
                family = families[metric.name] = kind(metric.name, metric.meaning, labels=metric.labels)
            family.add_metric(sample.labels, sample.value)
        yield from families.values()
