"""Two extracts of New York's requests: another shape, and closings before openings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.replaying import figures_of, replayed

pytestmark = pytest.mark.data

RODENTS = "nyc311_rodent_2018-01-22_155.csv.gz"
MAY_NIGHT = "nyc311_2022-05-01_924.csv.gz"

MAPPING = """
source = "nyc311"
zone = "America/New_York"
times = ["%m/%d/%Y %I:%M:%S %p"]
nulls = ["Unspecified", "N/A"]

[top]
code = "nyc"
name = "New York City"

[columns]
id = "Unique Key"
opened_at = "Created Date"
due_at = "Due Date"
closed_at = "Closed Date"

[category]
column = "Complaint Type"

[[division]]
column = "Borough"

[[division]]
column = "Community Board"

[place]
longitude = "Longitude"
latitude = "Latitude"
"""
CHANNEL = '[channel]\ncolumn = "Open Data Channel Type"\n'


def mapping(folder: Path, more: str = "") -> Path:
    path = folder / "nyc311.toml"
    path.write_text(MAPPING + more, encoding="utf-8")
    return path


def test_sixteen_closings_before_their_opening_are_judged_at_the_opening(data_dir: Path, tmp_path: Path) -> None:
    result, _ = replayed(data_dir / RODENTS, mapping(tmp_path), as_of="2018-03-01T00:00:00")
    figures = figures_of(result.out)
    assert (result.exit_code, figures["rows"], figures["refused"]) == (0, 155, 0)
    assert (figures["clock_skew"], figures["closed"], figures["open"]) == (16, 92, 63)
    assert figures["resolution_hours"]["count"] == 92 - 16
    missed = figures["deadlines"]["missed_closed"] + figures["deadlines"]["missed_open"]
    assert figures["escalations"]["total"] == missed > 0
    assert figures["deadlines"]["with_deadline"] == 154
    assert set(figures["by_district"]) == {"BRONX", "BROOKLYN", "MANHATTAN", "QUEENS", "STATEN ISLAND"}


def test_a_night_without_due_dates_escalates_nothing(data_dir: Path, tmp_path: Path) -> None:
    result, said = replayed(data_dir / MAY_NIGHT, mapping(tmp_path, CHANNEL))
    figures = figures_of(result.out)
    assert (figures["rows"], figures["closed"], figures["open"]) == (924, 480, 444)
    assert (figures["clock_skew"], figures["triaged"]) == (0, 0)
    assert figures["deadlines"]["with_deadline"] == figures["escalations"]["total"] == 0
    assert figures["before_complaint"]["proactive_origin"] == 0
    assert len(said) == 1
