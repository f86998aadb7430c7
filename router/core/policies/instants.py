"""From a budget to the deadline it leads to.

Law: an answer is a function of the budget, the anchor, the calendar and the due date the case brought; nothing
else. Deadlines are aware UTC. What a calendar does not yet know makes a deadline *provisional*.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.policies.policy import (
    Days,
    DaySet,
    Elapsed,
    Ends,
    Given,
    Instant,
    Late,
    MilestoneRule,
    WallClock,
    WorkingTime,
)

_ONE_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Due(msgspec.Struct, frozen=True):
    """A deadline."""

    #: Aware UTC. An event at this very instant still meets it.
    at: datetime
    #: Whether it rests on days that the calendar does not know yet; recomputed when a calendar is imported.
    provisional: bool = False


def due(
    instant: Instant,
    anchor_at: datetime,
    calendar: Calendar,
    given: datetime | None = None,
    after: WallClock | None = None,
) -> Due | None:
    """When a budget that starts at `anchor_at` ends; never before it, unless the case brought such a date.

    Args:
        instant: the budget.
        anchor_at: aware instant of the event it starts at.
        calendar: whose days, hours and zone count.
        given: aware due date that the case brought; None when it brought none.
        after: for a wall clock, the earliest wall clock of the same policy: this one moves with it.

    Returns:
        The deadline; None only for a `given` that was not given.

    Raises:
        ValueError: an instant is naive.
        OverflowError: the deadline would lie beyond the year 9999.
    """
    match instant:
        case Elapsed(seconds=seconds):
            return Due(calendar.local(anchor_at).astimezone(UTC) + timedelta(seconds=seconds))
        case WorkingTime():
            return _working_due(instant, anchor_at, calendar)
        case Days():
            return _days_due(instant, anchor_at, calendar)
        case WallClock():
            return _wall_clock_due(instant, anchor_at, calendar, after or instant)
        case Given():
            return None if given is None else Due(calendar.local(given).astimezone(UTC))


def dues(
    rules: Iterable[MilestoneRule],
    anchor_at: datetime,
    calendar: Calendar,
    given: datetime | None = None,
    category: str | None = None,
) -> dict[str, Due]:
    """The deadlines of milestones that start at the same event, by name; those without one are absent.

    Wall clocks are taken together: when the earliest is already past, the later ones move with it.
    """
    budgets = budgets_of(rules, category)
    first = first_wall_clock(budget for _, budget in budgets)
    found = {rule.name: due(budget, anchor_at, calendar, given, first) for rule, budget in budgets}
    return {name: deadline for name, deadline in found.items() if deadline is not None}


def budgets_of(rules: Iterable[MilestoneRule], category: str | None) -> tuple[tuple[MilestoneRule, Instant], ...]:
    """Milestones with the budget that a case of that category has; those it does not have are absent."""
    found = ((rule, rule.budget(category)) for rule in rules)
    return tuple((rule, budget) for rule, budget in found if budget is not None)


def first_wall_clock(budgets: Iterable[Instant]) -> WallClock | None:
    """The earliest wall clock among budgets; None when there is none."""
    clocks = [budget for budget in budgets if isinstance(budget, WallClock)]
    # Of two at one time the one with the earlier cut-off: the order in the file must not matter.
    return min(clocks, key=lambda clock: (clock.next_day, clock.at, clock.cut_off or time.max), default=None)


def next_budget(instant: Instant, missed_at: datetime, calendar: Calendar) -> Due | None:
    """When a further budget ends that starts at a missed deadline, whenever the miss was noticed.

    Nothing was received here, so no late-opening rule and no cut-off applies, and the day that was missed is spent
    (origin 0). A deadline at 24:00 belongs to the day it ended: two working days after Wednesday 24:00
    end on Friday 24:00, and one after Friday 24:00 on Monday 24:00.

    Returns:
        The deadline; None for `given`, since no case brings a second due date.
    """
    match instant:
        case Elapsed(seconds=seconds):
            return Due(calendar.local(missed_at).astimezone(UTC) + timedelta(seconds=seconds))
        case WorkingTime():
            return _working_due(instant, missed_at, calendar)
        case Days():
            local = calendar.local(missed_at)
            day, clock = local.date(), local.time()
            if clock == _MIDNIGHT:
                return _count(instant, day - _ONE_DAY, None, missed_at, calendar)
            return _count(instant, day, clock, missed_at, calendar)
        case WallClock(at=clock, next_day=next_day):
            plain = WallClock(clock, next_day)
            return _wall_clock_due(plain, missed_at, calendar, plain)
        case Given():
            return None


def counts_by_calendar(instant: Instant) -> bool:
    """Whether the days or hours of a calendar decide what a budget comes to, and not its zone alone."""
    if isinstance(instant, Days):
        plain = instant.late is Late.KEEP and instant.ends is not Ends.CLOSE_OF_BUSINESS
        return instant.days is DaySet.WORKING or not plain
    return isinstance(instant, WorkingTime)


def end_of_next_working_day(at: datetime, calendar: Calendar) -> datetime:
    """24:00 of the working day after that instant's day: no deadline that is moved ends before (our default)."""
    day = calendar.next_working_day(calendar.local(at).date())
    return calendar.instant(day + _ONE_DAY, _MIDNIGHT)


