"""Approved changes of a case's clocks: extensions (延期) and suspensions (挂账) as intervals on record.

Law: a due date is a function of the budget's own deadline, the anchor, the changes on record and the calendar. In
which order the same changes were put on record makes no difference, and no changed deadline lies in the past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.policies.instants import Due, end_of_next_working_day
from router.core.policies.policy import DaySet

_ONE_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time in which the case was suspended (挂账)."""

    start: datetime
    #: None: it still is.
    end: datetime | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An approved extension (延期): so many days more, or until a day."""

    #: When it was approved: it moves the clocks that ran then, and what is missed stays missed.
    at: datetime
    count: int = 0
    days: DaySet = DaySet.WORKING
    until: datetime | None = None


class ExtensionAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pending request for an extension."""

    desk: str
    reason: str
    at: datetime
    count: int = 0
    days: DaySet = DaySet.WORKING
    until: datetime | None = None

    def granted(self, at: datetime) -> Extension:
        """What it is once it is approved."""
        return Extension(at=at, count=self.count, days=self.days, until=self.until)


class SuspensionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A pending request for a suspension."""

    desk: str
    reason: str
    at: datetime
    #: When the case is to be looked at again.
    recheck_at: datetime


class Changes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked and approved about the clocks of one case."""

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    extension_asked: ExtensionAsked | None = None
    suspension_asked: SuspensionAsked | None = None

    @property
    def is_paused(self) -> bool:
        """Whether a suspension runs."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def resumed(self, at: datetime) -> Changes:
        """As of the end of the suspension that runs."""
        last = msgspec.structs.replace(self.pauses[-1], end=max(at, self.pauses[-1].start))
        return msgspec.structs.replace(self, pauses=(*self.pauses[:-1], last))


#: Of a case whose clocks nobody has touched.
NONE = Changes()


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock before any change: where it started, when its budget alone ends, in which days it counts."""

    anchor_at: datetime
    base: Due
    #: None: it counts time, exactly or, with `in_hours`, that of the office.
    days: DaySet | None
    in_hours: bool = False
    #: First day that may count; a suspension on an earlier one took nothing from it.
    first_day: date
    pauses: bool = True
    extends: bool = True
    #: It started at an event of its own: what was approved at that very instant was approved before.
    after_changes: bool = False
    not_before: datetime | None = None


def due_from_history(clock: Clock, changes: Changes, calendar: Calendar) -> Due:
    """When a clock ends, given all that is on record.

    A day on which the case was suspended, wholly or in part, is not counted among the days of a budget; budgets of
    exact time get the time back to the second. Extensions add their days after that. What was approved before the
    clock started does not touch it. Whatever touches it leaves one working day at least.
    """
    pauses = [(one.start, one.end) for one in changes.pauses if one.end is not None] if clock.pauses else []
    pauses = sorted((start, end) for start, end in pauses if end > clock.anchor_at)
    extensions = [one for one in changes.extensions if _touches(one, clock)] if clock.extends else []
    longer = Counter[DaySet]()
    for one in extensions:
        longer[one.days] += one.count
    if clock.days is None:
        at = _counted_in_time(clock, pauses, longer, calendar)
    else:
        at = _counted_in_days(clock, clock.days, pauses, longer, calendar)
    for one in extensions:
        if one.until is not None:
            later = [(start, end) for start, end in pauses if start >= one.at]
            at = max(at, _shifted(one.until, one.at, later))
    changed = [end for _, end in pauses] + [one.at for one in extensions]
    at = max([at, *(end_of_next_working_day(instant, calendar) for instant in changed)])
    if clock.not_before is not None:
        at = max(at, clock.not_before)
    unknown = at != clock.base.at and not calendar.is_covered(calendar.local(at).date())
    return Due(at, provisional=clock.base.provisional or unknown)


def _touches(extension: Extension, clock: Clock) -> bool:
    return extension.at > clock.anchor_at or (extension.at == clock.anchor_at and not clock.after_changes)


