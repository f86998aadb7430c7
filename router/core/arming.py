"""Arming: which milestones a policy sets at an event, at which instants."""

from __future__ import annotations

from datetime import datetime

from router.core.case import Case
from router.core.events import Milestone
from router.core.instants import Due, due, first_wall_clock, next_budget
from router.core.policy import (
    Anchor,
    Elapsed,
    MilestoneRule,
    OnPass,
    Policy,
    Satisfies,
    Track,
)
from router.core.rules import ESCALATION_SILENCE_S, Rules

#: Name of the milestone of a promise made in a reply.
COMMITMENT = "commitment"
#: Name of the milestone of a pending return request.
RETURN_DECISION = "return_decision"
#: Name of the milestone whose passing is consent to a voluntary escalation.
ESCALATION_SILENCE = "escalation_silence"

#: How long the dispatcher has to decide on a return when the policy says nothing: our default.
_RETURN_DECISION = Elapsed(4 * 3600)


def arm(
    rules: Rules, policy: Policy, anchor: Anchor, at: datetime, given: datetime | None
) -> tuple[Milestone, ...]:
    """The milestones that start at `anchor`; those without an instant (`given`, none given) are absent."""
    chosen = [rule for rule in policy.milestones if rule.anchor is anchor]
    if not chosen:
        return ()
    calendar = rules.calendar(policy)
    first = first_wall_clock(chosen)
    found = ((rule, due(rule.instant, at, calendar, given, first)) for rule in chosen)
    return tuple(_milestone(rule, deadline) for rule, deadline in found if deadline is not None)


def _milestone(rule: MilestoneRule, deadline: Due) -> Milestone:
    return Milestone(
        name=rule.name,
        due_at=deadline.at,
        satisfied_by=rule.satisfied_by,
        on_pass=rule.on_pass,
        to=rule.to,
        track=rule.track,
        provisional=deadline.provisional,
    )


def statutory_due(milestones: tuple[Milestone, ...]) -> datetime | None:
    """The due date of the case's figures: the statutory closing (or resolving) milestone; the last of several."""
    promised = [
        m.due_at
        for m in milestones
        if m.track is Track.STATUTORY and m.satisfied_by in (Satisfies.CLOSED, Satisfies.RESOLVED)
    ]
    return max(promised) if promised else None


def next_step(rules: Rules, policy: Policy, missed: Milestone, step: int) -> Milestone | None:
    """The deadline of ladder step `step`, whose budget starts at the missed deadline; None without a budget."""
    budget = policy.ladder[step].budget
    if budget is None:
        return None
    deadline = next_budget(budget, missed.due_at, rules.calendar(policy))
    if deadline is None:
        return None
    base = missed.name.partition("@")[0]
    return Milestone(
        name=f"{base}@{policy.ladder[step].name}",
        due_at=deadline.at,
        satisfied_by=missed.satisfied_by,
        on_pass=OnPass.ESCALATE,
        to="superior",
        track=missed.track,
        provisional=deadline.provisional,
    )


def commitment(due_at: datetime) -> Milestone:
    """A promise made in a reply: a milestone of its own that moves no other."""
    return Milestone(
        name=COMMITMENT,
        due_at=due_at,
        satisfied_by=Satisfies.RESOLVED,
        on_pass=OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
    )


def return_decision(rules: Rules, policy: Policy, at: datetime, holder: str) -> Milestone:
    """The dispatcher's own clock on a return request."""
    rule = next((r for r in policy.milestones if r.satisfied_by is Satisfies.RETURN_DECIDED), None)
    instant = rule.instant if rule is not None else _RETURN_DECISION
    deadline = due(instant, at, rules.calendar(policy)) or Due(at)
    return Milestone(
        name=RETURN_DECISION,
        due_at=deadline.at,
        satisfied_by=Satisfies.RETURN_DECIDED,
        on_pass=rule.on_pass if rule is not None and rule.on_pass is not OnPass.ESCALATE else OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
        provisional=deadline.provisional,
        holder=holder,
    )


def escalation_silence(rules: Rules, policy: Policy, at: datetime, superior: str) -> Milestone:
    """The superior's silence until then is consent: four working hours."""
    calendar = rules.calendar(policy)
    return Milestone(
        name=ESCALATION_SILENCE,
        due_at=calendar.add_working_seconds(at, ESCALATION_SILENCE_S),
        satisfied_by=Satisfies.ESCALATION_DECIDED,
        on_pass=OnPass.ESCALATE,
        to="superior",
        track=Track.INTERNAL,
        holder=superior,
    )


def in_hand_until(rules: Rules, policy: Policy, case: Case) -> datetime | None:
    """Until when the lead cannot lose the case, because it got it late through our fault; None: on time."""
    if rules.replay or case.assigned_at is None or case.dispatched_at is None:
        return None
    if case.assigned_at - case.dispatched_at <= rules.skew or policy.min_in_hand_s == 0:
        return None
    return rules.calendar(policy).add_working_seconds(case.assigned_at, policy.min_in_hand_s)


def return_deadline(rules: Rules, policy: Policy, case: Case) -> datetime | None:
    """Until when the lead may ask to return the case; None: as long as it has it."""
    if policy.return_window is None or case.dispatched_at is None:
        return None
    deadline = due(policy.return_window, case.dispatched_at, rules.calendar(policy))
    return deadline.at if deadline is not None else None
