"""The catalogue: names as Prometheus wants them, few series, and a document that says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.core.counting.counted import EDGES_S
from router.metrics.cases import CASE_METRICS
from router.metrics.catalogue import FINDINGS, METRICS
from router.metrics.document import PAGES, TABLES, page
from router.metrics.metric import Metric
from router.sla.auditor import CODES

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize(("file", "language"), PAGES.items())
def test_the_documents_say_what_the_code_does(file: str, language: str) -> None:
    text = (DOCS / file).read_text(encoding="utf-8")
    assert page(text, language) == text, "run python -m router.metrics.document"


def test_a_page_without_a_place_for_a_table_is_no_page_of_ours() -> None:
    text = (DOCS / "metrics.md").read_text(encoding="utf-8").replace("<!-- pipeline: begin", "<!-- pipe: begin")
    with pytest.raises(ValueError, match="pipeline"):
        page(text, "en")


def test_every_metric_has_its_row() -> None:
    assert {metric.name for table in TABLES.values() for metric in table} == {
        metric.name for metric in (*METRICS, *CASE_METRICS)
    }


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


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_runtime_metric_says_what_it_is_and_what_a_rise_means_in_both_languages(metric: Metric) -> None:
    assert (metric.unit == "seconds") == ("_seconds" in metric.name)
    assert metric.rise.endswith(".")
    assert metric.help_zh.endswith("。")
    assert metric.rise_zh.endswith("。")


@pytest.mark.parametrize("metric", CASE_METRICS, ids=lambda metric: metric.name)
def test_a_case_metric_has_a_lawful_name_and_says_what_it_is_and_what_a_rise_means_in_both_languages(
    metric: Metric,
) -> None:
    assert re.fullmatch(r"case_router_[a-z]+(_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert (metric.unit == "seconds") == ("_seconds" in metric.name)
    assert not metric.name.endswith(("_count", "_sum", "_bucket", "_info", "_created"))
    assert metric.help.endswith(".")
    assert metric.rise.endswith(".")
    assert metric.help_zh.endswith("。")
    assert metric.rise_zh.endswith("。")
    assert not set(metric.labels) & {
        "le",
        "quantile",
        "case",
        "person",
        "stage",
        "owner",
        "service",
        "region",
        "zone",
    }


def test_no_two_metrics_share_a_name() -> None:
    names = [metric.name for metric in (*METRICS, *CASE_METRICS)]
    assert len(names) == len(set(names))


#: Every limit of docs/behaviour.md, 7 that is a natural time: 15 min, 1 h, 2 h, 24 h; and days from 1 to 270.
LIMITS_S = (900, 3600, 7200, 86400, *(days * 86400 for days in (2, 3, 5, 7, 10, 15, 30, 90, 270)))


def test_every_published_limit_is_an_edge_of_the_buckets() -> None:
    assert set(LIMITS_S) <= set(EDGES_S)
    assert list(EDGES_S) == sorted(EDGES_S)


def test_the_series_of_a_process_stay_few() -> None:
    assert sum(metric.series for metric in METRICS) < 120


def test_no_finding_of_the_auditor_is_forgotten() -> None:
    assert set(FINDINGS) == set(CODES)
