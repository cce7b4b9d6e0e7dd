"""The dashboard for Grafana asks for what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from triolet_adapters.watching import METRICS, Kind

DASHBOARD = Path(__file__).parents[4] / "deploy" / "grafana-dashboard.json"
SERIES = re.compile(r"\btriolet_\w+")
SELECTED = re.compile(r"(triolet_\w+)\{([^}]*)\}")
GROUPED = re.compile(r"by \(([^)]*)\)")
OF_PROCESS = {"instance", "le"}


def test_it_asks_for_metrics_and_labels_that_exist() -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    labels: dict[str, set[str]] = {
        name: {*metric.labels, *OF_PROCESS}
        for metric in METRICS
        for name in (
            [f"{metric.name}_{part}" for part in ("bucket", "sum", "count")]
            if metric.kind is Kind.HISTOGRAM
            else [metric.name]
        )
    }
    asked = {name for expression in expressions for name in SERIES.findall(expression)}
    assert asked <= labels.keys()
    assert {metric.name for metric in METRICS} <= {re.sub("_(bucket|sum|count)$", "", name) for name in asked}, (
        "all is shown"
    )
    for expression in expressions:
        known = set(OF_PROCESS)
        if names := SERIES.findall(expression):
            known = labels[names[0]].intersection(*(labels[name] for name in names))
        for name, selectors in SELECTED.findall(expression):
            assert set(re.findall(r"(\w+)=", selectors)) <= labels[name]
        for group in GROUPED.findall(expression):
            assert {label.strip() for label in group.split(",")} <= known, expression
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_understands_what_it_asks(tmp_path: Path) -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m").replace("$voice", ".*")}
        for number, expression in enumerate(expressions)
    ]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")  # JSON is YAML
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, check=False, text=True)
    assert checked.returncode == 0, checked.stderr + checked.stdout
