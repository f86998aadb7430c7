"""What operators take back: deadlines that were held, and escalations that were wrong. Nothing disappears."""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.case import Case, State, Taken
from router.core.commands import CancelDeadlines, Rearm, UndoEscalation
from router.core.events import (
    ALIVE,
    ClocksRearmed,
    DeadlineCancelled,
    EscalationUndone,
    Milestone,
    MilestoneStatus,
)
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.own_clocks import COMMITMENT
from router.core.policies.policy import Anchor, Given, OnPass, Policy, Satisfies
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.hiding import bars
from router.core.timing import clocks, levels
from router.core.timing.arming import arm, signing

#: Reasons that clocks run which did not.
BY_AUDIT = "audit"
BY_IMPORT = "import"
#: A date that the case brought was over when it was received.
BY_RECEIPT = "receipt"


def passed_and_held(case: Case, now: datetime) -> list[Milestone]:
    """The running deadlines that have passed and take the case up, in order."""
    passed = [one for one in case.milestones if one.status is MilestoneStatus.RUNNING and one.due_at < now]
    return sorted((one for one in passed if one.on_pass is OnPass.ESCALATE), key=lambda one: one.due_at)


def cancel(draft: Draft, command: CancelDeadlines, rules: Rules) -> Refusal | None:
    """时限作废: each deadline that was held gets an instant a working day ahead."""
    if not command.text.strip():
        return refuse("reason_missing", command="cancel_deadlines")
    held = passed_and_held(draft.case, draft.now)
    if not held:
        return refuse("nothing_held", case=draft.case.id)
    for one in held:
        moved_to = _a_day_ahead(draft, rules)
        event = DeadlineCancelled(milestone=one.name, due_at=one.due_at, moved_to=moved_to, by=command.by)
        draft.add(event, text=command.text)
    if draft.case.lead:
        notices.due_changed(draft, "cancelled", rules)
    return None


def undo(draft: Draft, command: UndoEscalation, rules: Rules) -> Refusal | None:
    """撤销提级: the miss is withdrawn; the case goes back unless somebody has dealt with it since."""
    case = draft.case
    if not command.text.strip():
        return refuse("reason_missing", command="undo_escalation")
    missed = clocks.missed(case, command.milestone, command.due_at)
    if missed is None:
        return refuse("no_such_miss", milestone=command.milestone, due_at=command.due_at.isoformat())
    lost_by = case.lead
    policy = rules.policy(case.policy)
    # The step is one of the ladder it climbed then; another policy may have given the case a shorter one since.
    step = min(command.step, len(policy.ladder) - 1)
    returned = _is_where_it_went(case, command, rules)
    together = _together(case, missed)
    again = (
        _running_again(draft, rules, together, command)
        if returned
        else tuple(clock for one in together for clock in _staying(draft, rules, one))
    )
    draft.add(
        EscalationUndone(
            milestone=missed.name,
            due_at=missed.due_at,
            desk=command.desk,
            step=step,
            by=command.by,
            step_name=rules.step_name(policy, step, command.desk),
            moved_to=_a_day_ahead(draft, rules),
            returned=returned,
            milestones=again,
            beside=tuple(one.name for one in together[1:]),
            accepted_at=_signed_at(case, command) if returned else None,
        ),
        text=command.text,
    )
    levels.take_back(draft, rules)
    if returned and lost_by != command.desk:
        notices.hand_over(draft, rules, "escalation_undone", from_desk=lost_by)
        return None
    for desk in dict.fromkeys((command.desk, lost_by)):
        notices.remind(draft, desk, missed.name, missed.due_at, "withdrawn")
    return None


def _is_where_it_went(case: Case, command: UndoEscalation, rules: Rules) -> bool:
    """Whether the escalation is the last thing that has happened to who has the case."""
    if case.state not in (State.DISPATCHED, State.ACCEPTED) or case.step <= command.step:
        return False
    desk = rules.tree.desks.get(command.desk)
    if desk is None or not desk.active or bars(rules.tree, case, desk.code):
        return False
    if case.lead == command.desk:  # it was supervised, or serves the next step too
        return True
    return _taken_by(case, command) is not None


def _taken_by(case: Case, command: UndoEscalation) -> Taken | None:
    """How the desk lost the case by that escalation; None: another one has lost it since, and that stands."""
    last = next((one for one in reversed(case.taken) if not one.undone), None)
    if last is None or (last.desk, last.milestone, last.due_at) != (
        command.desk,
        command.milestone,
        command.due_at,
    ):
        return None
    return last


def _signed_at(case: Case, command: UndoEscalation) -> datetime | None:
    """When the desk that gets the case back had signed for it; None: it had not."""
    lost = _taken_by(case, command)
    return lost.accepted_at if lost is not None else None


