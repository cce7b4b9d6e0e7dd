"""The table of a service's metrics."""

from __future__ import annotations

from triolet_adapters.watching import METRICS, Kind

_KINDS = {Kind.COUNTER: "counter", Kind.GAUGE: "gauge", Kind.RUNNING: "gauge", Kind.HISTOGRAM: "histogram"}


def table() -> str:
    """Each metric: its kind, its labels, what it says, and the buckets of a histogram."""
    rows = ["| metric | kind | labels | what it says |", "| --- | --- | --- | --- |"]
    for metric in METRICS:
        buckets = f" Buckets: {', '.join(f'{bound:g}' for bound in metric.buckets)} s." if metric.buckets else ""
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        rows.append(f"| `{metric.name}` | {_KINDS[metric.kind]} | {labels} | {metric.meaning}{buckets} |")
    return "\n".join(rows)
