"""`case-router calendar show`: one year of a calendar in force, by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from pathlib import Path

import click
import msgspec

from router.app import Installation
from router.calendars import CalendarSet, Source, calendars_in_force
from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_fields, emit_json, emit_table
from router.cli.words import pick, said, word
from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_file import read_calendar_file
from router.errors import NotFoundError
from router.rulebook import POLICIES, TREE

#: The calendar that is shown where no policy says which one counts.
_USUAL = "cn"

_WEEKDAYS = (
    ("一", "Mon"),
    ("二", "Tue"),
    ("三", "Wed"),
    ("四", "Thu"),
    ("五", "Fri"),
    ("六", "Sat"),
    ("日", "Sun"),
)


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar says of one month."""

    month: int
    working_days: int
    #: Days off that the plain week would work.
    days_off: tuple[date, ...]
    #: Days of a weekend that are worked.
    make_up_days: tuple[date, ...]


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar says of one year."""

    name: str
    title: str
    version: str
    year: int
    zone: str
    hours: tuple[str, ...]
    coverage_end: date | None
    #: Whether every day of the year is known; if not, what is not is the plain week.
    covered: bool
    working_days: int
    months: tuple[Month, ...]


@click.command("show", cls=Spoken)
@click.argument("name", required=False, metavar="[NAME]")
@option("--year", type=click.IntRange(1, 9998), metavar="YEAR")
@option("--calendar", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def show(call: Call, /, name: str | None, year: int | None, files: Sequence[Path]) -> None:
    """Show a year: days off, make-up workdays, office hours."""
    if files:
        from router.clock import clock

        calendars, usual = _of_files(files)
        now = clock()
    else:
        with call.installation() as installation:
            calendars, usual = _in_force(installation)
            now = installation.now()
    name = name or usual
    if name not in calendars:
        raise NotFoundError(said("no_calendar", name=name, known=", ".join(sorted(calendars))))
    chosen = calendars[name]
    found = year_of(chosen, year if year is not None else chosen.local(now).year)
    if call.as_json:
        emit_json(found)
    else:
        _show(found)


def _of_files(files: Sequence[Path]) -> tuple[Mapping[str, Calendar], str]:
    """The shipped calendars with these files, and the name of the last of them; no ledger is asked."""
    sources = [Source(str(file), read_text(file)) for file in files]
    calendars = CalendarSet().with_files(sources).calendars()
    return calendars, read_calendar_file(sources[-1].text, sources[-1].name).name


def _in_force(installation: Installation) -> tuple[Mapping[str, Calendar], str]:
    """The calendars in force, and which one is meant where none is named: that of the default policy, the last.

    They are there before any tree and any policy is.
    """
    ledger = installation.ledger
    if ledger.current(TREE) is None or ledger.current(POLICIES) is None:
        return calendars_in_force(ledger)[1].calendars(), _USUAL
    rules = installation.rulebook()
    return rules.calendars, rules.policies[-1].calendar


def year_of(calendar: Calendar, year: int) -> Year:
    """A year of a calendar."""
    months = tuple(_month(calendar, year, number) for number in range(1, 13))
    ends = (date(year, 1, 1), date(year, 12, 31))
    return Year(
        name=calendar.name,
        title=calendar.title,
        version=calendar.version,
        year=year,
        zone=calendar.zone,
        hours=tuple(f"{_clock(opens)}-{_clock(closes, closing=True)}" for opens, closes in calendar.hours),
        coverage_end=calendar.coverage_end if calendar.coverage_end != date.max else None,
        covered=all(map(calendar.is_covered, ends)),
        working_days=sum(month.working_days for month in months),
        months=months,
    )


def _month(calendar: Calendar, year: int, month: int) -> Month:
    days = list(_days(year, month))
    plain = {day for day in days if day.weekday() not in calendar.weekend}
    worked = {day for day in days if calendar.is_working_day(day)}
    return Month(
        month=month,
        working_days=len(worked),
        days_off=tuple(sorted(plain - worked)),
        make_up_days=tuple(sorted(worked - plain)),
    )


def _days(year: int, month: int) -> Iterator[date]:
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += timedelta(days=1)


def _clock(clock: time, *, closing: bool = False) -> str:
    return "24:00" if closing and clock == time(0) else f"{clock:%H:%M}"


def _show(found: Year) -> None:
    emit(f"{found.name} {found.title} · {found.year}")
    end = str(found.coverage_end) if found.coverage_end is not None else word("calendar_endless")
    emit_fields(
        [
            (word("calendar_version"), found.version),
            (word("calendar_zone"), found.zone),
            (word("calendar_hours"), ", ".join(found.hours) or "24h"),
            (word("calendar_end"), end if found.covered else f"{end}{word('calendar_uncovered')}"),
            (word("calendar_working_days"), str(found.working_days)),
        ]
    )
    emit()
    headers = [word(f"calendar_{key}") for key in ("month", "working_days", "off", "worked")]
    rows = (
        (str(one.month), str(one.working_days), _named(one.days_off), _named(one.make_up_days))
        for one in found.months
    )
    emit_table(headers, rows, right=(0, 1))


def _named(days: Iterable[date]) -> str:
    return ", ".join(f"{day:%m-%d} {pick(_WEEKDAYS[day.weekday()])}" for day in days)
