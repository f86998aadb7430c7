"""What happens to a case that several offices have to do with."""

from __future__ import annotations

from router.core.events.base import Event, Milestone


class Whistled(Event, frozen=True, kw_only=True, tag="Whistled"):
    """吹哨: a desk was called to help; it assists, and must report in by the milestone, which it holds itself."""

    desk: str
    by: str
    milestone: Milestone


class ReportedIn(Event, frozen=True, kw_only=True, tag="ReportedIn"):
    """报到: a called desk is there."""

    desk: str


class AssistAdded(Event, frozen=True, kw_only=True, tag="AssistAdded"):
    """A desk helps with the case; who leads does not change."""

    desk: str
    by: str


class AssistRemoved(Event, frozen=True, kw_only=True, tag="AssistRemoved"):
    """A desk helps no more; a call it has not answered is void."""

    desk: str
    by: str


class LeaderAssigned(Event, frozen=True, kw_only=True, tag="LeaderAssigned"):
    """包案: a leader answers for the case by name."""

    leader: str
    tier: str
    by: str


class Instructed(Event, frozen=True, kw_only=True, tag="Instructed"):
    """批示: a leader said what is to be done."""

    leader: str
    tier: str
    by: str


class PlanFiled(Event, frozen=True, kw_only=True, tag="PlanFiled"):
    """方案: the lead said how it will deal with the matter."""

    desk: str
    evidence: tuple[str, ...] = ()


class Reviewed(Event, frozen=True, kw_only=True, tag="Reviewed"):
    """审核: passed or not."""

    by: str
    passed: bool
    #: The milestone it was for; None: none waited for it.
    milestone: str | None = None
    #: A failed one: clocks that run anew, for a better plan and for looking at it.
    milestones: tuple[Milestone, ...] = ()


class Marked(Event, frozen=True, kw_only=True, tag="Marked"):
    """A watcher has looked."""

    watcher: str
    desk: str
    #: The milestone it was for; None: none waited for it.
    milestone: str | None = None
    on_site: bool = False


class MediationStarted(Event, frozen=True, kw_only=True, tag="MediationStarted"):
    """转调解: a mediation desk has it in hand until the milestone, which it holds itself."""

    desk: str
    by: str
    milestone: Milestone


class MediationEnded(Event, frozen=True, kw_only=True, tag="MediationEnded"):
    """调解结束: settled, or failed."""

    desk: str
    settled: bool
