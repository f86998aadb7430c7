"""Explaining a case's deadlines: which policy it has and why, what each milestone counts, and what follows.

Pure. Nothing is worked out a second time: what happens when a deadline passes is what `router.core.lifecycle`
decides when it is let pass, on a copy of the case that nobody keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from router.core import events as e
from router.core.calendars.calendar import Calendar
from router.core.case import Case
from router.core.lifecycle import decide
from router.core.policies.colours import onsets
from router.core.policies.instants import first_day
from router.core.policies.matching import AppealFacts, Mismatch, clauses_of, first_match, mismatch
from router.core.policies.notation import format_instant
from router.core.policies.policy import Anchor, Days, DaySet, Instant, Late, Policy, Track, WallClock, WorkingTime
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.telling.pressing import Grounds, grounds_of
from router.core.timing.deadlines import wake_up
from router.core.timing.replanning import facts_of
from router.core.timing.rescheduling import budget_of, counted, ends_the_matter

_ONE_DAY = timedelta(days=1)
#: How long after a deadline it is looked at here: longer than no time, shorter than any delay that counts.
_NOTICED_AFTER = timedelta(seconds=1)


class DayKind(StrEnum):
    """What a day is to a budget."""

    COUNTED = "counted"
    MAKE_UP = "make_up"  # a day of a weekend that is worked: counted
    HOLIDAY = "holiday"  # a day off by notice: not counted
    WEEKEND = "weekend"  # not counted


class DayRange(msgspec.Struct, frozen=True):
    """Days in a row of one kind; both ends belong to it."""

    first: date
    last: date
    kind: DayKind


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that was tried, and why it was passed over."""

    policy: str
    title: str
    #: None: it is for the case.
    mismatch: Mismatch | None
    #: Its clauses and what the case is, when it is for the case; empty: it asks nothing.
    clauses: tuple[tuple[str, str], ...] = ()


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that follows when a deadline passes."""

    #: Name of the event: `Reminded`, `SupervisionOrdered`, `Escalated`, `Skipped`, `NoticeRepeated`, …
    what: str
    #: Desk code of who is told or gets the case; empty: nobody.
    to: str = ""
    #: Name of the ladder's step it goes to, or that is skipped; empty where there is none.
    step: str = ""
    #: Until when whoever has it then has time; None: there is no further deadline.
    until: datetime | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry by which a deadline has another instant."""

    #: Name of the event, such as `ExtensionApproved`.
    what: str
    at: datetime
    due_at: datetime
    moved_to: datetime


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One milestone of a case."""

    name: str
    title: str
    due_at: datetime
    status: e.MilestoneStatus
    provisional: bool
    #: The event it counts from; None: a deadline that was missed, or somebody named the instant.
    anchor: Anchor | None
    #: When that was; None: somebody named the instant.
    since: datetime | None
    #: The budget as policies write it; None: somebody named the instant.
    budget: str | dict[str, Any] | None
    #: What it counts from came too late in its day, or on a day off, and counts as of a later one.
    late: bool
    #: The days that the budget alone spans, where it counts working days or hours; in order.
    days: tuple[DayRange, ...]
    #: What the budget alone comes to, where a change on record has moved it; None: it stands as counted.
    counted_to: datetime | None
    #: The entries that moved it, in order; empty where a reopening or an import set its first instant.
    changes: tuple[Change, ...]
    #: What happens when it passes unmet, in order; empty for one that does not run.
    consequences: tuple[Consequence, ...]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone whose clock has not started."""

    name: str
    title: str
    anchor: Anchor
    budget: str | dict[str, Any]


