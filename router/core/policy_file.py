"""Policies and calendars as an official writes them: TOML read into values, checked as a whole.

Law: a file is taken entirely or not at all. Whatever is wrong is a :class:`ConfigurationError` that names file,
key and reason; an unknown key is an error too, since a misspelt one would silently change a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from router.core.calendar import Calendar
from router.core.instants import parse_clock, parse_instant
from router.core.matching import MATTER_TYPES, ORIGINS
from router.core.policy import (
    Anchor,
    Elapsed,
    Gate,
    GateKind,
    Given,
    Instant,
    Match,
    MilestoneRule,
    Mode,
    OnPass,
    Policy,
    Satisfies,
    Step,
    Track,
)
from router.core.toml_table import Table, nearest, parse_toml

#: Tiers from the top, of an installation that says nothing else.
TIERS = ("city", "district", "street")

_POLICY_KEYS = (
    "name",
    "title",
    "calendar",
    "mode",
    "effective_from",
    "effective_to",
    "min_in_hand",
    "match",
    "milestone",
    "gate",
    "ladder",
    "return",
)
_MILESTONE_KEYS = ("name", "title", "within", "satisfied_by", "on_pass", "to", "track", "anchor")
_MATCH_TEXTS = ("matter_type", "category", "category_group", "channel", "origin", "tier")


def load_policy(text: str, where: str, tiers: Sequence[str] = TIERS) -> Policy:
    """Read a policy from the text of its TOML file.

    Args:
        text: content of the file.
        where: the file's name, for messages.
        tiers: names of the installation's tiers, from the top.

    Raises:
        ConfigurationError: something in it is wrong; the message names file, key and reason.
    """
    table = Table(parse_toml(text, where), where, _POLICY_KEYS)
    effective_from, effective_to = _effective(table)
    window, reasons, cap = _returns(table)
    gate, milestones = _gate(table), _milestones(table)
    _check_gate(table, gate, milestones)
    return Policy(
        name=_name(table),
        title=table.text("title", ""),
        calendar=table.text("calendar"),
        mode=table.choice("mode", Mode, Mode.TRANSFER),
        effective_from=effective_from,
        effective_to=effective_to,
        match=_match(table, tiers),
        milestones=milestones,
        gate=gate,
        ladder=_ladder(table, tiers),
        return_window=window,
        return_reasons=reasons,
        return_cap=cap,
        min_in_hand_s=_min_in_hand(table),
    )


def _name(table: Table) -> str:
    """A name that can stand in a version, a label and a path: no space, no `@`, no slash."""
    name = table.text("name")
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise table.wrong("name", f"{name!r} is no name", "Write letters, digits, _ . - only; words go to title.")
    return name


def _effective(table: Table) -> tuple[date | None, date | None]:
    first, last = table.day("effective_from"), table.day("effective_to")
    if first is not None and last is not None and last < first:
        raise table.wrong("effective_to", f"{last} is before effective_from, {first}", "Exchange the two dates.")
    return first, last


def _match(table: Table, tiers: Sequence[str]) -> Match:
    match = table.table("match", (*_MATCH_TEXTS, "starred", "vulnerable"))
    closed = {"matter_type": MATTER_TYPES, "origin": ORIGINS, "tier": tuple(tiers)}
    texts = {key: match.texts(key) for key in _MATCH_TEXTS}
    for key, allowed in closed.items():
        for value in texts[key]:
            if value not in allowed:
                todo = f"{nearest(value, allowed)}Allowed: {', '.join(allowed)}."
                raise match.wrong(key, f"{value!r} is not allowed", todo)
    return Match(**texts, starred=match.flag("starred"), vulnerable=match.flag("vulnerable"))


def _milestones(table: Table) -> tuple[MilestoneRule, ...]:
    rules = tuple(_milestone(one) for one in table.tables("milestone", _MILESTONE_KEYS))
    if not rules:
        raise table.wrong("milestone", "a policy needs at least one milestone", "Add a [[milestone]] with within.")
    names = [rule.name for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise table.wrong("milestone", f"two milestones are named {name}", "Give each a name of its own.")
    return rules


def _milestone(table: Table) -> MilestoneRule:
    track = table.choice("track", Track, Track.STATUTORY)
    # An internal date reminds and no more, unless the file says otherwise.
    usual = OnPass.REMIND if track is Track.INTERNAL else OnPass.ESCALATE
    return MilestoneRule(
        name=_name(table),
        title=table.text("title", ""),
        instant=table.parsed("within", parse_instant),
        satisfied_by=table.choice("satisfied_by", Satisfies, Satisfies.CLOSED),
        on_pass=table.choice("on_pass", OnPass, usual),
        to=table.text("to", "lead"),
        track=track,
        anchor=table.choice("anchor", Anchor, Anchor.RECEIVED),
    )


def _gate(table: Table) -> Gate:
    gate = table.table("gate", ("kind", "ask", "accept_share", "unreachable_after"))
    usual = Gate()
    return Gate(
        kind=gate.choice("kind", GateKind, usual.kind),
        ask=gate.whole("ask", usual.ask, at_least=1),
        accept_share=gate.share("accept_share", usual.accept_share),
        unreachable_after=gate.whole("unreachable_after", usual.unreachable_after, at_least=1),
    )


def _check_gate(table: Table, gate: Gate, milestones: Sequence[MilestoneRule]) -> None:
    """A resolution that waits for a gate needs a clock: else the case would stand still with nobody told."""
    runs_on = any(r.satisfied_by is Satisfies.CLOSED or r.anchor is Anchor.RESOLVED for r in milestones)
    if gate.kind is GateKind.NONE or runs_on:
        return
    todo = 'Add a [[milestone]] with anchor = "resolved" and satisfied_by = "followed_up".'
    raise table.wrong("gate", f"no milestone runs while a resolution waits for the gate {gate.kind}", todo)


def _ladder(table: Table, tiers: Sequence[str]) -> tuple[Step, ...]:
    rungs = table.tables("ladder", ("step", "budget"))
    if not rungs:
        raise table.wrong("ladder", "a policy needs a ladder", 'Add a [[ladder]] with step = "street".')
    names = [_step_name(rung, tiers) for rung in rungs]
    for number, (lower, upper) in enumerate(pairwise(names), 2):
        expected = _step_above(lower, tiers)
        if upper != expected:
            what = f"after {lower} comes {expected}, not {upper}: an escalation goes one tier up"
            raise rungs[number - 1].wrong("step", what, "Order the steps from the lowest, and leave none out.")
    return tuple(
        Step(name=name, budget=_step_budget(rung, ends_inside=0 < index < len(names) - 1))
        for index, (name, rung) in enumerate(zip(names, rungs, strict=True))
    )


def _step_budget(rung: Table, *, ends_inside: bool) -> Instant | None:
    """A step's budget; only the first step (its milestones decide) and the last may do without."""
    if "budget" not in rung:
        if ends_inside:
            what = "without a budget here, no deadline ever reaches the steps above"
            raise rung.wrong("budget", what, 'Add budget = "2wd", or leave out the steps above.')
        return None
    budget = rung.parsed("budget", parse_instant)
    if isinstance(budget, Given):
        raise rung.wrong("budget", "a case brings no due date for a step", 'Write a time, such as "2wd".')
    return budget


