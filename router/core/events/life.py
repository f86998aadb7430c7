"""What happens to a case from its receipt to its closing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from router.core.commands import Answers, FollowUpResult, Outcome, Place, Reprocess, Task
from router.core.events.base import Cause, Event, Milestone
from router.core.policies.policy import OnPass


class Received(Event, frozen=True, kw_only=True, tag="Received"):
    """The case is on record: what the source said, how it was classified, what clock it got and why."""

    source: str
    source_id: str
    #: SHA-256 of what the source sent: tells a repeat from a conflict.
    content_hash: str
    channel: str
    origin: str
    matter_type: str
    category: str | None
    category_group: str
    #: What the source said, where that was a code of another taxonomy; None: the category is as it was given.
    category_given: str | None = None
    #: Codes from the city down; an unknown or missing one is the code of the `unknown` division.
    division_path: tuple[str, ...]
    place_key: str | None
    place: Place | None
    #: Whether a named division, desk or category was unknown or a required one missing.
    triaged: bool
    policy: str
    policy_reason: str
    due_at: datetime | None
    given_due_at: datetime | None
    milestones: tuple[Milestone, ...]
    raised_by: str | None = None
    starred: bool = False
    vulnerable: bool = False
    affected: int = 1
    confidential: bool = False
    subject_desk: str | None = None
    named_desks: tuple[str, ...] = ()
    named_persons: tuple[str, ...] = ()
    contact_ref: str | None = None
    complainant: str | None = None
    #: The platform's own key of the appeal; None: it has none.
    appeal: str | None = None
    task: Task | None = None
    parent: str | None = None


class Dispatched(Event, frozen=True, kw_only=True, tag="Dispatched"):
    """A desk became lead."""

    desk: str
    #: Index into the policy's ladder.
    step: int
    #: Why this desk: `territory`, `functional`, `named`, `triage:unknown_division`, …
    reason: str
    milestones: tuple[Milestone, ...] = ()
    #: Reference of the receipt of a hand-over in person (当面交办); empty: it was sent.
    receipt: str = ""
    #: Name of the step that the ladder's running clocks are of from then on; None: they keep theirs.
    ladder: str | None = None


class NothingRaised(Event, frozen=True, kw_only=True, tag="NothingRaised"):
    """走访无诉求: a visit is on record at which nothing was raised; there is nothing to do and nobody to do it."""

    #: Desk of the place.
    desk: str


class Accepted(Event, frozen=True, kw_only=True, tag="Accepted"):
    """The lead signed for it."""

    desk: str
    milestones: tuple[Milestone, ...] = ()


class ProgressReported(Event, frozen=True, kw_only=True, tag="ProgressReported"):
    """The lead or an assist reported progress."""

    desk: str
    #: What it found when it looked into the matter; None: it said nothing of that.
    substantiated: bool | None = None


class Replied(Event, frozen=True, kw_only=True, tag="Replied"):
    """The citizen was answered; a promise became a milestone of its own."""

    desk: str
    commitment: Milestone | None = None


class Mitigated(Event, frozen=True, kw_only=True, tag="Mitigated"):
    """A temporary measure was taken."""

    desk: str


class ReturnRequested(Event, frozen=True, kw_only=True, tag="ReturnRequested"):
    """The lead asked to give the case back."""

    desk: str
    reason: str
    suggested_desk: str | None
    milestone: Milestone | None = None


class ReturnApproved(Event, frozen=True, kw_only=True, tag="ReturnApproved"):
    """The return was approved; the case goes to `to`."""

    desk: str
    to: str
    #: The cap is reached: the tier above must designate.
    designation: bool = False
    #: The case goes to a desk that must act, not to one that only hands it on.
    placed: bool = True
    #: Index into the ladder of where the case stands now; None: where it stood.
    step: int | None = None
    #: Name of the step that the ladder's running clocks are of from then on; None: they keep theirs.
    ladder: str | None = None
    #: The new lead's own clocks: signing for it.
    milestones: tuple[Milestone, ...] = ()


class ReturnRefused(Event, frozen=True, kw_only=True, tag="ReturnRefused"):
    """The return was refused; the case stays."""

    desk: str


class Designated(Event, frozen=True, kw_only=True, tag="Designated"):
    """The tier above named the desk that must take it."""

    desk: str
    by: str
    #: Index into the ladder of where the case stands now; None: where it stood.
    step: int | None = None
    #: Name of the step that the ladder's running clocks are of from then on; None: they keep theirs.
    ladder: str | None = None
    #: The new lead's own clocks: signing for it.
    milestones: tuple[Milestone, ...] = ()
    #: Nobody placed it: it went to the desk that must take what nobody takes (兜底), with an escalation.
    last_resort: bool = False


class Resolved(Event, frozen=True, kw_only=True, tag="Resolved"):
    """The lead reported the problem dealt with."""

    desk: str
    outcome: Outcome
    evidence: tuple[str, ...] = ()
    #: It was solved before it was brought (当场解决).
    on_the_spot: bool = False
    #: Milestones the resolution arms, for example the follow-up's.
    milestones: tuple[Milestone, ...] = ()


class FollowedUp(Event, frozen=True, kw_only=True, tag="FollowedUp"):
    """Those concerned were asked."""

    result: FollowUpResult
    asked: int
    accepted: int
    #: None: nobody was asked for the rates of the unit.
    answers: Answers | None = None
    #: Who is to work on it again, where whoever asked said so; None: as the policy says.
    reprocess: Reprocess | None = None
    #: Codes of the desks whose people asked together.
    team: tuple[str, ...] = ()


class DrawnBy(StrEnum):
    """Why residents are asked about a case, or not."""

    LOT = "lot"
    AGAIN = "again"  # it came back to work: whoever was not drawn once is asked now
    NO_KEY = "no_key"  # nobody can draw without a key: all are asked


class FollowUpDrawn(Event, frozen=True, kw_only=True, tag="FollowUpDrawn"):
    """回访抽样: whether the residents are asked about the case. Anybody who has the seed draws the same."""

    drawn: bool
    by: DrawnBy
    #: Of a lot: the desk that resolved it, the share that is drawn, the day of the seed, its SHA-256.
    desk: str = ""
    share: float = 1.0
    day: date | None = None
    seed_hash: str = ""


class Closed(Event, frozen=True, kw_only=True, tag="Closed"):
    """The case is closed; `gate` says what let it through."""

    gate: str
    outcome: Outcome


class Reopened(Event, frozen=True, kw_only=True, tag="Reopened"):
    """The case is back at work."""

    #: `gate`: a failed gate (reprocess, 重办); `request`: somebody asked; `recheck`: an inspection
    #: of a closed case; `review`: a failed review; `restricted`: whoever resolved it must not have it.
    reason: str
    desk: str
    #: No clock that runs on ends before: whoever was on time is given one working day. None: old instants stand.
    not_before: datetime | None = None


class DeadlineMissed(Event, frozen=True, kw_only=True, tag="DeadlineMissed"):
    """A milestone's instant passed unmet; its event time is the deadline, not when it was noticed."""

    milestone: str
    due_at: datetime
    on_pass: OnPass
    #: Desk code of whose clock it was. What is counted is charged by the account of holding time.
    charged_to: str
    #: It was a duty of that desk's own, whoever had the case: then it is charged with it.
    own: bool = False
    #: Id of the outage on record that the deadline fell into; empty: none. Figures can leave it out.
    outage: str = ""


