"""The life of a case: from its receipt over the desk that works on it to its closing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from router.core.commands.base import Command, Contact, Place, Reprocess
from router.core.commands.inspections import Task


class Open(Command, frozen=True, kw_only=True, tag="case.open.v1"):
    """受理: a channel brings a case. `case_id` is derived from `source` and `source_id` when empty."""

    source: str
    #: The channel's own idempotency key: the same id with the same content is the same case.
    source_id: str
    channel: str
    #: The platform's own key of the appeal (诉求标识), the same on all channels it came by; no personal data.
    appeal: str | None = None
    matter_type: str = "complaint"
    category: str | None = None
    #: Division codes below the city, from the district down; None where the source names none.
    division: tuple[str | None, ...] = ()
    #: A desk the source names; unknown goes to triage.
    desk: str | None = None
    text: str = ""
    due_at: datetime | None = None
    place: Place | None = None
    #: `resident` or `worker`: decides the origin of visits and council items.
    raised_by: str | None = None
    #: Filed by a worker for a resident (代办): a complaint whatever the channel.
    on_behalf: bool = False
    #: 当场解决: solved before it was brought, as the evidence shows; without evidence it is a case like any other.
    solved_on_the_spot: bool = False
    #: 走访记录: a visit at which nothing was raised; it is kept, and is no case of anybody's.
    nothing_raised: bool = False
    #: References of pictures or documents; no personal data.
    evidence: tuple[str, ...] = ()
    starred: bool = False
    vulnerable: bool = False
    #: Households affected; raises priority, never counts as cases.
    affected: int = 1
    #: 保密: it goes to supervision, and exists only for those who have a part in it.
    confidential: bool = False
    #: The desk a report on misconduct is about: it never sees the case.
    subject_desk: str | None = None
    #: Codes of other desks that the report names: each is kept out as the subject is.
    named_desks: tuple[str, ...] = ()
    #: Accounts (`actor.id`) of persons whom the report names; never their names.
    named_persons: tuple[str, ...] = ()
    #: Reference into `contacts`, set by the intake after it has encrypted `contact`.
    contact_ref: str | None = None
    #: Keyed hash of the complainant's phone or identity, to tell distinct complainants apart.
    complainant: str | None = None
    contact: Contact | None = None
    #: An inspection task; only supervision, the top tier and the router itself open one.
    task: Task | None = None
    #: Id of the case that this one comes from; set by the router.
    parent: str | None = None
    #: What is required before it closes (整改要求); set by the router.
    checklist: tuple[str, ...] = ()


class Dispatch(Command, frozen=True, kw_only=True, tag="case.dispatch.v1"):
    """派单: hand the case to a desk; with `assists`, to several at once (联合派单), of whom it leads."""

    desk: str
    assists: tuple[str, ...] = ()
    #: 当面交办: handed over in person, against the receipt of that reference: whoever signed it has signed for it.
    in_person: bool = False
    receipt: str = ""


class Accept(Command, frozen=True, kw_only=True, tag="case.accept.v1"):
    """签收: the lead signs for the case; starts no clock."""


class ReportProgress(Command, frozen=True, kw_only=True, tag="case.progress.v1"):
    """办理进展."""

    text: str = ""
    #: 核实: the matter was looked into, and is as reported (属实) or not (不属实); None: nothing is said of that.
    substantiated: bool | None = None


class Reply(Command, frozen=True, kw_only=True, tag="case.reply.v1"):
    """答复: an answer to the citizen; stops no clock. A promise in it is a commitment with a date."""

    text: str = ""
    commitment_due_at: datetime | None = None


class Mitigate(Command, frozen=True, kw_only=True, tag="case.mitigate.v1"):
    """临时措施: a barrier put up; not a resolution."""

    text: str = ""


class RequestReturn(Command, frozen=True, kw_only=True, tag="case.return.v1"):
    """退单申请: ask to give the case back, with a listed reason and a suggested desk."""

    reason: str
    suggested_desk: str | None = None
    text: str = ""


class ApproveReturn(Command, frozen=True, kw_only=True, tag="case.approve_return.v1"):
    """同意退单: the case goes to `desk`, or where the returner suggested."""

    desk: str | None = None


class RefuseReturn(Command, frozen=True, kw_only=True, tag="case.refuse_return.v1"):
    """不同意退单: the case stays with the returner."""

    text: str = ""


class Designate(Command, frozen=True, kw_only=True, tag="case.designate.v1"):
    """指定承办: the tier above names the desk that must take it."""

    desk: str


class Outcome(StrEnum):
    """办理结果."""

    SOLVED = "solved"  # 解决
    EXPLAINED = "explained"  # 解释回应: cannot be solved now
    SETTLED = "settled"  # 调解
    UNSUBSTANTIATED = "unsubstantiated"  # 不属实
    WITHDRAWN = "withdrawn"  # 撤回


class Resolve(Command, frozen=True, kw_only=True, tag="case.resolve.v1"):
    """办结: the desk says the problem is dealt with; the policy's gate decides whether the case closes."""

    outcome: Outcome = Outcome.SOLVED
    text: str = ""
    #: References of pictures or documents; no personal data.
    evidence: tuple[str, ...] = ()
    #: Where the trouble comes from, in words; on record as an entry of its own.
    root_cause: str | None = None


