"""Messages: what desks and channels are told. The decision names the receiver, `router.flow` finds the address.

Each payload's tag is its wire type (`case.assigned.v1`); `docs/wire.md` is generated from these structs. No
personal data travels: a message carries a reference (`contact_ref`) and the desk asks for it on record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from router.core.commands import Actor, Outcome, Place, Task
from router.core.policies.priority import Priority
from router.core.telling.told import NoticeList, ResendWanted


class Payload(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every message about one case says of it."""

    case_id: str
    #: Version of the case: drop what is older than what you have seen of it.
    version: int


class Assigned(Payload, frozen=True, kw_only=True, tag="case.assigned.v1"):
    """派单: the case is this desk's to handle (`role` lead), to help with (assist) or to look at (watcher)."""

    role: str
    #: Name of the ladder's step: `street`, `district`, …
    step: str
    #: Why it came here: `territory`, `functional`, `escalated`, …
    reason: str
    channel: str
    matter_type: str
    category: str | None
    division_path: tuple[str, ...]
    place: Place | None
    text: str
    opened_at: datetime
    #: The next deadline of this desk; None when there is none.
    due_at: datetime | None
    #: The deadline promised to the citizen; None when there is none.
    statutory_due_at: datetime | None
    starred: bool = False
    vulnerable: bool = False
    affected: int = 1
    #: What comes first (优先级): `normal`, `high`, `highest`, by the policy, the star and the households.
    priority: Priority = Priority.NORMAL
    contact_ref: str | None = None
    #: Desk it was taken from; None at first dispatch.
    from_desk: str | None = None
    #: Who answers for it by name (包案), an official account or title; empty: nobody does.
    leader: str = ""
    #: Leaders who said what is to be done (批示), in order; their words are in the case's history.
    instructed_by: tuple[str, ...] = ()


class Taken(Payload, frozen=True, kw_only=True, tag="case.taken.v1"):
    """收回: the case is no longer this desk's; `reason` says why and `to_desk` who has it (None: nobody)."""

    reason: str
    to_desk: str | None = None


class Reminded(Payload, frozen=True, kw_only=True, tag="case.reminded.v1"):
    """催办: a milestone has passed, or is about to."""

    milestone: str
    due_at: datetime
    #: `reminder`, `missed` or `repeated` (the last level's budget passed again).
    reason: str


class SupervisionOrdered(Payload, frozen=True, kw_only=True, tag="case.supervised.v1"):
    """督办: supervise the lead, whose case it stays."""

    milestone: str
    due_at: datetime
    lead: str
    text: str = ""


class Whistled(Payload, frozen=True, kw_only=True, tag="case.whistled.v1"):
    """吹哨: another desk calls you to help; report in by `due_at`. The case itself comes as `assigned`."""

    #: Desk code of the lead that calls.
    by: str
    due_at: datetime
    text: str = ""


class ReportedIn(Payload, frozen=True, kw_only=True, tag="case.reported_in.v1"):
    """报到: a desk that was called to help with your case is there."""

    desk: str
    text: str = ""


class NamesWanted(Payload, frozen=True, kw_only=True, tag="case.names_wanted.v1"):
    """A case waits, undispatched, until these are on record: its leader (包案), what leaders said (批示)."""

    #: As in the policy's file: `leader:city`, `instruction`.
    missing: tuple[str, ...]


class LeaderAssigned(Payload, frozen=True, kw_only=True, tag="case.leader_assigned.v1"):
    """包案: a leader answers for the case by name."""

    #: Official account or title.
    leader: str
    tier: str


class Instructed(Payload, frozen=True, kw_only=True, tag="case.instructed.v1"):
    """批示: a leader said what is to be done."""

    leader: str
    tier: str
    text: str = ""


class PlanFiled(Payload, frozen=True, kw_only=True, tag="case.plan_filed.v1"):
    """方案: the lead filed a plan; look at it."""

    desk: str
    text: str = ""
    evidence: tuple[str, ...] = ()


class Reviewed(Payload, frozen=True, kw_only=True, tag="case.reviewed.v1"):
    """审核: what you did was reviewed."""

    passed: bool
    milestone: str | None = None
    text: str = ""


class MediationWanted(Payload, frozen=True, kw_only=True, tag="case.mediation_wanted.v1"):
    """转调解: mediate by `due_at`, and say what came of it. The case itself comes as `assigned`."""

    #: Who referred it: a desk's code, or an operator's account.
    by: str
    due_at: datetime
    text: str = ""


