"""Notices: the payloads that tell desks and channels what a step means for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from router.core.case import Case
from router.core.events import Milestone, MilestoneStatus
from router.core.policies.policy import OnPass
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m
from router.core.telling.pressing import priority_of

#: Kinds: the last word of a routing key.
ASSIGNED = "assigned"
TAKEN = "taken"
REMINDED = "reminded"
SUPERVISED = "supervised"
WHISTLED = "whistled"
REPORTED_IN = "reported_in"
NAMES_WANTED = "names_wanted"
LEADER_ASSIGNED = "leader_assigned"
INSTRUCTED = "instructed"
PLAN_FILED = "plan_filed"
REVIEWED = "reviewed"
MEDIATION_WANTED = "mediation_wanted"
MEDIATION_ENDED = "mediation_ended"
RETURN_REQUESTED = "return_requested"
RETURN_DECIDED = "return_decided"
ESCALATION_REQUESTED = "escalation_requested"
EXTENSION_REQUESTED = "extension_requested"
EXTENSION_DECIDED = "extension_decided"
SUSPENSION_REQUESTED = "suspension_requested"
SUSPENSION_DECIDED = "suspension_decided"
DUE_CHANGED = "due_changed"
EXCUSED = "excused"
REQUIRED = "required"
TICKED = "ticked"
INSPECTED = "inspected"
UNSTAFFED = "unstaffed"
LINKED = "linked"
UNLINKED = "unlinked"
CLUSTER_PROPOSED = "cluster_proposed"
JOINED = "joined"
URGED = "urged"
REDACTED = "redacted"
INSPECTION_ORDERED = "inspection_ordered"
REFUSED = "refused"
NOTICES = "notices"
RESEND_WANTED = "resend_wanted"


def due_of_lead(case: Case) -> datetime | None:
    """The next deadline that takes the case from its lead; None when none runs."""
    clocks = [
        milestone.due_at
        for milestone in case.milestones
        if milestone.status is MilestoneStatus.RUNNING and milestone.on_pass is OnPass.ESCALATE
    ]
    return min(clocks) if clocks else None


def extension_waits(draft: Draft, clock: Milestone) -> None:
    """Tell the tier above the new lead that an extension, asked for in time, waits for its word."""
    asked = draft.case.changes.extension_asked
    if asked is None or clock.holder is None:
        return
    draft.tell_desk(
        clock.holder,
        EXTENSION_REQUESTED,
        lambda case: m.ExtensionRequested(
            case_id=case.id,
            version=case.version,
            desk=asked.desk,
            reason=asked.reason,
            days=asked.count or None,
            until=asked.until,
            due_at=due_of_lead(case) or clock.due_at,
            decide_by=clock.due_at,
        ),
    )


def due_changed(draft: Draft, reason: str, rules: Rules) -> None:
    """Tell the lead that its clocks end at other instants, or that the case comes before others now."""
    draft.tell_desk(
        draft.case.lead,
        DUE_CHANGED,
        lambda case: m.DueChanged(
            case_id=case.id,
            version=case.version,
            reason=reason,
            due_at=due_of_lead(case),
            statutory_due_at=case.extended_due_at or case.due_at,
            priority=priority_of(rules.policy(case.policy), case),
        ),
    )


def assigned(
    rules: Rules, reason: str, *, role: str = "lead", from_desk: str | None = None
) -> Callable[[Case], m.Assigned]:
    """The hand-over of a case to a desk."""

    def payload(case: Case) -> m.Assigned:
        policy = rules.policy(case.policy)
        return m.Assigned(
            case_id=case.id,
            version=case.version,
            role=role,
            step=rules.step_name(policy, case.step, case.lead),
            reason=reason,
            channel=case.channel,
            matter_type=case.matter_type,
            category=case.category,
            division_path=case.division_path,
            place=case.place,
            text=case.text,
            opened_at=case.opened_at,
            due_at=due_of_lead(case),
            statutory_due_at=case.due_at,
            starred=case.starred,
            vulnerable=case.vulnerable,
            affected=case.affected,
            priority=priority_of(policy, case),
            contact_ref=case.contact_ref,
            from_desk=from_desk,
            leader=case.together.leader.leader if case.together.leader is not None else "",
            instructed_by=tuple(one.leader for one in case.together.instructions),
        )

    return payload


def hand_over(draft: Draft, rules: Rules, reason: str, *, from_desk: str | None = None) -> None:
    """Tell the new lead that it has the case, and whoever had it that it has not."""
    lead = draft.case.lead
    draft.tell_desk(lead, ASSIGNED, assigned(rules, reason, from_desk=from_desk))
    if from_desk is not None and from_desk != lead:
        taken(draft, from_desk, reason)


def taken(draft: Draft, desk: str, reason: str) -> None:
    """Tell a desk that the case is not its any more, and who has it now."""
    draft.tell_desk(
        desk,
        TAKEN,
        lambda case: m.Taken(
            case_id=case.id,
            version=case.version,
            reason=reason,
            to_desk=case.lead if case.is_open else None,
        ),
    )


def remind(draft: Draft, desk: str, milestone: str, due_at: datetime, reason: str) -> None:
    """Tell a desk of a milestone that has passed."""
    draft.tell_desk(
        desk,
        REMINDED,
        lambda case: m.Reminded(
            case_id=case.id, version=case.version, milestone=milestone, due_at=due_at, reason=reason
        ),
    )


def supervise(draft: Draft, desk: str, milestone: str, due_at: datetime, lead: str) -> None:
    """督办: tell a desk to supervise whoever leads; the case stays where it is."""
    draft.tell_desk(
        desk,
        SUPERVISED,
        lambda case: m.SupervisionOrdered(
            case_id=case.id,
            version=case.version,
            milestone=milestone,
            due_at=due_at,
            lead=lead,
            text=case.text,
        ),
    )


def answer(draft: Draft, kind: str, text: str = "") -> None:
    """Tell the source channel, with its own id."""
    draft.tell_channel(
        kind,
        lambda case: m.Answered(
            case_id=case.id,
            version=case.version,
            kind=kind,
            source=case.source,
            source_id=case.source_id,
            text=text,
            outcome=case.outcome,
            due_at=case.extended_due_at or case.due_at,
        ),
    )
