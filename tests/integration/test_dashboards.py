"""Every query of every dashboard and every rule, asked of a real Prometheus over what was really exported.

Five weeks of a made-up city, read by the real exporter every night, are in one; the other scrapes a city at work
on a real RabbitMQ. A query without an answer names something that nobody exports; one that is always 0 shows
nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import do_without
from tests.integration import watched
from tests.integration.asking import Query, Span, Verdict, ask, choices_of, options, queries_of, resolved, verdict
from tests.pictures.__main__ import CHOSEN, DRAWN
from tests.pictures.board import courses, picture
from tests.servers import provide

DASHBOARDS = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "dashboards" / "zh"
SLUGS = ("city", "district", "desk", "escalations", "before-complaint", "pipeline")

#: Queries that stay at 0 while this system works, by a part of their expression, and why.
MUST_STAY_ZERO = {
    "case_router_overdue_unescalated_cases": "whoever is overdue has been taken up when the exporter looks",
    "case_router_overdue_unescalated_seconds": "as above",
    "case_router_figures_errors_total": "the ledger always answers",
    "case_router_figures_uncounted_changes": "the exporter has counted everything before it computes",
    "case_router_desk_outages": "programs go away one by one, and no line that they share breaks",
    "rabbitmq_alarms_memory_used_watermark": "an alarm of the broker would stop the run",
    "rabbitmq_alarms_free_disk_space_watermark": "as above",
}

#: Series with what is asked of their labels, in the words of the rules.
_SELECTOR = re.compile(r"(?:\b(?:rabbitmq_|case_router_|\w+:)[\w:]+|\bup\b)(?:\{[^}]*\})?")

pytestmark = pytest.mark.amqp


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> watched.Past:
    """What the exporter said at each midnight of five weeks."""
    return watched.Past(tmp_path_factory.mktemp("past"))


@pytest.fixture(scope="module")
def past(prometheus_program: Path, promtool: Path, readings: watched.Past) -> Iterator[Span]:
    with watched.past(prometheus_program, promtool, readings) as span:
        yield span


@pytest.fixture(scope="module")
def live(prometheus_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Span]:
    try:
        with (
            provide.private_rabbit_node() as rabbit,
            watched.live(prometheus_program, rabbit, tmp_path_factory.mktemp("live")) as span,
        ):
            yield span
    except provide.UnavailableError as reason:
        do_without(str(reason))


def board(slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DASHBOARDS / f"{slug}.json").read_text(encoding="utf-8"))
    return found


def failures(queries: Iterable[Query], choices: dict[str, list[str]], *spans: Span) -> list[str]:
    """What is wrong with some queries; empty when each shows something, and what must stay 0 does."""
    found: list[str] = []
    for query in queries:
        zero = any(re.search(rf"\b{name}\b", query.expr) for name in MUST_STAY_ZERO)
        for chosen, what in (_first(query, spans) if zero else ask(query.expr, choices, spans)).items():
            if what is not (Verdict.ZERO if zero else Verdict.FINE):
                found.append(f"{query.where} [{chosen}]: {what.value}: {query.expr}")
    return found


def _first(query: Query, spans: Iterable[Span]) -> dict[str, Verdict]:
    """The verdict of the first server that has a sample."""
    verdicts = (verdict(query.expr.replace("$__rate_interval", span.rate_interval), span) for span in spans)
    return {"": next((found for found in verdicts if found is not Verdict.EMPTY), Verdict.EMPTY)}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_query_of_a_dashboard_shows_something(slug: str, past: Span, live: Span) -> None:
    shown = board(slug)
    queries = list(queries_of(shown))
    assert queries
    assert failures(queries, choices_of(shown, past, live), past, live) == []


def test_a_query_of_a_series_that_nobody_exports_fails(past: Span, live: Span) -> None:
    planted = [
        Query("unknown series", 'sum (case_router_open_case{district=~"$district"})'),
        Query("unknown label value", 'sum (case_router_open_cases{tier="province"})'),
        Query("always zero", "sum (case_router_open_cases) * 0"),
        Query("fine", "sum (case_router_open_cases)"),
    ]
    found = failures(planted, {"district": [".*"]}, past, live)
    assert [line.partition(" [")[0] for line in found] == ["unknown series", "unknown label value", "always zero"]


def test_districts_and_desks_are_offered_by_their_chinese_names(past: Span) -> None:
    variables = {one["name"]: one for one in board("desk")["templating"]["list"]}
    districts = options(variables["district"], past)
    assert districts == {"湖滨区": "hubin", "云河区": "yunhe", "北山区": "beishan", "清平县": "qingping"}
    desks = options(variables["desk"], past, {"district": ["hubin"]})
    assert desks["望湖街道"] == "wanghu"
    assert "shiqiao" not in desks.values()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_queries_of_a_table_have_the_same_labels_so_that_their_samples_meet_in_rows(
    slug: str, past: Span, live: Span
) -> None:
    shown = board(slug)
    chosen = {name: values[0] for name, values in choices_of(shown, past).items()} | {"min_count": "1"}
    for panel in shown["panels"]:
        if panel["type"] != "table":
            continue
        labels = set()
        for target in panel["targets"]:
            asked = ((span, resolved(target["expr"], chosen, span)) for span in (past, live))
            samples = next((found for span, expr in asked if (found := span.server.query(expr, span.end))), [])
            assert samples, target["expr"]
            labels |= {frozenset(sample.labels) for sample in samples}
        assert len(labels) == 1, (panel["title"], labels)


def test_the_on_time_rate_of_seven_days_is_what_two_readings_say(past: Span, readings: watched.Past) -> None:
    def read(index: int, name: str) -> float:
        families = text_string_to_metric_families(readings.readings[index][1])
        return sum(sample.value for family in families for sample in family.samples if sample.name == name)

    due, met = (
        read(-1, f"case_router_{name}") - read(-8, f"case_router_{name}")
        for name in ("cases_due", "cases_due_met")
    )
    (panel,) = [one for one in board("city")["panels"] if one["title"] == "按期办结率（原时限）"]
    rate, n = (
        past.server.query(resolved(target["expr"], {"window": "7d"}, past), past.end)
        for target in panel["targets"]
    )
    assert due > 20
    assert [sample.value for sample in n] == [due]
    assert [sample.value for sample in rate] == [pytest.approx(met / due)]


def test_a_ratio_over_problems_is_minus_one_or_left_out_where_too_few_cases_can_be_linked(past: Span) -> None:
    """As it stands the made-up city is assessable; with a bound that no share reaches it is not."""
    chosen = dict(CHOSEN, min_count="1")
    rated = {
        panel["title"]: panel["targets"][0]["expr"]
        for panel in board("before-complaint")["panels"]
        if panel["type"] != "row" and " / " in panel["targets"][0]["expr"] and panel["title"] != "可评估占比"
    }
    assert len(rated) == 5
    for title, expr in rated.items():
        held = past.server.query(resolved(expr, chosen, past), past.end)
        assert held, title
        assert all(0 <= sample.value <= 1 for sample in held), title
        bound = expr.replace(">= 0.8", ">= 1.1").replace("< 0.8", "< 1.1")
        refused = {sample.value for sample in past.server.query(resolved(bound, chosen, past), past.end)}
        assert refused == (set() if title == "未诉先办率的变化" else {-1.0}), title


def test_categories_are_shown_by_their_names(past: Span) -> None:
    (panel,) = [one for one in board("district")["panels"] if one["title"] == "事项大类一览"]
    found = past.server.query(resolved(panel["targets"][0]["expr"], CHOSEN, past), past.end)
    names = {sample.labels["category"]: sample.labels["name"] for sample in found}
    # Of what has no name the dashboard says so; the city has a group of its own that is called `other`.
    assert {code for code, name in names.items() if name == code} == {"unknown"}
    assert names["city_building"] == "城乡建设"


@pytest.mark.parametrize("slug", DRAWN)
def test_a_picture_of_a_dashboard_shows_every_panel(slug: str, past: Span) -> None:
    nightly = past._replace(step_s=24 * 3600)
    for panel in board(slug)["panels"]:
        assert panel["type"] == "row" or courses(panel, CHOSEN, nightly), panel["title"]
    drawn = ET.fromstring(picture(board(slug), "zh", CHOSEN, nightly))  # noqa: S314 - our own
    said = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {panel["title"] for panel in board(slug)["panels"]} <= set(said)


def rules(kind: str) -> list[tuple[str, str]]:
    """Name and expression of all rules of a kind, `record` or `alert`."""
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(watched.RULES.glob("*.yml"))]
    written = [rule for file in read for group in file["groups"] for rule in group["rules"]]
    return [(rule[kind], rule["expr"]) for rule in written if kind in rule]


def test_every_recorded_figure_shows_something(past: Span, live: Span) -> None:
    recorded = rules("record")
    assert recorded
    queries = [Query(name, name) for name, _ in recorded]
    assert failures(queries, {}, past, live) == []


def test_every_alert_is_understood_and_reads_only_what_is_there(past: Span, live: Span) -> None:
    alerts = rules("alert")
    assert alerts
    for _, expr in alerts:
        for span in (past, live):
            span.server.query(expr, span.end)
    read = [(name, selector) for name, expr in alerts for selector in _SELECTOR.findall(expr)]
    assert len(read) >= len(alerts)
    assert [one for one in read if all(verdict(one[1], span) is Verdict.EMPTY for span in (live, past))] == []
