"""The colour of a running case on the wall board (颜色): derived from its deadlines and the time, never stored.

Each colour of a policy has an onset; the latest one that has come is the colour. Days are those of the policy's
calendar and zone, and a colour that begins with a day begins at its local 00:00.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.case import Case, State
from router.core.files.toml_table import Table
from router.core.policies.policy import Colour, DaySet, Policy
from router.core.rules import Rules

_MIDNIGHT = time(0)
_KEYS = ("name", "title", "day", "origin", "before_due", "of", "overdue")


class Onset(msgspec.Struct, frozen=True, array_like=True):
    """From when on a case has a colour; at that very instant too, but for the one that says it is overdue."""

    at: datetime
    colour: str
    #: The due date itself passes only after its instant: a case closed then was in time.
    after: bool = False


def onsets(policy: Policy, calendar: Calendar, received: datetime, due: datetime | None) -> tuple[Onset, ...]:
    """When each colour of a policy begins, in that order; those that go by a due date are absent without one.

    Args:
        policy: of the case.
        calendar: the policy's.
        received: aware instant of the receipt.
        due: the statutory due date that runs, extensions included; None: there is none.
    """
    found = [_onset(colour, calendar, received, due) for colour in policy.colours]
    # Of two that begin together the one the file names later counts.
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.at))


def colour_at(found: tuple[Onset, ...], now: datetime) -> str | None:
    """The colour of a case that runs at `now`; None before the first onset."""
    colour = None
    for onset in found:
        if onset.at < now or (onset.at == now and not onset.after):
            colour = onset.colour
    return colour


def _onset(colour: Colour, calendar: Calendar, received: datetime, due: datetime | None) -> Onset | None:
    if colour.day is not None:
        day = _days_after(calendar, received, colour.day - colour.origin, colour.days)
        return Onset(day, colour.name)
    if due is None:
        return None
    if colour.before_due is not None:
        return Onset(_days_before(calendar, due, colour.before_due, colour.days), colour.name)
    return Onset(due, colour.name, after=True)


def _days_after(calendar: Calendar, received: datetime, count: int, days: DaySet) -> datetime:
    day = calendar.local(received).date()
    return calendar.instant(calendar.add_working_days(day, count, days) if count else day, _MIDNIGHT)


def _days_before(calendar: Calendar, due: datetime, count: int, days: DaySet) -> datetime:
    """00:00 of the day `count` days of the set before the last; due at 24:00 is due on the day that ends."""
    day = calendar.local(due - timedelta(microseconds=1)).date()
    while count:
        day -= timedelta(days=1)
        count -= calendar.is_day_of(day, days)
    return calendar.instant(day, _MIDNIGHT)


def colour_of(case: Case, rules: Rules, now: datetime) -> Colour | None:
    """The colour of a case on the wall board; None: it is closed or suspended, or has none yet."""
    if not case.is_open or case.state is State.SUSPENDED:
        return None
    policy = rules.policy(case.policy)
    name = colour_at(
        onsets(policy, rules.calendar(policy), case.opened_at, case.extended_due_at or case.due_at), now
    )
    return next((colour for colour in policy.colours if colour.name == name), None)


def read_colours(table: Table) -> tuple[Colour, ...]:
    """The `[[colour]]` tables of a policy's file.

    Raises:
        ConfigurationError: one has no beginning, or several.
    """
    return tuple(_read(one) for one in table.tables("colour", _KEYS))


def _read(table: Table) -> Colour:
    begins = [key for key in ("day", "before_due", "overdue") if key in table]
    if len(begins) != 1:
        raise table.wrong(
            "day",
            "a colour begins once: on a day, some days before the due date, or when it is overdue",
            "Write one of day = 5, before_due = 1, overdue = true.",
        )
    if "overdue" in table and table.flag("overdue") is False:
        raise table.wrong("overdue", "false says nothing", "Write overdue = true, or another beginning.")
    return Colour(
        name=table.text("name"),
        title=table.text("title", ""),
        day=table.whole("day", 0, at_least=0) if "day" in table else None,
        origin=1 if table.whole("origin", 0, at_least=0) else 0,
        before_due=table.whole("before_due", 1, at_least=1) if "before_due" in table else None,
        days=table.choice("of", DaySet, DaySet.NATURAL),
    )