class FollowUpResult(StrEnum):
    """What a follow-up (回访) found."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    UNREACHABLE = "unreachable"


class Satisfaction(StrEnum):
    """How content somebody is with the way a case was handled."""

    SATISFIED = "satisfied"  # 满意
    BASICALLY = "basically"  # 基本满意
    DISSATISFIED = "dissatisfied"  # 不满意


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident says of the unit (三率): all three, or the follow-up is not valid for its rates."""

    #: The unit got in touch (响应).
    contacted: bool
    #: The matter is solved (解决).
    solved: bool
    satisfaction: Satisfaction


class FollowUp(Command, frozen=True, kw_only=True, tag="case.follow_up.v1"):
    """回访: ask those concerned; counts only, no names."""

    result: FollowUpResult
    asked: int = 1
    accepted: int = 0
    #: None: nobody was asked for the rates of the unit.
    answers: Answers | None = None
    #: Who works on it again if the gate fails; None: as the policy says.
    reprocess: Reprocess | None = None
    #: Codes of the desks whose people asked together (联合回访); empty: whoever speaks.
    team: tuple[str, ...] = ()


class Close(Command, frozen=True, kw_only=True, tag="case.close.v1"):
    """归档: close a resolved case whose gate is passed."""


class Reopen(Command, frozen=True, kw_only=True, tag="case.reopen.v1"):
    """重办: the problem is not solved after all."""

    text: str = ""


class Escalate(Command, frozen=True, kw_only=True, tag="case.escalate.v1"):
    """申请提级: a desk asks the tier above to take over, with a reason."""

    text: str = ""


class AcceptEscalation(Command, frozen=True, kw_only=True, tag="case.accept_escalation.v1"):
    """同意提级: the superior takes the case a desk asked to hand up."""


class Adopt(Command, frozen=True, kw_only=True, tag="case.adopt.v1"):
    """采纳: the new lead adopts a late report of the old one as the resolution."""

    #: Id of the refused command.
    report: str


class Correct(Command, frozen=True, kw_only=True, tag="case.correct.v1"):
    """更正: category, division, place, households, or whom it is about; the case is routed anew.

    None leaves a field as it is.

    Anybody who may correct names more; only supervision takes somebody off, or makes a confidential case an
    ordinary one.
    """

    category: str | None = None
    division: tuple[str | None, ...] | None = None
    place: Place | None = None
    #: Code of the desk the report is about, in the place of the one it had.
    subject_desk: str | None = None
    #: Desks that the report names too, beside those it has.
    named_desks: tuple[str, ...] = ()
    #: Accounts of persons whom it names too.
    named_persons: tuple[str, ...] = ()
    #: Desks (the subject too) and accounts that it does not name after all.
    not_named: tuple[str, ...] = ()
    confidential: bool | None = None
    #: How many households it affects.
    affected: int | None = None


class KeepOut(Command, frozen=True, kw_only=True, tag="case.keep_out.v1"):
    """回避: the tree has changed, and a case is about other desks than before; the router itself says so."""


class Withdraw(Command, frozen=True, kw_only=True, tag="case.withdraw.v1"):
    """撤回: the citizen or the hotline takes the case back; never the handling desk."""

    text: str = ""


class PassDeadline(Command, frozen=True, kw_only=True, tag="case.pass_deadline.v1"):
    """到期: the clock says that a milestone's instant has passed. A stale one changes nothing."""

    milestone: str
    due_at: datetime


class Recompute(Command, frozen=True, kw_only=True, tag="case.recompute.v1"):
    """重算时限: count the running deadlines again by the calendar in force. Nothing to change is no refusal."""
