"""Weeks of a bulletin: ISO weeks in the calendar's zone, and the cut-off after them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from router.core.bulletin.week import last_complete, week_before, week_named, week_of
from router.sentences import UnfitError
from tests.unit.core.calendars import CN


def test_a_week_is_monday_to_sunday_in_the_calendars_zone_and_its_cut_off_the_monday_after_at_nine() -> None:
    week = week_named("2026-W47", CN)
    assert (week.monday, week.sunday) == (date(2026, 11, 16), date(2026, 11, 22))
    assert week.start_at == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert week.end_at == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert week.cutoff_at == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_the_last_week_of_a_year_may_have_the_number_53_and_days_of_the_next_year() -> None:
    assert week_named("2026-W53", CN).sunday == date(2027, 1, 3)
    assert week_of(date(2027, 1, 1), CN).name == "2026-W53"
    assert week_before(week_named("2027-W01", CN), CN).name == "2026-W53"


@pytest.mark.parametrize("name", ["2026-47", "W47", "2026-W7", "2026-W00", "2025-W53", "0001-W01", "２０２６-W47"])
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(UnfitError):
        week_named(name, CN)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (datetime(2026, 11, 23, 0, 59, 59, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "2026-W46"),
    ],
)
def test_the_latest_complete_week_is_the_one_whose_cut_off_has_come(now: datetime, name: str) -> None:
    assert last_complete(now, CN).name == name
