"""Inspections and what comes of them: drawn or ordered, recorded, what is required, a case pulled to the top."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from router.core.commands.base import Command, Reprocess

#: Channel and source of everything that comes of inspections.
INSPECTION = "inspection"


class TaskKind(StrEnum):
    """What somebody is sent out for."""

    VISIT = "visit"  # 检查: look at one desk, or at one case of it
    RECHECK = "recheck"  # 回头看: look again at a case that was closed
    DRAW = "draw"  # 抽查: draw some of many by lot, and have each looked at


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is looked at: a desk, or one case of it."""

    desk: str
    case: str | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An inspection task: a case of its own, led by whoever inspects, hidden from the inspected until done."""

    kind: TaskKind
    #: One; of a draw everybody who may be drawn.
    targets: tuple[Target, ...]
    #: By when the result is on record.
    due_at: datetime
    #: Of a re-check: which one it is after that closing, from 1.
    number: int = 0
    #: Of a draw: how many are drawn.
    count: int = 0
    #: Of a draw: SHA-256 of the seed in hexadecimal digits, given before anybody can know the draw.
    seed_hash: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something an inspection found: it becomes a case of its own."""

    text: str
    category: str | None = None
    #: Desk that must act; None: the inspected one.
    desk: str | None = None


class RecordInspection(Command, frozen=True, kw_only=True, tag="case.record_inspection.v1"):
    """检查结果: somebody has looked. Under gate `inspection` a pass closes; a fail sends it back to work."""

    passed: bool
    findings: tuple[Finding, ...] = ()
    #: References of documents; no personal data.
    evidence: tuple[str, ...] = ()
    text: str = ""
    #: Who works on it again if the gate fails; None: as the policy says.
    reprocess: Reprocess | None = None


class NoteInspection(Command, frozen=True, kw_only=True, tag="case.note_inspection.v1"):
    """The router's own word to a case, or to a draw, of what came of an inspection task."""

    #: Id of the task.
    task: str
    #: Desk code, or the account of a person, who looked.
    by: str
    #: None: the task was withdrawn.
    passed: bool | None
    #: Of a re-check: which one it was, and when it was to be done.
    number: int = 0
    planned_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    text: str = ""
    reprocess: Reprocess | None = None


class DrawInspection(Command, frozen=True, kw_only=True, tag="case.draw_inspection.v1"):
    """抽查: draw by lot with the seed whose hash is on record; each that is drawn becomes a task."""

    seed: str


class Sweep(Command, frozen=True, kw_only=True, tag="case.sweep.v1"):
    """举一反三: the same checklist at each sibling desk, a case each."""

    #: What each must do, ticked one by one.
    checklist: tuple[str, ...]
    #: Desks that get it; none: every sibling of the inspected desk, else of the lead.
    desks: tuple[str, ...] = ()
    category: str | None = None
    text: str = ""


class IssueRequirements(Command, frozen=True, kw_only=True, tag="case.issue_requirements.v1"):
    """整改要求: a supervision order whose requirements are ticked, one by one, before the case closes."""

    #: What is required, a sentence each.
    requirements: tuple[str, ...]
    #: By when all of them are to be ticked; None: within five working days.
    due_at: datetime | None = None


class Tick(Command, frozen=True, kw_only=True, tag="case.tick.v1"):
    """销号: whoever issued a requirement, or inspects, confirms that it is met. Never the handling desk."""

    #: Number of the requirement on this case, from 1.
    requirement: int
    evidence: tuple[str, ...] = ()
    text: str = ""


class Pull(Command, frozen=True, kw_only=True, tag="case.pull.v1"):
    """提办: the top tier takes the case at once, past all tiers between. Nobody is blamed for it."""

    #: Desk of the top tier that gets it; None: the desk that says so, else the city's own.
    desk: str | None = None
    text: str = ""
