"""In time after all: an event that counts as before a deadline and reached us after it was taken for missed.

Whichever comes first, the deadline is met; what followed from the miss stays on record (docs/behaviour.md, 3.10).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from router.core import events as e
from router.core.case import Case
from router.core.commands import FollowUpResult
from router.core.policies.policy import Satisfies

#: Which milestones an event meets, whoever it comes from. What meets one desk's alone (its mark, its review, its
#: coming) is named where it is decided.
_MEETS: dict[type[e.Event], tuple[Satisfies, ...]] = {
    e.Dispatched: (Satisfies.DISPATCHED,),
    e.Accepted: (Satisfies.ACCEPTED,),
    e.ProgressReported: (Satisfies.PROGRESS,),
    e.Replied: (Satisfies.REPLIED,),
    e.PlanFiled: (Satisfies.PLAN_FILED,),
    e.ReturnApproved: (Satisfies.RETURN_DECIDED, Satisfies.DISPATCHED),
    e.ReturnRefused: (Satisfies.RETURN_DECIDED,),
    e.Designated: (Satisfies.RETURN_DECIDED, Satisfies.DISPATCHED),
    e.ExtensionApproved: (Satisfies.EXTENSION_DECIDED,),
    e.ExtensionRefused: (Satisfies.EXTENSION_DECIDED,),
    e.Suspended: (Satisfies.SUSPENSION_DECIDED,),
    e.SuspensionRefused: (Satisfies.SUSPENSION_DECIDED,),
    e.Rechecked: (Satisfies.RECHECKED,),
    e.Resumed: (Satisfies.RECHECKED,),
    e.Resolved: (Satisfies.ACCEPTED, Satisfies.PROGRESS, Satisfies.RESOLVED),
    e.FollowedUp: (Satisfies.FOLLOWED_UP,),
    e.RequirementTicked: (Satisfies.TICKED,),
    e.Closed: (Satisfies.FOLLOWED_UP, Satisfies.CLOSED),
}


def meets(case: Case, event: e.Event) -> tuple[Satisfies, ...]:
    """What an event that is about to happen to a case meets."""
    found = _MEETS.get(type(event), ())
    match event:
        case e.Dispatched(reason=reason) if reason.startswith("triage"):
            return ()
        case e.ReturnApproved(placed=False):
            return (Satisfies.RETURN_DECIDED,)
        case e.FollowedUp(result=FollowUpResult.UNREACHABLE):
            return ()
        case e.RequirementTicked(number=number) if case.inspections.open != (number,):
            return ()
    return found


def overtaken(case: Case, event: e.Event, at: datetime) -> Iterator[e.Milestone]:
    """The missed milestones that an event at `at` meets: their instant is not before it."""
    if type(event) not in _MEETS:
        return
    late = [m for m in case.milestones if m.status is e.MilestoneStatus.MISSED and m.due_at >= at]
    if late:
        met = meets(case, event)
        yield from (m for m in late if m.satisfied_by in met)