def _counted_in_days(
    clock: Clock,
    days: DaySet,
    pauses: Sequence[tuple[datetime, datetime]],
    longer: Counter[DaySet],
    calendar: Calendar,
) -> datetime:
    """A budget of days and what it was extended by, without the days that were suspended."""
    blocked = _dates(pauses, calendar)
    last, _ = _last_day(clock.base.at, calendar)
    lost = _count(blocked, clock.first_day, last, days, calendar)
    at = _days_after(clock.base.at, lost, days, blocked, calendar)
    for more in DaySet:
        at = _days_after(at, longer[more], more, blocked, calendar)
    return at


def _counted_in_time(
    clock: Clock, pauses: Sequence[tuple[datetime, datetime]], longer: Counter[DaySet], calendar: Calendar
) -> datetime:
    """A budget of time and the days it was extended by, later by what was suspended.

    The days come first: from a day off, where a suspension may have moved the end, one working day is less.
    """
    at = clock.base.at
    for more in DaySet:
        at = _days_after(at, longer[more], more, (), calendar)
    if clock.in_hours:
        return _in_hours(at, clock.anchor_at, pauses, calendar)
    return _shifted(at, clock.anchor_at, pauses)


def _in_hours(
    at: datetime, reached: datetime, pauses: Sequence[tuple[datetime, datetime]], calendar: Calendar
) -> datetime:
    """The end of a budget of office hours that started at `reached`, suspended hours given back."""
    for start, end in pauses:
        start = max(start, reached)
        if start < at and end > start:
            at = calendar.add_working_seconds(at, calendar.working_seconds(start, end))
        reached = max(reached, end)
    return at


def _shifted(at: datetime, since: datetime, pauses: Sequence[tuple[datetime, datetime]]) -> datetime:
    """An instant moved by the time that was paused before it; pauses that overlap count once."""
    reached = since
    for start, end in pauses:
        start = max(start, reached)
        if start < at and end > start:
            at += end - start
        reached = max(reached, end)
    return at


def _dates(pauses: Iterable[tuple[datetime, datetime]], calendar: Calendar) -> list[tuple[date, date]]:
    """First and last day of each suspension, those that touch put together."""
    found: list[tuple[date, date]] = []
    for start, end in pauses:
        first, last = calendar.local(start).date(), calendar.local(end).date()
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _days_after(
    at: datetime, count: int, days: DaySet, blocked: Sequence[tuple[date, date]], calendar: Calendar
) -> datetime:
    """The same clock time so many days of the set later; suspended days do not count."""
    if count == 0:
        return at
    start, midnight = _last_day(at, calendar)
    last, lost = calendar.add_working_days(start, count, days), 0
    while (suspended := _count(blocked, start + _ONE_DAY, last, days, calendar)) != lost:
        lost = suspended
        last = calendar.add_working_days(start, count + lost, days)
    if midnight:
        return calendar.instant(last + _ONE_DAY, _MIDNIGHT)
    return calendar.instant(last, calendar.local(at).time())


def day_after(at: datetime, calendar: Calendar) -> date:
    """The day after the one that a deadline belongs to; 24:00 belongs to the day it ended."""
    return _last_day(at, calendar)[0] + _ONE_DAY


def _last_day(at: datetime, calendar: Calendar) -> tuple[date, bool]:
    """The day a deadline belongs to, and whether it is that day's 24:00."""
    local = calendar.local(at)
    midnight = local.time() == _MIDNIGHT
    return (local.date() - _ONE_DAY if midnight else local.date()), midnight


def _count(blocked: Sequence[tuple[date, date]], first: date, last: date, days: DaySet, calendar: Calendar) -> int:
    """How many days of the set from `first` to `last` were suspended."""
    found = 0
    for start, end in blocked:
        since, until = max(start, first), min(end, last)
        if since <= until:
            found += calendar.count_days(since, until, days)
    return found