class MediationEnded(Payload, frozen=True, kw_only=True, tag="case.mediation_ended.v1"):
    """调解结束: settled, which resolved your case; or failed: it is yours as before, by the clocks it has."""

    desk: str
    settled: bool
    text: str = ""


class ReturnRequested(Payload, frozen=True, kw_only=True, tag="case.return_requested.v1"):
    """退单申请: a desk asks to give the case back; decide."""

    desk: str
    reason: str
    suggested_desk: str | None
    text: str = ""


class ReturnDecided(Payload, frozen=True, kw_only=True, tag="case.return_decided.v1"):
    """The return was approved or refused."""

    approved: bool
    to_desk: str | None = None


class EscalationRequested(Payload, frozen=True, kw_only=True, tag="case.escalation_requested.v1"):
    """申请提级: a desk below asks you to take over; silence until `due_at` is consent."""

    desk: str
    due_at: datetime
    text: str = ""


class ExtensionRequested(Payload, frozen=True, kw_only=True, tag="case.extension_requested.v1"):
    """延期申请: a desk below asks for more time; decide. Your silence is no consent, and its clock runs on."""

    desk: str
    reason: str
    #: The deadline that is to be moved.
    due_at: datetime
    decide_by: datetime
    #: Days more, of the kind the policy counts; None where a day is named.
    days: int | None = None
    until: datetime | None = None
    text: str = ""


class ExtensionDecided(Payload, frozen=True, kw_only=True, tag="case.extension_decided.v1"):
    """The extension was approved or refused; `due_at` is the next deadline of yours as it stands now."""

    approved: bool
    due_at: datetime | None = None
    text: str = ""


class SuspensionRequested(Payload, frozen=True, kw_only=True, tag="case.suspension_requested.v1"):
    """挂账申请: a desk below asks to suspend the case; decide. Silence is no consent, and its clock runs on."""

    desk: str
    reason: str
    #: When you are to look at it again, should you approve.
    recheck_at: datetime
    decide_by: datetime
    text: str = ""


class SuspensionDecided(Payload, frozen=True, kw_only=True, tag="case.suspension_decided.v1"):
    """The suspension was approved (the clocks stand still) or refused."""

    approved: bool
    text: str = ""


class DueChanged(Payload, frozen=True, kw_only=True, tag="case.due_changed.v1"):
    """Your deadlines of a case have moved, or its priority is another."""

    #: `resumed`, `starred`, `unstarred`, `replan`, `affected`: so many households, or `calendar`: another calendar
    #: came into force.
    reason: str
    #: The next deadline of yours; None when there is none.
    due_at: datetime | None
    #: The statutory date as changes have left it; None when there is none.
    statutory_due_at: datetime | None
    #: What comes first, as it is now.
    priority: Priority = Priority.NORMAL


class Unstaffed(Payload, frozen=True, kw_only=True, tag="case.unstaffed.v1"):
    """无人值守: the program of a desk below you shows no sign of life; its case stays with it."""

    desk: str
    #: When it was last seen or heard of.
    since: datetime


class Excused(Payload, frozen=True, kw_only=True, tag="case.excused.v1"):
    """申诉剔除: a miss of yours is taken out of your figures."""

    milestone: str
    due_at: datetime
    text: str = ""


class InspectionOrdered(Payload, frozen=True, kw_only=True, tag="case.inspection_ordered.v1"):
    """检查任务: go and look, and put the result on record; whoever is inspected knows nothing of it."""

    task: Task
    #: Id of the case it comes from: a draw, or the closed case that is looked at again.
    parent: str | None = None
    text: str = ""


class Inspected(Payload, frozen=True, kw_only=True, tag="case.inspected.v1"):
    """检查结果: somebody has looked at what you did. A fail brings the case back to you as `assigned`."""

    passed: bool
    text: str = ""


class Required(Payload, frozen=True, kw_only=True, tag="case.required.v1"):
    """整改要求: the case does not close before whoever issued these, or inspects, has ticked them all."""

    #: Desk code, or the account of a person of supervision.
    by: str
    due_at: datetime
    #: Number on this case → what is required.
    items: dict[str, str]