def _step_name(rung: Table, tiers: Sequence[str]) -> str:
    name = rung.text("step")
    if name not in tiers and _level(name) is None:
        known = (*reversed(tiers), "supervision-1")
        todo = f"{nearest(name, known)}Allowed: {', '.join(known)} and so on."
        raise rung.wrong("step", f"{name!r} is no tier and no level of supervision", todo)
    return name


def _level(name: str) -> int | None:
    found = re.fullmatch(r"supervision-([1-9][0-9]?)", name)
    return int(found[1]) if found else None


def _step_above(name: str, tiers: Sequence[str]) -> str:
    level = _level(name)
    if level is not None:
        return f"supervision-{level + 1}"
    index = tiers.index(name)
    return tiers[index - 1] if index else "supervision-1"


def _returns(table: Table) -> tuple[Instant | None, tuple[str, ...], int]:
    returns = table.table("return", ("window", "reasons", "cap"))
    window = returns.parsed("window", parse_instant) if "window" in returns else None
    return window, returns.texts("reasons"), returns.whole("cap", 3, at_least=0)


def _min_in_hand(table: Table) -> int:
    if "min_in_hand" not in table:
        return 4 * 3600
    if table.require("min_in_hand") in ("0", 0):
        return 0
    budget = table.parsed("min_in_hand", parse_instant)
    if not isinstance(budget, Elapsed):
        raise table.wrong("min_in_hand", "this is no number of hours", 'Write hours, such as "4h", or "0".')
    return budget.seconds


# --- calendars ------------------------------------------------------------------------------------------

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
        "name": _name(table),
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
        todo = f"{nearest(name, bases)}Known: {', '.join(sorted(bases)) or 'none'}."
        raise table.wrong("based_on", f"there is no calendar {name}", todo)
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
        todo = "Write the IANA name of a zone, such as Asia/Shanghai."
        raise table.wrong("zone", f"there is no zone {name!r}", todo) from error
    return name


def _weekend(table: Table) -> tuple[int, ...]:
    if table.require("weekend") == []:
        return ()
    names = table.texts("weekend")
    for name in names:
        if name not in _WEEKDAYS:
            todo = f"{nearest(name, _WEEKDAYS)}Allowed: {', '.join(_WEEKDAYS)}."
            raise table.wrong("weekend", f"{name!r} is no day of the week", todo)
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
        except ValueError as error:
            raise table.wrong("hours", f"{text!r}: {error}", 'Write "09:00-12:00".') from error
        if not dash or not _follows(session, sessions):
            todo = 'Order them, each closing after it opens; only the last may close at "24:00".'
            raise table.wrong("hours", f"{text!r} does not follow the hours before it", todo)
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
        raise table.wrong("notice", f"{day} is both a day off and a make-up workday", "Leave it in one list.")
    return frozenset(off), frozenset(made_up)


def _listed(notice: Table, key: str) -> Iterator[date]:
    """Dates and ranges of a list: `"2026-10-01..2026-10-07"`, both ends included."""
    for text in notice.texts(key):
        first, _, last = text.partition("..")
        try:
            day, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        except ValueError as error:
            todo = 'Write "2026-10-10", or "2026-10-01..2026-10-07" for a range.'
            raise notice.wrong(key, f"{text!r} is no date", todo) from error
        if end < day:
            raise notice.wrong(key, f"{text!r} ends before it starts", "Exchange the two dates.")
        while day <= end:
            yield day
            day += timedelta(days=1)
