"""Prometheus' and Alertmanager's own tools accept what is committed, and every alert is tried both ways."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = REPOSITORY / "deploy" / "prometheus" / "rules"
ALERTMANAGER = REPOSITORY / "deploy" / "alertmanager" / "alertmanager.yml"
CASES = sorted(Path(__file__).parent.glob("*.yml"))
#: Minutes of work for the machine, never of waiting: eight days in steps of five minutes.
DEADLINE_S = 180


def accepted(*command: str | Path) -> str:
    """The output of a tool that has nothing to complain of."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=DEADLINE_S, cwd=REPOSITORY, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_accepts_the_rules(promtool: Path) -> None:
    said = accepted(promtool, "check", "rules", *sorted(RULES.iterdir()))
    assert said.count("SUCCESS") == len(list(RULES.iterdir())) == 2


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_rules_say_what_they_should(promtool: Path, file: Path) -> None:
    accepted(promtool, "test", "rules", file)


def test_alertmanager_accepts_its_configuration(amtool: Path) -> None:
    assert "5 inhibit rules" in accepted(amtool, "check-config", ALERTMANAGER)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["severity=page", "system=case-router", "alertname=BrokerDown"], "pages"),
        (["severity=ticket", "system=case-router", "alertname=CalendarEnds"], "tickets"),
        (["alertname=Unlabelled"], "tickets"),
    ],
)
def test_pages_wake_and_the_rest_waits(amtool: Path, labels: list[str], receiver: str) -> None:
    said = accepted(amtool, "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)
    assert said.split() == [receiver]


def alerts() -> dict[str, dict[str, Any]]:
    """Alert, with its days where there are several of one name → the rule."""
    groups = yaml.safe_load((RULES / "case-router-alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {
        f"{rule['alert']}{rule['labels'].get('days', '')}": rule for group in groups for rule in group["rules"]
    }


def tried() -> Iterator[tuple[str, bool]]:
    """Alert, with its days, and whether a case wants it to fire."""
    for file in CASES:
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]:
            for one in case.get("promql_expr_test", ()):
                found = re.search(
                    r'ALERTS\{alertname="(\w+)"(?:, days="(\d+)")?, alertstate="firing"\}', one["expr"]
                )
                if found is not None:
                    yield found[1] + (found[2] or ""), bool(one.get("exp_samples"))


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    found: dict[str, set[bool]] = defaultdict(set)
    for alert, fires in tried():
        found[alert].add(fires)
    assert set(found) == set(alerts())
    assert {alert for alert, ways in found.items() if ways != {True, False}} == set()


def test_what_follows_from_something_is_inhibited_by_the_page_on_it() -> None:
    roots = {"broker": "BrokerDown", "ledger": "LedgerDown", "blocked": "BrokerBlocksPublishers"}
    roots |= {"role": "RoleSilent", "skew": "ClockSkewed"}
    rules = yaml.safe_load(ALERTMANAGER.read_text(encoding="utf-8"))["inhibit_rules"]
    inhibits = {
        (rule["source_matchers"][1].split(" = ")[1], rule["target_matchers"][1].split('"')[1]) for rule in rules
    }
    assert inhibits == {(page, f".*{root}.*") for root, page in roots.items()}
    named = {root for rule in alerts().values() for root in rule["labels"].get("follows", "").split("_") if root}
    assert named == set(roots)
    assert set(roots.values()) <= {name for name, rule in alerts().items() if rule["labels"]["severity"] == "page"}
