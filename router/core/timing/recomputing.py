"""Counting again: what the running deadlines of a case come to by the calendar in force.

Pure and repeatable: a deadline is a function of its budget, of what it counts from, and of the calendar. What is
on record is the answer: the entries of a case make the same case whatever calendar comes into force later.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.events import DeadlineRecomputed, Milestone, MilestoneStatus
from router.core.policies.instants import end_of_next_working_day
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.timing.changes import NONE
from router.core.timing.rescheduling import counted, due_of


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """What counting again changes about one running deadline."""

    milestone: Milestone
    #: The instant it gets; its own when it is only certain now, or uncertain.
    moved_to: datetime
    #: What its budget comes to, before it was kept a working day ahead.
    counted: datetime
    provisional: bool
    #: What its budget alone comes to, where changes are on record; None: that is the instant itself.
    base_at: datetime | None = None

    @property
    def moves(self) -> bool:
        """Whether its instant changes, not only whether that is certain."""
        return self.moved_to != self.milestone.due_at


def recomputed(case: Case, rules: Rules, now: datetime) -> list[Recomputed]:
    """What counting the running deadlines again would change, in the case's order; empty when nothing.

    No deadline that moves lies less than a working day ahead (24:00 of the next one): one that would come sooner
    stops there, or stays where it is when that is sooner. What has passed already is missed and does not move;
    what something holds back (`rules.guards`) is not missed yet, and does.

    Args:
        case: as it stands.
        rules: in force; the case's own policy version, and the calendar of that name as it is today.
        now: aware instant.
    """
    policy = rules.policy(case.policy)
    running = (mile for mile in case.milestones if mile.status is MilestoneStatus.RUNNING)
    ahead = (m for m in running if m.due_at >= now or rules.guards.holding(case, policy, m, now) is not None)
    found = (_recomputed(case, mile, rules, now) for mile in ahead)
    return [one for one in found if one is not None]


def _recomputed(case: Case, mile: Milestone, rules: Rules, now: datetime) -> Recomputed | None:
    calendar = rules.calendar(rules.policy(case.policy))
    base = counted(mile, calendar)
    deadline = base if case.changes is NONE else due_of(rules, case, mile, case.changes)
    if deadline is None:
        return None
    at = moved_to = max(deadline.at, mile.not_before or deadline.at)
    if at != mile.due_at:
        soonest = end_of_next_working_day(now, calendar)
        moved_to = max(at, soonest if at > mile.due_at else min(soonest, mile.due_at))
    if (moved_to, deadline.provisional) == (mile.due_at, mile.provisional):
        return None
    return Recomputed(
        milestone=mile,
        moved_to=moved_to,
        counted=at,
        provisional=deadline.provisional,
        base_at=base.at if base is not None and case.changes is not NONE else mile.base_at,
    )


def recompute(draft: Draft, rules: Rules) -> None:
    """重算时限: put on record what the calendar in force changes, and tell the lead whose deadlines have moved."""
    calendar = rules.calendar(rules.policy(draft.case.policy))
    found = recomputed(draft.case, rules, draft.now)
    for one in found:
        draft.add(
            DeadlineRecomputed(
                milestone=one.milestone.name,
                due_at=one.milestone.due_at,
                moved_to=one.moved_to,
                provisional=one.provisional,
                base_at=one.base_at,
                calendar=calendar.version,
            )
        )
    if draft.case.lead and any(one.moves and one.milestone.holder is None for one in found):
        notices.due_changed(draft, "calendar", rules)
