"""Calendars as a city writes them: TOML read into values, taken entirely or not at all.

Two kinds of file: a whole calendar, and a notice file, which says which calendar it amends and only what a new
notice says. Whatever is wrong is a :class:`ConfigurationError` that names file, key and reason; what contradicts
itself without being unreadable is found by `router.core.calendars.calendar_faults`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.files.toml_table import Table, file_name, parse_toml
from router.core.policies.notation import parse_clock
from router.sentences import UnfitError, nearest, sentence

_CALENDAR_KEYS = (
    "name",
    "title",
    "based_on",
    "zone",
    "coverage_start",
    "coverage_end",
    "weekend",
    "hours",
    "source",
    "notice",
)
_NOTICE_FILE_KEYS = ("calendar", "coverage_end", "notice")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice of a file, as it is written: a day named twice stands here twice."""

    #: File and place in it, for messages.
    where: str
    #: Year it is about; None where the file does not say.
    year: int | None
    days_off: tuple[date, ...]
    make_up_days: tuple[date, ...]


class CalendarFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says, before it is put together with other calendars."""

    #: The calendar it is, or amends.
    name: str
    #: Whether it only amends a calendar that there is.
    amends: bool
    #: The calendar it starts from: what it is based on, or amends; None: nothing.
    base: str | None
    coverage_end: date | None
    notices: tuple[Notice, ...]


def read_calendar_file(text: str, where: str) -> CalendarFile:
    """What a calendar or notice file says of itself.

    Raises:
        ConfigurationError: it is neither; the message names file, key and reason.
    """
    table = _table(text, where)
    amends = "calendar" in table
    name = table.text("calendar") if amends else file_name(table)
    base = name if amends else (table.text("based_on") if "based_on" in table else None)
    notices = tuple(_notice(one) for one in table.tables("notice", _NOTICE_KEYS))
    if amends and not notices:
        raise table.wrong("notice", "a notice file needs a notice", "Add a [[notice]] with days_off.")
    return CalendarFile(
        name=name, amends=amends, base=base, coverage_end=table.day("coverage_end"), notices=notices
    )


def _table(text: str, where: str) -> Table:
    data = parse_toml(text, where)
    return Table(data, where, _NOTICE_FILE_KEYS if "calendar" in data else _CALENDAR_KEYS)


def load_calendar(text: str, where: str, bases: Mapping[str, Calendar] | None = None) -> Calendar:
    """Read a calendar from the text of its TOML file, or the calendar that a notice file makes of another.

    A calendar `based_on` another takes over all it does not name itself; its own notices come after the base's,
    so that a city can work on a national day off, or take another one off.

    Args:
        text: content of the file.
        where: the file's name, for messages.
        bases: calendars that `based_on` and `calendar` may name.

    Raises:
        ConfigurationError: something in it is wrong; the message names file, key and reason.
    """
    table, said = _table(text, where), read_calendar_file(text, where)
    key = "calendar" if said.amends else "based_on"
    base = _base(table, key, said.base, bases or {})
    off, made_up = _days(said, table)
    if said.amends:
        return _amended(base, said, off, made_up)
    start, end = table.day("coverage_start"), table.day("coverage_end")
    fields = {
        "name": said.name,
        "title": table.text("title", ""),
        "source": table.text("source", base.source),
        "zone": _zone(table) if base is _NOTHING or "zone" in table else base.zone,
        "coverage_start": start or base.coverage_start,
        "coverage_end": end or base.coverage_end,
        "weekend": _weekend(table) if "weekend" in table else base.weekend,
        "hours": _hours(table) if "hours" in table else base.hours,
        "days_off": (base.days_off - made_up) | off,
        "make_up_days": (base.make_up_days - off) | made_up,
    }
    return _covered(msgspec.structs.replace(base, **fields), table)


#: What a calendar starts from when it names no base.
_NOTHING = Calendar(name="", zone="", coverage_end=date.min)


def _amended(base: Calendar, said: CalendarFile, off: frozenset[date], made_up: frozenset[date]) -> Calendar:
    return msgspec.structs.replace(
        base,
        coverage_end=said.coverage_end or base.coverage_end,
        days_off=(base.days_off - made_up) | off,
        make_up_days=(base.make_up_days - off) | made_up,
    )


def _base(table: Table, key: str, name: str | None, bases: Mapping[str, Calendar]) -> Calendar:
    if name is None:
        return _NOTHING
    if name not in bases:
        raise table.wrong(
            key,
            "there is no calendar {name}",
            "{nearest}Known: {known}.",
            name=name,
            nearest=nearest(name, bases),
            known=", ".join(sorted(bases)) or sentence("none"),
        )
    return bases[name]


def _covered(calendar: Calendar, table: Table) -> Calendar:
    if calendar.coverage_end == date.min:
        raise table.wrong("coverage_end", "the last day that is known is missing", "Add coverage_end = a date.")
    if calendar.coverage_start is not None and calendar.coverage_end < calendar.coverage_start:
        raise table.wrong("coverage_end", "it is before coverage_start", "Exchange the two dates.")
    return calendar


def _zone(table: Table) -> str:
    name = table.text("zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.wrong(
            "zone", "there is no zone {name!r}", "Write the IANA name of a zone, such as Asia/Shanghai.", name=name
        ) from error
    return name


def _weekend(table: Table) -> tuple[int, ...]:
    if table.require("weekend") == []:
        return ()
    names = table.texts("weekend")
    for name in names:
        if name not in _WEEKDAYS:
            raise table.wrong(
                "weekend",
                "{name!r} is no day of the week",
                "{nearest}Allowed: {known}.",
                name=name,
                nearest=nearest(name, _WEEKDAYS),
                known=", ".join(_WEEKDAYS),
            )
    if len(set(names)) == len(_WEEKDAYS):
        raise table.wrong("weekend", "no day of the week would be worked", "Leave at least one day out.")
    return tuple(sorted({_WEEKDAYS.index(name) for name in names}))


def _hours(table: Table) -> tuple[tuple[time, time], ...]:
    """Office hours such as `"09:00-12:00"`; an empty list is open all day."""
    if table.require("hours") == []:
        return ()
    sessions: list[tuple[time, time]] = []
    for text in table.texts("hours"):
        opens, dash, closes = text.partition("-")
        try:
            session = (parse_clock(opens), time(0) if closes.strip() == "24:00" else parse_clock(closes))
        except UnfitError as error:
            raise table.wrong(
                "hours", "{text!r}: {reason}", 'Write "09:00-12:00".', text=text, reason=error.reason
            ) from error
        if not dash or not _follows(session, sessions):
            raise table.wrong(
                "hours",
                "{text!r} does not follow the hours before it",
                'Order them, each closing after it opens; only the last may close at "24:00".',
                text=text,
            )
        sessions.append(session)
    return tuple(sessions)


def _follows(session: tuple[time, time], before: Sequence[tuple[time, time]]) -> bool:
    opens, closes = session
    if before and (before[-1][1] == time(0) or before[-1][1] > opens):
        return False
    return closes == time(0) or closes > opens


_NOTICE_KEYS = ("year", "source", "days_off", "make_up_days")


def _notice(table: Table) -> Notice:
    return Notice(
        where=table.where,
        year=table.whole("year", 0, at_least=1) if "year" in table else None,
        days_off=tuple(_listed(table, "days_off")),
        make_up_days=tuple(_listed(table, "make_up_days")),
    )


def _days(said: CalendarFile, table: Table) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and make-up workdays of all notices of a file."""
    off = frozenset(day for notice in said.notices for day in notice.days_off)
    made_up = frozenset(day for notice in said.notices for day in notice.make_up_days)
    for day in sorted(off & made_up):
        raise table.wrong(
            "notice", "{day} is both a day off and a make-up workday", "Leave it in one list.", day=day
        )
    return off, made_up


def _listed(notice: Table, key: str) -> Iterator[date]:
    """Dates and ranges of a list: `"2026-10-01..2026-10-07"`, both ends included."""
    for text in notice.texts(key):
        first, _, last = text.partition("..")
        try:
            day, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        except ValueError as error:
            raise notice.wrong(
                key,
                "{text!r} is no date",
                'Write "2026-10-10", or "2026-10-01..2026-10-07" for a range.',
                text=text,
            ) from error
        if end < day:
            raise notice.wrong(key, "{text!r} ends before it starts", "Exchange the two dates.", text=text)
        while day <= end:
            yield day
            day += timedelta(days=1)