class ColourFrom(msgspec.Struct, frozen=True, kw_only=True):
    """From when on a case has a colour on the wall board."""

    at: datetime
    name: str
    title: str
    #: Only after that instant: at the due date itself a case is still in time.
    after: bool


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about the deadlines of one case."""

    received_at: datetime
    #: Version of the policy it has.
    policy: str
    #: Why, as it is on record.
    policy_reason: str
    policy_title: str
    calendar: str
    coverage_end: date
    #: The policies in force, in the order they are tried, up to the one that is for the case today.
    tried: tuple[Tried, ...]
    #: Version of the policy that a case like this would get today; None: none.
    policy_today: str | None
    milestones: tuple[Explained, ...]
    waiting: tuple[Waiting, ...]
    #: What follows when nobody does anything, from the statutory date on: one deadline a step.
    ladder: tuple[Explained, ...]
    #: When each colour begins, in order.
    colours: tuple[ColourFrom, ...]
    #: What comes first, and what gives the case that.
    priority: Grounds


def explain(case: Case, entries: Sequence[e.Entry], rules: Rules) -> Explanation:
    """Explain the deadlines of a case.

    Args:
        case: as it stands.
        entries: its history; of a case that does not exist, what opening it would put on record.
        rules: in force; they know the case's policy.
    """
    policy = rules.policy(case.policy)
    calendar = rules.calendar(policy)
    leads = (entry.event.desk for entry in entries if isinstance(entry.event, e.Dispatched))
    facts = facts_of(case, rules, next(leads, ""))
    today = first_match(rules.policies, facts, case.opened_at, rules.calendars)
    return Explanation(
        received_at=case.opened_at,
        policy=case.policy,
        policy_reason=_reason(entries),
        policy_title=policy.title,
        calendar=calendar.version,
        coverage_end=calendar.coverage_end,
        tried=_tried(rules, facts, case.opened_at),
        policy_today=today.policy.version if today is not None else None,
        milestones=tuple(_explained(case, one, rules, entries) for one in case.milestones),
        waiting=_waiting(case, policy),
        ladder=_ladder(case, rules),
        colours=_colours(case, policy, calendar),
        priority=grounds_of(policy, case),
    )


def _colours(case: Case, policy: Policy, calendar: Calendar) -> tuple[ColourFrom, ...]:
    titles = {colour.name: colour.title for colour in policy.colours}
    found = onsets(policy, calendar, case.opened_at, case.extended_due_at or case.due_at)
    return tuple(ColourFrom(at=x.at, name=x.colour, title=titles[x.colour], after=x.after) for x in found)


def _reason(entries: Sequence[e.Entry]) -> str:
    """Why the case has its policy: what was said last about it."""
    reason = ""
    for entry in entries:
        if isinstance(entry.event, e.Received | e.Replanned):
            reason = entry.event.policy_reason
    return reason


def _tried(rules: Rules, facts: AppealFacts, at: datetime) -> tuple[Tried, ...]:
    found = []
    for policy in rules.policies:
        wrong = mismatch(policy, facts, at, rules.calendar(policy))
        if wrong is None:
            clauses = tuple((key, fact) for key, _, fact in clauses_of(policy.match, facts))
            found.append(Tried(policy=policy.version, title=policy.title, mismatch=None, clauses=clauses))
            break
        found.append(Tried(policy=policy.version, title=policy.title, mismatch=wrong))
    return tuple(found)


def _waiting(case: Case, policy: Policy) -> tuple[Waiting, ...]:
    started = {one.name for one in case.milestones}
    found = []
    for rule in policy.milestones:
        budget = rule.budget(case.category)
        if rule.name not in started and rule.anchor is not Anchor.RECEIVED and budget is not None:
            written = format_instant(budget)
            found.append(Waiting(name=rule.name, title=rule.title, anchor=rule.anchor, budget=written))
    return tuple(found)


def _explained(case: Case, one: e.Milestone, rules: Rules, entries: Sequence[e.Entry] = ()) -> Explained:
    policy = rules.policy(case.policy)
    calendar = rules.calendar(policy)
    budget = one.budget or (budget_of(policy, one.name, case.category) if one.since is not None else None)
    base = counted(one, calendar)
    rule = policy.rule(one.name.partition("@")[0])
    return Explained(
        name=one.name,
        title=rule.title if rule is not None else "",
        due_at=one.due_at,
        status=one.status,
        provisional=one.provisional,
        anchor=rule.anchor if rule is not None and "@" not in one.name else None,
        since=one.since,
        budget=format_instant(budget) if budget is not None else None,
        late=budget is not None and _is_late(budget, one, calendar),
        days=days_of(budget, one, calendar, until=base.at if base is not None else None)
        if budget is not None
        else (),
        counted_to=base.at if base is not None and base.at != one.due_at else None,
        changes=tuple(_changes(one, entries)),
        consequences=_consequences(case, one, rules)[0],
    )


def _changes(one: e.Milestone, entries: Sequence[e.Entry]) -> Iterator[Change]:
    """What moved a deadline to where it is, followed back from there."""
    found, at = list[Change](), one.due_at
    for entry in reversed(entries):
        event = entry.event
        moves = [event] if isinstance(event, _MOVES) else getattr(event, "moved", ())
        for move in moves:
            if (move.milestone, move.moved_to) == (one.name, at) and move.due_at != at:
                found.append(Change(what=type(event).__name__, at=entry.event_at, due_at=move.due_at, moved_to=at))
                at = move.due_at
                break
    yield from reversed(found)


#: Events about one deadline that has another instant from then on.
_MOVES = (e.SystemDelayed, e.DeadlineRecomputed, e.DeadlineCancelled)


def _is_late(budget: Instant, one: e.Milestone, calendar: Calendar) -> bool:
    if one.since is None or "@" in one.name:
        return False
    if isinstance(budget, WallClock):
        that_day = calendar.local(one.since).date() + budget.next_day * _ONE_DAY
        return calendar.local(one.due_at).date() > that_day
    if isinstance(budget, Days):
        kept = msgspec.structs.replace(budget, late=Late.KEEP)
        return first_day(budget, one.since, calendar) > first_day(kept, one.since, calendar)
    return False


def days_of(
    budget: Instant, one: e.Milestone, calendar: Calendar, *, until: datetime | None = None
) -> tuple[DayRange, ...]:
    """The days from the first that a budget may count to the last, by what they are to it.

    `until`: what the budget alone comes to; None: the deadline itself.
    """
    if one.since is None:
        return ()
    if isinstance(budget, WorkingTime):
        first, days = calendar.local(one.since).date(), DaySet.WORKING
    elif isinstance(budget, Days):
        # A ladder's clock starts at a missed deadline, which at 24:00 belongs to the day it ended.
        spent = calendar.local(one.since - timedelta(microseconds=1)).date()
        first = spent + _ONE_DAY if "@" in one.name else first_day(budget, one.since, calendar)
        days = budget.days
    else:
        return ()
    last = calendar.local((until or one.due_at) - timedelta(microseconds=1)).date()
    found: list[DayRange] = []
    day = first
    while day <= last:
        kind = _kind(day, days, calendar)
        if found and found[-1].kind is kind:
            found[-1] = DayRange(found[-1].first, day, kind)
        else:
            found.append(DayRange(day, day, kind))
        day += _ONE_DAY
    return tuple(found)


def _kind(day: date, days: DaySet, calendar: Calendar) -> DayKind:
    weekend = day.weekday() in calendar.weekend if days is DaySet.WORKING else day.weekday() > 4
    if calendar.is_day_of(day, days):
        return DayKind.MAKE_UP if days is DaySet.WORKING and weekend else DayKind.COUNTED
    return DayKind.HOLIDAY if days is DaySet.WORKING and day in calendar.days_off else DayKind.WEEKEND


def _consequences(case: Case, one: e.Milestone, rules: Rules) -> tuple[tuple[Consequence, ...], Case]:
    """What follows when a running milestone passes, and the case as that leaves it."""
    if one.status is not e.MilestoneStatus.RUNNING:
        return (), case
    passing = wake_up(case.id, one.name, one.due_at)
    step = decide(case, passing, rules, max(one.due_at, case.opened_at) + _NOTICED_AFTER)
    if isinstance(step, Refusal):
        return (), case
    ladder = rules.policy(case.policy).ladder
    found = (_consequence(entry.event, [rung.name for rung in ladder]) for entry in step.entries)
    return tuple(one for one in found if one is not None), step.case


def _consequence(event: e.Event, steps: Sequence[str]) -> Consequence | None:
    what = type(event).__name__
    match event:
        case e.Reminded(to=to):
            return Consequence(what=what, to=to)
        case e.SupervisionOrdered(by=by):
            return Consequence(what=what, to=by)
        case e.Skipped(step=index):
            return Consequence(what=what, step=steps[index])
        case e.Escalated(to_desk=to, to_name=name, next=following):
            return Consequence(what=what, to=to, step=name, until=following.due_at if following else None)
        case e.NoticeRepeated(to=to, next=following):
            return Consequence(what=what, to=to, until=following.due_at if following else None)
        case e.SystemDelayed(moved_to=until):
            return Consequence(what=what, until=until)
        case _:
            return None


def _ends_it(one: e.Milestone) -> bool:
    return one.track is Track.STATUTORY and ends_the_matter(one)


def _ladder(case: Case, rules: Rules) -> tuple[Explained, ...]:
    """The deadlines that follow the statutory date, each with what its passing leads to."""
    running = [m for m in case.milestones if m.status is e.MilestoneStatus.RUNNING and _ends_it(m)]
    first = next((m for m in running if m.due_at == (case.extended_due_at or case.due_at)), None)
    first = first or next((m for m in running if "@" in m.name), None)
    found: list[Explained] = []
    while first is not None and len(found) <= len(rules.policy(case.policy).ladder):
        found.append(_explained(case, first, rules))
        consequences, case = _consequences(case, first, rules)
        base = first.name.partition("@")[0]
        if any(one.what == e.NoticeRepeated.__name__ for one in consequences):
            break
        known = [m for m in case.milestones if m.status is e.MilestoneStatus.RUNNING and _ends_it(m)]
        later = (m for m in known if m.name.partition("@")[0] == base and m.due_at >= first.due_at and m != first)
        first = min(later, key=lambda m: m.due_at, default=None)
    return tuple(found)
