"""Calendars as a city writes them: TOML read into values, taken entirely or not at all.

Whatever is wrong is a :class:`ConfigurationError` that names file, key and reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from router.core.calendar import Calendar
from router.core.notation import parse_clock
from router.core.toml_table import Table, file_name, parse_toml
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
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def load_calendar(text: str, where: str, bases: Mapping[str, Calendar] | None = None) -> Calendar:
    """Read a calendar from the text of its TOML file.

    A calendar `based_on` another takes over all it does not name itself; its own notices come after the base's,
    so that a city can work on a national day off, or take another one off.

    Args:
        text: content of the file.
        where: the file's name, for messages.
        bases: calendars that `based_on` may name.

    Raises:
        ConfigurationError: something in it is wrong; the message names file, key and reason.
    """
    table = Table(parse_toml(text, where), where, _CALENDAR_KEYS)
    base = _base(table, bases or {})
    off, made_up = _notices(table)
    start, end = table.day("coverage_start"), table.day("coverage_end")
    fields = {
        "name": file_name(table),
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


def _base(table: Table, bases: Mapping[str, Calendar]) -> Calendar:
    if "based_on" not in table:
        return _NOTHING
    name = table.text("based_on")
    if name not in bases:
        raise table.wrong(
            "based_on",
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


def _notices(table: Table) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and make-up workdays of all notices of a file."""
    off: set[date] = set()
    made_up: set[date] = set()
    for notice in table.tables("notice", ("year", "source", "days_off", "make_up_days")):
        off.update(_listed(notice, "days_off"))
        made_up.update(_listed(notice, "make_up_days"))
    for day in sorted(off & made_up):
        raise table.wrong(
            "notice", "{day} is both a day off and a make-up workday", "Leave it in one list.", day=day
        )
    return frozenset(off), frozenset(made_up)


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
