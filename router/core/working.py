"""The desk at work: sign, report, reply, resolve; and the gate a resolution passes before the case closes.

A reply or a mitigation is not a resolution and stops no clock. A case closes only through its policy's gate.
"""

from __future__ import annotations

from datetime import datetime

from router.core import notices
from router.core.arming import arm, commitment
from router.core.calendar import Calendar
from router.core.case import Case
from router.core.commands import (
    Accept,
    ActorRole,
    Adopt,
    Close,
    Command,
    FollowUp,
    FollowUpResult,
    Mitigate,
    Outcome,
    Reopen,
    Reply,
    ReportProgress,
    Resolve,
    Withdraw,
)
from router.core.events import (
    Accepted,
    Cause,
    Closed,
    FollowedUp,
    Milestone,
    MilestoneStatus,
    Mitigated,
    Overtaken,
    ProgressReported,
    Reopened,
    Replied,
    Resolved,
    Withdrawn,
)
from router.core.ladder import climb, hand_up
from router.core.policy import Anchor, GateKind, Mode, Satisfies
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft

#: With this many failed gates the tier above reviews finally.
_REPROCESS_CAP = 2

#: A share of people is no exact number in binary: 0.55 of 20 is eleven.
_TOLERANCE = 1e-9

#: Which milestones a report meets; a resolution those of the closing as well, where no gate stands before it.
_MEETS: dict[type[Command], tuple[Satisfies, ...]] = {
    Accept: (Satisfies.ACCEPTED,),
    ReportProgress: (Satisfies.PROGRESS,),
    Reply: (Satisfies.REPLIED,),
    Resolve: (Satisfies.ACCEPTED, Satisfies.PROGRESS, Satisfies.RESOLVED),
}


def speaker(command: Command, case: Case) -> str:
    """Desk code of who acts; whoever leads when history speaks for it."""
    return command.actor.id if command.actor.role is ActorRole.DESK else case.lead


def accept(draft: Draft, command: Accept, rules: Rules) -> None:
    """签收: starts no clock; a policy may give the time after it a milestone of its own."""
    policy = rules.policy(draft.case.policy)
    _overtake(draft, command, rules)
    draft.add(
        Accepted(
            desk=speaker(command, draft.case),
            milestones=arm(rules, policy, Anchor.ACCEPTED, draft.at, draft.case.given_due_at),
        )
    )


def report_progress(draft: Draft, command: ReportProgress, rules: Rules) -> None:
    """办理进展."""
    _overtake(draft, command, rules)
    draft.add(ProgressReported(desk=speaker(command, draft.case)), text=command.text)


def reply(draft: Draft, command: Reply, rules: Rules) -> Refusal | None:
    """答复: goes back to the source channel; a promise becomes a milestone."""
    due_at = command.commitment_due_at
    if due_at is not None and due_at <= draft.at:
        return refuse("promise_in_the_past", due_at=due_at.isoformat())
    promise = commitment(due_at) if due_at is not None else None
    _overtake(draft, command, rules)
    draft.add(Replied(desk=speaker(command, draft.case), commitment=promise), text=command.text)
    notices.answer(draft, "replied", command.text)
    return None


def mitigate(draft: Draft, command: Mitigate, _rules: Rules) -> None:
    """临时措施."""
    draft.add(Mitigated(desk=speaker(command, draft.case)), text=command.text)
    notices.answer(draft, "mitigated", command.text)


def resolve(draft: Draft, command: Resolve, rules: Rules) -> None:
    """办结: under gate `none` the case closes in the same step."""
    _overtake(draft, command, rules)
    _resolved(
        draft,
        rules,
        speaker(command, draft.case),
        command.outcome,
        command.evidence,
        command.root_cause,
        command.text,
    )


def in_time_after_all(draft: Draft, command: Command, rules: Rules) -> None:
    """A former lead's report came after the escalation but counts as in time: the escalation stays on record.

    A resolution ends the matter, whoever leads now; any other report makes its deadline met and no more.
    """
    lead = draft.case.lead
    if not isinstance(command, Resolve):
        _overtake(draft, command, rules)
        return
    resolve(draft, command, rules)
    notices.taken(draft, lead, "overtaken")


def counts_as_in_time(draft: Draft, command: Command, rules: Rules) -> bool:
    """Whether a former lead's report reached us by the deadline that took the case from it."""
    return any(
        taken.desk == command.actor.id and (taken.milestone, taken.due_at) == (missed.name, missed.due_at)
        for missed in _overtaken(draft, command, rules)
        for taken in draft.case.taken
    )


def _overtake(draft: Draft, command: Command, rules: Rules) -> None:
    """Deadlines taken for missed before this report reached us, which counts as in time, are met after all."""
    for missed in _overtaken(draft, command, rules):
        draft.add(Overtaken(milestone=missed.name, due_at=missed.due_at, desk=speaker(command, draft.case)))


def _overtaken(draft: Draft, command: Command, rules: Rules) -> list[Milestone]:
    """The missed milestones that a report would have met, had it reached us when it happened."""
    meets = _MEETS.get(type(command), ())
    if isinstance(command, Resolve) and rules.policy(draft.case.policy).gate.kind is GateKind.NONE:
        meets = (*meets, Satisfies.CLOSED)
    return [
        m
        for m in draft.case.milestones
        if m.status is MilestoneStatus.MISSED and m.due_at >= draft.at and m.satisfied_by in meets
    ]


