"""Calendars and deadlines against records that nobody here wrote."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from router.core.calendars.calendar import Calendar
from router.core.policies.instants import due, next_budget
from router.core.policies.notation import parse_instant
from router.core.policies.policy import Given, Instant
from router.core.policies.policy_file import load_policy
from router.presets import preset_calendar

pytestmark = pytest.mark.data

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "replay"
#: The last instant of the records.
AS_OF = datetime(2016, 1, 13, tzinfo=UTC)
TOLERANCE = timedelta(seconds=120)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def expected(data_dir: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_dir / "expected" / f"{name}.json").read_text("utf-8"))
    return found


def test_all_days_from_2007_to_2026_are_worked_or_not_as_the_notices_say(data_dir: Path) -> None:
    named = {
        date.fromisoformat(row["date"]): row["is_off_day"] == "True"
        for row in rows(data_dir / "cn_holiday_2007_2026.csv.gz")
    }
    cn = preset_calendar("cn")
    days = [date(2007, 1, 1) + timedelta(days=number) for number in range(7305)]
    differing = [day for day in days if cn.is_working_day(day) is named.get(day, day.weekday() > 4)]
    assert days[-1] == cn.coverage_end == date(2026, 12, 31)
    assert differing == []


def shanghai(text: str, cn: Calendar) -> datetime:
    written = "%Y/%m/%d %H:%M:%S" if "/" in text else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, written).replace(tzinfo=cn.tzinfo).astimezone(UTC)


@pytest.mark.parametrize("working_days", [5, 10, 15])
def test_as_many_messages_to_leaders_are_answered_in_time_as_counted_elsewhere(
    data_dir: Path, working_days: int
) -> None:
    cn = preset_calendar("cn")
    budget = parse_instant(f"{working_days}wd")
    asked_and_answered = [
        (shanghai(row["留言时间"], cn), shanghai(row["答复时间"], cn))
        for row in rows(data_dir / "teddy_fj4_sample120.csv.gz")
    ]
    deadlines = [due(budget, asked, cn) for asked, _ in asked_and_answered]
    in_time = sum(
        deadline is not None and answered <= deadline.at
        for deadline, (_, answered) in zip(deadlines, asked_and_answered, strict=True)
    )
    counted = expected(data_dir, "teddy_fj4_sample120")["replied_within_working_days"][str(working_days)]
    assert (in_time, len(deadlines)) == (counted["num"], counted["den"])
    assert in_time == {5: 45, 10: 83, 15: 95}[working_days]


def boston_calendar(oracle: dict[str, Any]) -> Calendar:
    opens, closes = (time.fromisoformat(clock) for clock in oracle["business_hours"].split("-"))
    return Calendar(
        name="boston",
        zone="UTC",
        coverage_end=date(2016, 12, 31),
        days_off=frozenset(date.fromisoformat(day) for day in oracle["holidays"]),
        hours=((opens, closes),),
    )


def boston_budgets(oracle: dict[str, Any]) -> dict[str, Instant]:
    """The budget of each type whose records follow it in at least 97 of 100 cases."""
    return {
        kind: parse_instant(
            {"days": found["n"], "of": "working", "ends": "same_time", "late": "next_day_open"}
            if found["unit"] == "business_days"
            else f"{found['n']:.0f}h"
        )
        for kind, found in oracle["types"].items()
        if found["match"] >= 0.97
    }


def test_bostons_rule_of_2015_reproduces_the_citys_own_target_times(data_dir: Path) -> None:
    oracle = expected(data_dir, "sla_oracle_boston_2015q1")
    calendar, budgets = boston_calendar(oracle), boston_budgets(oracle)
    compared = matched = 0
    for row in rows(data_dir / "boston311_2015q1.csv.gz"):
        if row["type"] not in budgets or not row["target_dt"]:
            continue
        found = due(budgets[row["type"]], datetime.fromisoformat(row["open_dt"]).replace(tzinfo=UTC), calendar)
        assert found is not None
        assert not found.provisional
        target = datetime.fromisoformat(row["target_dt"]).replace(tzinfo=UTC)
        compared += 1
        matched += abs(found.at - target) <= TOLERANCE
    assert compared > 8000
    assert matched / compared >= 0.995
    assert matched == sum(found["matched"] for found in oracle["types"].values() if found["match"] >= 0.97)


def test_a_ladder_of_seven_days_is_climbed_as_often_as_counted_elsewhere(data_dir: Path) -> None:
    policy = load_policy((EXAMPLES / "ladder.toml").read_text("utf-8"), "ladder.toml")
    calendar = preset_calendar(policy.calendar)
    climbed = dict.fromkeys((f"{low.name}>{high.name}" for low, high in pairwise(policy.ladder)), 0)
    for row in rows(data_dir / "boston311_2015q1.csv.gz"):
        given = datetime.fromisoformat(row["target_dt"]).replace(tzinfo=UTC) if row["target_dt"] else None
        ends = datetime.fromisoformat(row["closed_dt"]).replace(tzinfo=UTC) if row["closed_dt"] else AS_OF
        deadline = due(policy.milestones[0].budget(None) or Given(), AS_OF, calendar, given)
        for step, above in zip(climbed, policy.ladder[1:], strict=True):
            if deadline is None or deadline.at >= ends:
                break
            climbed[step] += 1
            deadline = next_budget(above.budget, deadline.at, calendar) if above.budget else None
    assert climbed == expected(data_dir, "ladder_boston_2015q1")["by_step"]
