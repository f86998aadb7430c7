"""Rescheduling: when the clocks of a case end, given the changes on record (`router.core.timing.changes`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.case import Case
from router.core.events import ALIVE, Milestone, MilestoneStatus, Moved
from router.core.policies.instants import Due, due, first_day, next_budget
from router.core.policies.own_clocks import COMMITMENT
from router.core.policies.policy import Days, Instant, OnPass, Policy, Track, WorkingTime
from router.core.rules import Rules
from router.core.step import Draft
from router.core.timing.changes import Changes, Clock, day_after, due_from_history
from router.core.timing.clocks import ENDS


def ends_the_matter(milestone: Milestone) -> bool:
    """Whether an extension moves it: the day the case is to be done by, of either track.

    A promise stays where it is, and so does a level of supervision: it is about the case, not about its desk.
    """
    level = milestone.on_pass is OnPass.RAISE
    return milestone.satisfied_by in ENDS and milestone.name != COMMITMENT and not level


def budget_of(policy: Policy, name: str, category: str | None) -> Instant | None:
    """The budget behind a milestone's name: a rule of the policy, or a step of its ladder (`close@district`)."""
    _, at, step = name.partition("@")
    if not at:
        rule = policy.rule(name)
        return rule.budget(category) if rule is not None else None
    names = [one.name for one in policy.ladder]
    budgets = [one.budget for one in policy.ladder[names.index(step) :]] if step in names else []
    return next((budget for budget in budgets if budget is not None), None)


def clock_of(rules: Rules, case: Case, milestone: Milestone) -> Clock:
    """A milestone as its budget alone sets it."""
    policy = rules.policy(case.policy)
    calendar = rules.calendar(policy)
    budget = milestone.budget or budget_of(policy, milestone.name, case.category)
    anchor_at = milestone.since if milestone.since is not None else case.opened_at
    return Clock(
        anchor_at=anchor_at,
        base=counted(milestone, calendar) or _as_set(milestone),
        days=budget.days if isinstance(budget, Days) else None,
        in_hours=isinstance(budget, WorkingTime),
        first_day=(
            day_after(anchor_at, calendar)
            if budget is None or _follows_a_deadline(milestone)
            else first_day(budget, anchor_at, calendar)
        ),
        pauses=milestone.pauses,
        extends=ends_the_matter(milestone),
        after_changes=anchor_at != case.opened_at and "@" not in milestone.name,
        not_before=milestone.not_before,
    )


def _follows_a_deadline(milestone: Milestone) -> bool:
    """The clocks of the ladder and of the second list start at a missed deadline, all others at an event."""
    return "@" in milestone.name or milestone.on_pass is OnPass.RAISE


def counted(milestone: Milestone, calendar: Calendar) -> Due | None:
    """What a milestone's budget comes to by a calendar; None when no calendar moves it."""
    if milestone.budget is None or milestone.since is None:
        return None
    count = next_budget if _follows_a_deadline(milestone) else due
    return count(milestone.budget, milestone.since, calendar)


def _as_set(milestone: Milestone) -> Due:
    at = milestone.base_at if milestone.base_at is not None else milestone.due_at
    return Due(at, provisional=milestone.provisional)


def due_of(rules: Rules, case: Case, milestone: Milestone, changes: Changes) -> Due:
    """When a milestone ends under these changes."""
    calendar = rules.calendar(rules.policy(case.policy))
    return due_from_history(clock_of(rules, case, milestone), changes, calendar)


def rescheduled(
    rules: Rules, case: Case, changes: Changes, which: Callable[[Milestone], bool]
) -> tuple[Moved, ...]:
    """The clocks among those that `which` picks that end later under these changes."""
    moved = []
    for one in case.milestones:
        if one.status in ALIVE and which(one):
            end = due_of(rules, case, one, changes)
            if end.at > one.due_at:
                moved.append(
                    Moved(milestone=one.name, due_at=one.due_at, moved_to=end.at, provisional=end.provisional)
                )
    return tuple(moved)


def reminded_again(
    rules: Rules, case: Case, changes: Changes, moved: tuple[Moved, ...], at: datetime
) -> tuple[Milestone, ...]:
    """Reminders of the day the case is to be done by that have passed, and for its new date are to come.

    A miss that took the case up stays one: what `moved` then is the ladder's, and nobody hears of the old date.
    """
    if not any("@" not in one.milestone for one in moved):
        return ()
    again = []
    alive = {one.name for one in case.milestones if one.status in ALIVE}
    for one in case.milestones:
        reminds = one.on_pass is OnPass.REMIND and one.track is Track.INTERNAL and one.holder is None
        if one.status is MilestoneStatus.MISSED and reminds and ends_the_matter(one) and one.name not in alive:
            end = due_of(rules, case, one, changes)
            if end.at > max(at, one.due_at):
                again.append(_running_until(one, end))
    # Of one that was told again before, the last.
    return tuple({one.name: one for one in again}.values())


def _running_until(milestone: Milestone, end: Due) -> Milestone:
    return msgspec.structs.replace(
        milestone,
        status=MilestoneStatus.RUNNING,
        due_at=end.at,
        provisional=end.provisional,
        base_at=milestone.base_at if milestone.base_at is not None else milestone.due_at,
        charged_to=None,
        overtaken=False,
        excused=False,
    )


def statutory_after(case: Case, moved: tuple[Moved, ...]) -> datetime | None:
    """The statutory due date of the case once these clocks have moved; None when none of them is statutory.

    A step of the ladder is none: what was missed stays missed, and the date that was missed stays as it was.
    """
    by = {(one.milestone, one.due_at): one.moved_to for one in moved}
    promised = [
        m
        for m in case.milestones
        if m.track is Track.STATUTORY
        and ends_the_matter(m)
        and "@" not in m.name
        and m.status is not MilestoneStatus.SUPERSEDED
    ]
    if not any((m.name, m.due_at) in by for m in promised):
        return None
    return max(by.get((m.name, m.due_at), m.due_at) for m in promised)


def is_running(milestone: Milestone) -> bool:
    """Whether it runs."""
    return milestone.status is MilestoneStatus.RUNNING


def own_clock(draft: Draft) -> Milestone | None:
    """The clock a request of the lead is about: the day it has to be done by; None when no such clock runs.

    One that was taken for missed before a request reached us that counts as in time ran when it was filed.
    """

    def ran(m: Milestone) -> bool:
        return is_running(m) or (m.status is MilestoneStatus.MISSED and m.due_at >= draft.at)

    own = [m for m in draft.case.milestones if ran(m) and m.holder is None and ends_the_matter(m)]
    return max(own, key=lambda m: (m.track is Track.STATUTORY, m.due_at), default=None)


def missed_clock(draft: Draft) -> Milestone | None:
    """The last deadline for being done that was missed; None when none was."""
    missed = [m for m in draft.case.milestones if m.status is MilestoneStatus.MISSED and ends_the_matter(m)]
    return missed[-1] if missed else None
