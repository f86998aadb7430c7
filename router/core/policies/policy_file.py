"""Policies as an official writes them: TOML read into values, checked as a whole; `calendar_file` reads calendars.

Law: a file is taken entirely or not at all. Whatever is wrong is a :class:`ConfigurationError` that names file,
key and reason; an unknown key is an error too, since a misspelt one would silently change a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import msgspec

from router.core.files.toml_table import Table, file_name, parse_toml
from router.core.policies.change_rules import read_extension, read_recheck, read_repeat, read_suspension
from router.core.policies.colours import read_colours
from router.core.policies.gate_file import read_gate
from router.core.policies.levels_file import read_levels
from router.core.policies.matching import MATTER_TYPES, ORIGINS
from router.core.policies.milestone_checks import check_milestone
from router.core.policies.notation import parse_instant
from router.core.policies.offices_file import read_by, read_dispatch, read_watchers
from router.core.policies.policy import (
    Anchor,
    Days,
    Elapsed,
    Given,
    Instant,
    LevelStart,
    Match,
    MilestoneRule,
    Mode,
    OnPass,
    Policy,
    Satisfies,
    Step,
    Track,
    Watcher,
    Window,
    WorkingTime,
)
from router.core.policies.priority_file import read_priority
from router.sentences import UnfitError, nearest

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
    "unstaffed_after",
    "urgent",
    "match",
    "window",
    "colour",
    "milestone",
    "gate",
    "ladder",
    "return",
    "extension",
    "suspension",
    "repeat",
    "recheck",
    "priority",
    "watcher",
    "dispatch",
    "verified_first",
    "level",
    "levels_start",
)
_MILESTONE_KEYS = (
    "name",
    "title",
    "within",
    "by_category",
    "satisfied_by",
    "by",
    "on_pass",
    "to",
    "track",
    "anchor",
    "pauses",
)
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
    watchers = read_watchers(table)
    milestones = _milestones(table, watchers)
    return Policy(
        name=file_name(table),
        title=table.text("title", ""),
        calendar=table.text("calendar"),
        mode=table.choice("mode", Mode, Mode.TRANSFER),
        effective_from=effective_from,
        effective_to=effective_to,
        match=_match(table, tiers),
        window=_window(table),
        milestones=milestones,
        gate=read_gate(table, milestones, watchers),
        ladder=_ladder(table, tiers),
        return_window=window,
        return_reasons=reasons,
        return_cap=cap,
        extension=read_extension(table),
        suspension=read_suspension(table),
        repeat=read_repeat(table),
        recheck=read_recheck(table),
        priority=read_priority(table),
        watchers=watchers,
        dispatch=read_dispatch(table, tiers),
        verified_first=_flag(table, "verified_first", usual=False),
        min_in_hand_s=_working_s(table, "min_in_hand", 4 * 3600),
        unstaffed_after_s=_working_s(table, "unstaffed_after", 300 if table.flag("urgent") else 2 * 3600),
        colours=read_colours(table),
        urgent=_flag(table, "urgent", usual=False),
        levels=read_levels(table),
        levels_start=table.choice("levels_start", LevelStart, LevelStart.MISSED),
    )


def _effective(table: Table) -> tuple[date | None, date | None]:
    first, last = table.day("effective_from"), table.day("effective_to")
    if first is not None and last is not None and last < first:
        raise table.wrong(
            "effective_to",
            "{last} is before effective_from, {first}",
            "Exchange the two dates.",
            last=last,
            first=first,
        )
    return first, last


def _window(table: Table) -> Window | None:
    if "window" not in table:
        return None
    window = table.table("window", ("opens", "closes"))
    opens, closes = window.instant("opens"), window.instant("closes")
    if closes <= opens:
        raise window.wrong(
            "closes", "{closes} is not after opens, {opens}", "Exchange the two.", closes=closes, opens=opens
        )
    return Window(opens=opens, closes=closes)


def _match(table: Table, tiers: Sequence[str]) -> Match:
    match = table.table("match", (*_MATCH_TEXTS, "starred", "vulnerable"))
    closed = {"matter_type": MATTER_TYPES, "origin": ORIGINS, "tier": tuple(tiers)}
    texts = {key: match.texts(key) for key in _MATCH_TEXTS}
    for key, allowed in closed.items():
        for value in texts[key]:
            if value not in allowed:
                raise match.wrong(
                    key,
                    "{value!r} is not allowed",
                    "{nearest}Allowed: {known}.",
                    value=value,
                    nearest=nearest(value, allowed),
                    known=", ".join(allowed),
                )
    return Match(**texts, starred=match.flag("starred"), vulnerable=match.flag("vulnerable"))


def _milestones(table: Table, watchers: Sequence[Watcher]) -> tuple[MilestoneRule, ...]:
    rules = tuple(_milestone(one, watchers) for one in table.tables("milestone", _MILESTONE_KEYS))
    if not rules:
        raise table.wrong("milestone", "a policy needs at least one milestone", "Add a [[milestone]] with within.")
    names = [rule.name for rule in rules]
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise table.wrong(
                f"milestone {number}", "two milestones are named {name}", "Give each a name of its own.", name=name
            )
    return rules


def _milestone(table: Table, watchers: Sequence[Watcher]) -> MilestoneRule:
    track = table.choice("track", Track, Track.STATUTORY)
    # An internal date reminds and no more, unless the file says otherwise.
    usual = OnPass.REMIND if track is Track.INTERNAL else OnPass.ESCALATE
    form = table.parsed("within", _form) if "by_category" in table else None
    instant = table.parsed("within", parse_instant) if form is None else None
    satisfied_by = table.choice("satisfied_by", Satisfies, Satisfies.CLOSED)
    rule = MilestoneRule(
        name=file_name(table),
        title=table.text("title", ""),
        instant=instant,
        by_category=_by_category(table, form or instant),
        satisfied_by=satisfied_by,
        by=read_by(table, satisfied_by, watchers),
        on_pass=table.choice("on_pass", OnPass, usual),
        to=table.text("to", "lead"),
        track=track,
        anchor=table.choice("anchor", Anchor, Anchor.RECEIVED),
        pauses=_flag(table, "pauses", usual=True),
    )
    check_milestone(table, rule)
    return rule


def _by_category(table: Table, form: Instant | None) -> dict[str, Instant]:
    """Budgets by category: a number of days counted as `within` says, or a budget of its own."""
    listed = table.free("by_category")
    if "by_category" in table and not listed:
        raise table.wrong("by_category", "it names no category", "Name at least one, or leave by_category out.")
    found = {}
    for category, notation in listed.items():
        try:
            found[category] = _listed_budget(notation, form)
        except UnfitError as error:
            raise table.wrong(f"by_category, {category}", error.reason) from error
    return found


def _form(notation: object) -> Days | None:
    """A table of days that leaves `days` out: how they are counted, not how many; None for anything else."""
    if not isinstance(notation, Mapping) or "days" in notation or "at" in notation:
        return None
    form = parse_instant({**notation, "days": 1})
    return form if isinstance(form, Days) else None


def _listed_budget(notation: object, form: Instant | None) -> Instant:
    if not isinstance(notation, int) or isinstance(notation, bool):
        return parse_instant(notation)
    if not isinstance(form, Days):
        raise UnfitError("{notation} of what? within is no table of days to count by", notation=notation)
    count = parse_instant({"days": notation})
    return msgspec.structs.replace(form, count=count.count if isinstance(count, Days) else notation)


def _ladder(table: Table, tiers: Sequence[str]) -> tuple[Step, ...]:
    rungs = table.tables("ladder", ("step", "budget"))
    if not rungs:
        raise table.wrong("ladder", "a policy needs a ladder", 'Add a [[ladder]] with step = "street".')
    names = [_step_name(rung, tiers) for rung in rungs]
    for number, (lower, upper) in enumerate(pairwise(names), 2):
        expected = _step_above(lower, tiers)
        if upper != expected:
            raise rungs[number - 1].wrong(
                "step",
                "after {lower} comes {expected}, not {upper}: an escalation goes one tier up",
                "Order the steps from the lowest, and leave none out.",
                lower=lower,
                expected=expected,
                upper=upper,
            )
    return tuple(
        Step(name=name, budget=_step_budget(rung, ends_inside=0 < index < len(names) - 1))
        for index, (name, rung) in enumerate(zip(names, rungs, strict=True))
    )


def _step_budget(rung: Table, *, ends_inside: bool) -> Instant | None:
    """A step's budget; only the first step (its milestones decide) and the last may do without."""
    if "budget" not in rung:
        if ends_inside:
            raise rung.wrong(
                "budget",
                "without a budget here, no deadline ever reaches the steps above",
                'Add budget = "2wd", or leave out the steps above.',
            )
        return None
    budget = rung.parsed("budget", parse_instant)
    if isinstance(budget, Given):
        raise rung.wrong("budget", "a case brings no due date for a step", 'Write a time, such as "2wd".')
    return budget


def _step_name(rung: Table, tiers: Sequence[str]) -> str:
    name = rung.text("step")
    if name not in tiers and _level(name) is None:
        known = (*reversed(tiers), "supervision-1")
        raise rung.wrong(
            "step",
            "{name!r} is no tier and no level of supervision",
            "{nearest}Allowed: {known} and so on.",
            name=name,
            nearest=nearest(name, known),
            known=", ".join(known),
        )
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


def _flag(table: Table, key: str, *, usual: bool) -> bool:
    found = table.flag(key)
    return usual if found is None else found


def _working_s(table: Table, key: str, usual: int) -> int:
    """Working seconds: `4wh`; `4h` says the same here: at night nobody has anything in hand."""
    if key not in table:
        return usual
    if table.require(key) in ("0", 0):
        return 0
    budget = table.parsed(key, parse_instant)
    if not isinstance(budget, Elapsed | WorkingTime):
        raise table.wrong(key, "this is no number of hours", 'Write working hours, such as "4wh", or "0".')
    return budget.seconds
