"""The desk at work: sign, report, reply, resolve.

A reply or a mitigation is not a resolution and stops no clock; `router.core.offices.gate` closes a case.
"""

from __future__ import annotations

from router.core.case import Case, State
from router.core.commands import (
    Accept,
    ActorRole,
    Adopt,
    Command,
    FilePlan,
    Mitigate,
    Outcome,
    Reply,
    ReportProgress,
    Resolve,
)
from router.core.events import (
    Accepted,
    CauseNamed,
    Milestone,
    MilestoneStatus,
    Mitigated,
    ProgressReported,
    Replied,
    Resolved,
)
from router.core.offices.asking import draw_one
from router.core.offices.gate import pass_gate
from router.core.policies.policy import Anchor, GateKind, Satisfies
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several import members
from router.core.several.links import UNLINKED
from router.core.several.project import PROJECT
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.kept import is_kept
from router.core.timing.arming import arm, commitment

#: Which milestones a report meets; a resolution those of the closing as well, where no gate stands before it.
_MEETS: dict[type[Command], tuple[Satisfies, ...]] = {
    Accept: (Satisfies.ACCEPTED,),
    ReportProgress: (Satisfies.PROGRESS,),
    Reply: (Satisfies.REPLIED,),
    FilePlan: (Satisfies.PLAN_FILED,),
    Resolve: (Satisfies.ACCEPTED, Satisfies.PROGRESS, Satisfies.RESOLVED),
}


def speaker(command: Command, case: Case) -> str:
    """Desk code of who acts; whoever leads when history speaks for it."""
    return command.actor.id if command.actor.role is ActorRole.DESK else case.lead


def accept(draft: Draft, command: Accept | ReportProgress, rules: Rules) -> None:
    """签收: starts no clock; a policy may give the time after it a milestone of its own."""
    policy = rules.policy(draft.case.policy)
    draft.add(
        Accepted(
            desk=speaker(command, draft.case),
            milestones=arm(
                rules,
                policy,
                Anchor.ACCEPTED,
                draft.at,
                draft.case.given_due_at,
                draft.case.category,
                kept=draft.case.kept,
            ),
        )
    )


def report_progress(draft: Draft, command: ReportProgress, _rules: Rules) -> None:
    """办理进展."""
    draft.add(
        ProgressReported(desk=speaker(command, draft.case), substantiated=command.substantiated), text=command.text
    )


def reply(draft: Draft, command: Reply, rules: Rules) -> Refusal | None:
    """答复: goes back to the source channel; a promise becomes a milestone."""
    due_at = command.commitment_due_at
    if due_at is not None and due_at <= draft.at:
        return refuse("promise_in_the_past", due_at=due_at.isoformat())
    if due_at is not None and draft.case.state is State.RESOLVED:
        return refuse("promise_resolved", case=draft.case.id)
    if rules.policy(draft.case.policy).gate.report_after:
        return refuse("report_waits", case=draft.case.id)
    promise = commitment(due_at) if due_at is not None else None
    draft.add(Replied(desk=speaker(command, draft.case), commitment=promise), text=command.text)
    notices.answer(draft, "replied", command.text)
    return None


def mitigate(draft: Draft, command: Mitigate, _rules: Rules) -> None:
    """临时措施."""
    draft.add(Mitigated(desk=speaker(command, draft.case)), text=command.text)
    notices.answer(draft, "mitigated", command.text)


def resolve(draft: Draft, command: Resolve, rules: Rules) -> Refusal | None:
    """办结: under gate `none` the case closes in the same step. Withdrawing is never the handling desk's."""
    if command.outcome is Outcome.WITHDRAWN and command.actor.role is ActorRole.DESK:
        return refuse("outcome_not_yours", outcome=command.outcome)
    refusal = found_otherwise(draft.case, rules, command.outcome)
    if refusal is not None:
        return refusal
    _overtake(draft, command, rules)
    resolved(
        draft,
        rules,
        speaker(command, draft.case),
        command.outcome,
        command.evidence,
        command.root_cause,
        command.text,
    )
    return None


def found_otherwise(case: Case, rules: Rules, outcome: Outcome) -> Refusal | None:
    """先核实: why a case cannot end like this, by what was found when somebody looked into the matter."""
    found = case.together.substantiated
    if found is None:
        return refuse("not_verified", case=case.id) if rules.policy(case.policy).verified_first else None
    if found == (outcome is Outcome.UNSUBSTANTIATED):
        return refuse("found_otherwise", outcome=outcome)
    return None


