"""Calendars: which days are worked, when the office is open, and how far that is known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from router.core.calendars.calendar import Calendar, WorkedDays
from router.core.calendars.working_year import WorkingYear
from router.core.policies.policy import DaySet
from tests.unit.core.calendars import CN, NATURAL, NEW_YORK, NIGHT_SHIFT, OFFICE, china


def test_a_holiday_on_a_weekday_is_not_worked_and_a_make_up_sunday_is() -> None:
    assert not CN.is_working_day(date(2026, 10, 1))
    assert CN.is_working_day(date(2026, 9, 20))  # a Sunday
    assert not CN.is_working_day(date(2026, 9, 27))  # the next Sunday
    assert CN.is_working_day(date(2026, 10, 10))  # a Saturday


def test_national_day_week_moves_the_next_working_day_later() -> None:
    assert CN.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)


def test_working_days_are_counted_from_the_day_after() -> None:
    assert CN.add_working_days(date(2026, 9, 30), 5) == date(2026, 10, 13)  # 8, 9, Sat 10, 12, 13
    assert CN.add_working_days(date(2026, 10, 3), 1) == date(2026, 10, 8)  # from inside the holiday
    assert CN.add_working_days(date(2026, 9, 18), 1) == date(2026, 9, 20)  # Friday to the worked Sunday


def test_counting_back_mirrors_counting_on() -> None:
    assert CN.add_working_days(date(2026, 10, 13), -5) == date(2026, 9, 30)
    assert CN.add_working_days(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert CN.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_natural_days_and_weekdays_ignore_the_notices() -> None:
    assert CN.add_working_days(date(2026, 9, 30), 5, DaySet.NATURAL) == date(2026, 10, 5)
    assert CN.add_working_days(date(2026, 9, 30), 5, DaySet.WEEKDAY) == date(2026, 10, 7)
    assert CN.is_day_of(date(2026, 10, 1), DaySet.WEEKDAY)
    assert not CN.is_day_of(date(2026, 10, 10), DaySet.WEEKDAY)
    assert CN.is_day_of(date(2026, 10, 3), DaySet.NATURAL)


def test_coverage_has_two_ends() -> None:
    assert CN.is_covered(date(2026, 1, 1))
    assert CN.is_covered(date(2026, 12, 31))
    assert not CN.is_covered(date(2027, 1, 1))
    assert not CN.is_covered(date(2025, 12, 31))
    assert NATURAL.is_covered(date.max)


def test_beyond_coverage_the_plain_week_goes_on() -> None:
    assert CN.add_working_days(date(2030, 1, 4), 1) == date(2030, 1, 7)  # Friday to Monday
    assert CN.add_working_days(date(1066, 10, 14), 1) == date(1066, 10, 15)


def test_a_day_after_the_last_year_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        CN.add_working_days(date.max, 1)


def test_a_week_without_a_worked_day_is_no_week() -> None:
    with pytest.raises(ValueError, match="at least one worked day"):
        WorkedDays(frozenset(range(7)))


def test_opening_and_closing_are_instants_of_the_calendars_zone() -> None:
    assert CN.opening(date(2026, 9, 30)) == datetime(2026, 9, 30, 1, tzinfo=UTC)
    assert CN.closing(date(2026, 9, 30)) == datetime(2026, 9, 30, 9, 30, tzinfo=UTC)
    assert NATURAL.opening(date(2026, 9, 30)) == datetime(2026, 9, 29, 16, tzinfo=UTC)
    assert NATURAL.closing(date(2026, 9, 30)) == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert NIGHT_SHIFT.closing(date(2026, 9, 30)) == china(2026, 10, 1)


def test_the_office_is_open_from_its_opening_until_before_its_closing_but_not_over_lunch() -> None:
    assert not CN.is_open(china(2026, 9, 30, 8, 59, 59))
    assert CN.is_open(china(2026, 9, 30, 9))
    assert not CN.is_open(china(2026, 9, 30, 12))
    assert CN.is_open(china(2026, 9, 30, 13, 30))
    assert not CN.is_open(china(2026, 9, 30, 17, 30))
    assert not CN.is_open(china(2026, 10, 1, 10))
    assert CN.is_open(china(2026, 9, 20, 10))


def test_working_time_skips_lunch_nights_and_holidays() -> None:
    four_hours = 4 * 3600
    assert CN.add_working_seconds(china(2026, 9, 30, 9), four_hours) == china(2026, 9, 30, 14, 30)
    assert CN.add_working_seconds(china(2026, 9, 30, 16), four_hours) == china(2026, 10, 8, 11, 30)
    assert CN.add_working_seconds(china(2026, 10, 3, 23), four_hours) == china(2026, 10, 8, 14, 30)
    assert CN.working_seconds(china(2026, 9, 30, 16), china(2026, 10, 8, 11, 30)) == four_hours
    assert CN.working_seconds(china(2026, 10, 1), china(2026, 10, 8)) == 0


def test_hours_that_end_with_the_closing_end_there_and_not_at_the_next_opening() -> None:
    assert CN.add_working_seconds(china(2026, 9, 30, 13, 30), 4 * 3600) == china(2026, 9, 30, 17, 30)


def test_no_working_time_at_all_is_the_instant_itself() -> None:
    at = china(2026, 10, 3, 23)
    assert CN.add_working_seconds(at, 0) == at


def test_working_time_cannot_be_taken_back() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        CN.add_working_seconds(china(2026, 10, 3), -1)


def test_around_the_clock_every_second_is_working_time() -> None:
    at = china(2026, 10, 3, 2)
    assert NATURAL.always_open
    assert NATURAL.is_open(at)
    assert NATURAL.add_working_seconds(at, 3600) == china(2026, 10, 3, 3)
    assert NATURAL.working_seconds(at, china(2026, 10, 4, 2)) == 86_400
    assert not CN.always_open


def test_a_calendar_open_all_day_on_weekdays_still_closes_on_weekends() -> None:
    weekdays = Calendar(name="w", zone="Asia/Shanghai", coverage_end=date.max)
    assert not weekdays.always_open
    assert not weekdays.is_open(china(2026, 9, 26, 12))  # a Saturday
    assert weekdays.add_working_seconds(china(2026, 9, 25, 23), 7200) == china(2026, 9, 28, 1)


def test_summer_time_makes_a_day_of_23_hours_and_one_of_25() -> None:
    always = Calendar(name="ny", zone="America/New_York", coverage_end=date.max, weekend=())
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    assert always.closing(spring) - always.opening(spring) == timedelta(hours=23)
    assert always.closing(autumn) - always.opening(autumn) == timedelta(hours=25)


def test_a_clock_time_that_does_not_exist_is_read_after_the_gap() -> None:
    # 02:30 on 8 March 2026 is skipped in New York: 02:00 EST is 03:00 EDT.
    assert NEW_YORK.instant(date(2026, 3, 8), time(2, 30)) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_a_clock_time_that_comes_twice_is_read_the_second_time() -> None:
    # 01:30 on 1 November 2026 is 05:30 UTC (EDT) and 06:30 UTC (EST).
    assert NEW_YORK.instant(date(2026, 11, 1), time(1, 30)) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_office_hours_follow_the_clock_over_a_change_to_summer_time() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert NEW_YORK.opening(friday) == datetime(2026, 3, 6, 14, tzinfo=UTC)
    assert NEW_YORK.opening(monday) == datetime(2026, 3, 9, 13, tzinfo=UTC)
    assert NEW_YORK.working_seconds(NEW_YORK.closing(friday), NEW_YORK.closing(monday)) == 7 * 3600


def test_a_naive_instant_is_refused_since_guessing_would_take_the_servers_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        CN.is_open(datetime(2026, 10, 1))  # noqa: DTZ001 - naive on purpose


def test_the_version_follows_the_content_and_not_the_order_it_was_written_in() -> None:
    days = sorted(CN.days_off)
    same = Calendar(
        name="cn",
        zone="Asia/Shanghai",
        coverage_start=date(2026, 1, 1),
        coverage_end=date(2026, 12, 31),
        days_off=frozenset(reversed(days)),
        make_up_days=CN.make_up_days,
        hours=OFFICE,
    )
    assert same.version == CN.version
    assert NATURAL.version != CN.version


# --- properties -----------------------------------------------------------------------------------------

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.sampled_from([CN, NATURAL, NEW_YORK, NIGHT_SHIFT])


@given(
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    exceptions=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 2, 28)), max_size=20),
    start=st.dates(date(2025, 12, 20), date(2026, 3, 10)),
    count=st.integers(-30, 30).filter(bool),
)
def test_the_table_agrees_with_walking_day_by_day(
    weekend: frozenset[int], exceptions: frozenset[date], start: date, count: int
) -> None:
    def worked(day: date) -> bool:
        return (day.weekday() not in weekend) is not (day in exceptions)

    table = WorkedDays(weekend, exceptions)
    base = table.number(start) if count > 0 else table.number(start - timedelta(days=1)) + 1
    found, left = start, count
    while left:
        found += timedelta(days=1 if count > 0 else -1)
        assert (found in table) is worked(found)
        left -= (1 if count > 0 else -1) * worked(found)
    assert table.day(base + count) == found


@given(calendar=calendars, ends=st.lists(instants, min_size=3, max_size=3))
def test_working_time_adds_up_whatever_the_order(calendar: Calendar, ends: list[datetime]) -> None:
    first, second, third = ends
    whole = calendar.working_seconds(first, third)
    parts = calendar.working_seconds(first, second) + calendar.working_seconds(second, third)
    assert whole == pytest.approx(parts, abs=1e-5)


@given(calendar=calendars, at=instants, seconds=st.integers(0, 30 * 86_400))
def test_adding_working_time_is_the_inverse_of_measuring_it(
    calendar: Calendar, at: datetime, seconds: int
) -> None:
    end = calendar.add_working_seconds(at, seconds)
    assert end >= at
    assert calendar.working_seconds(at, end) == seconds
    if seconds:
        assert calendar.working_seconds(at, end - timedelta(seconds=1)) == seconds - 1


@given(calendar=calendars, hour=st.integers(0, 24 * 700), minutes=st.integers(1, 4000))
def test_the_table_of_a_year_agrees_with_looking_at_the_office_every_minute(
    calendar: Calendar, hour: int, minutes: int
) -> None:
    start = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hour)
    walked = [start + timedelta(minutes=number) for number in range(minutes)]
    assert calendar.working_seconds(start, walked[-1]) == 60 * sum(map(calendar.is_open, walked[:-1]))


def test_working_time_runs_on_over_new_year_and_over_years() -> None:
    assert CN.add_working_seconds(china(2026, 12, 31, 17), 3600) == china(2027, 1, 1, 9, 30)
    # 2027 is beyond the notices: 261 plain working days of seven hours.
    assert CN.working_seconds(china(2027, 1, 1), china(2028, 1, 1)) == 261 * 7 * 3600
    assert CN.add_working_seconds(china(2026, 12, 31, 17, 30), 261 * 7 * 3600) == china(2027, 12, 31, 17, 30)


def test_working_time_past_the_year_9999_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        CN.add_working_seconds(china(9999, 12, 30, 9), 30 * 3600)


@given(day=days, count=st.integers(1, 60))
def test_the_nth_working_day_is_worked_and_has_n_worked_days_up_to_it(day: date, count: int) -> None:
    last = CN.add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert CN.is_working_day(last)
    assert sum(CN.is_working_day(one) for one in between) == count


def test_the_table_of_a_year_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counted(WorkingYear):
        def __init__(self, sessions: Iterable[tuple[datetime, datetime]]) -> None:
            super().__init__(sessions)
            made.append(1)

    monkeypatch.setattr("router.core.calendars.calendar.WorkingYear", Counted)
    calendar = msgspec.structs.replace(CN)
    for hour in range(1, 200):
        calendar.add_working_seconds(china(2026, 9, 1, 9), hour * 600)
    assert len(made) == 1
