"""Taking over a case that runs elsewhere: what it had missed goes on record, and nothing escalates at once."""

from __future__ import annotations

from router.core.commands import Actor, ActorRole
from router.core.events import ClocksRearmed, DeadlineMissed, MilestoneStatus
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.policy import OnPass
from router.core.rules import Rules
from router.core.step import Draft
from router.core.timing.undoing import BY_IMPORT, BY_RECEIPT, no_earlier

#: Who puts such a case on record.
IMPORTER = Actor(ActorRole.SYSTEM, BY_IMPORT)
#: Nobody here is charged with what was missed before the case was here.
NOBODY = ""


def past_at_receipt(draft: Draft, rules: Rules) -> None:
    """A due date that was over when the case was received here: on record, nobody's miss, and taken from nobody.

    Whoever gets the case has a working day at least.
    """
    case, calendar = draft.case, rules.calendar(rules.policy(draft.case.policy))
    ahead = end_of_next_working_day(draft.now, calendar)
    over = [m for m in case.milestones if m.status is MilestoneStatus.RUNNING and m.due_at <= draft.at]
    for one in sorted(over, key=lambda one: one.due_at):
        missed = DeadlineMissed(milestone=one.name, due_at=one.due_at, on_pass=OnPass.NOTHING, charged_to=NOBODY)
        draft.add(missed, at=one.due_at)
    if over:
        again = tuple(no_earlier(one, ahead) for one in over)
        draft.add(ClocksRearmed(reason=BY_RECEIPT, milestones=again), at=draft.now)


def take_over(draft: Draft, rules: Rules) -> None:
    """Old misses as entries, each at its own instant; and a working day at least for every clock that runs.

    The due date of the figures stays: whether the case was late is no matter of who keeps its record.
    """
    calendar = rules.calendar(rules.policy(draft.case.policy))
    ahead = end_of_next_working_day(draft.now, calendar)
    running = [one for one in draft.case.milestones if one.status is MilestoneStatus.RUNNING]
    for one in sorted(running, key=lambda one: one.due_at):
        if one.due_at < draft.now:
            missed = DeadlineMissed(
                milestone=one.name, due_at=one.due_at, on_pass=OnPass.NOTHING, charged_to=NOBODY
            )
            draft.add(missed, at=one.due_at)
    again = tuple(no_earlier(one, ahead) for one in running if one.due_at < ahead)
    if again:
        draft.add(ClocksRearmed(reason=BY_IMPORT, milestones=again), at=draft.now)
