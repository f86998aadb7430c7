"""Gathering a bulletin: one case's history after the other, then the document. Any order gives the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from router.core import events as e
from router.core.bulletin.document import Basis, Bulletin, Kind, ProblemDays, Source
from router.core.bulletin.matters import district_matters
from router.core.bulletin.results import Results
from router.core.bulletin.risks import (
    Named,
    Reason,
    Risk,
    Risks,
    oldest_first,
    risk_of,
    why,
)
from router.core.bulletin.shares import share_lines
from router.core.bulletin.standing import EVERYTHING, Known, Standing, escalations, standing
from router.core.bulletin.summary import (
    DistrictFlow,
    EscalationLine,
    Summary,
    before_complaint,
    flow_of,
    visits_of,
)
from router.core.bulletin.week import Week, week_before
from router.core.case import Case
from router.core.counting.assessing import three_rates
from router.core.counting.coverage import coverage
from router.core.counting.figures import CaseFacts
from router.core.counting.problem_counts import windows_in
from router.core.counting.problems import Sighting, Windows, find_problems
from router.core.events import Entry
from router.core.history import advance
from router.core.offices.opening import VISIT
from router.core.rules import SUPERVISION, Rules

#: Instants are kept to the microsecond: from the first one after a week to the last one in it.
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
#: Key of the cases that name no district.
_NO_DISTRICT = ""

_Opened = Counter[tuple[str, str]]


class Gathering:
    """Takes the histories of all cases and makes one bulletin of them.

    Args:
        week: whose bulletin it is.
        rules: in force; names are by their tree, the week by the calendar of their last policy.
        knowing: gives rules that know a version of a policy; a case may keep one that is no longer in force.
        known: what counts as known; a replay's recording times say nothing, there everything does.
        basis: whether the ledger is that of a replay.
        windows: of the problems; None: those that the tree says.
    """

    def __init__(
        self,
        week: Week,
        rules: Rules,
        known: Known,
        basis: Basis,
        *,
        knowing: Callable[[str], Rules],
        windows: Windows | None = None,
    ) -> None:
        self._week = week
        self._rules = rules
        self._knowing = knowing
        self._basis = basis
        self._known = EVERYTHING if basis is Basis.HAPPENED else known
        self._windows = windows or windows_in(rules.tree)
        self._calendar = rules.calendar(rules.policies[-1])
        self._before = week_before(week, self._calendar)
        self._facts: list[CaseFacts] = []
        self._sightings: list[Sighting] = []
        #: Cases that were in hand in the week, and those that were closed or followed up in it.
        self._in_hand: list[Case] = []
        self._asked: list[Case] = []
        #: Visits in the week, in the week before.
        self._visits: tuple[list[Case], list[Case]] = ([], [])
        #: Opened in the week, in the week before → (district, category), and category groups.
        self._categories: tuple[_Opened, _Opened] = (Counter(), Counter())
        self._groups: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._risks: list[Risk] = []
        self._reasons: Counter[Reason] = Counter()
        self._open = self._withheld = self._entries = self._cases = 0
        self._last_recorded_at: datetime | None = None
        self._moves: Counter[tuple[str, str, str]] = Counter()
        self._happened: Counter[type[e.Event]] = Counter()
        self._results = Results(rules.tree, week, replayed=basis is Basis.HAPPENED)

    def take(self, history: Sequence[Entry]) -> None:
        """Note one case; `history` has all its entries, in the order of recording."""
        entries = self._known.of(history)
        at_cutoff = standing(entries, self._week.cutoff_at)
        if at_cutoff is None or at_cutoff.case.is_task:
            return
        self._take_source(at_cutoff)
        self._take_risk(at_cutoff, history)
        at_end = standing(entries, self._week.end_at - _INSTANT)
        if at_end is None:
            return
        for cases, period in zip(self._visits, (self._week.period, self._before.period), strict=True):
            if at_end.case.channel == VISIT and at_end.case.opened_at in period:
                cases.append(at_end.case)
        if at_end.case.is_matter:
            self._take_week(at_end, entries)

    def bulletin(self, kind: Kind, program: str) -> Bulletin:
        """The document of what was taken."""
        week, tree = self._week, self._rules.tree
        return Bulletin(
            kind=kind,
            week=week.name,
            monday=week.monday,
            sunday=week.sunday,
            zone=self._calendar.zone,
            start_at=week.start_at,
            end_at=week.end_at,
            cutoff_at=week.cutoff_at,
            recorded_until=self._known.recorded_until,
            basis=self._basis,
            city=Named(tree.root.code, tree.root.name),
            source=Source(
                entries=self._entries,
                cases=self._cases,
                last_recorded_at=self._last_recorded_at,
                tree=tree.version,
                program=program,
            ),
            risks=Risks(
                cases=oldest_first(self._risks),
                by_reason={reason: self._reasons[reason] for reason in Reason},
                open=self._open,
                withheld=self._withheld,
            ),
            summary=self._summary(),
            shares=share_lines(*self._groups, self._group_names()),
            matters=district_matters(
                _by_district(self._categories[0]),
                _by_district(self._categories[1]),
                self._districts(),
                self._names(),
            ),
            problem_days=tuple(self._problem_days()),
            ranking=self._results.ranking(),
        )

    # -- taking

    def _take_source(self, at_cutoff: Standing) -> None:
        self._cases += 1
        self._entries += len(at_cutoff.entries)
        last = max(entry.recorded_at for entry in at_cutoff.entries)
        self._last_recorded_at = max(self._last_recorded_at or last, last)

    def _take_risk(self, at_cutoff: Standing, history: Sequence[Entry]) -> None:
        case, at = at_cutoff.case, self._week.cutoff_at
        if not case.is_open:
            return
        self._open += 1
        rules = self._knowing(case.policy)
        reasons = why(at_cutoff, rules, at, replayed=self._basis is Basis.HAPPENED)
        if not reasons:
            return
        self._reasons.update(reasons.keys())
        # What has become known to be about an office since is not listed either: that is no matter of figures.
        if case.is_restricted or advance(None, history).is_restricted:
            self._withheld += 1
        else:
            self._risks.append(risk_of(at_cutoff, reasons, rules, at))

    def _take_week(self, at_end: Standing, entries: Sequence[Entry]) -> None:
        case, period = at_end.case, self._week.period
        facts = at_end.facts()
        self._facts.append(facts)
        self._sightings.append(at_end.sighting(facts))
        for index, one in enumerate((period, self._before.period)):
            if case.opened_at in one:
                # One case of a category would say what it is about, and in a district about whom.
                kept = case.is_restricted
                self._groups[index]["" if kept else case.category_group] += 1
                self._categories[index][case.district or _NO_DISTRICT, ("" if kept else case.category) or ""] += 1
        closed_now = facts.judged_at is not None and facts.judged_at in period
        if case.is_open or closed_now:
            self._in_hand.append(case)
        if closed_now or any(isinstance(x.event, e.FollowedUp) and x.event_at in period for x in at_end.entries):
            self._asked.append(case)
        for entry, event in escalations(entries):
            if entry.event_at in period:
                self._moves[event.from_name, event.to_name, event.cause.value] += 1
        self._happened.update(type(x.event) for x in entries if x.event_at in period)
        self._results.take(at_end, facts)

    # -- the parts

    def _summary(self) -> Summary:
        by_district: defaultdict[str, list[CaseFacts]] = defaultdict(list)
        for facts in self._facts:
            by_district[facts.district or _NO_DISTRICT].append(facts)
        names = self._districts()
        return Summary(
            week=flow_of(self._facts, self._week),
            before=flow_of(self._facts, self._before),
            by_district=tuple(
                DistrictFlow(
                    district=code, name=names.get(code, code), flow=flow_of(by_district[code], self._week)
                )
                for code in sorted({*names, *by_district})
            ),
            visits=visits_of(self._visits[0]),
            visits_before=visits_of(self._visits[1]),
            escalations=tuple(
                EscalationLine(from_step=start, to_step=end, cause=cause, count=count)
                for (start, end, cause), count in sorted(
                    self._moves.items(), key=lambda one: (self._height(one[0][0]), one[0])
                )
            ),
            pulled=self._happened[e.Pulled],
            skipped=self._happened[e.Skipped],
            taken_back=self._happened[e.EscalationUndone],
            three_rates=three_rates(self._asked),
            coverage=coverage(self._in_hand),
            before_complaint=before_complaint(
                find_problems(self._sightings, self._windows), self._sightings, self._week, self._week.end_at
            ),
        )

    def _height(self, step: str) -> tuple[int, str]:
        """Steps from the bottom to the top; those above the tiers last."""
        tiers = self._rules.tree.tiers
        return (
            (-tiers.index(step), step)
            if step in tiers
            else (int(step.startswith(SUPERVISION)) or -len(tiers), step)
        )

    def _districts(self) -> dict[str, str]:
        """Those of the tree, but for stand-ins for unknown ones, which are listed when they have cases."""
        tree = self._rules.tree
        known = {one.code: one.name for one in tree.children(tree.root.code) if not one.unknown}
        met = {code for counts in self._categories for code, _ in counts} - {_NO_DISTRICT}
        return known | {code: tree.division_name(code) for code in met}

    def _names(self) -> dict[str, str]:
        met = {category for counts in self._categories for _, category in counts}
        return {code: self._rules.tree.category_name(code) for code in met}

    def _problem_days(self) -> Iterator[ProblemDays]:
        yield ProblemDays(days=self._windows.default / _DAY)
        for group, window in sorted(self._windows.by_group.items()):
            if window != self._windows.default:
                yield ProblemDays(group=group, name=self._rules.tree.group_name(group), days=window / _DAY)

    def _group_names(self) -> dict[str, str]:
        return {code: self._rules.tree.group_name(code) for counts in self._groups for code in counts}


def _by_district(counts: _Opened) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (district, category), count in counts.items():
        found[district][category] = count
    return dict(found)
