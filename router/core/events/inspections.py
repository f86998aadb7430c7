"""What happens to a case by inspections, requirements, and the top tier's hand."""

from __future__ import annotations

from router.core.commands import Outcome
from router.core.events.base import Event, Milestone


class InspectionRecorded(Event, frozen=True, kw_only=True, tag="InspectionRecorded"):
    """检查结果: somebody has looked."""

    #: Desk code, or the account of a person of supervision.
    by: str
    passed: bool
    evidence: tuple[str, ...] = ()


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


class Pulled(Event, frozen=True, kw_only=True, tag="Pulled"):
    """提办: a desk of the top tier took the case, past all tiers between. No escalation, and nobody's miss."""

    from_desk: str
    to_desk: str
    #: Indexes into the policy's ladder.
    from_step: int
    to_step: int
    by: str
