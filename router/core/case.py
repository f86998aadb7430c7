"""A case (工单): the state of one matter as of one version. `router.core.history` makes it from its entries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from router.core import events as e
from router.core.commands import Answers, Outcome, Place
from router.core.offices.together import ALONE, Together
from router.core.several.inspected import UNTOUCHED, Inspections
from router.core.several.links import UNLINKED, Links
from router.core.several.project import Membership, Project
from router.core.telling.kept import KeptFrom, kept_from
from router.core.timing.changes import NONE, Changes


class State(StrEnum):
    """Where a case stands. Escalated, supervised, starred and overdue are facts about it, not states."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    CLOSED = "closed"
    SUSPENDED = "suspended"


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A pending request to give a case back."""

    desk: str
    reason: str
    suggested_desk: str | None
    at: datetime


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A desk that lost the case, and the deadline that took it; None: it went for another cause."""

    desk: str
    at: datetime
    milestone: str | None
    due_at: datetime | None
    #: When it had signed for it; None: it had not.
    accepted_at: datetime | None = None
    #: It lost what an escalation had brought it, which was taken back.
    undone: bool = False


class KeptReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A late report that the lead may adopt, with its words until they are redacted."""

    #: Id of the refused command.
    command: str
    desk: str
    outcome: Outcome
    evidence: tuple[str, ...] = ()
    #: Version of its entry.
    entry: int
    text: str = ""


class Case(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One citizen's or worker's matter, as of one version. Treat as a value: nobody but `history` changes one."""

    id: str
    version: int
    state: State
    source: str
    source_id: str
    #: Empty: it was redacted with the text.
    content_hash: str
    channel: str
    origin: str
    matter_type: str
    category: str | None
    category_group: str
    text: str
    #: Event time of the receipt: every clock starts here.
    opened_at: datetime
    recorded_at: datetime
    #: The statutory due date as first set; on-time figures are by it. None: no deadline.
    due_at: datetime | None
    given_due_at: datetime | None
    division_path: tuple[str, ...]
    place_key: str | None
    place: Place | None
    triaged: bool
    policy: str
    raised_by: str | None = None
    starred: bool = False
    vulnerable: bool = False
    affected: int = 1
    confidential: bool = False
    subject_desk: str | None = None
    #: Codes of other desks that a report names, and accounts of persons: kept out as the subject is.
    named_desks: tuple[str, ...] = ()
    named_persons: tuple[str, ...] = ()
    contact_ref: str | None = None
    complainant: str | None = None
    #: The platform's own key of the appeal: other cases under it are the same appeal; None: it has none.
    appeal: str | None = None
    #: Desk code of the lead; empty until dispatched.
    lead: str = ""
    assists: tuple[str, ...] = ()
    #: What other offices have to do with it.
    together: Together = ALONE
    #: Number of the second list's level it stands before, from 1; 0: none yet. It only rises.
    level: int = 0
    #: Name of the level that waits for its officer's word; empty: none.
    proposed_level: str = ""
    #: Other cases it belongs to, and what was said of it later.
    links: Links = UNLINKED
    #: Its cases, where it is a batch project; None: it is none.
    project: Project | None = None
    #: The project it belongs to; None: none.
    member: Membership | None = None
    #: Index into the policy's ladder; -1: the lead stands below its first step.
    step: int = 0
    #: Nobody has placed it: it came by triage, or went back there, and was not dispatched by anybody since.
    unplaced: bool = False
    #: Escalations by a missed deadline since then.
    climbed_unplaced: int = 0
    #: Event time at which the present lead got it.
    dispatched_at: datetime | None = None
    #: When the present lead's assignment was put on record, for `min_in_hand`.
    assigned_at: datetime | None = None
    #: Version at which the present lead got it: its hand-over always has the same id.
    assigned_version: int = 0
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    #: When the citizen last got a reply or a resolution.
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    #: Opened and resolved at once: solved before it was brought (当场解决).
    on_the_spot: bool = False
    #: A visit at which nothing was raised: a record that counts as a visit, and no matter of anybody's.
    nothing_raised: bool = False
    #: It was closed because those who were asked accept it.
    satisfied: bool = False
    #: When whoever supervises the lead was given its order, and when that was put on record.
    ordered_at: datetime | None = None
    order_recorded_at: datetime | None = None
    milestones: tuple[e.Milestone, ...] = ()
    #: The statutory due date as approved changes have left it; None: nothing has moved it. `due_at` stays.
    extended_due_at: datetime | None = None
    #: Extensions and suspensions, asked for and approved.
    changes: Changes = NONE
    #: What was inspected, found and required.
    inspections: Inspections = UNTOUCHED
    return_request: ReturnRequest | None = None
    #: Approved returns.
    returns: int = 0
    #: The cap of returns is reached: the lead must designate.
    designation: bool = False
    #: The lead was designated: it cannot return the case.
    designated: bool = False
    #: Superior that was asked to take over; None when no request is pending.
    escalation_request: str | None = None
    escalations: int = 0
    #: Reopenings after a failed gate (重办).
    reprocesses: int = 0
    taken: tuple[Taken, ...] = ()
    #: Resolutions reported by desks that no longer had the case, since it was resolved last.
    late_reports: tuple[KeptReport, ...] = ()
    #: Whether its residents are to be asked, as it was drawn when it was resolved last; None: nobody drew.
    to_be_asked: bool | None = None
    #: Follow-ups on record, those that reached nobody too.
    follow_ups: int = 0
    #: What the resident said last of the unit (三率); None: nobody has been asked.
    answers: Answers | None = None
    #: When follow-ups reached nobody, since the last resolution.
    unreachable: tuple[datetime, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state is not State.CLOSED

    @property
    def hand_over_id(self) -> str:
        """Id of the message that hands it to its present lead, the same however often it is sent."""
        return f"{self.id}/{self.assigned_version}/assigned"

    @property
    def is_task(self) -> bool:
        """Whether it is an inspection task: work of the inspectors, and no matter that any figure counts."""
        return self.inspections.task is not None

    @property
    def kept(self) -> KeptFrom:
        """From whom it is kept."""
        return kept_from(self)

    @property
    def is_restricted(self) -> bool:
        """Whether it is confidential or about somebody: then it is announced, linked and copied to nobody."""
        return bool(self.confidential or self.subject_desk is not None or self.named_desks or self.named_persons)

    @property
    def is_matter(self) -> bool:
        """Whether figures of cases count it: not inspectors' work, a batch project or a visit without a matter."""
        return not (self.is_task or self.nothing_raised or self.project is not None)

    @property
    def next_due_at(self) -> datetime | None:
        """The earliest running milestone's instant; None when none is running."""
        running = [m.due_at for m in self.milestones if m.status is e.MilestoneStatus.RUNNING]
        return min(running) if running else None

    @property
    def district(self) -> str | None:
        """Code of the division one below the root; None for a tree of one tier."""
        return self.division_path[1] if len(self.division_path) > 1 else None

    def milestone(self, name: str) -> e.Milestone | None:
        """The latest milestone of that name; None when there is none."""
        for milestone in reversed(self.milestones):
            if milestone.name == name:
                return milestone
        return None

    def running(self, name: str, due_at: datetime) -> e.Milestone | None:
        """The running milestone of that name armed at exactly that instant: the fence against stale timers."""
        for milestone in self.milestones:
            if (
                milestone.name == name
                and milestone.due_at == due_at
                and milestone.status is e.MilestoneStatus.RUNNING
            ):
                return milestone
        return None
