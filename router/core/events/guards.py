"""What operators did about deadlines that were, or would have been, judged wrongly."""

from __future__ import annotations

from datetime import datetime

from router.core.events.base import Cause, Event, Milestone


class DeadlineCancelled(Event, frozen=True, kw_only=True, tag="DeadlineCancelled"):
    """A deadline that was held counts as not missed, by a decision on record: it ends later."""

    milestone: str
    due_at: datetime
    moved_to: datetime
    by: str


class EscalationUndone(Event, frozen=True, kw_only=True, tag="EscalationUndone"):
    """A miss was withdrawn, and with it the escalation: neither counts in any figures."""

    milestone: str
    due_at: datetime
    #: The desk that had lost the case by it.
    desk: str
    #: The step it stood on.
    step: int
    by: str
    #: Name of that step.
    step_name: str
    #: What was missed ends then, a working day ahead of the decision; so does the figures' due date that was it.
    moved_to: datetime
    #: Whether the case went back; else somebody had dealt with it meanwhile, and only the miss is withdrawn.
    returned: bool
    #: Its clocks that run again; of one that stays, the clock of whoever has it in place of the ladder's.
    milestones: tuple[Milestone, ...] = ()
    #: Names of other milestones whose misses took it up together with this one; they were none either.
    beside: tuple[str, ...] = ()
    #: When the desk had signed for it, where it goes back; None: it had not, or it stays.
    accepted_at: datetime | None = None


class ClocksRearmed(Event, frozen=True, kw_only=True, tag="ClocksRearmed"):
    """Clocks of the policy that should run and did not."""

    #: `audit`: the case had none; `import`: the case was taken over while it ran; `receipt`: a date that it
    #: brought was over when it came.
    reason: str
    milestones: tuple[Milestone, ...]


class Unstaffed(Event, frozen=True, kw_only=True, tag="Unstaffed"):
    """The lead's program has shown no sign of life: its superior was told. Nobody has missed anything."""

    desk: str
    superior: str
    #: When it was last seen or heard of.
    since: datetime
    cause: Cause = Cause.UNSTAFFED
