"""Events: what has happened to a case (past tense), and the entries that keep them in the ledger (台账).

A case is the fold of its entries (`router.core.history.evolve`): any history replays to the case it made.
Free text is no part of an event: it stands beside it in the entry, where it can be redacted.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.commands import Actor
from router.core.events.base import (
    ALIVE as ALIVE,
    Cause as Cause,
    Event as Event,
    Milestone as Milestone,
    MilestoneStatus as MilestoneStatus,
)
from router.core.events.clocks import (
    Excused as Excused,
    ExtensionApproved as ExtensionApproved,
    ExtensionRefused as ExtensionRefused,
    ExtensionRequested as ExtensionRequested,
    Moved as Moved,
    Rechecked as Rechecked,
    RecheckRepeated as RecheckRepeated,
    Replanned as Replanned,
    Resumed as Resumed,
    Starred as Starred,
    Suspended as Suspended,
    SuspensionRefused as SuspensionRefused,
    SuspensionRequested as SuspensionRequested,
    Unstarred as Unstarred,
)
from router.core.events.guards import (
    ClocksRearmed as ClocksRearmed,
    DeadlineCancelled as DeadlineCancelled,
    EscalationUndone as EscalationUndone,
    Unstaffed as Unstaffed,
)
from router.core.events.inspections import (
    DrawRevealed as DrawRevealed,
    GatePassed as GatePassed,
    InspectionDrawn as InspectionDrawn,
    InspectionRecorded as InspectionRecorded,
    Pulled as Pulled,
    RequirementIssued as RequirementIssued,
    RequirementTicked as RequirementTicked,
    Swept as Swept,
)
from router.core.events.levels import (
    LevelProposed as LevelProposed,
    LevelRaised as LevelRaised,
    LevelRepeated as LevelRepeated,
    LevelsEnded as LevelsEnded,
    LevelsStarted as LevelsStarted,
)
from router.core.events.life import (
    Accepted as Accepted,
    AffectedChanged as AffectedChanged,
    Closed as Closed,
    Corrected as Corrected,
    DeadlineMissed as DeadlineMissed,
    DeadlineRecomputed as DeadlineRecomputed,
    Designated as Designated,
    Dispatched as Dispatched,
    DrawnBy as DrawnBy,
    Escalated as Escalated,
    EscalationRequested as EscalationRequested,
    FollowedUp as FollowedUp,
    FollowUpDrawn as FollowUpDrawn,
    LateReportKept as LateReportKept,
    Mitigated as Mitigated,
    NothingRaised as NothingRaised,
    NoticeRepeated as NoticeRepeated,
    Overtaken as Overtaken,
    ProgressReported as ProgressReported,
    Received as Received,
    Refused as Refused,
    Reminded as Reminded,
    Reopened as Reopened,
    Replied as Replied,
    Resolved as Resolved,
    Restricted as Restricted,
    ReturnApproved as ReturnApproved,
    ReturnRefused as ReturnRefused,
    ReturnRequested as ReturnRequested,
    Skipped as Skipped,
    SupervisionOrdered as SupervisionOrdered,
    SystemDelayed as SystemDelayed,
    Withdrawn as Withdrawn,
)
from router.core.events.links import (
    CauseNamed as CauseNamed,
    ClusterProposed as ClusterProposed,
    Linked as Linked,
    Redacted as Redacted,
    Unlinked as Unlinked,
    Urged as Urged,
)
from router.core.events.projects import (
    Clustered as Clustered,
    Joined as Joined,
    Left as Left,
    MemberAccepted as MemberAccepted,
    MemberAdded as MemberAdded,
    MemberLeft as MemberLeft,
    ProjectAwaited as ProjectAwaited,
    ProjectStarted as ProjectStarted,
    ResolvedWith as ResolvedWith,
    SampleDrawn as SampleDrawn,
)
from router.core.events.together import (
    AssistAdded as AssistAdded,
    AssistRemoved as AssistRemoved,
    Instructed as Instructed,
    LeaderAssigned as LeaderAssigned,
    Marked as Marked,
    MediationEnded as MediationEnded,
    MediationStarted as MediationStarted,
    PlanFiled as PlanFiled,
    ReportedIn as ReportedIn,
    Reviewed as Reviewed,
    Whistled as Whistled,
)

AnyEvent = (
    Received
    | Dispatched
    | NothingRaised
    | Accepted
    | ProgressReported
    | Replied
    | Mitigated
    | Whistled
    | ReportedIn
    | AssistAdded
    | AssistRemoved
    | LeaderAssigned
    | Instructed
    | PlanFiled
    | Reviewed
    | Marked
    | MediationStarted
    | MediationEnded
    | ReturnRequested
    | ReturnApproved
    | ReturnRefused
    | Designated
    | ExtensionRequested
    | ExtensionApproved
    | ExtensionRefused
    | SuspensionRequested
    | Suspended
    | SuspensionRefused
    | Rechecked
    | RecheckRepeated
    | Resumed
    | Excused
    | Starred
    | Unstarred
    | Replanned
    | Resolved
    | CauseNamed
    | FollowUpDrawn
    | FollowedUp
    | InspectionRecorded
    | InspectionDrawn
    | DrawRevealed
    | Swept
    | RequirementIssued
    | RequirementTicked
    | GatePassed
    | Closed
    | Reopened
    | DeadlineMissed
    | Reminded
    | SupervisionOrdered
    | Skipped
    | Escalated
    | Pulled
    | NoticeRepeated
    | LevelsStarted
    | LevelsEnded
    | LevelProposed
    | LevelRaised
    | LevelRepeated
    | EscalationRequested
    | Overtaken
    | SystemDelayed
    | DeadlineRecomputed
    | DeadlineCancelled
    | EscalationUndone
    | ClocksRearmed
    | Unstaffed
    | Corrected
    | AffectedChanged
    | Restricted
    | Linked
    | Unlinked
    | ClusterProposed
    | Clustered
    | ProjectStarted
    | MemberAdded
    | MemberLeft
    | ProjectAwaited
    | MemberAccepted
    | SampleDrawn
    | Joined
    | Left
    | ResolvedWith
    | Urged
    | Redacted
    | Withdrawn
    | LateReportKept
    | Refused
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger: an event of one case. Appended, never edited; unique on (cause, ordinal)."""

    case_id: str
    #: The case's version after this entry.
    version: int
    #: Id of the command that led to it.
    cause: str
    #: Position among the entries of the same cause, from 0.
    ordinal: int
    actor: Actor
    #: When it happened at the source.
    event_at: datetime
    #: When we put it on record.
    recorded_at: datetime
    event: AnyEvent
    #: Free text, redactable; empty when there is none.
    text: str = ""
    #: What the command asked (`commands.fingerprint`), on its first entry; empty on others and for the clock's.
    said: str = ""