def _running_again(
    draft: Draft, rules: Rules, missed: list[Milestone], command: UndoEscalation
) -> tuple[Milestone, ...]:
    """The clocks that were taken for missed, what its passing had superseded and is still ahead, and signing where
    the desk had neither signed nor been late with it.
    """
    case, ahead = draft.case, _a_day_ahead(draft, rules)
    policy = rules.policy(case.policy)
    again = [_anew(one, ahead) for one in missed]
    names = {*(one.name for one in missed), *(one.name for one in case.milestones if one.status in ALIVE)}
    for one in case.milestones:
        is_its = one.holder is None and (policy.rule(one.name) is not None or one.name == COMMITMENT)
        if one.status is not MilestoneStatus.SUPERSEDED or not is_its or one.due_at <= ahead:
            continue
        if one.name == COMMITMENT or one.name not in names:  # there may be several promises
            again.append(msgspec.structs.replace(one, status=MilestoneStatus.RUNNING))
            names.add(one.name)
    if case.lead != command.desk and _signed_at(case, command) is None:
        late = {one.name for one in case.milestones if one.charged_to == command.desk}
        known = late.union(one.name for one in again)
        again += [one for one in signing(rules, policy, case, draft.at) if one.name not in known]
    return tuple(again)


def _together(case: Case, missed: Milestone) -> list[Milestone]:
    """A miss, and those of the same instant that took the case up together with it."""
    beside = (one for one in case.milestones if one.due_at == missed.due_at and one.on_pass is OnPass.ESCALATE)
    return [missed, *(one for one in beside if one is not missed and one.status is MilestoneStatus.MISSED)]


def _staying(draft: Draft, rules: Rules, missed: Milestone) -> tuple[Milestone, ...]:
    """The clock of whoever has the case in place of the ladder's, which began with a miss that was none."""
    case = draft.case
    ladders = (one for one in case.milestones if clocks.is_after(one, missed.name) and one.since == missed.due_at)
    after = next((one for one in ladders if one.status in ALIVE or one.met_at is not None), None)
    if after is None or not case.is_open:
        return ()
    anew = _anew(missed, _a_day_ahead(draft, rules))
    return (msgspec.structs.replace(anew, status=after.status, met_at=after.met_at),)


def _anew(missed: Milestone, until: datetime) -> Milestone:
    """The clock that was taken for missed, from now until then."""
    return msgspec.structs.replace(
        missed, status=MilestoneStatus.RUNNING, due_at=until, not_before=until, charged_to=None, base_at=None
    )


def may_have_none(case: Case, policy: Policy) -> bool:
    """Whether the policy itself leaves an open case like this one without a running deadline.

    It does when its ladder has no further budget where the case stands, when its only deadlines are given ones and
    the case brought none, and when a resolution waits for a gate that has no milestone.
    """
    if case.state is State.RESOLVED:
        return not any(rule.satisfied_by is Satisfies.FOLLOWED_UP for rule in policy.milestones)
    final = [rule for rule in policy.milestones if rule.satisfied_by in (Satisfies.RESOLVED, Satisfies.CLOSED)]
    budgets = [rule.budget(case.category) for rule in final]
    if case.given_due_at is None and all(budget is None or isinstance(budget, Given) for budget in budgets):
        return True
    step = policy.ladder[min(case.step, len(policy.ladder) - 1)]
    return case.escalations > 0 and step.budget is None


def rearm(draft: Draft, _command: Rearm, rules: Rules) -> Refusal | None:
    """补设时限: what the policy sets and nothing runs for, a working day ahead at least."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    if case.next_due_at is not None or may_have_none(case, policy):
        return refuse("nothing_to_rearm", case=case.id)
    anchor, since = Anchor.RECEIVED, case.opened_at
    if case.state is State.RESOLVED and case.resolved_at is not None:
        anchor, since = Anchor.RESOLVED, case.resolved_at
    armed = arm(
        rules,
        policy,
        anchor,
        since,
        case.given_due_at,
        case.category,
        kept=case.kept,
        lead=case.lead,
    )
    wanted = [one for one in armed if one.satisfied_by in clocks.ENDS or anchor is Anchor.RESOLVED]
    if not wanted:
        return refuse("nothing_to_rearm", case=case.id)
    ahead = _a_day_ahead(draft, rules)
    draft.add(ClocksRearmed(reason=BY_AUDIT, milestones=tuple(no_earlier(one, ahead) for one in wanted)))
    if case.lead:
        notices.due_changed(draft, "rearmed", rules)
    return None


def no_earlier(milestone: Milestone, than: datetime) -> Milestone:
    """A clock that ends at that instant at the earliest."""
    if milestone.due_at >= than:
        return milestone
    return msgspec.structs.replace(milestone, due_at=than, not_before=than, base_at=milestone.due_at)


def _a_day_ahead(draft: Draft, rules: Rules) -> datetime:
    return end_of_next_working_day(draft.now, rules.calendar(rules.policy(draft.case.policy)))