def _working_due(instant: WorkingTime, anchor_at: datetime, calendar: Calendar) -> Due:
    at = calendar.add_working_seconds(anchor_at, instant.seconds)
    ends = (calendar.local(anchor_at).date(), calendar.local(at).date())
    return Due(at, provisional=not calendar.always_open and not all(map(calendar.is_covered, ends)))


def first_day(instant: Instant, anchor_at: datetime, calendar: Calendar) -> date:
    """The first day that a budget of days which starts at `anchor_at` may count."""
    day = calendar.local(anchor_at).date()
    if isinstance(instant, Days):
        day, _ = _counted_from(instant, day, calendar.local(anchor_at).time(), calendar)
        return day if instant.origin == 1 else day + _ONE_DAY
    return day


def _days_due(instant: Days, anchor_at: datetime, calendar: Calendar) -> Due:
    local = calendar.local(anchor_at)
    day, clock = _counted_from(instant, local.date(), local.time(), calendar)
    start = day - _ONE_DAY if instant.origin == 1 else day
    return _count(instant, start, clock, anchor_at, calendar)


def _counted_from(instant: Days, day: date, clock: time, calendar: Calendar) -> tuple[date, time]:
    """Day and clock time that a receipt counts from, under the late-opening rule."""
    if instant.late is Late.KEEP:
        return day, clock
    opening = instant.opening or calendar.opening_time
    cut_off = instant.cut_off or calendar.closing_time
    if not calendar.is_day_of(day, instant.late_days):
        day = calendar.add_working_days(day, 1, instant.late_days)
        clock = clock if instant.keep_clock_on_day_off else opening
    if cut_off is not None and clock >= cut_off:
        return calendar.add_working_days(day, 1, instant.late_days), opening
    if instant.early_to_opening and clock < opening:
        return day, opening
    return day, clock


def _count(instant: Days, start: date, clock: time | None, anchor_at: datetime, calendar: Calendar) -> Due:
    """The end of the n-th day after `start`; a clock of None is 24:00."""
    last = calendar.add_working_days(start, instant.count, instant.days)
    at = _end_of(instant.ends, last, clock, calendar)
    if at <= anchor_at:
        # Day 1 is the day of receipt and its office has closed: the next day, as with a wall clock.
        last = calendar.add_working_days(last, 1, instant.days)
        at = _end_of(instant.ends, last, clock, calendar)
    return Due(at, provisional=_rests_on_unknown(instant, calendar.local(anchor_at).date(), last, calendar))


def _end_of(ends: Ends, day: date, clock: time | None, calendar: Calendar) -> datetime:
    if ends is Ends.CLOSE_OF_BUSINESS:
        return calendar.closing(day)
    if ends is Ends.END_OF_DAY or clock is None:
        return calendar.instant(day + _ONE_DAY, _MIDNIGHT)
    return calendar.instant(day, clock)


def _rests_on_unknown(instant: Days, first: date, last: date, calendar: Calendar) -> bool:
    counts_working = instant.days is DaySet.WORKING
    opens_working = instant.late is Late.NEXT_DAY_OPEN and instant.late_days is DaySet.WORKING
    if not (counts_working or opens_working):
        return False
    return not (calendar.is_covered(first) and calendar.is_covered(last))


def _wall_clock_due(instant: WallClock, anchor_at: datetime, calendar: Calendar, first: WallClock) -> Due:
    local = calendar.local(anchor_at)
    day, clock = local.date(), local.time()
    cut_off = first.cut_off or instant.cut_off
    late = cut_off is not None and clock >= cut_off
    if late or calendar.instant(day + first.next_day * _ONE_DAY, first.at) <= anchor_at:
        day += _ONE_DAY
    at = calendar.instant(day + instant.next_day * _ONE_DAY, instant.at)
    return Due(at)
