"""Calendars as values: which days are worked, when the office is open, and how far that is known.

A calendar is data (holidays, make-up workdays 调休, office hours, a zone) with an explicit end of coverage;
neither `weekday < 5` nor a list of rules knows which Sunday is worked. It answers in aware UTC instants and
never looks at the server's zone. Beyond its coverage it goes on with the plain week, and says so
(:meth:`Calendar.is_covered`): such answers are provisional.

A clock time that a change to summer time skips or repeats has two readings. Always the later one is taken, so
that no deadline falls before the instant a reader of a wall clock expects, and none before its own anchor.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

from router.core.calendars.working_year import WorkingYear, instant_of, ticks
from router.core.policies.policy import DaySet

#: `date.weekday()` of Saturday and Sunday.
SATURDAY, SUNDAY = 5, 6

_MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


class WorkedDays:
    """A numbering of worked days: the plain week, corrected by the days that differ from it.

    Only the exceptions are kept, sorted, with the running count of worked days at each; both directions are one
    bisection and the arithmetic of whole weeks, so the table is small and has no last year.

    Args:
        weekend: `date.weekday()` of the days not worked in a plain week.
        exceptions: days on which the plain week is wrong, in either direction.
    """

    def __init__(self, weekend: frozenset[int], exceptions: Iterable[date] = ()) -> None:
        worked = [weekday not in weekend for weekday in range(7)]
        if not any(worked):
            raise ValueError("a week needs at least one worked day")
        self._weekend = weekend
        #: Worked days among the first n days of a week that starts on Monday.
        self._of_week = list(accumulate(worked, initial=0))
        #: Ordinal in the week (1 is Monday) of each worked day.
        self._positions = [weekday + 1 for weekday in range(7) if worked[weekday]]
        days = sorted(set(exceptions))
        self._exceptions = [day.toordinal() for day in days]
        #: Sum of the corrections of the first n exceptions.
        self._corrections = list(accumulate((1 if d.weekday() in weekend else -1 for d in days), initial=0))
        pairs = zip(self._exceptions, self._corrections[1:], strict=True)
        self._numbers = [self._plain_number(day) + correction for day, correction in pairs]

    def number(self, day: date) -> int:
        """How many days have been worked up to and including that day, since the year 1."""
        ordinal = day.toordinal()
        return self._plain_number(ordinal) + self._corrections[bisect_right(self._exceptions, ordinal)]

    def day(self, number: int) -> date:
        """The worked day of that number.

        Raises:
            OverflowError: there is no such day in the years 1 to 9999.
        """
        index = bisect_left(self._numbers, number)
        weeks, position = divmod(number - self._corrections[index] - 1, len(self._positions))
        ordinal = weeks * 7 + self._positions[position]
        if index < len(self._exceptions):
            # The plain week overshoots the next exception only when that day itself is a make-up workday.
            ordinal = min(ordinal, self._exceptions[index])
        try:
            return date.fromordinal(ordinal)
        except ValueError as error:
            raise OverflowError(f"worked day {number} is outside the years 1 to 9999") from error

    def __contains__(self, day: date) -> bool:
        ordinal = day.toordinal()
        index = bisect_left(self._exceptions, ordinal)
        excepted = index < len(self._exceptions) and self._exceptions[index] == ordinal
        return (day.weekday() in self._weekend) is excepted

    def _plain_number(self, ordinal: int) -> int:
        # Ordinal 1 is 0001-01-01, a Monday, so that whole weeks divide evenly.
        return ordinal // 7 * self._of_week[7] + self._of_week[ordinal % 7]


#: Monday to Friday, whatever the holidays.
WEEKDAYS = WorkedDays(frozenset({SATURDAY, SUNDAY}))


class Calendar(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One immutable version of a calendar (工作日历)."""

    name: str
    title: str = ""
    #: IANA name of the zone its days and hours are in.
    zone: str
    #: Last day that is known; `date.max` for a calendar that needs no notice.
    coverage_end: date
    #: First day that is known; None: no earlier day is in doubt.
    coverage_start: date | None = None
    #: Statutory days off (节假日); those on a weekend may be named too.
    days_off: frozenset[date] = frozenset()
    #: Days of a weekend that are worked (调休上班), Sundays too.
    make_up_days: frozenset[date] = frozenset()
    #: `date.weekday()` of the days off in a plain week.
    weekend: tuple[int, ...] = (SATURDAY, SUNDAY)
    #: Office hours of a worked day, in order; a close at 00:00 is 24:00. Empty: open all day.
    hours: tuple[tuple[time, time], ...] = ()
    #: Who fixed the days, and when.
    source: str = ""

    @cached_property
    def version(self) -> str:
        """`name@` and twelve hexadecimal digits of the content's SHA-256."""
        content = msgspec.msgpack.encode(self, order="deterministic")
        return f"{self.name}@{hashlib.sha256(content).hexdigest()[:12]}"

    @cached_property
    def tzinfo(self) -> ZoneInfo:
        """The calendar's zone; raises ZoneInfoNotFoundError when the machine does not know it."""
        return ZoneInfo(self.zone)

    @cached_property
    def always_open(self) -> bool:
        """Whether every second of every day is working time (24×7)."""
        return not (self.hours or self.weekend or self.days_off)

    @cached_property
    def worked(self) -> WorkedDays:
        """The table of its working days, built at the first question."""
        weekend = frozenset(self.weekend)
        off = (day for day in self.days_off if day.weekday() not in weekend)
        made_up = (day for day in self.make_up_days if day.weekday() in weekend)
        return WorkedDays(weekend, {*off, *made_up})

    # --- days -------------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether the office works that day; beyond coverage, what the plain week says."""
        return day in self.worked

    def is_covered(self, day: date) -> bool:
        """Whether the day is known; if not, what is computed from it is provisional."""
        return day <= self.coverage_end and (self.coverage_start is None or day >= self.coverage_start)

    def days_left(self, at: datetime) -> int | None:
        """Days from that instant's day to the last one that is known; None: it never ends."""
        return (self.coverage_end - self.local(at).date()).days if self.coverage_end != date.max else None

    def is_day_of(self, day: date, days: DaySet) -> bool:
        """Whether the day belongs to a set of days."""
        worked = self._table(days)
        return worked is None or day in worked

    def next_working_day(self, day: date) -> date:
        """The first working day after that day."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int, days: DaySet = DaySet.WORKING) -> date:
        """The `count`-th day of the set after that day, which itself is not counted.

        A negative count goes back in the same way; 0 is the day itself, in the set or not.

        Raises:
            OverflowError: the answer is outside the years 1 to 9999.
        """
        worked = self._table(days)
        if worked is None or count == 0:
            return day + timedelta(days=count)
        if count > 0:
            return worked.day(worked.number(day) + count)
        return worked.day(worked.number(day - _ONE_DAY) + 1 + count)

    def count_days(self, first: date, last: date, days: DaySet = DaySet.WORKING) -> int:
        """How many days of the set there are from `first` to `last`, both included; 0 when they are reversed."""
        if last < first:
            return 0
        worked = self._table(days)
        if worked is None:
            return (last - first).days + 1
        return worked.number(last) - worked.number(first - _ONE_DAY)

    def _table(self, days: DaySet) -> WorkedDays | None:
        if days is DaySet.WORKING:
            return self.worked
        return WEEKDAYS if days is DaySet.WEEKDAY else None

    # --- instants ---------------------------------------------------------------------------------------

    def local(self, at: datetime) -> datetime:
        """An aware instant on the calendar's wall clock.

        Raises:
            ValueError: the instant is naive; guessing would take the server's zone.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no zone; instants are aware")
        return at.astimezone(self.tzinfo)

    def instant(self, day: date, clock: time) -> datetime:
        """The UTC instant of a clock time in the calendar's zone; of two readings the later."""
        first = datetime.combine(day, clock.replace(fold=0), self.tzinfo)
        second = first.replace(fold=1)
        if first.utcoffset() == second.utcoffset():
            return first.astimezone(UTC)
        return max(first.astimezone(UTC), second.astimezone(UTC))

    def opening(self, day: date) -> datetime:
        """When the office opens on that day, were it a working day."""
        return self.instant(day, self.opening_time)

    def closing(self, day: date) -> datetime:
        """When the office closes on that day, were it a working day; 24:00 is the start of the next day."""
        closing = self.hours[-1][1] if self.hours else _MIDNIGHT
        return self.instant(day + _ONE_DAY if closing == _MIDNIGHT else day, closing)

    @property
    def opening_time(self) -> time:
        """Clock time the office opens at; 00:00 when it is open all day."""
        return self.hours[0][0] if self.hours else _MIDNIGHT

    @property
    def closing_time(self) -> time | None:
        """Clock time the office closes at; None when that is 24:00."""
        closing = self.hours[-1][1] if self.hours else _MIDNIGHT
        return None if closing == _MIDNIGHT else closing

    # --- working time -----------------------------------------------------------------------------------

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open; the opening itself is, the closing is not."""
        day = self.local(at).date()
        return any(opens <= at < closes for opens, closes in self._sessions(day))

    def add_working_seconds(self, at: datetime, seconds: float) -> datetime:
        """The earliest instant by which that much working time has passed since `at`.

        Four hours that end with the closing end there, not with the next opening; 0 is `at` itself.

        Raises:
            ValueError: `seconds` is negative, or `at` is naive.
        """
        if seconds < 0:
            raise ValueError(f"cannot go back {-seconds} working seconds")
        left = timedelta(seconds=seconds)
        local = self.local(at)
        if not left or self.always_open:
            return local.astimezone(UTC) + left
        year, wanted = local.year, left // _MICROSECOND + self._year(local.year).passed(ticks(at))
        while wanted > self._year(year).total:
            wanted -= self._year(year).total
            year += 1
        return instant_of(self._year(year).reached(wanted))

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Working time between two instants, in seconds; negative when the end lies before the start."""
        if end < start:
            return -self.working_seconds(end, start)
        if self.always_open:
            return (end - start).total_seconds()
        first, last = self.local(start).year, self.local(end).year
        whole_years = sum(self._year(year).total for year in range(first, last))
        passed = self._year(last).passed(ticks(end)) - self._year(first).passed(ticks(start))
        return timedelta(microseconds=whole_years + passed).total_seconds()

    @cached_property
    def _years(self) -> dict[int, WorkingYear]:
        return {}

    def _year(self, year: int) -> WorkingYear:
        """The table of a year; one that two threads build at once is the same twice."""
        found = self._years.get(year)
        if found is None:
            if year > MAXYEAR:
                raise OverflowError("the working time ends after the year 9999")
            days = map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
            found = self._years[year] = WorkingYear(session for day in days for session in self._sessions(day))
        return found

    def _sessions(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if day not in self.worked:
            return ()
        if not self.hours:
            return ((self.opening(day), self.closing(day)),)
        *whole, (last_open, _) = self.hours
        sessions = tuple((self.instant(day, opens), self.instant(day, closes)) for opens, closes in whole)
        return (*sessions, (self.instant(day, last_open), self.closing(day)))
