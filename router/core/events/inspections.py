"""What happens to a case by inspections, requirements, and the top tier's hand."""

from __future__ import annotations

from router.core.commands import Outcome, Reprocess, Target
from router.core.events.base import Event, Milestone


class InspectionRecorded(Event, frozen=True, kw_only=True, tag="InspectionRecorded"):
    """检查结果: somebody has looked."""

    #: Desk code, or the account of a person of supervision.
    by: str
    #: None: the task was withdrawn.
    passed: bool | None
    evidence: tuple[str, ...] = ()
    #: Id of the inspection task it comes from; None: it is the task's own, or there was none.
    task: str | None = None
    #: Of a re-check: which one it was.
    number: int = 0
    #: Ids of the cases that the findings became.
    findings: tuple[str, ...] = ()
    #: Who was to work on it again, should the gate fail; None: as the policy says.
    reprocess: Reprocess | None = None


class InspectionDrawn(Event, frozen=True, kw_only=True, tag="InspectionDrawn"):
    """抽查: some were drawn by lot; anybody who has the seed draws the same (`router.core.several.lots`)."""

    seed: str
    drawn: tuple[Target, ...]
    #: Ids of their tasks, in the same order.
    tasks: tuple[str, ...]


class DrawRevealed(Event, frozen=True, kw_only=True, tag="DrawRevealed"):
    """Every drawn desk was looked at: the draw and its seed are no secret any more."""

    seed: str
    drawn: tuple[Target, ...]


class Swept(Event, frozen=True, kw_only=True, tag="Swept"):
    """举一反三: sibling desks got the same checklist, a case each."""

    by: str
    desks: tuple[str, ...]
    #: Ids of their cases, in the same order.
    cases: tuple[str, ...]


class RequirementIssued(Event, frozen=True, kw_only=True, tag="RequirementIssued"):
    """整改要求: the case does not close before this is ticked. The words stand beside the event."""

    #: Number on this case, from 1.
    number: int
    by: str
    #: By when those issued together are to be ticked, on the first of them.
    milestone: Milestone | None = None


class RequirementTicked(Event, frozen=True, kw_only=True, tag="RequirementTicked"):
    """销号: a requirement is met."""

    number: int
    by: str
    evidence: tuple[str, ...] = ()


class GatePassed(Event, frozen=True, kw_only=True, tag="GatePassed"):
    """The gate is passed, and the case closes as soon as every requirement is ticked."""

    gate: str
    outcome: Outcome
    #: Numbers of the requirements that are open.
    open: tuple[int, ...]
    #: Desk code of whoever is to tick them.
    waits_for: str = ""


class Pulled(Event, frozen=True, kw_only=True, tag="Pulled"):
    """提办: a desk of the top tier took the case, past all tiers between. No escalation, and nobody's miss."""

    from_desk: str
    to_desk: str
    #: Indexes into the policy's ladder.
    from_step: int
    to_step: int
    by: str
