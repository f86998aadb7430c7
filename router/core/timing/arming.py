"""Arming: which milestones a policy sets at an event, at which instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.events import Milestone
from router.core.policies.instants import Due, counts_by_calendar, due, next_budget
from router.core.policies.own_clocks import (
    COMMITMENT,
    ESCALATION_SILENCE,
    INSPECTION,
    MEDIATION,
    RECHECK,
    REQUIREMENTS,
    RETURN_DECISION,
    SUSPENSION_END,
    report_in_of,
)
from router.core.policies.policy import (
    Anchor,
    Days,
    DaySet,
    Elapsed,
    Ends,
    Instant,
    MilestoneRule,
    OnPass,
    Policy,
    Satisfies,
    Track,
    WorkingTime,
)
from router.core.rules import Rules
from router.core.telling.kept import NOBODY, KeptFrom, is_kept, supervision_for

#: How long the dispatcher has to decide on a return when the policy says nothing: our default.
_RETURN_DECISION = Elapsed(4 * 3600)
#: How long a called desk has to report in when the policy says nothing: our default.
_REPORT_IN = WorkingTime(4 * 3600)
#: How long a mediation may take when the policy says nothing: our default.
_MEDIATION = Days(count=30, days=DaySet.NATURAL, ends=Ends.END_OF_DAY)
#: How long a superior may be silent before that is consent (docs/behaviour.md, 3.4).
_SILENCE = WorkingTime(4 * 3600)

#: How long a desk has for what supervision requires when nobody names a date: our default.
_REQUIREMENTS = Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)

#: What a watcher or a reviewer does.
_LOOKED_AT = frozenset({Satisfies.REVIEWED, Satisfies.MARKED, Satisfies.ON_SITE})
#: What is never the handling desk's to do.
_OTHERS = _LOOKED_AT | {Satisfies.FOLLOWED_UP}


def arm(
    rules: Rules,
    policy: Policy,
    anchor: Anchor,
    at: datetime,
    given: datetime | None,
    category: str | None,
    *,
    kept: KeptFrom = NOBODY,
    lead: str = "",
) -> tuple[Milestone, ...]:
    """The milestones that start at `anchor`; those without an instant (`given`, none given) are absent.

    So are those that wait for a watcher or a reviewer that must not see the case (`kept`). For a desk that must
    not ask the residents, or handles the case itself (`lead`), another one answers.
    """
    chosen, first = rules.anchored(policy, anchor, category)
    if not chosen:
        return ()
    calendar = rules.calendar(policy)
    found = [(rule, budget, due(budget, at, calendar, given, first)) for rule, budget in chosen]
    armed = [
        _milestone(rules, policy, rule, budget, deadline, at)
        for rule, budget, deadline in found
        if deadline is not None
    ]
    if kept is not NOBODY:
        armed = [m for m in armed if not waits_in_vain(rules, policy, m, kept)]
    return tuple(_asked_by(rules, m, kept, lead) for m in armed)


def waits_in_vain(rules: Rules, policy: Policy, m: Milestone, kept: KeptFrom) -> bool:
    """Whether a milestone waits for a mark or a review of somebody who must not see the case."""
    if m.satisfied_by not in _LOOKED_AT or m.holder is None:
        return False
    watching = kept.confidential and m.holder in [rules.watches(watcher) for watcher in policy.watchers]
    return watching or is_kept(rules.tree, kept, m.holder)


def _asked_by(rules: Rules, m: Milestone, kept: KeptFrom, lead: str) -> Milestone:
    """The milestone of the follow-up, at a desk that may ask."""
    if m.satisfied_by is not Satisfies.FOLLOWED_UP or m.holder is None:
        return m
    return msgspec.structs.replace(m, holder=who_asks(rules, kept, lead, m.holder))


def who_asks(rules: Rules, kept: KeptFrom, lead: str, wanted: str) -> str:
    """Code of the desk that answers for a follow-up: the `wanted` one, never the one that handles the case.

    Where that one handles it, or must not see it: the dispatcher's, else the lowest supervision that may, else the
    nearest desk above that may; where nobody is left the wanted one.
    """
    for code in (wanted, rules.dispatcher):
        if code is not None and code != lead and not is_kept(rules.tree, kept, code):
            return code
    other = supervision_for(rules.tree, kept, but=lead)
    return other.code if other is not None else _above(rules, kept, lead) or wanted


def asks_for_the_offices(rules: Rules, case: Case) -> str | None:
    """Who asks about a report from which every office that asks is kept: the nearest desk above that may see it.

    Returns:
        Its code; empty: there is none; None: it is no such report.
    """
    kept, lead = case.kept, case.lead
    if not kept.desks:
        return None
    offices = {rules.dispatcher, *rules.asking(case.policy)} - {None, lead}
    if not all(code is None or is_kept(rules.tree, kept, code) for code in offices):
        return None
    return None if supervision_for(rules.tree, kept, but=lead) is not None else _above(rules, kept, lead)


def _above(rules: Rules, kept: KeptFrom, lead: str) -> str:
    """Code of the nearest desk above the lead that may see the case; empty: there is none."""
    above = rules.tree.chain(lead)[1:] if lead in rules.tree.desks else ()
    standing = (rules.tree.standing(desk.code) for desk in above)
    codes = (desk.code for desk in standing if desk is not None and desk.code != lead)
    return next((code for code in codes if not is_kept(rules.tree, kept, code)), "")


def _milestone(
    rules: Rules, policy: Policy, rule: MilestoneRule, budget: Instant, deadline: Due, since: datetime
) -> Milestone:
    others = rule.satisfied_by in _OTHERS
    return Milestone(
        name=rule.name,
        due_at=deadline.at,
        satisfied_by=rule.satisfied_by,
        # Asking, reviewing and watching are never the handling desk's: slowness there takes no case from anybody.
        on_pass=OnPass.SUPERVISE if others and rule.on_pass is OnPass.ESCALATE else rule.on_pass,
        to=rule.to,
        track=rule.track,
        provisional=deadline.provisional,
        holder=_holder(rules, policy, rule) if others else None,
        since=since,
        budget=_counted(budget),
        pauses=rule.pauses,
    )


def _holder(rules: Rules, policy: Policy, rule: MilestoneRule) -> str | None:
    """Code of the desk that asks, reviews or watches; None for a review: whoever is the lead's superior then."""
    if rule.satisfied_by is not Satisfies.FOLLOWED_UP:
        return rules.looks(policy, rule.by)
    return rules.asks(rule)


