"""Looking: what those say who ask the residents, or go and see: follow-up, inspections and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from router.core import commands as c
from router.core.telling.messages import Payload
from router.tiers.speaking import Speaking


class Looking(Speaking):
    """What a desk above says of work that was done."""

    def follow_up(
        self,
        case: Payload | str,
        *,
        result: c.FollowUpResult | str,
        asked: int = 1,
        accepted: int = 0,
        answers: c.Answers | None = None,
        team: Sequence[str] = (),
        reprocess: c.Reprocess | str | None = None,
        at: datetime | None = None,
    ) -> str:
        """回访: you asked those concerned, as a supervision desk; counts only, no names.

        Args:
            case: that is resolved and waits for its follow-up.
            result: one of `commands.FollowUpResult`, by value.
            asked: how many were asked.
            accepted: how many of them accept; 0 with the result `accepted` means all.
            answers: what a resident says of the unit, for its rates; None: nobody was asked for them.
            team: codes of desks whose people asked together with yours.
            reprocess: who works on it again if the gate fails, by value; None: as the policy says.
            at: when they were asked.

        Raises:
            ValueError: there is no such result, or nobody of that name to work on it again.
            UsageError: a number is none.
        """
        return self.say(
            c.FollowUp,
            case,
            result=c.FollowUpResult(result),
            asked=asked,
            accepted=accepted,
            answers=answers,
            team=tuple(team),
            reprocess=c.Reprocess(reprocess) if reprocess is not None else None,
            at=at,
        )

    def record_inspection(
        self,
        case: Payload | str,
        *,
        passed: bool,
        findings: Sequence[c.Finding] = (),
        evidence: Sequence[str] = (),
        text: str = "",
        reprocess: c.Reprocess | str | None = None,
        at: datetime | None = None,
    ) -> str:
        """检查结果: you have looked; a fail sends a resolved case back to work, each finding becomes a case.

        Raises:
            ValueError: `reprocess` is nobody who works on it again.
        """
        papers = {"findings": tuple(findings), "evidence": tuple(evidence)}
        again = c.Reprocess(reprocess) if reprocess is not None else None
        return self.say(c.RecordInspection, case, passed=passed, text=text, reprocess=again, at=at, **papers)

    def inspect(self, task: c.Task, *, source_id: str, text: str = "", at: datetime | None = None) -> str:
        """检查任务: for supervision and desks of the top tier; the same `source_id` is the same task."""
        where = {"source": c.INSPECTION, "source_id": source_id, "channel": c.INSPECTION}
        return self.say(c.Open, "", task=task, text=text, at=at, **where)

    def draw_inspection(self, case: Payload | str, *, seed: str, at: datetime | None = None) -> str:
        """抽查: draw with the seed whose hash is on record."""
        return self.say(c.DrawInspection, case, seed=seed, at=at)

    def sweep(
        self,
        case: Payload | str,
        *,
        checklist: Sequence[str],
        desks: Sequence[str] = (),
        category: str | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """举一反三: the same checklist at each sibling of the inspected desk, or at those named."""
        listed = {"checklist": tuple(checklist), "desks": tuple(desks)}
        return self.say(c.Sweep, case, category=category, text=text, at=at, **listed)

    def issue_requirements(
        self,
        case: Payload | str,
        *,
        requirements: Sequence[str],
        due_at: datetime | None = None,
        at: datetime | None = None,
    ) -> str:
        """整改要求: what must be ticked before the case closes; None: within five working days."""
        return self.say(c.IssueRequirements, case, requirements=tuple(requirements), due_at=due_at, at=at)

    def tick(self, case: Payload | str, *, requirement: int, text: str = "", at: datetime | None = None) -> str:
        """销号: requirement number `requirement` is met."""
        return self.say(c.Tick, case, requirement=requirement, text=text, at=at)
