"""The rules for Prometheus: what is committed is what the settings make, and they read what somebody exports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from router.dashboards.foreign import FOREIGN
from router.metrics.cases import CASE_METRICS
from router.metrics.catalogue import METRICS
from router.metrics.rules import Alert, Record
from router.metrics.rules.files import FOLDER, KUBERNETES_FOLDER, Terms, alerts, files, resources
from router.metrics.rules.recording import recording
from router.metrics.rules.rule import Severity
from router.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
SETTINGS = Settings()
DEFAULT = Terms(on_time_target=SETTINGS.on_time_target, audit_s=SETTINGS.audit_s, skew_s=SETTINGS.brake_skew_s)
RECORDS = [rule for group in recording(0.95) for rule in group.rules]


def terms(**other: float) -> Terms:
    return Terms(**{"on_time_target": 0.95, "audit_s": 300.0, "skew_s": 5.0, **other})  # type: ignore[arg-type]


def test_the_committed_files_are_those_of_the_default_settings_and_no_others() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (REPOSITORY / FOLDER).iterdir()}
    assert there == files(DEFAULT), f"run case-router rules render --out {FOLDER}"


def test_the_prometheus_operator_is_given_the_same_rules() -> None:
    [(name, text)] = resources(DEFAULT).items()
    committed = (REPOSITORY / KUBERNETES_FOLDER / name).read_text(encoding="utf-8")
    assert committed == text, f"run case-router rules render --kubernetes --out {KUBERNETES_FOLDER}"
    both = [group for file in files(DEFAULT).values() for group in yaml.safe_load(file)["groups"]]
    assert yaml.safe_load(text)["spec"] == {"groups": both}


def test_another_target_makes_another_burn() -> None:
    made = files(terms(on_time_target=0.9))
    assert "(1 - district:case_router_on_time:ratio1d) / 0.1" in made["case-router-recording.yml"]
    assert "over 30.0% were late" in made["case-router-alerts.yml"]


def test_who_runs_no_auditor_is_not_paged_for_its_silence() -> None:
    names = {alert.name for alert in alerts(terms())} - {alert.name for alert in alerts(terms(audit_s=0.0))}
    assert names == {"AuditorSilent"}


def test_the_auditor_may_miss_three_passes_whatever_its_pace() -> None:
    (alert,) = (alert for alert in alerts(terms(audit_s=60.0)) if alert.name == "AuditorSilent")
    assert alert.expr.endswith("> 180")


def names_in(expr: str) -> set[str]:
    """Names of figures in an expression: what is no function, no word of the language and no label."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\b(by|on|group_left) \([^)]*\)', "", expr)
    return set(re.findall(r"\b(?:up|rabbitmq_\w+|case_router_\w+|\w+:case_router_\w+:\w+)\b", bare))


@pytest.mark.parametrize("rule", [*RECORDS, *alerts(DEFAULT)], ids=lambda rule: rule.name)
def test_a_rule_reads_only_what_is_exported_or_recorded(rule: Record | Alert) -> None:
    known = {metric.name for metric in FOREIGN} | {record.name for record in RECORDS}
    for metric in (*METRICS, *CASE_METRICS):
        known.add(f"{metric.name}_bucket" if metric.kind == "histogram" else metric.name)
    assert names_in(rule.expr) <= known
    assert names_in(rule.expr)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_recorded_figure_is_called_by_level_metric_and_operation(record: Record | Alert) -> None:
    assert re.fullmatch(r"(city|district):case_router_[a-z_]+:[a-z0-9_]+", record.name)


def test_no_two_recorded_figures_share_a_name() -> None:
    assert len({record.name for record in RECORDS}) == len(RECORDS)


def read_by(records: Sequence[Record | Alert], *texts: str) -> set[str]:
    """Recorded figures that these texts read, and what those are made of."""
    read: set[str] = set()
    waiting = list(texts)
    while waiting:
        text = waiting.pop()
        new = {one for one in records if one.name not in read and one.name in re.findall(r"[\w:]+", text)}
        read |= {one.name for one in new}
        waiting += [one.expr for one in new]
    return read


def test_every_recorded_figure_is_read_by_an_alert_another_rule_a_dashboard_or_a_query_of_the_documents() -> None:
    shown = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "deploy" / "grafana").rglob("*.json")]
    assert shown
    queries = (REPOSITORY / "docs" / "metrics.md").read_text(encoding="utf-8").partition("## What to look at")[2]
    told = [text for one in alerts(DEFAULT) for text in (one.expr, one.description)]
    assert {one.name for one in RECORDS} - read_by(RECORDS, *told, *shown, queries) == set()


@pytest.mark.parametrize(
    "page", ["metrics.md", "metrics.zh-CN.md", "operations.md", "runbook.md", "runbook.zh-CN.md"]
)
def test_a_document_names_recorded_figures_that_there_are(page: str) -> None:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b[a-z]+:case_router_\w+:\w+", text))
    assert named <= {one.name for one in RECORDS}
    assert named or "metrics" not in page


def test_what_nobody_reads_is_noticed_with_all_that_only_it_reads() -> None:
    records = [Record("a:b:sum", "x"), Record("a:b:delta", "a:b:sum"), Record("a:c:sum", "y")]
    assert read_by(records, "a:c:sum > 1") == {"a:c:sum"}
    assert read_by(records, "a:b:delta > 1") == {"a:b:sum", "a:b:delta"}


@pytest.mark.parametrize("alert", alerts(DEFAULT), ids=lambda alert: f"{alert.name}{alert.labels.get('days', '')}")
def test_an_alert_says_in_both_languages_what_is_the_matter(alert: Alert) -> None:
    assert re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)+", alert.name)
    assert alert.description.endswith(".")
    assert alert.description_zh.endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", alert.summary_zh)
    assert not re.search(r"[\u4e00-\u9fff]", alert.summary + alert.description)
    # The same figures in both.
    template = r"\{\{[^}]*\}\}"
    assert sorted(re.findall(r"\$\w+[.\w]*", alert.summary)) == sorted(
        re.findall(r"\$\w+[.\w]*", alert.summary_zh)
    )
    assert re.findall(template, alert.description) == re.findall(template, alert.description_zh)


def test_pages_stay_few() -> None:
    pages = [alert.name for alert in alerts(DEFAULT) if alert.severity is Severity.PAGE]
    assert len(pages) == len(set(pages)) <= 13