def _counted(budget: Instant) -> Instant | None:
    """A budget worth keeping with its milestone: another calendar would make another instant of it."""
    return budget if counts_by_calendar(budget) else None


def signing(
    rules: Rules, policy: Policy, case: Case, at: datetime, *, to_triage: bool = False
) -> tuple[Milestone, ...]:
    """What a desk that gets the case from another has to do in its own time: sign for it. Nothing else moves.

    A case that had been placed and goes back to triage has to be placed again, in a dispatcher's time from now.
    """
    armed = arm(rules, policy, Anchor.DISPATCHED, at, None, case.category)
    signed = tuple(m for m in armed if m.satisfied_by is Satisfies.ACCEPTED)
    if not to_triage or case.unplaced:
        return signed
    received = arm(rules, policy, Anchor.RECEIVED, at, None, case.category)
    return (*(m for m in received if m.satisfied_by is Satisfies.DISPATCHED), *signed)


def statutory_due(milestones: tuple[Milestone, ...]) -> datetime | None:
    """The due date of the case's figures: the statutory closing (or resolving) milestone; the last of several."""
    promised = [
        m.due_at
        for m in milestones
        if m.track is Track.STATUTORY and m.satisfied_by in (Satisfies.CLOSED, Satisfies.RESOLVED)
    ]
    return max(promised) if promised else None