def adopt(draft: Draft, command: Adopt, rules: Rules) -> Refusal | None:
    """采纳: the lead takes a late report of the old lead as the resolution."""
    report = next((kept for kept in draft.case.late_reports if kept.command == command.report), None)
    if report is None:
        return refuse("unknown_report", report=command.report)
    _resolved(draft, rules, speaker(command, draft.case), report.outcome, report.evidence, None, "")
    return None


def _resolved(
    draft: Draft,
    rules: Rules,
    desk: str,
    outcome: Outcome,
    evidence: tuple[str, ...],
    root_cause: str | None,
    text: str,
) -> None:
    policy = rules.policy(draft.case.policy)
    draft.add(
        Resolved(
            desk=desk,
            outcome=outcome,
            evidence=evidence,
            root_cause=root_cause,
            milestones=arm(rules, policy, Anchor.RESOLVED, draft.at, draft.case.given_due_at),
        ),
        text=text,
    )
    notices.answer(draft, "resolved", text)
    if policy.gate.kind is GateKind.NONE:
        _close(draft, GateKind.NONE, outcome)


def _close(draft: Draft, gate: str, outcome: Outcome) -> None:
    draft.add(Closed(gate=gate, outcome=outcome))
    notices.answer(draft, "closed")


def follow_up(draft: Draft, command: FollowUp, rules: Rules) -> Refusal | None:
    """回访: closes what was accepted, sends back what was not; with the second failure the tier above takes it.

    One that asked fewer than the gate wants is refused: the desk does its work again only for the residents' word.
    """
    policy = rules.policy(draft.case.policy)
    gate, outcome = policy.gate, draft.case.outcome or Outcome.SOLVED
    accepted = _accepted(command)
    if command.result is FollowUpResult.ACCEPTED and command.asked < gate.ask:
        return refuse("too_few_asked", wanted=gate.ask, asked=command.asked)
    draft.add(FollowedUp(result=command.result, asked=command.asked, accepted=accepted))
    if command.result is FollowUpResult.UNREACHABLE:
        if _tries(draft.case.unreachable, rules.calendar(policy)) >= gate.unreachable_after:
            _close(draft, "unreachable", outcome)
    elif command.result is FollowUpResult.ACCEPTED and accepted + _TOLERANCE >= gate.accept_share * command.asked:
        _close(draft, gate.kind, outcome)
    else:
        _back_to_work(draft, rules, "gate")
    return None


def _accepted(command: FollowUp) -> int:
    """How many accepted; whoever reports acceptance and counts nobody means everybody."""
    if command.result is FollowUpResult.ACCEPTED and not command.accepted:
        return command.asked
    return command.accepted


def _tries(at: tuple[datetime, ...], calendar: Calendar) -> int:
    """How many vain tries count: each on a day of its own, at another hour than those before."""
    days, hours = set(), set()
    for tried in map(calendar.local, at):
        if tried.date() not in days and tried.hour not in hours:
            days.add(tried.date())
            hours.add(tried.hour)
    return len(days)


def close(draft: Draft, command: Close, rules: Rules) -> Refusal | None:
    """归档 by hand: only where the policy has no gate of its own to pass."""
    gate = rules.policy(draft.case.policy).gate
    if gate.kind is not GateKind.NONE:
        return refuse("gate_open", gate=gate.kind, command=command.id)
    _close(draft, GateKind.NONE, draft.case.outcome or Outcome.SOLVED)
    return None


def reopen(draft: Draft, command: Reopen, rules: Rules) -> None:
    """重办: the resident or the follow-up says it is not solved after all."""
    _back_to_work(draft, rules, "request", command.text)


def _back_to_work(draft: Draft, rules: Rules, reason: str, text: str = "") -> None:
    draft.add(Reopened(reason=reason, desk=_still_there(draft.case, rules)), text=text)
    notices.answer(draft, "reopened")
    target = climb(draft.case, rules)
    if reason == "gate" and draft.case.reprocesses >= _REPROCESS_CAP and target.desk is not None:
        hand_up(draft, rules, target, cause=Cause.REPEAT, missed=None)
        if rules.policy(draft.case.policy).mode is Mode.TRANSFER:
            return
    notices.hand_over(draft, rules, "reopened")


def _still_there(case: Case, rules: Rules) -> str:
    """The lead, or who does its work today, or the nearest above it: the office may have closed meanwhile."""
    desk = rules.tree.standing(case.lead) or rules.tree.above(case.lead)
    return desk.code if desk is not None else case.lead


def withdraw(draft: Draft, command: Withdraw, _rules: Rules) -> None:
    """撤回: ends the case; the handling desk can never do this."""
    lead = draft.case.lead
    draft.add(Withdrawn(by=command.actor.role), text=command.text)
    _close(draft, "withdrawn", Outcome.WITHDRAWN)
    if lead:
        notices.taken(draft, lead, "withdrawn")
