"""The figures of a real quarter against figures that others computed with other tools."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.core.counting.figures import CaseFacts, figures, sighting_of
from router.core.counting.problems import Period, find_problems, summarise

pytestmark = pytest.mark.data

AS_OF = datetime(2016, 1, 13, tzinfo=UTC)
STAFF = frozenset({"Employee Generated", "City Worker App", "Maximo Integration"})
BEFORE_COMPLAINT = ("problems", "proactive_origin", "resolved", "resolved_before_complaint")


def instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def code(text: str) -> str | None:
    """``13.0`` is ``13``; empty and 0 are unknown."""
    return None if text in ("", "0", "0.0") else text.removesuffix(".0")


def facts(row: dict[str, str]) -> CaseFacts:
    opened_at = instant(row["open_dt"])
    assert opened_at is not None
    return CaseFacts(
        case_id=row["case_id"],
        source="boston311",
        source_id=row["case_id"],
        opened_at=opened_at,
        due_at=instant(row["target_dt"]),
        closed_at=instant(row["closed_dt"]),
        district=code(row["nsd"]),
        triaged=code(row["nsd"]) is None or code(row["precinct"]) is None,
        origin="proactive" if row["source"] in STAFF else "complaint",
        category_group=row["type"],
        place_key=row["place_id"] or None,
    )


def read_cases(path: Path) -> Iterator[CaseFacts]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from map(facts, csv.DictReader(lines))


@pytest.fixture(scope="module")
def boston(data_dir: Path) -> list[CaseFacts]:
    return list(read_cases(data_dir / "boston311_2015q1.csv.gz"))


@pytest.fixture(scope="module")
def document(boston: list[CaseFacts]) -> dict[str, Any]:
    return figures(boston, [], 0, AS_OF)


@pytest.fixture(scope="module")
def expected(data_dir: Path) -> Any:
    return json.loads((data_dir / "expected" / "boston311_2015q1.json").read_bytes())


@pytest.fixture(scope="module")
def expected_problems(data_dir: Path) -> Any:
    return json.loads((data_dir / "expected" / "before_complaint_boston_2015q1.json").read_bytes())


def districts(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {district: block[key] for district, block in document["by_district"].items()}


def assert_same_durations(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert ours["count"] == theirs["count"]
    assert ours["bucket_le"] == theirs["bucket_le"]
    assert ours["sum"] == pytest.approx(theirs["sum_hours"], rel=1e-6)


def test_every_row_is_counted_once(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert document["rows"] == document["opened"] == expected["rows"]
    assert (document["closed"], document["open"]) == (expected["closed"], expected["open"])
    assert document["clock_skew"] == expected["dirty"]["closed_before_open"]
    assert document["refused"] == 0
    assert document["triaged"] == 3794


def test_durations_agree_in_all_and_by_district(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert_same_durations(document["resolution_hours"], expected["resolution_hours_all"])
    by_district = districts(document, "resolution_hours")
    assert by_district.keys() == expected["resolution_hours_by_district"].keys()
    for district, theirs in expected["resolution_hours_by_district"].items():
        assert_same_durations(by_district[district], theirs)


def test_deadlines_agree_in_all_and_by_district(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert document["deadlines"] == {
        "with_deadline": 18143,
        "met": 10273,
        "missed_closed": 4640,
        "missed_open": 3139,
        "running": 91,
    }
    by_district = districts(document, "deadlines")
    assert by_district.keys() == expected["on_time_by_district"].keys()
    for district, theirs in expected["on_time_by_district"].items():
        ours = by_district[district]
        assert ours["met"] == theirs["on_time_of_closed_with_target"]["num"]
        assert ours["missed_closed"] == theirs["closed_late"]
        assert ours["missed_open"] == theirs["open_overdue_at_as_of"]


def test_due_in_period_is_everything_due_up_to_as_of(document: dict[str, Any]) -> None:
    assert document["on_time"] == {"due_in_period": 17360, "met_in_period": 9581}


def test_open_cases_agree_by_district(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert districts(document, "open") == expected["open_backlog_at_as_of_by_district"]


def test_problems_agree_in_all_and_by_district(
    document: dict[str, Any], expected_problems: dict[str, Any]
) -> None:
    assert document["before_complaint"] == {key: expected_problems["all"][key] for key in BEFORE_COMPLAINT}
    assert districts(document, "before_complaint") == {
        district: {key: theirs[key] for key in BEFORE_COMPLAINT}
        for district, theirs in expected_problems["by_district"].items()
    }


def test_districts_sum_to_the_whole(document: dict[str, Any]) -> None:
    for key in ("rows", "opened", "triaged", "clock_skew", "closed", "open"):
        assert sum(districts(document, key).values()) == document[key]
    for key in ("deadlines", "on_time", "before_complaint"):
        blocks = districts(document, key).values()
        assert {part: sum(block[part] for block in blocks) for part in document[key]} == document[key]


def test_published_ratios_agree(boston: list[CaseFacts], expected_problems: dict[str, Any]) -> None:
    sightings = [sighting_of(case) for case in boston]
    share = summarise(find_problems(sightings), sightings, Period(), AS_OF)
    assert share.total.cohort.value == pytest.approx(expected_problems["all"]["ratio_of_cohort"], abs=5e-7)
    assert share.total.flow.value == pytest.approx(expected_problems["all"]["ratio_of_resolved"], abs=5e-7)
    assert share.is_assessable
