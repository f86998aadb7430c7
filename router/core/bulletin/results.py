"""What fell due at each desk: kept in time by whoever led, missed by whoever held the case then."""

from __future__ import annotations

from collections import Counter

from router.core import events as e
from router.core.bulletin.ranking import MINIMUM_N, DeskResult, Ranking, ranking
from router.core.bulletin.standing import Standing
from router.core.bulletin.week import Week
from router.core.counting.figures import CaseFacts
from router.core.counting.hands import HolderKind
from router.core.counting.holding import charged, holding
from router.core.events import MilestoneStatus
from router.core.territory.tree import DeskKind, Tree

#: Those that can be compared: they deal with matters. A triage desk or supervision does not.
_COMPARED = (DeskKind.TERRITORIAL, DeskKind.FUNCTIONAL)


class Results:
    """Counts the cases due in one week by desk.

    A miss is the desk's that held the case when its due date passed, by the account of holding time; one of the
    channel, a dispatcher, an approval, the follow-up or our own delay is no desk's. An excused one, and one in an
    outage on record, counts for nobody.
    """

    def __init__(self, tree: Tree, week: Week, *, replayed: bool) -> None:
        self._tree = tree
        self._week = week
        self._replayed = replayed
        self._met: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    def take(self, at_end: Standing, facts: CaseFacts) -> None:
        """Note one case as it stood when the week ended."""
        if facts.due_at is None or facts.due_at not in self._week.period:
            return
        if facts.is_in_time:
            self._met[at_end.case.lead] += 1
        elif not _is_forgiven(at_end):
            spans = holding(at_end.entries, self._week.end_at, replayed=self._replayed)
            held = charged(spans, facts.due_at)
            if held is not None and held.kind is HolderKind.DESK:
                self._missed[held.holder] += 1

    def ranking(self, minimum_n: int = MINIMUM_N) -> Ranking:
        """The desks among their peers."""
        return ranking(
            [self._result(code) for code in {*self._met, *self._missed} if self._is_compared(code)], minimum_n
        )

    def _is_compared(self, code: str) -> bool:
        desk = self._tree.desks.get(code)
        return desk is not None and desk.kind in _COMPARED and not self._tree.divisions[desk.division].unknown

    def _result(self, code: str) -> DeskResult:
        desk = self._tree.desks[code]
        return DeskResult(
            desk=code,
            name=desk.name,
            tier=self._tree.tiers[self._tree.tier_of(desk)],
            kind=desk.kind.value,
            line=desk.line or "",
            met=self._met[code],
            missed=self._missed[code],
        )


def _is_forgiven(at_end: Standing) -> bool:
    """Whether the miss of the first due date is nobody's: excused, within an outage, or after a delay of ours."""
    due = at_end.case.due_at
    if any(m.excused and m.status is MilestoneStatus.MISSED and m.due_at == due for m in at_end.case.milestones):
        return True
    return any(_was_ours(entry.event) for entry in at_end.entries if getattr(entry.event, "due_at", None) == due)


def _was_ours(event: e.Event) -> bool:
    if isinstance(event, e.DeadlineMissed):
        return bool(event.outage) or not event.charged_to  # over before we had the case
    return isinstance(event, e.SystemDelayed)
