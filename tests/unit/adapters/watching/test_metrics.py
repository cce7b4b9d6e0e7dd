"""What a scrape reads, and what OpenTelemetry counts: the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from functools import partial

import pytest
import trio
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from prometheus_client.parser import text_string_to_metric_families
from tests.unit.adapters.watching._turns import SOUND, TEXT, losing, said, voice

from triolet import Conversation, Failover, LoopLag, PoolOptions, open_session_pools, speech
from triolet.errors import ConnectionLost
from triolet.testing import RecordingOutput
from triolet_adapters.watching import (
    METRICS,
    OtlpMetrics,
    PrometheusMetrics,
    Readings,
    Sample,
    TurnInstrument,
)
from triolet_adapters.watching._instrument import MOST_NAMES
from triolet_adapters.watching._otlp import named
from triolet_adapters.watching._table import SESSIONS, SESSIONS_OPENED

LABELS = {metric.name: metric.labels for metric in METRICS}


def values(exposition: bytes) -> dict[tuple[str, ...], float]:
    """The value of each series: by its name and the values of its labels, in their order."""
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(exposition.decode()):
        labels = LABELS.get(family.name, LABELS.get(f"{family.name}_total", ()))
        for sample in family.samples:
            bound = (sample.labels["le"],) if "le" in sample.labels else ()
            found[sample.name, *(sample.labels[label] for label in labels), *bound] = sample.value
    return found


async def watched_turns(readings: Readings, metrics: PrometheusMetrics, *others: object) -> None:
    """Three turns: a good one, one that loses a commit, and one with a failover."""
    instrument = TurnInstrument(metrics, *others)  # type: ignore[arg-type]
    failing = Failover(
        instrument.watched(voice([0.1, ConnectionLost("gone")]), "first"),
        instrument.watched(voice(), "second"),
        names=("first", "second"),
    )
    readings.watch_failover("both", failing)
    readings.watch_loop(LoopLag(clock=trio.current_time))
    async with open_session_pools() as pools:
        readings.watch_pools(pools)
        for name, tts in (("good", voice()), ("losing", losing()), ("both", failing)):
            chain = speech(instrument.watched(tts, name) if name != "both" else tts, "en")
            async with Conversation(chain, RecordingOutput(), sessions=pools) as conversation:
                await conversation.say(list(TEXT), observer=instrument.observer(voice=name))
        readings.read()


async def test_a_scrape_tells_of_turns_sessions_and_failovers(autojump_clock: trio.testing.MockClock) -> None:
    readings = Readings()
    metrics = PrometheusMetrics(readings.read)
    await watched_turns(readings, metrics)
    found = values(metrics.exposition())
    assert found["triolet_turns_total", "good", "heard"] == 1
    assert found["triolet_commits_total", "losing", "losing", "lost"] == 1
    assert found["triolet_commits_total", "both", "first", "lost"] == 1
    assert found["triolet_commits_total", "both", "second", "complete"] == 3
    assert found["triolet_first_audible_seconds_count", "good"] == 1
    assert found["triolet_first_audible_seconds_bucket", "good", "0.3"] == 1
    assert found["triolet_first_audible_seconds_bucket", "good", "0.2"] == 0
    assert found["triolet_commit_wait_seconds_count", "good", "good"] == 3
    assert found["triolet_connect_seconds_count", "good"] >= 1
    assert found["triolet_sessions", "good", "busy"] == 0
    assert found["triolet_sessions_opened_total", "losing"] >= 2
    assert found["triolet_failovers_total", "both"] == 1
    assert found["triolet_provider_up", "both", "first"] == 0
    assert found["triolet_provider_up", "both", "second"] == 1
    assert ("triolet_loop_lag_seconds",) in found
    assert not any(key[0].endswith("_created") for key in found)


async def test_opentelemetry_counts_the_same(autojump_clock: trio.testing.MockClock) -> None:
    readings, reader = Readings(), InMemoryMetricReader()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    metrics = PrometheusMetrics(readings.read)
    await watched_turns(readings, metrics, OtlpMetrics(meters.get_meter("test"), readings.read))
    data = reader.get_metrics_data()
    assert data is not None
    scraped, compared = values(metrics.exposition()), 0
    names = {named(metric)[0]: metric for metric in METRICS}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        ours = names.pop(metric.name)
        for point in metric.data.data_points:
            labels = tuple(str((point.attributes or {})[label]) for label in ours.labels)
            if isinstance(point, HistogramDataPoint):
                assert scraped[f"{ours.name}_count", *labels] == point.count
                assert scraped[f"{ours.name}_sum", *labels] == pytest.approx(point.sum)
                assert point.explicit_bounds == ours.buckets
            else:
                assert isinstance(point, NumberDataPoint)
                assert scraped[ours.name, *labels] == pytest.approx(point.value)
            compared += 1
    assert compared > 30
    assert set(names) <= {"triolet.gap", "triolet.hedges"}, "every metric has a value, but for what did not happen"
    meters.shutdown()


def promtool(exposition: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["promtool", "check", "metrics"], input=exposition, capture_output=True, check=False)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
async def test_promtool_has_no_complaint(autojump_clock: trio.testing.MockClock) -> None:
    readings = Readings()
    metrics = PrometheusMetrics(readings.read)
    await watched_turns(readings, metrics)
    checked = await trio.to_thread.run_sync(partial(promtool, metrics.exposition()))
    assert (checked.returncode, checked.stderr, checked.stdout) == (0, b"", b"")


async def test_counts_of_sessions_survive_their_pool(autojump_clock: trio.testing.MockClock) -> None:
    readings = Readings()
    instrument, opened = TurnInstrument(), 0.0
    async with open_session_pools(PoolOptions(voices=1)) as pools:
        readings.watch_pools(pools)
        for _ in range(2):  # each voice closes the other's pool
            for tts in (voice(), voice()):
                chain = speech(instrument.watched(tts, "same"), "en")
                async with Conversation(chain, RecordingOutput(), sessions=pools) as conversation:
                    await conversation.say(["Hello."])
                opened = sum_of(readings.read(), SESSIONS_OPENED.name)
    assert opened >= 4
    assert sum_of(readings.read(), SESSIONS_OPENED.name) == opened, "reading again counts nothing twice"
    assert {sample.labels for sample in readings.read() if sample.metric is SESSIONS} == {
        ("same", "busy"),
        ("same", "idle"),
    }


def sum_of(samples: Iterable[Sample], name: str) -> float:
    return sum(sample.value for sample in samples if sample.metric.name == name)


async def test_names_are_bounded(autojump_clock: trio.testing.MockClock) -> None:
    metrics = PrometheusMetrics()
    instrument = TurnInstrument(metrics)
    for number in range(MOST_NAMES + 20):
        await said(
            voice([0.1, SOUND[:100]]), instrument.observer(voice=f"voice {number}")
        ) if number % 20 == 0 else instrument.observer(voice=f"voice {number}")
    found = values(metrics.exposition())
    assert found["triolet_turns_total", "other", "heard"] == 1
    assert ("triolet_turns_total", "voice 100", "heard") not in found
