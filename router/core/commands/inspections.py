"""Inspections and what comes of them: their results, what is required of a desk, a case pulled to the top."""

from __future__ import annotations

from datetime import datetime

from router.core.commands.base import Command


class RecordInspection(Command, frozen=True, kw_only=True, tag="case.record_inspection.v1"):
    """检查结果: somebody has looked. Under gate `inspection` a pass closes; a fail sends it back to work."""

    passed: bool
    #: References of documents; no personal data.
    evidence: tuple[str, ...] = ()
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
