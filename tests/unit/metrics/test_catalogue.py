"""The catalogue: names as Prometheus wants them, few series, and a document that says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.metrics.catalogue import FINDINGS, METRICS, Metric, page
from router.sla.auditor import CODES

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


def test_the_document_says_what_the_code_does() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert page(text) == text, "run python -m router.metrics.catalogue"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_rules_of_promtool(metric: Metric) -> None:
    assert re.fullmatch(r"case_router_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.kind in ("counter", "gauge", "histogram")
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not metric.name.endswith(("_count", "_sum", "_bucket", "_info", "_created"))
    assert not set(metric.name.split("_")) & {"counter", "gauge", "histogram", "ms", "minutes", "hours", "percent"}
    assert metric.help.endswith(".")
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert not set(metric.labels) & {"le", "quantile", "case", "desk"}


def test_the_series_of_a_process_stay_few() -> None:
    assert sum(metric.series for metric in METRICS) < 120


def test_no_finding_of_the_auditor_is_forgotten() -> None:
    assert set(FINDINGS) == set(CODES)