class Reminded(Event, frozen=True, kw_only=True, tag="Reminded"):
    """Somebody was told of a passed milestone that does not escalate."""

    milestone: str
    to: str


class SupervisionOrdered(Event, frozen=True, kw_only=True, tag="SupervisionOrdered"):
    """督办: the lead stays; `by` supervises with a clock of its own."""

    milestone: str
    by: str


class Skipped(Event, frozen=True, kw_only=True, tag="Skipped"):
    """A step of the ladder had no desk; no escalation, the next budget starts at the same instant."""

    step: int
    reason: str


class Escalated(Event, frozen=True, kw_only=True, tag="Escalated"):
    """提级: exactly one tier up, to the superior."""

    from_desk: str
    to_desk: str
    from_step: int
    to_step: int
    #: Names of the steps, so that figures need no policy.
    from_name: str
    to_name: str
    cause: Cause
    #: `transfer` or `supervise`.
    mode: str
    #: The missed deadline; None for other causes.
    milestone: str | None = None
    due_at: datetime | None = None
    #: The deadline of the new step; None when it has no budget.
    next: Milestone | None = None
    #: Names of other milestones that were missed at the same instant: together they take the case up, once.
    beside: tuple[str, ...] = ()
    #: The deadlines of the new step that follow from those, where `next` does not stand for them.
    also: tuple[Milestone, ...] = ()
    #: An extension was asked for in time and nobody has decided: by when the tier above the new lead is to. None:
    #: none was, or what was asked for is void.
    deciding: Milestone | None = None


