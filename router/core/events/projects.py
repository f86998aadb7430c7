"""What happens to a batch project and to the cases in it."""

from __future__ import annotations

from datetime import datetime

from router.core.commands.links import Related
from router.core.events.base import Event, Milestone
from router.core.events.clocks import Moved


class Clustered(Event, frozen=True, kw_only=True, tag="Clustered"):
    """批量立项: a project was made around this case."""

    project: str
    by: str
    count: int


class ProjectStarted(Event, frozen=True, kw_only=True, tag="ProjectStarted"):
    """立项: this case is a project; its clocks are its plan dates."""

    founder: str
    by: str
    members: tuple[Related, ...]
    due_at: datetime
    #: Members of each division that are asked; 0: each passes its own gate.
    sample: int = 0
    milestones: tuple[Milestone, ...] = ()


class MemberAdded(Event, frozen=True, kw_only=True, tag="MemberAdded"):
    """One more case belongs to this project."""

    member: Related


class MemberLeft(Event, frozen=True, kw_only=True, tag="MemberLeft"):
    """A case does not belong to this project any more."""

    member: str
    reason: str


class MemberAccepted(Event, frozen=True, kw_only=True, tag="MemberAccepted"):
    """A member that was asked accepts what was done."""

    member: str


class SampleDrawn(Event, frozen=True, kw_only=True, tag="SampleDrawn"):
    """抽样: these members are asked, for all of their divisions."""

    asked: tuple[str, ...]


class Joined(Event, frozen=True, kw_only=True, tag="Joined"):
    """并入: this case belongs to a project; its clocks wait until that is due."""

    project: str
    by: str
    due_at: datetime


class Left(Event, frozen=True, kw_only=True, tag="Left"):
    """退出: this case does not belong to a project any more, or could not join it."""

    project: str
    #: `asked`, `refused` (its resident does not accept), `not_open`, `in_another`.
    reason: str
    #: Its clocks that had waited for the project, at their own dates again, and no earlier than `not_before`.
    moved: tuple[Moved, ...] = ()
    not_before: datetime | None = None


class ProjectAwaited(Event, frozen=True, kw_only=True, tag="ProjectAwaited"):
    """随项目顺延: the project is late; its member waits on, and nobody has missed anything."""

    project: str
    moved: tuple[Moved, ...]


class ResolvedWith(Event, frozen=True, kw_only=True, tag="ResolvedWith"):
    """随同办结: what was done for another case was done for this one too."""

    other: str
    project: bool = False
    #: Whether its resident is asked for all of the division; None: it passes its own gate.
    asked: bool | None = None
