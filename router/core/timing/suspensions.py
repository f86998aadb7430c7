"""Suspensions (挂账): a case that cannot be worked on stays on record, and its clocks stand still.

Asked for before the case is due, decided by the tier above, looked at again and again, and over after the longest
time the policy allows, whatever anybody says.
"""

from __future__ import annotations

from datetime import datetime

from router.core.case import Case, State
from router.core.commands import ApproveSuspension, Recheck, RefuseSuspension, RequestSuspension, Resume
from router.core.events import (
    Dispatched,
    Milestone,
    MilestoneStatus,
    Rechecked,
    RecheckRepeated,
    Resumed,
    Suspended,
    SuspensionRefused,
    SuspensionRequested,
)
from router.core.offices.placing import away_from, dispatch_to
from router.core.offices.working import speaker
from router.core.policies.instants import Due, due
from router.core.policies.policy import Days, DaySet, Ends, Satisfies, SuspensionRule
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.timing.arming import request_decision, signing, suspension_clock
from router.core.timing.extensions import not_in_time
from router.core.timing.ladder import above, still_there
from router.core.timing.rescheduling import own_clock, rescheduled, statutory_after

#: Why a suspension ends without the case going to another desk by that.
_GOES_ON = frozenset({"request", "longest"})

#: How often a suspended case is looked at again where its policy says nothing of suspensions: our default.
_USUAL_LOOK = Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)


def request_suspension(draft: Draft, command: RequestSuspension, rules: Rules) -> Refusal | None:
    """挂账申请: to the tier above, which has a clock of its own; the lead's runs on."""
    case, policy = draft.case, rules.policy(draft.case.policy)
    rule, desk = policy.suspension, speaker(command, draft.case)
    if rule is None:
        return refuse("no_suspensions", policy=policy.name)
    if own_clock(draft) is None:
        return not_in_time(draft)
    unfit = _unfit(case, command, rule, rules)
    if unfit is not None:
        return unfit
    latest = _after(rules, case, rule, draft.at)
    recheck_at = command.recheck_at or min(_next_look(rules, case, rule, draft.at), latest)
    if not draft.at < recheck_at <= latest:
        return refuse("recheck_when", latest=latest.isoformat())
    decider = above(case, rules, case.lead)
    clock = request_decision(rules, policy, draft.at, decider, rule.decide_within, Satisfies.SUSPENSION_DECIDED)
    draft.add(
        SuspensionRequested(desk=desk, reason=command.reason, recheck_at=recheck_at, milestone=clock),
        text=command.text,
    )
    draft.tell_desk(
        decider,
        notices.SUSPENSION_REQUESTED,
        lambda now: m.SuspensionRequested(
            case_id=now.id,
            version=now.version,
            desk=desk,
            reason=command.reason,
            recheck_at=recheck_at,
            decide_by=clock.due_at,
            text=command.text,
        ),
    )
    return None


def _unfit(case: Case, command: RequestSuspension, rule: SuspensionRule, rules: Rules) -> Refusal | None:
    if case.changes.suspension_asked is not None:
        return refuse("suspension_pending", case=case.id)
    if len(case.changes.pauses) >= rule.cap:
        return refuse("suspension_cap", cap=rule.cap)
    if rule.reasons and command.reason not in rule.reasons:
        return refuse("request_reason", reason=command.reason, reasons=", ".join(rule.reasons))
    if above(case, rules, case.lead) == case.lead:
        return refuse("nobody_above", desk=case.lead)
    return None


def _after(rules: Rules, case: Case, rule: SuspensionRule, at: datetime) -> datetime:
    """When a suspension that starts at `at` is over by itself."""
    return (due(rule.longest, at, rules.calendar(rules.policy(case.policy))) or Due(at)).at


def _next_look(rules: Rules, case: Case, rule: SuspensionRule | None, at: datetime) -> datetime:
    """One that was approved is seen to its end, also under a later policy that allows none."""
    within = rule.recheck if rule is not None else _USUAL_LOOK
    return (due(within, at, rules.calendar(rules.policy(case.policy))) or Due(at)).at


def approve_suspension(draft: Draft, command: ApproveSuspension, rules: Rules) -> Refusal | None:
    """同意挂账: from now on; whoever approves it answers for looking at it again."""
    case, rule = draft.case, rules.policy(draft.case.policy).suspension
    asked = case.changes.suspension_asked
    if asked is None or rule is None:
        return refuse("no_suspension_pending", case=case.id)
    ends_at, by = _after(rules, case, rule, draft.at), command.actor.id
    looked_at = asked.recheck_at if asked.recheck_at > draft.at else _next_look(rules, case, rule, draft.at)
    draft.add(
        Suspended(
            desk=asked.desk,
            by=by,
            end=suspension_clock(ends_at, draft.at, by, Satisfies.RESUMED),
            recheck=_look(looked_at, draft.at, by, ends_at),
        ),
        text=command.text,
    )
    _decided(draft, asked.desk, approved=True, text=command.text)
    notices.answer(draft, "suspended")
    return None