def next_step(
    rules: Rules, policy: Policy, missed: Milestone, step: int, *, holder: str | None = None
) -> Milestone | None:
    """The deadline of ladder step `step`, whose budget starts at the missed deadline; None without a budget.

    Args:
        rules: in force.
        policy: of the case.
        missed: the deadline that passed.
        step: index into the ladder; below its first step, or on one without a budget that is not its last, the
            nearest budget above counts, so that a case with nobody above it is not forgotten.
        holder: desk code of the superior that supervises; None: whoever leads.
    """
    step = max(step, 0)
    budgets = [one.budget for one in policy.ladder[step:]]
    budget = next((one for one in budgets if one is not None), None)
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
        holder=holder,
        since=missed.due_at,
        budget=_counted(budget),
        pauses=missed.pauses,
    )


def further_steps(
    rules: Rules,
    policy: Policy,
    first: Milestone | None,
    missed: Sequence[Milestone],
    step: int,
    *,
    holder: str | None = None,
) -> tuple[Milestone, ...]:
    """As :func:`next_step`, of each of several deadlines beside the `first` clock: none of them twice."""
    armed = (next_step(rules, policy, one, step, holder=holder) for one in missed)
    by_name = {one.name: one for one in armed if one is not None and (first is None or one.name != first.name)}
    return tuple(by_name.values())


def commitment(due_at: datetime) -> Milestone:
    """A promise made in a reply: a milestone of its own that moves no other."""
    return Milestone(
        name=COMMITMENT,
        due_at=due_at,
        satisfied_by=Satisfies.RESOLVED,
        on_pass=OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
        pauses=False,
    )


def return_decision(rules: Rules, policy: Policy, at: datetime, holder: str, category: str | None) -> Milestone:
    """The dispatcher's own clock on a return request."""
    usual = _RETURN_DECISION
    return _held(rules, policy, Satisfies.RETURN_DECIDED, RETURN_DECISION, usual, at, holder, category)


def reporting_in(rules: Rules, policy: Policy, at: datetime, desk: str, category: str | None) -> Milestone:
    """The clock of a desk that was called to help."""
    return _held(rules, policy, Satisfies.REPORTED_IN, report_in_of(desk), _REPORT_IN, at, desk, category)


def mediating(rules: Rules, policy: Policy, at: datetime, desk: str, category: str | None) -> Milestone:
    """The clock of a mediation desk, from the hand-over to it."""
    return _held(rules, policy, Satisfies.MEDIATED, MEDIATION, _MEDIATION, at, desk, category)


def _held(
    rules: Rules,
    policy: Policy,
    met_by: Satisfies,
    name: str,
    usual: Instant,
    at: datetime,
    holder: str,
    category: str | None,
) -> Milestone:
    """A clock of somebody who has no case to lose by it: its passing is told to the superior of its holder.

    Its budget is that of the policy's milestone that `met_by` meets, else the usual one.
    """
    rule = next((r for r in policy.milestones if r.satisfied_by is met_by), None)
    budget = (rule.budget(category) if rule is not None else None) or usual
    deadline = due(budget, at, rules.calendar(policy)) or Due(at)
    return Milestone(
        name=name,
        due_at=deadline.at,
        satisfied_by=met_by,
        on_pass=rule.on_pass if rule is not None and rule.on_pass is not OnPass.ESCALATE else OnPass.SUPERVISE,
        to=rule.to if rule is not None and rule.to != "lead" else "superior",
        track=Track.INTERNAL,
        provisional=deadline.provisional,
        holder=holder,
        since=at,
        budget=_counted(budget),
        pauses=met_by is not Satisfies.RETURN_DECIDED,  # whoever waits for a decision waits all the same
    )


def request_decision(
    rules: Rules, policy: Policy, at: datetime, holder: str, within: Instant, satisfied_by: Satisfies
) -> Milestone:
    """The clock of the tier above on a request for an extension or a suspension; its silence is no consent."""
    deadline = due(within, at, rules.calendar(policy)) or Due(at)
    return Milestone(
        name=satisfied_by.value.replace("_decided", "_decision"),
        due_at=deadline.at,
        satisfied_by=satisfied_by,
        on_pass=OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
        provisional=deadline.provisional,
        holder=holder,
        since=at,
        budget=_counted(within),
        pauses=False,
    )


