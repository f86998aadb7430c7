"""`case-router calendar show`: one year of a calendar in force, by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

import click
import msgspec

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_fields, emit_json, emit_table
from router.cli.words import pick, said, word
from router.core.calendar import Calendar
from router.errors import NotFoundError

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
@click.pass_obj
def show(call: Call, /, name: str | None, year: int | None) -> None:
    """Show a year: days off, make-up workdays, office hours."""
    with call.installation() as installation:
        rules, now = installation.rulebook(), installation.now()
    # The last policy is the default, which most cases get.
    name = name if name is not None else rules.policies[-1].calendar
    if name not in rules.calendars:
        raise NotFoundError(said("no_calendar", name=name, known=", ".join(sorted(rules.calendars))))
    chosen = rules.calendars[name]
    found = year_of(chosen, year if year is not None else chosen.local(now).year)
    if call.as_json:
        emit_json(found)
    else:
        _show(found)


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