def _look(at: datetime, since: datetime, holder: str, ends_at: datetime) -> Milestone | None:
    """The next look at a suspended case; None when the suspension is over by then."""
    return suspension_clock(at, since, holder, Satisfies.RECHECKED) if at < ends_at else None


def refuse_suspension(draft: Draft, command: RefuseSuspension, _rules: Rules) -> Refusal | None:
    """不同意挂账: the case is worked on."""
    asked = draft.case.changes.suspension_asked
    if asked is None:
        return refuse("no_suspension_pending", case=draft.case.id)
    draft.add(SuspensionRefused(desk=asked.desk, by=command.actor.id), text=command.text)
    _decided(draft, asked.desk, approved=False, text=command.text)
    return None


def _decided(draft: Draft, desk: str, *, approved: bool, text: str) -> None:
    draft.tell_desk(
        desk,
        notices.SUSPENSION_DECIDED,
        lambda now: m.SuspensionDecided(case_id=now.id, version=now.version, approved=approved, text=text),
    )


def recheck(draft: Draft, command: Recheck, rules: Rules) -> Refusal | None:
    """挂账复核: it stays suspended until the next look, or until it has lasted as long as it may."""
    case, rule = draft.case, rules.policy(draft.case.policy).suspension
    end = _end(case)
    if end is None:
        return refuse("not_in_state", state=case.state, command="recheck")
    looked_at = command.recheck_at or _next_look(rules, case, rule, draft.at)
    if looked_at <= draft.at or (command.recheck_at is not None and looked_at > end.due_at):
        return refuse("recheck_when", latest=end.due_at.isoformat())
    holder = end.holder or case.lead
    draft.add(
        Rechecked(by=command.actor.id, next=_look(looked_at, draft.at, holder, end.due_at)), text=command.text
    )
    return None


def _end(case: Case) -> Milestone | None:
    running = (one for one in case.milestones if one.status is MilestoneStatus.RUNNING)
    return next((one for one in running if one.satisfied_by is Satisfies.RESUMED), None)


def look_again(draft: Draft, rules: Rules, missed: Milestone) -> None:
    """Nobody looked at a suspended case in time: that is a miss of whoever approved it; the next look is set."""
    rule, end = rules.policy(draft.case.policy).suspension, _end(draft.case)
    if end is None:
        return
    at = _next_look(rules, draft.case, rule, missed.due_at)
    following = _look(at, missed.due_at, missed.holder or draft.case.lead, end.due_at)
    draft.add(RecheckRepeated(next=following))


def resume(draft: Draft, command: Resume, rules: Rules) -> None:
    """恢复办理."""
    run_on(draft, rules, "request", command.actor.id, command.text)


def end(draft: Draft, rules: Rules, reason: str, by: str = "") -> None:
    """The case goes to another desk: if it is suspended its clocks run on there, none is left standing."""
    if draft.case.state is State.SUSPENDED:
        run_on(draft, rules, reason, by)


def run_on(draft: Draft, rules: Rules, reason: str, by: str, text: str = "") -> None:
    """The suspension is over: what stood still ends later by the days that were suspended."""
    case = draft.case
    moved = rescheduled(
        rules, case, case.changes.resumed(draft.at), lambda one: one.status is MilestoneStatus.PAUSED
    )
    draft.add(
        Resumed(reason=reason, by=by, moved=moved, due_at=statutory_after(case, moved)),
        text=text,
    )
    notices.due_changed(draft, "resumed", rules)
    notices.answer(draft, "resumed")
    if reason in _GOES_ON:
        _at_whom_it_is_today(draft, rules)


def _at_whom_it_is_today(draft: Draft, rules: Rules) -> None:
    """Where the lead's office was closed or merged while the case rested, it goes to who does its work.

    Where the case is kept from that one, it goes where such a case belongs.
    """
    case, policy, desk = draft.case, rules.policy(draft.case.policy), still_there(draft.case, rules)
    away = away_from(case, rules, desk)
    if away is not None:
        dispatch_to(draft, rules, away, from_desk=case.lead)
        return
    if desk == case.lead:
        return
    step = max(case.step, rules.step_of(policy, rules.tree.desks[desk]))
    clocks = signing(rules, policy, case, draft.at)
    draft.add(Dispatched(desk=desk, step=step, reason="dispatched", milestones=clocks))
    notices.hand_over(draft, rules, "dispatched", from_desk=case.lead)
