"""Batch projects (批量项目): many cases about one trouble, dealt with as one from the tier above."""

from __future__ import annotations

from datetime import datetime

from router.core.commands.base import Command
from router.core.commands.life import Outcome
from router.core.commands.links import Related


class Cluster(Command, frozen=True, kw_only=True, tag="case.cluster.v1"):
    """批量立项: make a project of this case and others. Only the tier above does, of cases that are below it."""

    #: Ids of the other cases.
    cases: tuple[str, ...]
    #: When it is to be done; the members' own clocks wait until then.
    due_at: datetime
    #: When a plan is to be filed; None: no plan is asked for.
    plan_due_at: datetime | None = None
    #: The desk that leads it; None: whoever says so.
    desk: str | None = None
    #: Members of each division that are asked whether they accept; they speak for the others there. 0: each member
    #: passes its own gate.
    sample: int = 0
    #: What is to be done.
    text: str = ""


class Join(Command, frozen=True, kw_only=True, tag="case.join.v1"):
    """并入项目: one more case belongs to this project."""

    #: Id of the case that joins.
    other: str


class Leave(Command, frozen=True, kw_only=True, tag="case.leave.v1"):
    """退出项目: this case is dealt with by itself again."""

    text: str = ""


class StartProject(Command, frozen=True, kw_only=True, tag="case.start_project.v1"):
    """立项: the project itself, a case of its own kind, as a `case.cluster.v1` was granted."""

    #: The case that was granted it.
    founder: str
    #: Desk code of who asked for it.
    by: str
    desk: str
    members: tuple[Related, ...]
    matter_type: str
    category: str | None
    category_group: str
    division_path: tuple[str, ...]
    due_at: datetime
    plan_due_at: datetime | None = None
    sample: int = 0
    text: str = ""


class Enrol(Command, frozen=True, kw_only=True, tag="case.enrol.v1"):
    """并入: this case belongs to a project, if it still can."""

    project: str
    by: str
    due_at: datetime


class NoteMember(Command, frozen=True, kw_only=True, tag="case.note_member.v1"):
    """What has become of a member of this project."""

    member: str
    #: Of the member, when it said so.
    version: int
    #: It left; False: those who were asked accept what was done.
    left: bool
    #: Why it left.
    reason: str = ""


class ResolveWith(Command, frozen=True, kw_only=True, tag="case.resolve_with.v1"):
    """随同办结: what was done for another case was done for this one too; its own gate remains."""

    other: str
    outcome: Outcome
    evidence: tuple[str, ...] = ()
    text: str = ""
    #: The other one is the project this one belongs to; False: it is the same appeal, by another channel.
    project: bool = False
    #: Whether its resident is asked for all of the division; None: each member passes its own gate.
    asked: bool | None = None


class CloseBySample(Command, frozen=True, kw_only=True, tag="case.close_by_sample.v1"):
    """抽样归档: those who were asked in this division accept what was done."""

    project: str