class NoticeRepeated(Event, frozen=True, kw_only=True, tag="NoticeRepeated"):
    """The last level's budget passed again: told once more, not an escalation."""

    milestone: str
    due_at: datetime
    to: str
    next: Milestone | None = None
    #: Names of other milestones that were missed at the same instant, for which this notice stands.
    beside: tuple[str, ...] = ()


class EscalationRequested(Event, frozen=True, kw_only=True, tag="EscalationRequested"):
    """A desk asked the tier above to take over; silence until the milestone is consent."""

    desk: str
    superior: str
    milestone: Milestone


class Overtaken(Event, frozen=True, kw_only=True, tag="Overtaken"):
    """A report that counts as in time came after the miss was on record: it is met, what followed stays."""

    milestone: str
    due_at: datetime
    desk: str


class SystemDelayed(Event, frozen=True, kw_only=True, tag="SystemDelayed"):
    """A deadline was moved because the desk got the case late through our fault; in no desk's figures."""

    milestone: str
    due_at: datetime
    moved_to: datetime
    delay_s: int


class DeadlineRecomputed(Event, frozen=True, kw_only=True, tag="DeadlineRecomputed"):
    """A running deadline was counted again: it moved, or what was provisional is certain now."""

    milestone: str
    #: The instant it had.
    due_at: datetime
    #: The instant it has: the same when it is only certain now.
    moved_to: datetime
    #: Whether it still rests on days that the calendar does not know.
    provisional: bool
    #: What its budget alone comes to, where an extension or a suspension has moved it; None: nothing has.
    base_at: datetime | None = None
    #: Version of the calendar it was counted by.
    calendar: str


class Corrected(Event, frozen=True, kw_only=True, tag="Corrected"):
    """Category, division or place were put right."""

    category: str | None
    category_group: str
    division_path: tuple[str, ...]
    place_key: str | None
    place: Place | None
    triaged: bool


class AffectedChanged(Event, frozen=True, kw_only=True, tag="AffectedChanged"):
    """How many households it affects was put right; it changes what comes first, and no figure."""

    affected: int
    before: int


class Restricted(Event, frozen=True, kw_only=True, tag="Restricted"):
    """From whom the case is kept was put right (回避): the whole of it, as it holds from now on."""

    subject_desk: str | None = None
    named_desks: tuple[str, ...] = ()
    named_persons: tuple[str, ...] = ()
    confidential: bool = False
    #: Names of milestones that waited for somebody who must not see the case any more.
    ended: tuple[str, ...] = ()
    #: Clocks that somebody held who must not see it any more, as somebody else holds them now.
    milestones: tuple[Milestone, ...] = ()


class Withdrawn(Event, frozen=True, kw_only=True, tag="Withdrawn"):
    """The citizen or the hotline took the case back."""

    by: str


class LateReportKept(Event, frozen=True, kw_only=True, tag="LateReportKept"):
    """A desk that no longer has the case reported it resolved; kept as evidence that the lead can adopt."""

    #: Id of the refused command.
    command: str
    desk: str
    outcome: Outcome
    evidence: tuple[str, ...] = ()


class Refused(Event, frozen=True, kw_only=True, tag="Refused"):
    """A command was refused; kept with its reason, changes nothing."""

    command: str
    command_type: str
    code: str
    #: Of the sender's words only what is a code; `…` stands for the rest (`router.core.telling.echoes`).
    data: dict[str, str] = msgspec.field(default_factory=dict)
