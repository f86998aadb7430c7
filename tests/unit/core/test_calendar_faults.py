"""What contradicts itself in a calendar file is named by file, key and reason."""

from __future__ import annotations

from datetime import date

import pytest

from router.core.calendars.calendar_faults import calendar_faults
from router.core.calendars.calendar_file import load_calendar
from router.presets import preset_calendar, preset_text
from tests.unit.core.test_policy_file import CITY, NATIONAL

NOTICE = """
calendar = "national"
coverage_end = 2027-12-31

[[notice]]
year = 2027
source = "notice of 2027"
days_off = ["2027-01-01..2027-01-03"]
make_up_days = ["2027-01-09"]
"""
SECOND = '\n[[notice]]\nyear = 2026\ndays_off = ["2026-05-01"]\n'


def found(text: str) -> list[tuple[str, str]]:
    national = load_calendar(NATIONAL, "national.toml")
    return [(one.where or "", one.what) for one in calendar_faults(text, "c.toml", {"national": national})]


def test_what_is_shipped_contradicts_itself_nowhere() -> None:
    for name in ("cn", "natural", "utc"):
        assert calendar_faults(preset_text("calendars", name), name, {}) == []
    assert found(NATIONAL) == found(CITY) == found(NOTICE) == []


def test_a_notice_file_amends_a_calendar_and_says_how_far_it_is_known_now() -> None:
    national = load_calendar(NATIONAL, "national.toml")
    longer = load_calendar(NOTICE, "n.toml", {"national": national})
    assert (longer.name, longer.hours, longer.coverage_end) == ("national", national.hours, date(2027, 12, 31))
    assert not longer.is_working_day(date(2027, 1, 1))
    assert longer.is_working_day(date(2027, 1, 9))
    assert not longer.is_working_day(date(2026, 10, 1))


def test_a_later_notice_changes_what_an_earlier_one_said() -> None:
    changed = NOTICE.replace("2027-12-31", "2026-12-31").replace("year = 2027", "year = 2026")
    changed = changed.replace("2027-01-01..2027-01-03", "2026-10-08").replace("2027-01-09", "2026-10-07")
    calendar = load_calendar(changed, "n.toml", {"national": load_calendar(NATIONAL, "n.toml")})
    assert found(changed) == []
    assert [calendar.is_working_day(date(2026, 10, day)) for day in (6, 7, 8, 9)] == [False, True, False, True]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (NATIONAL + SECOND, "c.toml, notice 2, year", "the year 2026 has a notice already: notice 1"),
        (
            NATIONAL.replace('"2026-01-01"', '"2026-10-07..2026-10-08"'),
            "c.toml, notice 1, days_off",
            "2026-10-07 is named twice",
        ),
        (
            NATIONAL.replace('["2026-10-10"]', '["2026-10-10", "2026-10-10"]'),
            "c.toml, notice 1, make_up_days",
            "2026-10-10 is named twice",
        ),
        (
            NOTICE.replace('"2027-01-09"', '"2072-01-09"').replace("2027-12-31", "2072-12-31"),
            "c.toml, notice 1, make_up_days",
            "2072-01-09 does not belong to a notice of 2027",
        ),
        (
            NATIONAL.replace("2026-10-10", "2026-10-09"),
            "c.toml, notice 1, make_up_days",
            "2026-10-09 is worked anyway",
        ),
        (
            NOTICE.replace("coverage_end = 2027-12-31", ""),
            "c.toml, coverage_end",
            "2027-01-09 is named, but the calendar is known until 2026-12-31 only",
        ),
        (
            NATIONAL.replace("2026-01-01\n", "2026-02-01\n"),
            "c.toml, coverage_start",
            "2026-01-01 is named, but the calendar is known from 2026-02-01 on only",
        ),
        (
            NOTICE.replace("2027-12-31", "2029-12-31"),
            "c.toml, notice",
            "there is no notice for 2028–2029, which coverage_end says is known",
        ),
        (
            NOTICE.replace("2027", "2028"),
            "c.toml, notice",
            "there is no notice for 2027, which coverage_end says is known",
        ),
        (
            NATIONAL.replace("coverage_start = 2026", "coverage_start = 2024"),
            "c.toml, notice",
            "there is no notice for 2024–2025, which coverage_end says is known",
        ),
        (
            CITY.replace('"city"', '"city"\ncoverage_end = 2026-06-30'),
            "c.toml, coverage_end",
            "it ends before what is known already, 2026-12-31",
        ),
        (NOTICE.replace('"national"', '"nation"'), "c.toml, calendar", "there is no calendar nation"),
        (NOTICE.partition("[[")[0], "c.toml, notice", "a notice file needs a notice"),
        (NOTICE.replace("source", "sorce"), "c.toml, notice 1", "the key sorce is not known"),
    ],
)
def test_a_contradiction_is_named_by_file_key_and_reason(text: str, place: str, reason: str) -> None:
    assert (place, reason) in found(text)


def test_every_contradiction_is_named_and_not_only_the_first() -> None:
    assert len(found(NATIONAL.replace("2026-10-10", "2026-10-09") + SECOND)) == 2


def test_a_year_that_is_missing_in_the_middle_is_a_hole() -> None:
    text = preset_text("calendars", "cn")
    start = text.index("[[notice]]\nyear = 2015")
    holed = text[:start] + text[text.index("[[notice]]\nyear = 2016") :]
    (fault,) = calendar_faults(holed, "cn.toml", {})
    assert "no notice for 2015" in fault.what
    assert preset_calendar("cn").coverage_end.year == 2026
