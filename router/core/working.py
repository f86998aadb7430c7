"""The desk at work: sign, report, reply, resolve; and the gate a resolution passes before the case closes.

A reply or a mitigation is not a resolution and stops no clock. A case closes only through its policy's gate.
"""

from __future__ import annotations

from router.core import notices
from router.core.arming import arm, commitment
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
    Closed,
    FollowedUp,
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
from router.core.policy import Anchor, GateKind, Satisfies
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft

#: After this many failed gates the tier above reviews finally.
_REPROCESS_CAP = 2


def speaker(command: Command, case: Case) -> str:
    """Desk code of who acts; whoever leads when history speaks for it."""
    return command.actor.id if command.actor.role is ActorRole.DESK else case.lead


def accept(draft: Draft, command: Accept, rules: Rules) -> None:
    """签收: starts no clock; a policy may give the time after it a milestone of its own."""
    policy = rules.policy(draft.case.policy)
    draft.add(
        Accepted(
            desk=speaker(command, draft.case),
            milestones=arm(rules, policy, Anchor.ACCEPTED, draft.at, draft.case.given_due_at),
        )
    )


def report_progress(draft: Draft, command: ReportProgress, _rules: Rules) -> None:
    """办理进展."""
    draft.add(ProgressReported(desk=speaker(command, draft.case)), text=command.text)


def reply(draft: Draft, command: Reply, _rules: Rules) -> None:
    """答复: goes back to the source channel; a promise becomes a milestone."""
    promise = commitment(command.commitment_due_at) if command.commitment_due_at is not None else None
    draft.add(Replied(desk=speaker(command, draft.case), commitment=promise), text=command.text)
    notices.answer(draft, "replied", command.text)


def mitigate(draft: Draft, command: Mitigate, _rules: Rules) -> None:
    """临时措施."""
    draft.add(Mitigated(desk=speaker(command, draft.case)), text=command.text)
    notices.answer(draft, "mitigated", command.text)


def resolve(draft: Draft, command: Resolve, rules: Rules) -> None:
    """办结: under gate `none` the case closes in the same step."""
    _resolved(
        draft,
        rules,
        speaker(command, draft.case),
        command.outcome,
        command.evidence,
        command.root_cause,
        command.text,
    )


def resolve_overtaken(draft: Draft, command: Resolve, rules: Rules) -> None:
    """A resolution that counts as in time came after the escalation: the deadline is met, the escalation stays."""
    lost = next(taken for taken in reversed(draft.case.taken) if taken.desk == command.actor.id)
    lead = draft.case.lead
    draft.add(Overtaken(milestone=lost.milestone or "", due_at=lost.due_at or draft.at, desk=command.actor.id))
    _resolved(draft, rules, command.actor.id, command.outcome, command.evidence, command.root_cause, command.text)
    notices.taken(draft, lead, "overtaken")


def counts_as_in_time(case: Case, command: Command, draft: Draft) -> bool:
    """Whether a former lead's resolution reached us by the deadline that took the case from it."""
    if not isinstance(command, Resolve):
        return False
    for taken in reversed(case.taken):
        if taken.desk == command.actor.id:
            if taken.milestone is None or taken.due_at is None or draft.at > taken.due_at:
                return False
            missed = next(
                (
                    m
                    for m in case.milestones
                    if m.name == taken.milestone
                    and m.due_at == taken.due_at
                    and m.status is MilestoneStatus.MISSED
                ),
                None,
            )
            return missed is not None and missed.satisfied_by in (Satisfies.RESOLVED, Satisfies.CLOSED)
    return False


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


def follow_up(draft: Draft, command: FollowUp, rules: Rules) -> None:
    """回访: closes what was accepted, sends back what was not; after two failures the tier above takes it."""
    gate = rules.policy(draft.case.policy).gate
    draft.add(FollowedUp(result=command.result, asked=command.asked, accepted=command.accepted))
    outcome = draft.case.outcome or Outcome.SOLVED
    if command.result is FollowUpResult.UNREACHABLE:
        if draft.case.unreachable >= gate.unreachable_after:
            _close(draft, "unreachable", outcome)
        return
    enough = command.asked >= gate.ask and command.accepted >= gate.accept_share * command.asked
    if command.result is FollowUpResult.ACCEPTED and enough:
        _close(draft, gate.kind, outcome)
        return
    _back_to_work(draft, rules, "gate")


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
    draft.add(Reopened(reason=reason, desk=draft.case.lead), text=text)
    notices.answer(draft, "reopened")
    if reason == "gate" and draft.case.reprocesses > _REPROCESS_CAP:
        target = climb(draft.case, rules)
        if target.desk is not None:
            hand_up(draft, rules, target, cause="repeat", missed=None)
            return
    notices.hand_over(draft, rules, "reopened")


def withdraw(draft: Draft, command: Withdraw, _rules: Rules) -> None:
    """撤回: ends the case; the handling desk can never do this."""
    lead = draft.case.lead
    draft.add(Withdrawn(by=command.actor.role), text=command.text)
    _close(draft, "withdrawn", Outcome.WITHDRAWN)
    if lead:
        notices.taken(draft, lead, "withdrawn")