class Ticked(Payload, frozen=True, kw_only=True, tag="case.ticked.v1"):
    """销号: a requirement is met."""

    requirement: int
    #: Numbers of those that are still open.
    left: tuple[int, ...] = ()


class Linked(Payload, frozen=True, kw_only=True, tag="case.linked.v1"):
    """关联: another case is about the same matter; each keeps its own clocks and answer."""

    other: str


class Unlinked(Payload, frozen=True, kw_only=True, tag="case.unlinked.v1"):
    """取消关联: another case is a matter of its own after all."""

    other: str


class ClusterProposed(Payload, frozen=True, kw_only=True, tag="case.cluster_proposed.v1"):
    """So many complaints about one thing in one place within an hour: a project may be the answer."""

    category: str | None
    #: Code of the division.
    division: str
    count: int
    #: Ids of the cases linked to this one.
    cases: tuple[str, ...]


class Joined(Payload, frozen=True, kw_only=True, tag="case.joined.v1"):
    """并入项目: the tier above deals with your case and others as one; your clocks wait until `due_at`."""

    #: Id of the project.
    project: str
    due_at: datetime


class Urged(Payload, frozen=True, kw_only=True, tag="case.urged.v1"):
    """催单: the citizen asks what becomes of your case."""

    #: How often that has happened by now.
    times: int
    text: str = ""


class Redacted(Payload, frozen=True, kw_only=True, tag="case.redacted.v1"):
    """删改: a text of the case was blanked on record; blank your copy of it."""

    #: Version of the entry; 1: the case's own text.
    entry: int


class Refused(Payload, frozen=True, kw_only=True, tag="case.refused.v1"):
    """A command of yours was refused; `code` is stable, the sentences are for people."""

    command: str
    command_type: str
    code: str
    zh: str
    en: str
    data: dict[str, str] = {}


class Answered(Payload, frozen=True, kw_only=True, tag="case.answered.v1"):
    """To the source channel: receipt, reply, mitigation, resolution or closing, with the channel's own id."""

    #: `received`, `replied`, `mitigated`, `resolved`, `closed`, `reopened`, `withdrawn`, `extended`, `suspended`,
    #: `resumed`.
    kind: str
    source: str
    source_id: str
    text: str = ""
    outcome: Outcome | None = None
    due_at: datetime | None = None
    #: With `received`: what the citizen shows to see the case and to urge it; empty: there is no key to make one.
    code: str = ""


class EventRecorded(Payload, frozen=True, kw_only=True, tag="case.event.v1"):
    """To whoever listens: something has happened to a case, as it stands on record, without words or persons."""

    #: Name of the event: `Dispatched`, `DeadlineMissed`, …
    event: str
    #: The event's own fields; what is absent has its default.
    data: dict[str, Any] = {}
    #: Name of the tier of the case's lead after the step.
    tier: str
    #: Id of the command that led to it, and the entry's place among the entries of that command, from 0.
    cause: str
    ordinal: int
    actor: Actor
    #: When it happened; a missed deadline happens at its instant, however late it was noticed.
    event_at: datetime
    #: When it was put on record.
    recorded_at: datetime


AnyPayload = (
    Assigned
    | Taken
    | Reminded
    | SupervisionOrdered
    | Whistled
    | ReportedIn
    | NamesWanted
    | LeaderAssigned
    | Instructed
    | PlanFiled
    | Reviewed
    | MediationWanted
    | MediationEnded
    | ReturnRequested
    | ReturnDecided
    | EscalationRequested
    | ExtensionRequested
    | ExtensionDecided
    | SuspensionRequested
    | SuspensionDecided
    | DueChanged
    | Excused
    | InspectionOrdered
    | Inspected
    | Required
    | Ticked
    | Unstaffed
    | Linked
    | Unlinked
    | ClusterProposed
    | Joined
    | Urged
    | Redacted
    | Refused
    | Answered
    | EventRecorded
)

#: Anything a desk, a channel or a listener is sent.
Told: TypeAlias = Payload | NoticeList | ResendWanted

#: Wire type to struct, for decoding by the message's type property.
PAYLOAD_TYPES: dict[str, type[Told]] = {
    str(kind.__struct_config__.tag): kind for kind in (*AnyPayload.__args__, NoticeList, ResendWanted)
}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A payload and who gets it: a desk, or a source channel."""

    payload: AnyPayload
    #: Last word of the routing key.
    kind: str
    desk: str | None = None
    channel: str | None = None
