"""Open risks (在办风险): which open cases need somebody's eye, why and since when, the oldest first.

A case about an office, or a confidential one, is a number here and nothing else; an inspection is nothing until it
is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum

import msgspec

from router.core.bulletin.standing import Standing
from router.core.calendars.calendar import Calendar
from router.core.case import Case, State
from router.core.counting.hands import HolderKind
from router.core.events import MilestoneStatus
from router.core.policies.colours import colour_of
from router.core.policies.policy import Satisfies, Track
from router.core.rules import SUPERVISION, Rules

#: Working days without anybody's signature after which a case stalls (无人签收). No source; our default.
UNSIGNED_DAYS = 1
#: So many approved returns and a case is passed around (推诿). No source; our default, one below the usual cap.
RETURNED_TIMES = 2
#: Natural days without a sign of work after which a case is silent. No source; our default.
SILENT = timedelta(days=7)
#: A due date is near when it falls before the end of so many working days after the cut-off's.
NEAR_DAYS = 1
_MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a case is on the list."""

    OVERDUE = "overdue"  # 已逾期
    NEAR_DUE = "near_due"  # 临期
    SUPERVISED = "supervised"  # 督办中
    UNSIGNED = "unsigned"  # 停滞：无人签收
    RETURNED = "returned"  # 停滞：多次退单
    SILENT = "silent"  # 停滞：多日无进展
    STARRED = "starred"  # 加星


class Named(msgspec.Struct, frozen=True):
    """A code and what people call it; the code again where it has no name any more."""

    code: str
    name: str


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """One open case on the list. Nothing personal: a place is the names of its divisions."""

    case: str
    #: The lead; empty code: nobody has it yet.
    desk: Named
    #: Divisions below the city, from the district down.
    place: tuple[Named, ...]
    category: Named
    opened_at: datetime
    #: The statutory due date as first set, and as approved changes have left it; None: none.
    due_at: datetime | None
    extended_due_at: datetime | None
    #: Rests on days the calendar did not know: it may move.
    provisional: bool
    #: In order of :class:`Reason`; at least one.
    reasons: tuple[Reason, ...]
    #: Since when the oldest of them holds; for `near_due` when it falls due.
    since: datetime
    #: Name and title of the colour its policy gives it; None: none.
    colour: Named | None
    #: Number of the second list's level it stands before; 0: none.
    level: int
    level_title: str
    state: State
    #: In whose hands it is.
    hands: HolderKind
    holder: Named
    escalations: int
    returns: int


class Risks(msgspec.Struct, frozen=True, kw_only=True):
    """The list, and what may only be counted."""

    #: The oldest risk first.
    cases: tuple[Risk, ...]
    #: Cases by reason; one with several reasons counts under each.
    by_reason: dict[Reason, int]
    #: All open cases at the cut-off, with and without a risk, those that are only counted too.
    open: int
    #: Cases at risk that are about an office or confidential: no more is said of them.
    withheld: int


def why(standing: Standing, rules: Rules, at: datetime, *, replayed: bool = False) -> dict[Reason, datetime]:
    """Why an open case is at risk, with since when; empty: it is not. Nothing stalls in a replay: nobody signs."""
    case = standing.case
    found = dict[Reason, datetime]()
    if case.state is not State.SUSPENDED:
        calendar = rules.calendar(rules.policy(case.policy))
        found |= _by_due_date(case, calendar, at)
        found |= {} if replayed else _stalled(standing, calendar, at)
    if case.ordered_at is not None or case.level or _is_above_the_tiers(case, rules):
        found[Reason.SUPERVISED] = case.ordered_at or case.dispatched_at or case.opened_at
    if case.starred:
        found[Reason.STARRED] = case.opened_at
    return {reason: found[reason] for reason in Reason if reason in found}


def _is_above_the_tiers(case: Case, rules: Rules) -> bool:
    ladder = rules.policy(case.policy).ladder
    return 0 <= case.step < len(ladder) and ladder[case.step].name.startswith(SUPERVISION)


def _by_due_date(case: Case, calendar: Calendar, at: datetime) -> dict[Reason, datetime]:
    due = case.extended_due_at or case.due_at
    if due is None or _is_met(case, due):
        return {}
    if due < at:
        return {Reason.OVERDUE: due}
    last_day = calendar.add_working_days(calendar.local(at).date(), NEAR_DAYS)
    near = due <= calendar.instant(last_day + _ONE_DAY, _MIDNIGHT)
    return {Reason.NEAR_DUE: due} if near else {}


def _is_met(case: Case, due: datetime) -> bool:
    """Whether what the due date waits for has happened, though the case is not closed (3.3: the desk's word)."""
    return any(
        one.status is MilestoneStatus.MET
        for one in case.milestones
        if one.due_at == due
        and one.track is Track.STATUTORY
        and one.satisfied_by in (Satisfies.CLOSED, Satisfies.RESOLVED)
    )


def _stalled(standing: Standing, calendar: Calendar, at: datetime) -> dict[Reason, datetime]:
    case = standing.case
    found = dict[Reason, datetime]()
    if case.state is State.DISPATCHED and case.dispatched_at is not None:
        day = calendar.local(case.dispatched_at).date()
        signed_by = calendar.instant(calendar.add_working_days(day, UNSIGNED_DAYS) + _ONE_DAY, _MIDNIGHT)
        if signed_by <= at:
            found[Reason.UNSIGNED] = case.dispatched_at
    if case.returns >= RETURNED_TIMES:
        found[Reason.RETURNED] = case.dispatched_at or case.opened_at
    if case.state is not State.RESOLVED and at - standing.worked_at >= SILENT:
        found[Reason.SILENT] = standing.worked_at
    return found


def risk_of(standing: Standing, reasons: dict[Reason, datetime], rules: Rules, at: datetime) -> Risk:
    """The line of a case that is at risk."""
    case, tree = standing.case, rules.tree
    policy = rules.policy(case.policy)
    due = case.extended_due_at or case.due_at
    colour = colour_of(case, rules, at)
    holder = standing.who.holder
    return Risk(
        case=case.id,
        desk=Named(case.lead, tree.desk_name(case.lead)),
        place=tuple(Named(code, tree.division_name(code)) for code in case.division_path[1:]),
        category=Named(case.category or "", tree.category_name(case.category)),
        opened_at=case.opened_at,
        due_at=case.due_at,
        extended_due_at=case.extended_due_at,
        provisional=any(one.provisional and one.due_at == due for one in case.milestones),
        reasons=tuple(reasons),
        since=min(reasons.values()),
        colour=Named(colour.name, colour.title) if colour is not None else None,
        level=case.level,
        level_title=policy.levels[case.level - 1].title if 0 < case.level <= len(policy.levels) else "",
        state=case.state,
        hands=standing.who.kind,
        holder=Named(holder, tree.desk_name(holder) if holder in tree.desks else ""),
        escalations=case.escalations,
        returns=case.returns,
    )


def oldest_first(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """In the order of the list: by how long the risk has stood, then by receipt and id."""
    return tuple(sorted(risks, key=lambda one: (one.since, one.opened_at, one.case)))
