"""Due dates over Boston's requests, against the target times the city itself had set."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.cli.policy_sources import policies_named
from router.core.policies.policy_file import TIERS
from router.replay.dues import dues_of, tally
from router.replay.mapping_file import load_mapping
from tests.integration.replaying import BOSTON

pytestmark = pytest.mark.data

SLA = BOSTON.parent.parent / "sla"
FILE = "boston311_2015q1.csv.gz"
TOLERANCE = timedelta(seconds=120)


def test_the_citys_own_targets_are_reproduced_by_its_rule_as_a_policy(data_dir: Path) -> None:
    oracle = json.loads((data_dir / "expected" / "sla_oracle_boston_2015q1.json").read_bytes())["types"]
    mapping = load_mapping(BOSTON.read_text(encoding="utf-8"), "boston")
    policies, calendars = policies_named([str(SLA / "boston_2015.toml")], [SLA / "boston_calendar.toml"], TIERS)
    found = list(dues_of(data_dir / FILE, mapping, policies, calendars))
    assert tally(found)["rows"] == 26788
    assert tally(found)["unreadable"] == tally(found)["unmatched"] == 0
    with gzip.open(data_dir / FILE, "rt", encoding="utf-8", newline="") as lines:
        targets = {row["case_id"]: (row["type"], row["target_dt"]) for row in csv.DictReader(lines)}
    compared, matched = Counter[str](), Counter[str]()
    for row in found:
        kind, target = targets[row.id]
        if oracle.get(kind, {}).get("match", 0) < 0.97:
            assert row.due_at is None
        elif target:
            assert row.due_at is not None
            assert not row.provisional
            compared[kind] += 1
            city = datetime.fromisoformat(target).replace(tzinfo=UTC)
            matched[kind] += abs(row.due_at - city) <= TOLERANCE
    good = {kind: told for kind, told in oracle.items() if told["match"] >= 0.97}
    assert compared == {kind: told["rows"] for kind, told in good.items()}
    assert matched == {kind: told["matched"] for kind, told in good.items()}
    assert matched.total() / compared.total() >= 0.99
