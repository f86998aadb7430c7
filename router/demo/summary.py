"""What came of it: the figures of the demo by tier, from the ledger alone.

A case counts at the tier of its first lead, wherever it stands now; an escalation at the step it left. Nothing
of wall time, path or server is in a summary, so the same seed gives the same one everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.counting.assessing import three_rates
from router.core.counting.problem_counts import case_by_gate, sighting_by_gate, windows_in
from router.core.counting.problems import Period, Problem, Sighting, Tally, find_problems, summarise as share_of
from router.core.events import MilestoneStatus
from router.core.policies.policy import Satisfies, Track
from router.core.territory.tree import Tree
from router.demo.history import History
from router.demo.temperaments import TEMPERAMENTS, temperament_of
from router.ledger.port import Ledger


class OldestOpen(msgspec.Struct, frozen=True, kw_only=True):
    """The case that has been open longest, of those whose clocks are not suspended."""

    case_id: str
    category: str | None
    opened_at: datetime
    #: Names of its leads from the first to the present one.
    leads: tuple[str, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one tier, or of all."""

    opened: int = 0
    resolved: int = 0
    open: int = 0
    #: By the original due date, up to now.
    due: int = 0
    met: int = 0
    #: Deadline escalations that left this tier.
    escalated: int = 0
    returns: int = 0
    #: Problems first seen here; how many were resolved before a complaint, and how many of these may still change.
    problems: int = 0
    before_complaint: int = 0
    provisional: int = 0
    oldest: OldestOpen | None = None

    @property
    def on_time(self) -> float | None:
        """Share of the due ones that were resolved in time; None when none was due."""
        return self.met / self.due if self.due else None

    @property
    def before_complaint_share(self) -> float | None:
        """Cohort ratio; None when no problem was seen."""
        return self.before_complaint / self.problems if self.problems else None


