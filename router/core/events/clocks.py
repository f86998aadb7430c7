"""What happens to the clocks of a case: extensions, suspensions, excuses, stars, another policy.

Each event carries the instants that it leads to, so that a case is made from its entries without any rules.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.events.base import Event, Milestone
from router.core.policies.policy import DaySet


class Moved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A clock that ends at another instant now."""

    milestone: str
    due_at: datetime
    moved_to: datetime
    provisional: bool = False


class ExtensionRequested(Event, frozen=True, kw_only=True, tag="ExtensionRequested"):
    """The lead asked for more time; nothing stops, and silence is no consent."""

    desk: str
    reason: str
    #: Until when the tier above is to decide.
    milestone: Milestone
    count: int = 0
    days: DaySet = DaySet.WORKING
    until: datetime | None = None


class ExtensionApproved(Event, frozen=True, kw_only=True, tag="ExtensionApproved"):
    """The extension was approved; what runs ends later, what was missed stays missed."""

    desk: str
    by: str
    moved: tuple[Moved, ...] = ()
    #: The statutory due date after it; None: it moved none.
    due_at: datetime | None = None
    #: Reminders that had passed, and remind once more before the new date.
    again: tuple[Milestone, ...] = ()


class ExtensionRefused(Event, frozen=True, kw_only=True, tag="ExtensionRefused"):
    """The extension was refused."""

    desk: str
    by: str


class SuspensionRequested(Event, frozen=True, kw_only=True, tag="SuspensionRequested"):
    """The lead asked to suspend the case on record; nothing stops, and silence is no consent."""

    desk: str
    reason: str
    recheck_at: datetime
    #: Until when the tier above is to decide.
    milestone: Milestone


class Suspended(Event, frozen=True, kw_only=True, tag="Suspended"):
    """The suspension was approved; the clocks stand still, but for those that never pause."""

    desk: str
    by: str
    #: When the clocks run again at the latest.
    end: Milestone
    #: When whoever approved it looks at the case again; None: not before it ends.
    recheck: Milestone | None = None


class SuspensionRefused(Event, frozen=True, kw_only=True, tag="SuspensionRefused"):
    """The suspension was refused."""

    desk: str
    by: str


class Rechecked(Event, frozen=True, kw_only=True, tag="Rechecked"):
    """A suspended case was looked at and stays suspended until the next time."""

    by: str
    #: None: not before the suspension ends.
    next: Milestone | None = None


class RecheckRepeated(Event, frozen=True, kw_only=True, tag="RecheckRepeated"):
    """Nobody looked at a suspended case in time: the next time is set all the same."""

    next: Milestone | None = None


class Resumed(Event, frozen=True, kw_only=True, tag="Resumed"):
    """The suspension is over, the clocks run again."""

    #: `request`: somebody said so; `longest`: it had lasted as long as it may; `escalated`, `returned`,
    #: `pulled`, `restricted`: the case went to another desk meanwhile.
    reason: str
    by: str
    moved: tuple[Moved, ...] = ()
    #: The statutory due date after it; None: it moved none.
    due_at: datetime | None = None


class Excused(Event, frozen=True, kw_only=True, tag="Excused"):
    """A miss is taken out of the figures of the desk it was charged to; it stays on record."""

    milestone: str
    due_at: datetime
    #: Whose miss it was.
    desk: str
    by: str


class Starred(Event, frozen=True, kw_only=True, tag="Starred"):
    """The case is a key case."""

    by: str


class Unstarred(Event, frozen=True, kw_only=True, tag="Unstarred"):
    """The case is a key case no more."""

    by: str


class Replanned(Event, frozen=True, kw_only=True, tag="Replanned"):
    """The case has another policy: what it had met and missed stays, what runs is counted anew from its anchor."""

    #: `starred`, `unstarred` or `replan`.
    reason: str
    policy_before: str
    policy: str
    policy_reason: str
    #: Index of the present step in the ladder of the new policy.
    step: int
    #: Names of the clocks that end with the old policy.
    ended: tuple[str, ...] = ()
    #: Those of the new policy.
    milestones: tuple[Milestone, ...] = ()
    #: The statutory due date under it; None: there is none, or it did not move.
    due_at: datetime | None = None
