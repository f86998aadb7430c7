"""Re-checks (回头看): a case that closed is looked at again, some time later or in its season.

Each is an inspection task of its own, opened at the closing with its day; the closed case has no clock. So nobody
who handled it can know when somebody comes.
"""

from __future__ import annotations

from datetime import date, datetime, time

from router.core.calendars.calendar import Calendar
from router.core.case import Case
from router.core.case_id import case_id_of
from router.core.commands import INSPECTION, Open, Target, Task, TaskKind
from router.core.policies.instants import due
from router.core.policies.policy import RecheckRule
from router.core.rules import Rules
from router.core.step import ROUTER, Draft
from router.core.timing.ladder import above

_MONTHS = 12


def schedule_recheck(draft: Draft, rules: Rules, number: int, since: datetime) -> None:
    """Ask for the next look at a case that is closed, if its policy wants one more.

    Args:
        draft: of the case.
        rules: in force.
        number: which look after this closing it is, from 1.
        since: the closing, or the day of the look before: lateness never adds up.
    """
    case, policy = draft.case, rules.policy(draft.case.policy)
    rule = policy.recheck
    if rule is None or number > rule.times or case.outcome not in rule.outcomes or not case.lead:
        return
    calendar = rules.calendar(policy)
    at = _next(rule, since, calendar)
    due_at = at if at > draft.at else _next(rule, draft.at, calendar)
    source_id = f"{case.id}/recheck/{case.version}/{number}"
    draft.also(
        Open(
            id="",
            case_id=case_id_of(INSPECTION, source_id),
            actor=ROUTER,
            at=draft.at,
            source=INSPECTION,
            source_id=source_id,
            channel=INSPECTION,
            category=case.category,
            desk=_looks(case, rules),
            text=case.text,
            parent=case.id,
            task=Task(
                kind=TaskKind.RECHECK,
                targets=(Target(desk=case.lead, case=case.id),),
                due_at=due_at,
                number=number,
            ),
        )
    )


def _next(rule: RecheckRule, since: datetime, calendar: Calendar) -> datetime:
    """A span after `since`; by season the end of the next of its months that begins after it."""
    if rule.every is not None:
        found = due(rule.every, since, calendar)
        if found is not None:
            return found.at
    day = calendar.local(since).date().replace(day=1)
    for _ in range(_MONTHS):
        day = _month_after(day)
        if day.month in rule.months:
            break
    return calendar.instant(_month_after(day), time())


def _month_after(day: date) -> date:
    return day.replace(year=day.year + 1, month=1) if day.month == _MONTHS else day.replace(month=day.month + 1)


def _looks(case: Case, rules: Rules) -> str:
    """Desk code of who looks: the lowest level of supervision that has not handled the case, else a superior."""
    handled = {case.lead, *case.assists, *(taken.desk for taken in case.taken)}
    for level in range(1, 10):
        desk = rules.tree.supervision(level)
        if desk is not None and desk.code not in handled:
            return desk.code
    return above(case, rules, case.lead)