class StepUp(msgspec.Struct, frozen=True, kw_only=True):
    """Escalations from one step of the ladder to the next."""

    from_step: str
    to_step: str
    #: By cause: `deadline` alone counts against a desk.
    by_cause: dict[str, int]


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """How the cases of all first leads of one temperament went."""

    desks: int
    opened: int
    due: int
    met: int
    returns: int
    escalated: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the city's cases."""

    city: str
    seed: int
    weeks: int
    per_day: int
    as_of: datetime
    #: Tier code → figures, the lowest tier first.
    tiers: dict[str, Line]
    total: Line
    escalations: tuple[StepUp, ...]
    #: Steps of the ladder passed over because no active desk stands there.
    skipped: int
    triaged: int
    returns_approved: int
    #: Cases that got more time, that are suspended now, and whose residents answered the three questions (三率).
    extended: int
    suspended: int
    answered: int
    #: Running deadlines that lie past the calendar's end: they may move with the next notice.
    provisional_deadlines: int
    #: Whether enough cases have a place for the ratio to say something.
    before_complaint_assessable: bool
    #: Cases that started from the city's own eyes, in all cases.
    proactive: int
    moods: dict[str, Mood]


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a summary needs of a case beside its state."""

    case: Case
    #: Desk codes in order.
    leads: tuple[str, ...]
    tier: str
    escalated: int
    returns: int


def summarise(ledger: Ledger, tree: Tree, as_of: datetime, *, weeks: int, per_day: int, seed: int) -> Summary:
    """Count what the ledger holds as of an instant."""
    history = History(ledger)
    records = [
        _Record(
            case=case,
            leads=tuple(history.leads[case.id]),
            tier=tree.tiers[tree.tier_of(tree.desks[history.leads[case.id][0]])],
            escalated=history.escalated[case.id],
            returns=history.returns[case.id],
        )
        for case in ledger.all_cases()
        if case.is_matter
    ]
    sightings = {
        record.case.id: sighting_by_gate(
            case_by_gate(record.case, history.gates[record.case.id], record.case.district),
            history.gates[record.case.id],
        )
        for record in records
    }
    problems = find_problems(sightings.values(), windows_in(tree))
    tiers = [*reversed(tree.tiers)]
    tier_of = {record.case.id: record.tier for record in records}
    share = share_of(problems, sightings.values(), Period(), as_of)
    return Summary(
        city=tree.root.name,
        seed=seed,
        weeks=weeks,
        per_day=per_day,
        as_of=as_of,
        tiers={
            tier: _line(
                tree,
                [record for record in records if record.tier == tier],
                _tally([p for p in problems if tier_of[p.members[0]] == tier], (), as_of),
                history.left[tier],
                as_of,
            )
            for tier in tiers
        },
        total=_line(tree, records, share.total.cohort, sum(history.left.values()), as_of),
        escalations=tuple(
            StepUp(from_step=start, to_step=end, by_cause=dict(sorted(causes.items())))
            for (start, end), causes in sorted(history.steps.items(), key=lambda step: _rank(tree, step[0][0]))
        ),
        skipped=history.skipped,
        triaged=sum(record.case.triaged for record in records),
        returns_approved=history.returns_approved,
        extended=sum(bool(record.case.changes.extensions) for record in records),
        suspended=sum(record.case.state is State.SUSPENDED for record in records),
        answered=three_rates([record.case for record in records]).valid,
        provisional_deadlines=sum(
            milestone.provisional and milestone.status is MilestoneStatus.RUNNING
            for record in records
            for milestone in record.case.milestones
        ),
        before_complaint_assessable=share.is_assessable,
        proactive=share.proactive.numerator,
        moods=_moods(tree, records, as_of),
    )


def is_met(case: Case) -> bool:
    """Whether the promise to the citizen was kept: the statutory milestone, as first set, was met."""
    return any(
        milestone.status is MilestoneStatus.MET
        for milestone in case.milestones
        if milestone.due_at == case.due_at
        and milestone.track is Track.STATUTORY
        and milestone.satisfied_by in (Satisfies.CLOSED, Satisfies.RESOLVED)
    )


def _line(tree: Tree, records: list[_Record], tally: Tally, escalated: int, as_of: datetime) -> Line:
    cases = [record.case for record in records]
    due = [case for case in cases if case.due_at is not None and case.due_at <= as_of]
    still_open = sum(case.is_open for case in cases)
    return Line(
        opened=len(cases),
        resolved=len(cases) - still_open,
        open=still_open,
        due=len(due),
        met=sum(is_met(case) for case in due),
        escalated=escalated,
        returns=sum(record.returns for record in records),
        problems=tally.denominator,
        before_complaint=tally.numerator,
        provisional=tally.provisional,
        oldest=_oldest(tree, records),
    )


def _oldest(tree: Tree, records: Iterable[_Record]) -> OldestOpen | None:
    """The oldest open case that everybody may be shown and that somebody should be working on."""
    at_work = (r for r in records if r.case.is_open and r.case.state is not State.SUSPENDED)
    shown = (r for r in at_work if not r.case.is_restricted)
    oldest = min(shown, key=lambda record: (record.case.opened_at, record.case.id), default=None)
    if oldest is None:
        return None
    category = tree.categories.get(oldest.case.category or "")
    return OldestOpen(
        case_id=oldest.case.id,
        category=category.name if category is not None else None,
        opened_at=oldest.case.opened_at,
        leads=tuple(tree.desks[code].name for code in oldest.leads),
    )


def _tally(problems: list[Problem], sightings: Iterable[Sighting], as_of: datetime) -> Tally:
    return share_of(problems, sightings, Period(), as_of).total.cohort


def _rank(tree: Tree, step: str) -> tuple[int, str]:
    """Steps from the bottom to the top."""
    return (-tree.tiers.index(step), step) if step in tree.tiers else (1, step)


def _moods(tree: Tree, records: list[_Record], as_of: datetime) -> dict[str, Mood]:
    of_mood: defaultdict[str, list[_Record]] = defaultdict(list)
    for record in records:
        of_mood[temperament_of(tree.desks[record.leads[0]]).code].append(record)
    return {mood.code: _mood(of_mood[mood.code], as_of) for mood in TEMPERAMENTS if of_mood[mood.code]}


def _mood(records: list[_Record], as_of: datetime) -> Mood:
    due = [r.case for r in records if r.case.due_at is not None and r.case.due_at <= as_of]
    return Mood(
        desks=len({record.leads[0] for record in records}),
        opened=len(records),
        due=len(due),
        met=sum(is_met(case) for case in due),
        returns=sum(record.returns for record in records),
        escalated=sum(record.escalated > 0 for record in records),
    )


def encode(summary: Summary) -> bytes:
    """One JSON document with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(summary, order="sorted"), indent=1) + b"\n"


__all__ = ["Line", "Mood", "OldestOpen", "StepUp", "Summary", "encode", "is_met", "summarise"]
