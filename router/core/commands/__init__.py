"""Commands: what somebody asks to be done to a case (imperative). Each may be refused with a reason.

A command is a value with an id of its own: the same id is the same command, however often it is delivered.
The wire name of each (`case.accept.v1`) is its tag; `docs/wire.md` is generated from these structs.
"""

from __future__ import annotations

from router.core.commands.base import (
    Actor as Actor,
    ActorRole as ActorRole,
    Command as Command,
    Contact as Contact,
    Place as Place,
    Reprocess as Reprocess,
)
from router.core.commands.clocks import (
    ApproveExtension as ApproveExtension,
    ApproveSuspension as ApproveSuspension,
    Excuse as Excuse,
    Recheck as Recheck,
    RefuseExtension as RefuseExtension,
    RefuseSuspension as RefuseSuspension,
    Replan as Replan,
    RequestExtension as RequestExtension,
    RequestSuspension as RequestSuspension,
    Resume as Resume,
    Star as Star,
    Unstar as Unstar,
)
from router.core.commands.fingerprint import fingerprint as fingerprint
from router.core.commands.guards import (
    CancelDeadlines as CancelDeadlines,
    NoteUnstaffed as NoteUnstaffed,
    Rearm as Rearm,
    TakeOver as TakeOver,
    UndoEscalation as UndoEscalation,
)
from router.core.commands.inspections import (
    INSPECTION as INSPECTION,
    DrawInspection as DrawInspection,
    Finding as Finding,
    IssueRequirements as IssueRequirements,
    NoteInspection as NoteInspection,
    Pull as Pull,
    RecordInspection as RecordInspection,
    Sweep as Sweep,
    Target as Target,
    Task as Task,
    TaskKind as TaskKind,
    Tick as Tick,
)
from router.core.commands.levels import ConfirmLevel as ConfirmLevel
from router.core.commands.life import (
    Accept as Accept,
    AcceptEscalation as AcceptEscalation,
    Adopt as Adopt,
    Answers as Answers,
    ApproveReturn as ApproveReturn,
    Close as Close,
    Correct as Correct,
    Designate as Designate,
    Dispatch as Dispatch,
    Escalate as Escalate,
    FollowUp as FollowUp,
    FollowUpResult as FollowUpResult,
    KeepOut as KeepOut,
    Mitigate as Mitigate,
    Open as Open,
    Outcome as Outcome,
    PassDeadline as PassDeadline,
    Recompute as Recompute,
    RefuseReturn as RefuseReturn,
    Reopen as Reopen,
    Reply as Reply,
    ReportProgress as ReportProgress,
    RequestReturn as RequestReturn,
    Resolve as Resolve,
    Satisfaction as Satisfaction,
    Withdraw as Withdraw,
)
from router.core.commands.links import (
    Link as Link,
    Redact as Redact,
    Related as Related,
    Unlink as Unlink,
    Urge as Urge,
)
from router.core.commands.naming import others as others
from router.core.commands.projects import (
    CloseBySample as CloseBySample,
    Cluster as Cluster,
    Enrol as Enrol,
    Join as Join,
    Leave as Leave,
    NoteMember as NoteMember,
    ResolveWith as ResolveWith,
    StartProject as StartProject,
)
from router.core.commands.together import (
    AddAssist as AddAssist,
    AssignLeader as AssignLeader,
    EndMediation as EndMediation,
    FilePlan as FilePlan,
    Instruct as Instruct,
    Mark as Mark,
    Mediate as Mediate,
    RemoveAssist as RemoveAssist,
    ReportIn as ReportIn,
    Review as Review,
    Whistle as Whistle,
)

AnyCommand = (
    Open
    | Dispatch
    | Accept
    | ReportProgress
    | Reply
    | Mitigate
    | Whistle
    | ReportIn
    | AddAssist
    | RemoveAssist
    | AssignLeader
    | Instruct
    | FilePlan
    | Review
    | Mark
    | Mediate
    | EndMediation
    | RequestReturn
    | ApproveReturn
    | RefuseReturn
    | Designate
    | RequestExtension
    | ApproveExtension
    | RefuseExtension
    | RequestSuspension
    | ApproveSuspension
    | RefuseSuspension
    | Recheck
    | Resume
    | Excuse
    | Star
    | Unstar
    | Replan
    | Resolve
    | FollowUp
    | RecordInspection
    | NoteInspection
    | DrawInspection
    | Sweep
    | IssueRequirements
    | Tick
    | Close
    | Reopen
    | Escalate
    | AcceptEscalation
    | Pull
    | Adopt
    | Correct
    | Link
    | Unlink
    | Cluster
    | Join
    | Leave
    | StartProject
    | Enrol
    | NoteMember
    | ResolveWith
    | CloseBySample
    | Urge
    | Redact
    | Withdraw
    | ConfirmLevel
    | PassDeadline
    | KeepOut
    | Recompute
    | TakeOver
    | CancelDeadlines
    | UndoEscalation
    | Rearm
    | NoteUnstaffed
)

#: Wire type to struct, for decoding by the message's type property.
COMMAND_TYPES: dict[str, type[Command]] = {str(kind.__struct_config__.tag): kind for kind in AnyCommand.__args__}
