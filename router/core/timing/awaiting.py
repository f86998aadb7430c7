"""What a member's clocks do while its project has the matter, and when the case is one of its own again.

A member follows its project (docs/behaviour.md, 3.12): a late project is its lead's miss and nobody else's.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.events import Left, Milestone, MilestoneStatus, Moved, ProjectAwaited
from router.core.policies.instants import end_of_next_working_day, next_budget
from router.core.policies.policy import Days, DaySet, Ends
from router.core.rules import Rules
from router.core.step import Draft
from router.core.timing.clocks import is_of_lead
from router.core.timing.rescheduling import due_of

#: How long a member goes on waiting for a late project before it looks again: our default.
_LONGER = Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)
_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED, State.SUSPENDED})


def waits(case: Case, milestone: Milestone) -> bool:
    """Whether a clock waits for the project: the work of its lead, until the project's resolution."""
    return case.member is not None and case.state in _AT_WORK and is_of_lead(milestone)


def wait_on(draft: Draft, rules: Rules, milestone: Milestone) -> None:
    """The project is late: what waits for it with this clock waits on."""
    case = draft.case
    if case.member is None:
        return
    later = next_budget(_LONGER, milestone.due_at, rules.calendar(rules.policy(case.policy)))
    if later is None:
        return
    moved = tuple(
        Moved(milestone=one.name, due_at=one.due_at, moved_to=later.at, provisional=later.provisional)
        for one in case.milestones
        if one.status is MilestoneStatus.RUNNING and one.due_at == milestone.due_at and waits(case, one)
    )
    draft.add(ProjectAwaited(project=case.member.project, moved=moved))


def left(draft: Draft, rules: Rules, project: str, reason: str) -> Left:
    """A case of its own again: its clocks end when they did before, or at the end of the next working day."""
    case = draft.case
    not_before = end_of_next_working_day(draft.at, rules.calendar(rules.policy(case.policy)))
    since = case.member.due_at if case.member is not None else None
    moved = tuple(
        _moved(rules, case, one, not_before)
        for one in case.milestones
        if one.status is MilestoneStatus.RUNNING and is_of_lead(one) and _has_waited(one, since)
    )
    return Left(project=project, reason=reason, moved=moved, not_before=not_before)


def _has_waited(milestone: Milestone, since: datetime | None) -> bool:
    return since is not None and milestone.not_before is not None and milestone.not_before >= since


def _moved(rules: Rules, case: Case, milestone: Milestone, not_before: datetime) -> Moved:
    own = due_of(rules, case, msgspec.structs.replace(milestone, not_before=not_before), case.changes)
    return Moved(milestone=milestone.name, due_at=milestone.due_at, moved_to=own.at, provisional=own.provisional)
