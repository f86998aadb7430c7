"""What contradicts itself in a calendar or notice file that can be read: holes, days named twice, a wrong end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_file import CalendarFile, Notice, load_calendar, read_calendar_file
from router.errors import ConfigurationError


def calendar_faults(text: str, where: str, bases: Mapping[str, Calendar]) -> list[ConfigurationError]:
    """Everything that is wrong in a file, each with file, key and reason; what makes it unreadable stands alone.

    Args:
        text: content of the file.
        where: the file's name, for messages.
        bases: the calendars that there are.
    """
    try:
        calendar = load_calendar(text, where, bases)
        said = read_calendar_file(text, where)
    except ConfigurationError as error:
        return [error]
    base = bases.get(said.base) if said.base is not None else None
    return [
        *_years_twice(said),
        *_days_twice(said),
        *_days_elsewhere(said),
        *_made_up_for_nothing(said, calendar, base),
        *_wrong_end(said, _At(where), calendar, base),
        *_holes(said, _At(where), calendar, base),
    ]


class _At(NamedTuple):
    """A place in the file."""

    where: str

    def wrong(self, key: str, what: str, todo: str, **data: object) -> ConfigurationError:
        return ConfigurationError(what, where=f"{self.where}, {key}", todo=todo, **data)


def _years_twice(said: CalendarFile) -> Iterator[ConfigurationError]:
    first: dict[int, str] = {}
    for notice in said.notices:
        if notice.year is None:
            continue
        earlier = first.setdefault(notice.year, notice.where)
        if earlier != notice.where:
            yield _At(notice.where).wrong(
                "year",
                "the year {year} has a notice already: {place}",
                "Put its days into one notice; a later change comes as a notice file of its own.",
                year=notice.year,
                place=earlier.rpartition(", ")[2],
            )


def _days_twice(said: CalendarFile) -> Iterator[ConfigurationError]:
    seen: Counter[date] = Counter()
    for notice, key, day in _named(said):
        seen[day] += 1
        if seen[day] == 2:
            yield _At(notice.where).wrong(key, "{day} is named twice", "Name each day once.", day=day)


def _days_elsewhere(said: CalendarFile) -> Iterator[ConfigurationError]:
    """A notice of a year also settles the last days of the year before, and no other year."""
    for notice, key, day in _named(said):
        if notice.year is not None and day.year not in (notice.year - 1, notice.year):
            yield _At(notice.where).wrong(
                key,
                "{day} does not belong to a notice of {year}",
                "Correct the date, or the year.",
                day=day,
                year=notice.year,
            )


def _made_up_for_nothing(
    said: CalendarFile, calendar: Calendar, base: Calendar | None
) -> Iterator[ConfigurationError]:
    for notice in said.notices:
        for day in notice.make_up_days:
            worked = base.is_working_day(day) if base is not None else day.weekday() not in calendar.weekend
            if worked and (base is None or day not in base.make_up_days):
                yield _At(notice.where).wrong(
                    "make_up_days",
                    "{day} is worked anyway",
                    "A make-up workday is a day of a weekend, or a day off that is worked after all.",
                    day=day,
                )


def _wrong_end(
    said: CalendarFile, at: _At, calendar: Calendar, base: Calendar | None
) -> Iterator[ConfigurationError]:
    named = [day for _, _, day in _named(said)]
    if named and max(named) > calendar.coverage_end:
        yield at.wrong(
            "coverage_end",
            "{day} is named, but the calendar is known until {end} only",
            "Write coverage_end = {year}-12-31.",
            day=max(named),
            end=calendar.coverage_end,
            year=max(named).year,
        )
    if named and calendar.coverage_start is not None and min(named) < calendar.coverage_start:
        yield at.wrong(
            "coverage_start",
            "{day} is named, but the calendar is known from {start} on only",
            "Write coverage_start = {year}-01-01.",
            day=min(named),
            start=calendar.coverage_start,
            year=min(named).year,
        )
    # What starts from a calendar that needs no notice may need one itself.
    known = base.coverage_end if base is not None and base.coverage_end != date.max else None
    if known is not None and said.coverage_end is not None and said.coverage_end < known:
        yield at.wrong(
            "coverage_end",
            "it ends before what is known already, {end}",
            "Leave it out, or write a later day.",
            end=known,
        )


def _holes(said: CalendarFile, at: _At, calendar: Calendar, base: Calendar | None) -> Iterator[ConfigurationError]:
    """Years that the file says are known and has no notice for; one without any notice lives by its week alone."""
    told = {notice.year for notice in said.notices if notice.year is not None}
    told |= {day.year for _, _, day in _named(said)}
    if base is not None:
        first = base.coverage_end.year + 1
    elif told:
        first = calendar.coverage_start.year if calendar.coverage_start is not None else min(told)
    else:
        return
    missing = [year for year in range(first, calendar.coverage_end.year + 1) if year not in told]
    if missing:
        yield at.wrong(
            "notice",
            "there is no notice for {years}, which coverage_end says is known",
            "Add the notice, or end the calendar before.",
            years=_years(missing),
        )


def _years(years: list[int]) -> str:
    """The first run of years: `2025`, or `2025–2027`."""
    last = years[0]
    for year in years[1:]:
        if year != last + 1:
            break
        last = year
    return str(years[0]) if last == years[0] else f"{years[0]}–{last}"


def _named(said: CalendarFile) -> Iterator[tuple[Notice, str, date]]:
    """Every day that is named, with its notice and list, as often as it is named."""
    for notice in said.notices:
        for key, days in (("days_off", notice.days_off), ("make_up_days", notice.make_up_days)):
            for day in days:
                yield notice, key, day
