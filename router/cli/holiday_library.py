"""Days off and make-up workdays of one year, as the library `chinesecalendar` has them; an optional dependency.

Law: a year that the library does not know, or ships empty, is said to be missing. It is never taken for a year
without holidays.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from router.calendars import Source
from router.core.calendars.calendar import Calendar
from router.errors import ConfigurationError, NotFoundError

LIBRARY = "chinesecalendar"

#: Days of every year since 2000 that are off, whatever else: New Year, and the first three of October.
_ALWAYS_OFF = ((1, 1), (10, 1), (10, 2), (10, 3))


def notice_of(year: int, calendar: Calendar) -> Source:
    """A notice file that makes the calendar agree with the library on every day of a year.

    Raises:
        ConfigurationError: the library is not installed.
        NotFoundError: it has no data for the year.
    """
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1)]
    worked = _worked(year, days)
    off = [day for day in days if not worked[day] and (day.weekday() < 5 or calendar.is_working_day(day))]
    made_up = [day for day in days if worked[day] and (day.weekday() >= 5 or not calendar.is_working_day(day))]
    end = max(calendar.coverage_end, days[-1])
    lines = [
        f'calendar = "{calendar.name}"',
        f"coverage_end = {end}",
        "[[notice]]",
        f"year = {year}",
        f'source = "{LIBRARY} {version(LIBRARY)}"',
        f"days_off = {_list(off)}",
        *([f"make_up_days = {_list(made_up)}"] if made_up else []),
    ]
    return Source(f"{LIBRARY}-{year}.toml", "\n".join(lines) + "\n")


def _worked(year: int, days: list[date]) -> dict[date, bool]:
    try:
        library = import_module("chinese_calendar")
        version(LIBRARY)
    except (ImportError, PackageNotFoundError) as error:
        raise ConfigurationError(
            "the library {library} is not installed",
            todo="Run: pip install 'case-router[calendar]'",
            library=LIBRARY,
        ) from error
    try:
        worked = {day: bool(library.is_workday(day)) for day in days}
    except NotImplementedError as error:
        raise _no_data(year) from error
    if any(worked[date(year, month, day)] for month, day in _ALWAYS_OFF):
        raise _no_data(year)
    return worked


def _no_data(year: int) -> NotFoundError:
    return NotFoundError(
        "{library} {version} has no data for {year}",
        todo="Bring it up to date once the notice is out, or write the notice into a file: calendar import FILE",
        library=LIBRARY,
        version=version(LIBRARY),
        year=year,
    )


def _list(days: list[date]) -> str:
    """A TOML list of days, runs as ranges."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [f'"{run[0]}"' if len(run) == 1 else f'"{run[0]}..{run[-1]}"' for run in runs]
    return f"[{', '.join(words)}]"
