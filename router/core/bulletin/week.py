"""A week of a bulletin: ISO 8601, Monday to Sunday in a calendar's zone, and the cut-off after it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.counting.problems import Period
from router.sentences import UnfitError

_NAME = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MIDNIGHT = time(0)
#: When a bulletin is computed: Monday after the week, as the first thing of the morning (docs/behaviour.md, 7).
CUT_OFF = time(9)
_SEVEN_DAYS = timedelta(days=7)
#: Outside of them an instant cannot be reckoned with in every zone.
_YEARS = range(1900, 9000)


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """One week; its instants are aware UTC."""

    #: As ISO 8601 writes it: `2026-W47`.
    name: str
    #: First and last day.
    monday: date
    sunday: date
    #: 00:00 of its Monday, and of the next one.
    start_at: datetime
    end_at: datetime
    cutoff_at: datetime

    @property
    def period(self) -> Period:
        """From its start up to, not including, its end."""
        return Period(self.start_at, self.end_at)


def week_named(name: str, calendar: Calendar) -> Week:
    """The week of a name such as `2026-W47`.

    Raises:
        UnfitError: it is no week, or that year has no such week.
    """
    found = _NAME.fullmatch(name.strip())
    if found is None or int(found[1]) not in _YEARS:
        raise UnfitError("{name!r} is no week: a year and a number, as in 2026-W47", name=name)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise UnfitError("{year} has no week {number}", year=found[1], number=found[2]) from None
    return week_of(monday, calendar)


def week_of(day: date, calendar: Calendar) -> Week:
    """The week a day lies in."""
    year, number, weekday = day.isocalendar()
    monday = day - timedelta(days=weekday - 1)
    return Week(
        name=f"{year:04}-W{number:02}",
        monday=monday,
        sunday=monday + timedelta(days=6),
        start_at=calendar.instant(monday, _MIDNIGHT),
        end_at=calendar.instant(monday + _SEVEN_DAYS, _MIDNIGHT),
        cutoff_at=calendar.instant(monday + _SEVEN_DAYS, CUT_OFF),
    )


def week_before(week: Week, calendar: Calendar) -> Week:
    """The one before."""
    return week_of(week.monday - _SEVEN_DAYS, calendar)


def last_complete(now: datetime, calendar: Calendar) -> Week:
    """The latest week whose cut-off has come."""
    last = week_before(week_of(calendar.local(now).date(), calendar), calendar)
    return last if last.cutoff_at <= now else week_before(last, calendar)