def suspension_clock(at: datetime, since: datetime, holder: str, satisfied_by: Satisfies) -> Milestone:
    """When whoever approved a suspension looks at the case again, or when it ends by itself."""
    ends = satisfied_by is Satisfies.RESUMED
    return Milestone(
        name=SUSPENSION_END if ends else RECHECK,
        due_at=at,
        satisfied_by=satisfied_by,
        on_pass=OnPass.NOTHING if ends else OnPass.SUPERVISE,
        to="superior",
        track=Track.INTERNAL,
        holder=holder,
        since=since,
        pauses=False,
    )


def inspection_clock(due_at: datetime, at: datetime) -> Milestone:
    """By when the result of an inspection task is on record."""
    return Milestone(
        name=INSPECTION,
        due_at=due_at,
        satisfied_by=Satisfies.CLOSED,
        on_pass=OnPass.ESCALATE,
        to="superior",
        track=Track.INTERNAL,
        since=at,
        pauses=False,
    )


def requirements_clock(rules: Rules, policy: Policy, at: datetime, due_at: datetime | None) -> Milestone:
    """By when all requirements are to be ticked: the date that was named, else five working days."""
    deadline = due(_REQUIREMENTS, at, rules.calendar(policy)) or Due(at)
    named = due_at is not None
    return Milestone(
        name=REQUIREMENTS,
        due_at=due_at if due_at is not None else deadline.at,
        satisfied_by=Satisfies.TICKED,
        on_pass=OnPass.ESCALATE,
        to="superior",
        track=Track.INTERNAL,
        provisional=deadline.provisional and not named,
        since=at,
        budget=None if named else _REQUIREMENTS,
    )


def escalation_silence(rules: Rules, policy: Policy, at: datetime, superior: str) -> Milestone:
    """The superior's silence until then is consent: four working hours."""
    deadline = due(_SILENCE, at, rules.calendar(policy)) or Due(at)
    return Milestone(
        name=ESCALATION_SILENCE,
        due_at=deadline.at,
        satisfied_by=Satisfies.ESCALATION_DECIDED,
        on_pass=OnPass.ESCALATE,
        to="superior",
        track=Track.INTERNAL,
        provisional=deadline.provisional,
        holder=superior,
        since=at,
        budget=_SILENCE,
        pauses=False,
    )


def in_hand_until(rules: Rules, policy: Policy, case: Case, milestone: Milestone) -> datetime | None:
    """Until when whose clock it is cannot lose the case, having got it late through our fault; None: on time.

    The clock of a supervising superior counts from its order, every other one from the lead's assignment.
    """
    ordered = milestone.holder is not None
    if (
        ordered and milestone.on_pass is not OnPass.ESCALATE
    ):  # somebody else's duty, which takes the case from nobody
        return None
    event_at = case.ordered_at if ordered else case.dispatched_at
    recorded_at = case.order_recorded_at if ordered else _handed_over_at(rules, case)
    if not _came_late(rules, event_at, recorded_at) or recorded_at is None or policy.min_in_hand_s == 0:
        return None
    return rules.calendar(policy).add_working_seconds(recorded_at, policy.min_in_hand_s)


def _handed_over_at(rules: Rules, case: Case) -> datetime | None:
    """When the lead can have heard of the case: recorded, and where it waited for a broker, taken by that."""
    delivered_at = rules.guards.delivered.get(case.hand_over_id)
    if delivered_at is None or case.assigned_at is None:
        return case.assigned_at
    return max(delivered_at, case.assigned_at)


def _came_late(rules: Rules, event_at: datetime | None, recorded_at: datetime | None) -> bool:
    """Whether a desk heard of something later than the skew of clocks explains; never in a replay."""
    if rules.replay or event_at is None or recorded_at is None:
        return False
    return recorded_at - event_at > rules.skew


def return_deadline(rules: Rules, policy: Policy, case: Case) -> datetime | None:
    """Until when the lead may ask to return the case; None: as long as it has it.

    A desk that heard of the case late through our fault has its window from then on.
    """
    handed_over_at = _handed_over_at(rules, case)
    late = _came_late(rules, case.dispatched_at, handed_over_at)
    since = handed_over_at if late else case.dispatched_at
    if policy.return_window is None or since is None:
        return None
    deadline = due(policy.return_window, since, rules.calendar(policy))
    return deadline.at if deadline is not None else None