def in_time_after_all(draft: Draft, command: Command, rules: Rules) -> Refusal | None:
    """A former lead's report came after the escalation but counts as in time: the escalation stays on record.

    A resolution ends the matter, whoever leads now; any other report makes its deadline met and no more.
    """
    lead = draft.case.lead
    if not isinstance(command, Resolve):
        _overtake(draft, command, rules)
        return None
    refusal = resolve(draft, command, rules)
    if refusal is None:
        notices.taken(draft, lead, "overtaken")
    return refusal


def counts_as_in_time(draft: Draft, command: Command, rules: Rules) -> bool:
    """Whether a former lead's report reached us by the deadline that took the case from it."""
    return any(
        taken.desk == command.actor.id and taken.due_at == missed.due_at  # with it, or with others of that instant
        for missed in _overtaken(draft, command, rules)
        for taken in draft.case.taken
    )


def _overtake(draft: Draft, command: Command, rules: Rules) -> None:
    """What a report meets, the closing too where no gate stands before it, is met before it is on record."""
    for missed in _overtaken(draft, command, rules):
        draft.overtake(missed, draft.at)


def overtake_named(draft: Draft, name: str | None) -> None:
    """What one desk alone can meet (its mark, its review, its coming) is met by what it did, in time after all."""
    for missed in draft.case.milestones:
        if missed.name == name and missed.status is MilestoneStatus.MISSED and missed.due_at >= draft.at:
            draft.overtake(missed, draft.at)


def _overtaken(draft: Draft, command: Command, rules: Rules) -> list[Milestone]:
    """The missed milestones that a report would have met, had it reached us when it happened."""
    meets = _MEETS.get(type(command), ())
    closes = rules.policy(draft.case.policy).gate.kind is GateKind.NONE and not draft.case.inspections.open
    if isinstance(command, Resolve) and closes:
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
    if is_kept(rules.tree, draft.case.kept, report.desk):  # nobody judges his own case
        return refuse("subject_desk", desk=report.desk)
    refusal = found_otherwise(draft.case, rules, report.outcome)
    if refusal is not None:
        return refusal
    resolved(draft, rules, speaker(command, draft.case), report.outcome, report.evidence, None, report.text)
    return None


def resolved(
    draft: Draft,
    rules: Rules,
    desk: str,
    outcome: Outcome,
    evidence: tuple[str, ...],
    root_cause: str | None,
    text: str,
    *,
    on_the_spot: bool = False,
    sampled: bool = False,
) -> None:
    """Put a resolution on record and tell the source channel; without a gate the case closes in the same step.

    What was done here was done for the cases that go with this one too. A project closes at once: the gates are
    its members' own. Where the gate draws whom to ask, a case that is not drawn closes as well; one that was
    `sampled` by its project is not drawn again.
    """
    policy = rules.policy(draft.case.policy)
    draw = None if sampled or draft.case.project is not None else draw_one(draft.case, rules, draft.now)
    armed = arm(
        rules,
        policy,
        Anchor.RESOLVED,
        draft.at,
        draft.case.given_due_at,
        draft.case.category,
        kept=draft.case.kept,
        lead=draft.case.lead,
    )
    nobody_asks = draw is not None and not draw.drawn
    draft.add(
        Resolved(
            desk=desk,
            outcome=outcome,
            evidence=evidence,
            on_the_spot=on_the_spot,
            milestones=tuple(m for m in armed if not (nobody_asks and m.satisfied_by is Satisfies.FOLLOWED_UP)),
        ),
        text=text,
    )
    if draw is not None:
        draft.add(draw)
    if root_cause:
        draft.add(CauseNamed(desk=desk), text=root_cause)
    if not policy.gate.report_after:
        notices.answer(draft, "resolved", text)
    if draft.case.links is not UNLINKED or draft.case.project is not None:
        members.resolve_too(draft, outcome, evidence, text)
    if draft.case.project is not None:
        pass_gate(draft, rules, PROJECT, outcome)
    elif policy.gate.kind is GateKind.NONE:
        pass_gate(draft, rules, GateKind.NONE, outcome)
    elif nobody_asks:
        pass_gate(draft, rules, "not_drawn", outcome)
