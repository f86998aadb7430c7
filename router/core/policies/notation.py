"""The short notation of budgets (`1h`, `5wd`, `20:00`): from a policy file to the value, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from router.core.policies.policy import Days, DaySet, Elapsed, Ends, Given, Instant, Late, WallClock, WorkingTime
from router.sentences import UnfitError, sentence

_MIDNIGHT = time(0)

ALLOWED = sentence(
    'allowed: "30m", "1h" (exact time), "4wh" (working hours), "3d" (natural days), "5wd" (working days), '
    '"20:00", "next day 23:59", '
    '"given", or a table with days or at'
)

_SHORT = re.compile(r"(?P<count>[0-9]{1,10})\s*(?P<unit>s|m|h|wh|d|wd)")
_WALL_CLOCK = re.compile(r"(?P<next>next day\s+)?(?P<clock>[0-9:]+)")
_CLOCK = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(:(?P<second>[0-5][0-9]))?")
_LONGEST_DAYS = 36_500
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_instant(notation: object) -> Instant:
    """Read a budget: `1h`, `30m`, `4wh`, `3d`, `5wd`, `20:00`, `next day 23:59`, `given`, or a table.

    `3d` ends at the same clock time, `5wd` at 24:00 of its last day; a table says otherwise:
    `{ days = 5, of = "working", ends = "close_of_business" }`, `{ at = "20:00", cut_off = "19:00" }`.

    Raises:
        UnfitError: it is none of these; the message says what is allowed.
    """
    if isinstance(notation, Mapping):
        return _parse_table(notation)
    if isinstance(notation, time):
        return _wall_clock(notation, next_day=0)
    if not isinstance(notation, str):
        raise UnfitError("{notation!r} is no budget; {allowed}", notation=notation, allowed=ALLOWED)
    text = notation.strip()
    if text == "given":
        return Given()
    if found := _SHORT.fullmatch(text):
        return _short(int(found["count"]), found["unit"], text)
    if found := _WALL_CLOCK.fullmatch(text):
        return _wall_clock(found["clock"], next_day=1 if found["next"] else 0)
    raise UnfitError('"{text}" is no budget; {allowed}', text=text, allowed=ALLOWED)


def _short(count: int, unit: str, text: str) -> Instant:
    if count == 0:
        raise UnfitError('"{text}" leaves no time at all; {allowed}', text=text, allowed=ALLOWED)
    if unit == "d":
        return Days(count=_days(count), days=DaySet.NATURAL, ends=Ends.SAME_TIME)
    if unit == "wd":
        return Days(count=_days(count), days=DaySet.WORKING, ends=Ends.END_OF_DAY)
    if unit == "wh":
        _days(count // 8)
        return WorkingTime(count * 3600)
    _days(count * _SECONDS[unit] // 86_400)
    return Elapsed(count * _SECONDS[unit])


def _days(count: int) -> int:
    """The count itself, if it can be meant: a longer budget is a slip of the pen and would leave the calendar."""
    if count > _LONGEST_DAYS:
        raise UnfitError("{count} days are not allowed; allowed: up to a hundred years", count=count)
    return count


def _wall_clock(clock: object, next_day: int, cut_off: time | None = None) -> WallClock:
    if clock == "24:00":
        return WallClock(_MIDNIGHT, next_day + 1, cut_off)
    return WallClock(parse_clock(clock), next_day, cut_off)


def parse_clock(value: object) -> time:
    """Read a clock time: `08:30`, or a local time of TOML.

    Raises:
        UnfitError: it is no clock time.
    """
    if isinstance(value, time) and not value.microsecond:
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise UnfitError('"{value}" is no clock time; allowed: "00:00" to "23:59"', value=value)
    return time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))


def _parse_table(table: Mapping[str, Any]) -> Instant:
    if "days" in table:
        return _days_of_table(table)
    if "at" in table:
        _only(table, "at", "next_day", "cut_off")
        cut_off = parse_clock(table["cut_off"]) if "cut_off" in table else None
        return _wall_clock(table["at"], _whole(table, "next_day", at_least=0, default=0), cut_off)
    raise UnfitError("the table has neither days nor at; {allowed}", allowed=ALLOWED)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise UnfitError("{value!r} is not allowed; allowed: true, false", value=value)
    return value


#: How each key of a table of days is read, beside `days` and `of`.
_DAYS_KEYS: dict[str, Callable[[object], object]] = {
    "origin": lambda value: _one_of(value, 0, 1),
    "ends": lambda value: Ends(_one_of(value, *Ends)),
    "late": lambda value: Late(_one_of(value, *Late)),
    "cut_off": parse_clock,
    "opening": parse_clock,
    "late_days": lambda value: DaySet(_one_of(value, *DaySet)),
    "keep_clock_on_day_off": _flag,
    "early_to_opening": _flag,
}


def _days_of_table(table: Mapping[str, Any]) -> Days:
    _only(table, "days", "of", *_DAYS_KEYS)
    days = DaySet(_one_of(table.get("of", DaySet.NATURAL), *DaySet))
    fields: dict[str, Any] = {"ends": Ends.SAME_TIME if days is DaySet.NATURAL else Ends.END_OF_DAY}
    for key in table.keys() & _DAYS_KEYS.keys():
        try:
            fields[key] = _DAYS_KEYS[key](table[key])
        except UnfitError as error:
            raise UnfitError("{key}: {reason}", key=key, reason=error.reason) from error
    found = Days(count=_days(_whole(table, "days", at_least=1)), days=days, **fields)
    if found.origin == 1 and found.count == 1 and found.ends is Ends.SAME_TIME and found.late is Late.KEEP:
        raise UnfitError(
            "the day of receipt is day 1 (origin), and at the same time of day it is over at once; "
            'write ends = "end_of_day", or count one day more'
        )
    return found


def _only(table: Mapping[str, Any], *known: str) -> None:
    for key in table:
        if key not in known:
            raise UnfitError("{key} is not known here; allowed: {known}", key=key, known=", ".join(known))


def _one_of(value: object, *allowed: object) -> Any:
    for candidate in allowed:
        if value == candidate and not isinstance(value, bool):
            return candidate
    raise UnfitError("{value!r} is not allowed; allowed: {known}", value=value, known=", ".join(map(str, allowed)))


def _whole(table: Mapping[str, Any], key: str, *, at_least: int, default: int | None = None) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise UnfitError(
            "{key}: {value!r} is not allowed; allowed: a whole number from {at_least}",
            key=key,
            value=value,
            at_least=at_least,
        )
    return value


def format_instant(instant: Instant) -> str | dict[str, Any]:
    """Write a budget in its short notation, or as a table where that says more; parses back to the same."""
    match instant:
        case Elapsed(seconds=seconds):
            unit = next(unit for unit in ("h", "m", "s") if seconds % _SECONDS[unit] == 0)
            return f"{seconds // _SECONDS[unit]}{unit}"
        case WorkingTime(seconds=seconds):
            return f"{seconds // 3600}wh"
        case Given():
            return "given"
        case WallClock(at=at, next_day=next_day, cut_off=cut_off):
            if cut_off is None and next_day <= 1:
                return f"{'next day ' if next_day else ''}{_clock(at)}"
            table: dict[str, Any] = {"at": _clock(at), "next_day": next_day}
            return table if cut_off is None else {**table, "cut_off": _clock(cut_off)}
        case Days():
            return _format_days(instant)


def _format_days(instant: Days) -> str | dict[str, Any]:
    for unit in ("d", "wd"):
        if instant == _short(instant.count, unit, ""):
            return f"{instant.count}{unit}"
    table: dict[str, Any] = {"days": instant.count, "of": instant.days.value, "ends": instant.ends.value}
    plain = Days(count=instant.count, days=instant.days, ends=instant.ends)
    for key in _DAYS_KEYS:
        value = getattr(instant, key)
        if value != getattr(plain, key):
            table[key] = _clock(value) if isinstance(value, time) else value
    return table


def _clock(clock: time) -> str:
    return clock.isoformat("seconds" if clock.second else "minutes")
