"""From budgets to deadlines; every expected instant was worked out by hand on a paper calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, strategies as st

from router.core.calendars.calendar import Calendar
from router.core.policies.instants import Due, due, dues, next_budget
from router.core.policies.notation import format_instant, parse_clock, parse_instant
from router.core.policies.policy import (
    Days,
    DaySet,
    Elapsed,
    Ends,
    Given,
    Instant,
    Late,
    MilestoneRule,
    Satisfies,
    WallClock,
    WorkingTime,
)
from tests.unit.core.calendars import CN, NATURAL, NEW_YORK, NIGHT_SHIFT, china

#: Boston's office in 2015: the wall clock of the records, holidays of the first quarter.
BOSTON = Calendar(
    name="boston",
    zone="UTC",
    coverage_end=date(2016, 12, 31),
    days_off=frozenset({date(2015, 1, 1), date(2015, 1, 19), date(2015, 2, 16)}),
    hours=((time(8, 30), time(17)),),
)


def at_of(notation: object, anchor_at: datetime, calendar: Calendar = CN) -> datetime:
    found = due(parse_instant(notation), anchor_at, calendar)
    assert found is not None
    return found.at


# --- exact time -----------------------------------------------------------------------------------------


def test_hours_and_minutes_are_exact_time_through_nights_and_holidays() -> None:
    assert at_of("1h", china(2026, 9, 30, 23, 30)) == china(2026, 10, 1, 0, 30)
    assert at_of("30m", china(2026, 10, 3, 12)) == china(2026, 10, 3, 12, 30)


def test_hours_are_exact_over_a_change_to_summer_time() -> None:
    # 23:00 EST on 7 March is 04:00 UTC; four hours later the clock in New York shows 04:00 EDT.
    assert at_of("4h", datetime(2026, 3, 8, 4, tzinfo=UTC), NEW_YORK) == datetime(2026, 3, 8, 8, tzinfo=UTC)


# --- working hours --------------------------------------------------------------------------------------


def test_working_hours_stop_at_lunch_at_night_and_over_national_day_week() -> None:
    assert at_of("4wh", china(2026, 9, 30, 9)) == china(2026, 9, 30, 14, 30)
    assert at_of("4wh", china(2026, 9, 30, 16)) == china(2026, 10, 8, 11, 30)
    assert at_of("10wh", china(2026, 9, 18, 17)) == china(
        2026, 9, 21, 11, 30
    )  # Friday ½, worked Sunday 7, Monday 2½
    assert at_of("4wh", china(2026, 10, 3, 2), NATURAL) == china(2026, 10, 3, 6)


def test_further_working_hours_start_at_the_missed_deadline() -> None:
    budget = parse_instant("4wh")
    assert next_budget(budget, china(2026, 9, 30, 23), CN) == Due(china(2026, 10, 8, 14, 30))


def test_working_hours_past_coverage_are_provisional_unless_the_office_never_closes() -> None:
    budget, evening = parse_instant("4wh"), china(2026, 12, 31, 16)
    assert due(budget, evening, CN) == Due(china(2027, 1, 1, 11, 30), provisional=True)
    assert due(budget, china(2026, 12, 31, 9), CN) == Due(china(2026, 12, 31, 14, 30))
    assert due(budget, evening, NATURAL) == Due(china(2026, 12, 31, 20))


# --- days -----------------------------------------------------------------------------------------------


def test_natural_days_end_at_the_clock_time_they_started_at() -> None:
    assert at_of("3d", china(2026, 9, 30, 10, 15)) == china(2026, 10, 3, 10, 15)


def test_working_days_end_at_24_00_and_the_day_of_receipt_is_not_counted() -> None:
    assert at_of("1wd", china(2026, 9, 29, 10)) == china(2026, 10, 1)
    assert at_of("1wd", china(2026, 9, 29, 23, 59)) == china(2026, 10, 1)


def test_national_day_week_moves_a_deadline_later_never_earlier() -> None:
    assert at_of("5wd", china(2026, 9, 30, 10)) == china(2026, 10, 14)  # 8, 9, Sat 10, 12, 13 until 24:00
    assert at_of("5wd", china(2026, 10, 4, 10)) == china(2026, 10, 14)  # received inside the holiday


def test_a_make_up_sunday_is_a_working_day() -> None:
    assert at_of("1wd", china(2026, 9, 19, 10)) == china(2026, 9, 21)  # Saturday: Sunday 20 until 24:00


def test_a_case_received_on_a_make_up_sunday_is_received_on_a_working_day() -> None:
    first = {"days": 1, "of": "working", "origin": 1}
    assert at_of(first, china(2026, 9, 20, 10)) == china(2026, 9, 21)


def test_under_origin_1_the_day_of_receipt_is_day_1() -> None:
    assert at_of({"days": 3, "of": "working", "origin": 1}, china(2026, 9, 28, 10)) == china(2026, 10, 1)
    assert at_of({"days": 7, "origin": 1, "ends": "end_of_day"}, china(2026, 10, 1, 10)) == china(2026, 10, 8)


def test_one_day_from_the_day_of_receipt_to_the_same_time_is_no_time_and_refused() -> None:
    for table in ({"days": 1, "origin": 1}, {"days": 1, "of": "working", "origin": 1, "ends": "same_time"}):
        with pytest.raises(ValueError, match='write ends = "end_of_day"'):
            at_of(table, china(2026, 9, 28, 10))
    assert at_of({"days": 2, "origin": 1}, china(2026, 9, 28, 10)) == china(2026, 9, 29, 10)


def test_under_origin_1_a_receipt_on_a_day_off_has_the_next_working_day_as_day_1() -> None:
    assert at_of({"days": 1, "of": "working", "origin": 1}, china(2026, 10, 4, 10)) == china(2026, 10, 9)


def test_close_of_business_is_the_closing_of_the_last_day() -> None:
    closing = {"days": 2, "of": "working", "ends": "close_of_business"}
    assert at_of(closing, china(2026, 9, 28, 20)) == china(2026, 9, 30, 17, 30)


def test_a_day_1_whose_office_has_already_closed_moves_to_the_next_day() -> None:
    today = {"days": 1, "of": "working", "origin": 1, "ends": "close_of_business"}
    assert at_of(today, china(2026, 9, 28, 17)) == china(2026, 9, 28, 17, 30)
    assert at_of(today, china(2026, 9, 28, 17, 30)) == china(2026, 9, 29, 17, 30)
    assert at_of(today, china(2026, 9, 30, 18)) == china(2026, 10, 8, 17, 30)


def test_working_days_may_keep_the_clock_time() -> None:
    assert at_of({"days": 1, "of": "working", "ends": "same_time"}, china(2026, 9, 30, 10)) == china(
        2026, 10, 8, 10
    )


def test_weekdays_ignore_holidays() -> None:
    assert at_of({"days": 1, "of": "weekday"}, china(2026, 9, 30, 10)) == china(2026, 10, 2)


def test_a_day_keeps_its_clock_time_over_the_start_of_summer_time() -> None:
    # 10:00 EST on 7 March is 15:00 UTC; 10:00 EDT on 8 March is 14:00 UTC.
    assert at_of("1d", datetime(2026, 3, 7, 15, tzinfo=UTC), NEW_YORK) == datetime(2026, 3, 8, 14, tzinfo=UTC)


def test_a_day_that_ends_in_the_skipped_hour_ends_after_it() -> None:
    # 02:30 EST on 7 March; 02:30 on 8 March does not exist, 03:30 EDT is 07:30 UTC.
    assert at_of("1d", datetime(2026, 3, 7, 7, 30, tzinfo=UTC), NEW_YORK) == datetime(
        2026, 3, 8, 7, 30, tzinfo=UTC
    )


def test_a_day_that_ends_in_the_repeated_hour_ends_the_second_time() -> None:
    # 01:30 EDT on 31 October is 05:30 UTC; the second 01:30 on 1 November is EST, 06:30 UTC.
    assert at_of("1d", datetime(2026, 10, 31, 5, 30, tzinfo=UTC), NEW_YORK) == datetime(
        2026, 11, 1, 6, 30, tzinfo=UTC
    )


# --- late opening: the two rules of Boston --------------------------------------------------------------

BUSINESS_DAYS_2015 = Days(
    count=1, days=DaySet.WORKING, ends=Ends.SAME_TIME, late=Late.NEXT_DAY_OPEN, late_days=DaySet.WORKING
)
WEEKDAYS_2011 = Days(
    count=1,
    days=DaySet.WEEKDAY,
    ends=Ends.SAME_TIME,
    late=Late.NEXT_DAY_OPEN,
    late_days=DaySet.WEEKDAY,
    keep_clock_on_day_off=True,
    early_to_opening=False,
)


def boston(rule: Days, *at: int) -> tuple[int, ...]:
    found = due(rule, datetime(*at, tzinfo=UTC), BOSTON)  # type: ignore[arg-type,misc]
    assert found is not None
    return (found.at.month, found.at.day, found.at.hour, found.at.minute)


def test_with_the_rule_of_2015_office_hours_keep_the_clock_time() -> None:
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 6, 10, 12) == (1, 7, 10, 12)
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 6, 16, 59) == (1, 7, 16, 59)


def test_with_the_rule_of_2015_a_receipt_at_closing_counts_from_the_next_opening() -> None:
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 6, 17, 0) == (1, 8, 8, 30)
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 16, 18, 0) == (1, 21, 8, 30)  # Friday; Monday 19 is a holiday


def test_with_the_rule_of_2015_an_early_receipt_counts_from_the_opening() -> None:
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 6, 7, 0) == (1, 7, 8, 30)


def test_with_the_rule_of_2015_a_day_off_counts_from_the_next_opening() -> None:
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 1, 12, 0) == (1, 5, 8, 30)
    assert boston(BUSINESS_DAYS_2015, 2015, 1, 18, 12, 0) == (1, 21, 8, 30)  # Sunday before the holiday


def test_with_the_rule_of_2011_a_weekend_moves_to_monday_and_keeps_its_clock_time() -> None:
    assert boston(WEEKDAYS_2011, 2015, 1, 10, 10, 0) == (1, 13, 10, 0)  # Saturday + 1 = Tuesday
    assert boston(WEEKDAYS_2011, 2015, 1, 11, 7, 0) == (1, 13, 7, 0)


def test_with_the_rule_of_2011_a_late_weekend_receipt_moves_on_from_monday_to_tuesdays_opening() -> None:
    assert boston(WEEKDAYS_2011, 2015, 1, 10, 17, 0) == (1, 14, 8, 30)


def test_with_the_rule_of_2011_an_early_receipt_is_left_alone_and_a_holiday_is_a_weekday() -> None:
    assert boston(WEEKDAYS_2011, 2015, 1, 6, 7, 0) == (1, 7, 7, 0)
    assert boston(WEEKDAYS_2011, 2015, 1, 16, 10, 0) == (1, 19, 10, 0)
    assert boston(WEEKDAYS_2011, 2015, 1, 16, 17, 30) == (1, 20, 8, 30)


def test_a_late_opening_rule_may_name_its_own_cut_off_and_opening() -> None:
    rule = {"days": 1, "of": "working", "ends": "same_time", "late": "next_day_open"}
    assert at_of({**rule, "cut_off": "16:00", "opening": "10:00"}, china(2026, 9, 28, 16)) == china(
        2026, 9, 30, 10
    )
    assert at_of(rule, china(2026, 9, 28, 16)) == china(2026, 9, 29, 16)


def test_an_office_open_until_midnight_knows_no_late_receipt() -> None:
    rule = {"days": 1, "of": "working", "ends": "same_time", "late": "next_day_open"}
    assert at_of(rule, china(2026, 9, 28, 23, 59), NIGHT_SHIFT) == china(2026, 9, 29, 23, 59)


# --- coverage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "received", "provisional"),
    [
        ("5wd", (2026, 12, 24, 10), False),  # 25, 28, 29, 30, 31
        ("5wd", (2026, 12, 25, 10), True),  # 28, 29, 30, 31, and some day of January 2027
        ("1wd", (2027, 1, 5, 10), True),
        ("5wd", (2025, 12, 31, 10), True),  # before coverage starts
        ("10d", (2026, 12, 25, 10), False),  # natural days need no notice
        ({"days": 10, "of": "weekday"}, (2026, 12, 25, 10), False),
        ({"days": 10, "late": "next_day_open"}, (2026, 12, 25, 10), True),  # whether it was late is not known
        ("72h", (2026, 12, 30, 10), False),
        ("next day 23:59", (2026, 12, 31, 10), False),
    ],
)
def test_a_deadline_that_rests_on_unknown_days_is_provisional(
    notation: object, received: tuple[int, ...], *, provisional: bool
) -> None:
    found = due(parse_instant(notation), china(*received), CN)
    assert found is not None
    assert found.provisional is provisional


# --- wall clocks: media leads in Huzhou -----------------------------------------------------------------

HUZHOU = (
    MilestoneRule(name="viewing", instant=WallClock(time(20), cut_off=time(19)), satisfied_by=Satisfies.PROGRESS),
    MilestoneRule(name="plan", instant=WallClock(time(21)), satisfied_by=Satisfies.PLAN_FILED),
    MilestoneRule(name="report", instant=WallClock(time(23, 59), next_day=1)),
)


def huzhou(received_at: datetime) -> list[datetime]:
    found = dues(HUZHOU, received_at, NATURAL)
    return [found[name].at for name in ("viewing", "plan", "report")]


def test_a_lead_before_19_00_is_viewed_and_planned_the_same_evening() -> None:
    assert huzhou(china(2026, 9, 30, 18, 59)) == [
        china(2026, 9, 30, 20),
        china(2026, 9, 30, 21),
        china(2026, 10, 1, 23, 59),
    ]


def test_a_lead_from_19_00_on_moves_to_tomorrow_and_its_report_to_the_day_after() -> None:
    moved = [china(2026, 10, 1, 20), china(2026, 10, 1, 21), china(2026, 10, 2, 23, 59)]
    assert huzhou(china(2026, 9, 30, 19)) == moved
    assert huzhou(china(2026, 9, 30, 20, 30)) == moved
    assert huzhou(china(2026, 9, 30, 23, 59)) == moved


def test_without_a_cut_off_a_wall_clock_already_past_takes_the_later_ones_with_it() -> None:
    rules = [
        MilestoneRule(name="a", instant=WallClock(time(20))),
        MilestoneRule(name="b", instant=WallClock(time(21))),
        MilestoneRule(name="c", instant=WallClock(time(23, 59), next_day=1)),
        MilestoneRule(name="d", instant=Elapsed(60)),
    ]
    found = dues(reversed(rules), china(2026, 9, 30, 20, 30), NATURAL)
    assert found["a"].at == china(2026, 10, 1, 20)
    assert found["b"].at == china(2026, 10, 1, 21)
    assert found["c"].at == china(2026, 10, 2, 23, 59)
    assert found["d"].at == china(2026, 9, 30, 20, 31)


def test_a_wall_clock_at_the_very_instant_of_receipt_leaves_no_time_and_moves() -> None:
    assert at_of("20:00", china(2026, 9, 30, 20)) == china(2026, 10, 1, 20)
    assert at_of("20:00", china(2026, 9, 30, 19, 59, 59)) == china(2026, 9, 30, 20)


def test_24_00_is_the_end_of_the_day() -> None:
    assert at_of("24:00", china(2026, 9, 30, 20)) == china(2026, 10, 1)


# --- given ----------------------------------------------------------------------------------------------


def test_a_given_due_date_is_taken_as_it_is_and_none_given_means_none() -> None:
    brought = china(2026, 9, 1, 12)
    assert due(Given(), china(2026, 9, 30), CN, given=brought) == Due(brought)
    assert due(Given(), china(2026, 9, 30), CN) is None


def test_milestones_without_a_deadline_are_absent() -> None:
    assert dues([MilestoneRule(name="close", instant=Given())], china(2026, 9, 30), CN) == {}


# --- the next budget ------------------------------------------------------------------------------------


def next_at(notation: object, missed_at: datetime, calendar: Calendar = CN) -> datetime:
    found = next_budget(parse_instant(notation), missed_at, calendar)
    assert found is not None
    return found.at


def test_a_day_after_a_missed_deadline_is_the_same_clock_time_a_day_later() -> None:
    assert next_at("1d", china(2026, 9, 30, 10, 15)) == china(2026, 10, 1, 10, 15)
    assert next_at("7d", china(2026, 9, 30)) == china(2026, 10, 7)


def test_a_deadline_at_24_00_belongs_to_the_day_it_ended() -> None:
    wednesday_24 = china(2026, 9, 24)  # Wednesday 23 September, 24:00
    assert next_at("1wd", wednesday_24) == china(2026, 9, 25)
    assert next_at("2wd", wednesday_24) == china(2026, 9, 26)


def test_two_working_days_after_friday_24_00_end_on_tuesday_24_00() -> None:
    assert next_at("2wd", china(2026, 9, 26)) == china(2026, 9, 30)


def test_a_ladder_of_working_days_goes_over_national_day_week() -> None:
    assert next_at("2wd", china(2026, 10, 1)) == china(2026, 10, 10)  # 8 and 9 October


def test_a_missed_deadline_was_not_received_and_knows_no_late_opening() -> None:
    rule = {"days": 1, "of": "working", "ends": "close_of_business", "late": "next_day_open", "origin": 1}
    assert next_at(rule, china(2026, 9, 28, 17, 30)) == china(2026, 9, 29, 17, 30)


def test_further_budgets_of_hours_and_wall_clocks_start_at_the_missed_deadline() -> None:
    assert next_at("2h", china(2026, 9, 30, 23)) == china(2026, 10, 1, 1)
    assert next_at({"at": "20:00", "cut_off": "19:00"}, china(2026, 9, 30, 20)) == china(2026, 10, 1, 20)
    assert next_at({"at": "20:00", "cut_off": "19:00"}, china(2026, 9, 30, 19, 30)) == china(2026, 9, 30, 20)


def test_no_case_brings_a_second_due_date() -> None:
    assert next_budget(Given(), china(2026, 9, 30), CN) is None


# --- the short notation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "instant"),
    [
        ("1h", Elapsed(3600)),
        ("30m", Elapsed(1800)),
        ("45s", Elapsed(45)),
        ("4wh", WorkingTime(14_400)),
        ("3d", Days(count=3, days=DaySet.NATURAL, ends=Ends.SAME_TIME)),
        ("5wd", Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)),
        ("20:00", WallClock(time(20))),
        (time(8, 30), WallClock(time(8, 30))),
        ("next day 23:59", WallClock(time(23, 59), 1)),
        ("next day 24:00", WallClock(time(0), 2)),
        ("given", Given()),
        ({"days": 5, "of": "working"}, Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)),
        ({"days": 5}, Days(count=5, days=DaySet.NATURAL, ends=Ends.SAME_TIME)),
        ({"at": "20:00", "cut_off": time(19)}, WallClock(time(20), 0, time(19))),
        (
            {"days": 1, "of": "weekday", "late": "next_day_open", "keep_clock_on_day_off": True},
            Days(
                count=1,
                days=DaySet.WEEKDAY,
                ends=Ends.END_OF_DAY,
                late=Late.NEXT_DAY_OPEN,
                keep_clock_on_day_off=True,
            ),
        ),
    ],
)
def test_the_notation_is_read(notation: object, instant: Instant) -> None:
    assert parse_instant(notation) == instant


@pytest.mark.parametrize(
    ("notation", "reason"),
    [
        ("5 working days", 'allowed: "30m"'),
        ("", 'allowed: "30m"'),
        (5, "5 is no budget"),
        ("0d", "leaves no time at all"),
        ("40000wd", "up to a hundred years"),
        ("900000h", "up to a hundred years"),
        ("400000wh", "up to a hundred years"),
        ("0wh", "leaves no time at all"),
        ({"days": 40_000}, "up to a hundred years"),
        ("25:00", "no clock time"),
        ("20:60", "no clock time"),
        ({}, "neither days nor at"),
        ({"days": 0}, "days: 0 is not allowed; allowed: a whole number from 1"),
        ({"days": True}, "days: True is not allowed"),
        ({"days": "5"}, "days: '5' is not allowed"),
        ({"days": 5, "of": "business"}, "allowed: natural, working, weekday"),
        ({"days": 5, "ends": "noon"}, "ends: 'noon' is not allowed; allowed: same_time, end_of_day"),
        ({"days": 5, "origin": 2}, "origin: 2 is not allowed; allowed: 0, 1"),
        ({"days": 5, "origin": True}, "origin: True is not allowed"),
        ({"days": 5, "early_to_opening": "no"}, "early_to_opening: 'no' is not allowed"),
        ({"days": 5, "cutoff": "17:00"}, "cutoff is not known here; allowed: days, of, origin"),
        ({"at": "20:00", "next_day": -1}, "next_day: -1 is not allowed"),
        ({"at": "noon"}, "no clock time"),
    ],
)
def test_a_wrong_notation_says_what_is_allowed(notation: object, reason: str) -> None:
    with pytest.raises(ValueError, match="allowed") as caught:
        parse_instant(notation)
    assert reason in str(caught.value)


def test_a_clock_time_is_read_to_the_second_and_no_finer() -> None:
    assert parse_clock("08:30:15") == time(8, 30, 15)
    with pytest.raises(ValueError, match="no clock time"):
        parse_clock(time(8, 30, 15, 1))


# --- properties -----------------------------------------------------------------------------------------

clocks = st.times().map(lambda clock: clock.replace(microsecond=0))
day_budgets = st.builds(
    Days,
    count=st.integers(1, 90),
    days=st.sampled_from(DaySet),
    ends=st.sampled_from(Ends),
    origin=st.sampled_from([0, 1]),
    late=st.sampled_from(Late),
    cut_off=st.none() | clocks,
    opening=st.none() | clocks,
    late_days=st.sampled_from(DaySet),
    keep_clock_on_day_off=st.booleans(),
    early_to_opening=st.booleans(),
)
wall_clocks = st.builds(WallClock, at=clocks, next_day=st.integers(0, 3), cut_off=st.none() | clocks)
budgets: st.SearchStrategy[Instant] = (
    day_budgets
    | wall_clocks
    | st.integers(1, 10**7).map(Elapsed)
    | st.integers(1, 500).map(lambda hours: WorkingTime(hours * 3600))
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.sampled_from([CN, NATURAL, NEW_YORK, NIGHT_SHIFT])


@given(instant=budgets, anchor_at=instants, calendar=calendars)
def test_a_deadline_always_lies_after_its_anchor(
    instant: Instant, anchor_at: datetime, calendar: Calendar
) -> None:
    first = due(instant, anchor_at, calendar)
    assert first is not None
    assert first.at > anchor_at
    further = next_budget(instant, first.at, calendar)
    assert further is not None
    assert further.at > first.at


@given(instant=budgets, anchor_at=instants, calendar=calendars)
def test_a_deadline_does_not_depend_on_the_zone_its_anchor_is_written_in(
    instant: Instant, anchor_at: datetime, calendar: Calendar
) -> None:
    assert due(instant, anchor_at, calendar) == due(instant, anchor_at.astimezone(NEW_YORK.tzinfo), calendar)


@given(
    instant=st.builds(
        Days,
        count=st.integers(1, 30),
        days=st.just(DaySet.WORKING),
        ends=st.sampled_from([Ends.END_OF_DAY, Ends.CLOSE_OF_BUSINESS]),
        origin=st.sampled_from([0, 1]),
    )
    | st.integers(1, 200).map(lambda hours: WorkingTime(hours * 3600)),
    anchor_at=instants,
    off=st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=60),
    week=st.integers(0, 100),
)
def test_days_off_move_a_deadline_later_never_earlier(
    instant: Instant, anchor_at: datetime, off: set[date], week: int
) -> None:
    week_off = {date(2025, 1, 1) + timedelta(days=7 * week + number) for number in range(7)}
    fewer = CN.make_up_days - off - week_off
    longer = msgspec.structs.replace(CN, days_off=CN.days_off | off | week_off, make_up_days=fewer)
    before, after = due(instant, anchor_at, CN), due(instant, anchor_at, longer)
    assert before is not None
    assert after is not None
    assert after.at >= before.at


@given(
    count=st.integers(1, 30),
    ends=st.sampled_from(Ends),
    origin=st.sampled_from([0, 1]),
    anchor_at=instants,
    wait=st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_who_receives_later_is_never_due_earlier(
    count: int, ends: Ends, origin: Literal[0, 1], anchor_at: datetime, wait: timedelta
) -> None:
    # `same_time` on working days is left out: Friday 17:00 + 1 is Monday 17:00, Saturday 10:00 + 1 Monday 10:00.
    instant = Days(
        count=count,
        days=DaySet.NATURAL if ends is Ends.SAME_TIME else DaySet.WORKING,
        ends=ends,
        origin=0 if ends is Ends.SAME_TIME else origin,
    )
    early, late = due(instant, anchor_at, CN), due(instant, anchor_at + wait, CN)
    assert early is not None
    assert late is not None
    assert early.at <= late.at


@given(
    rules=st.lists(budgets, min_size=1, max_size=5).map(
        lambda found: [MilestoneRule(name=str(number), instant=one) for number, one in enumerate(found)]
    ),
    anchor_at=instants,
    order=st.randoms(),
)
def test_the_order_of_milestones_changes_nothing(
    rules: list[MilestoneRule], anchor_at: datetime, order: Any
) -> None:
    permuted = list(rules)
    order.shuffle(permuted)
    assert dues(rules, anchor_at, NATURAL) == dues(permuted, anchor_at, NATURAL)


@given(instant=budgets | st.just(Given()))
def test_what_is_written_reads_back_the_same(instant: Instant) -> None:
    assert parse_instant(format_instant(instant)) == instant
