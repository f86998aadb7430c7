"""The figures of a ledger as of an instant: the OUT document of ``case-router replay``.

The law of this room: the document depends on the facts alone. Nothing of wall time, path, server, speed or
order of arrival gets in, so the same ledger always gives the same bytes.

Readings chosen where the definition is silent:

- *Due in the period* means due up to and including ``as_of``; the period has no beginning of its own. A case
  due at that very instant and still open is in the denominator, though it is still running and not missed.
- A refused record opened no case and has no place on the ledger. In ``by_district`` it is counted where the
  caller knows the place, and else in the total only.
- A missed due date is charged to whoever held the case at that instant
  (:func:`router.core.counting.holding.charged`); of a case that ended as it began, to the channel that brought it.
- A case closed before it opened counts as closed, and its deadline is judged as if it had closed at its
  opening; its duration is unknown and stays out of ``resolution_hours``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from router.core.case import Case, State
from router.core.counting.hands import HolderKind
from router.core.counting.holding import Span, charged
from router.core.counting.problems import Origin, Problem, Sighting, Windows, find_problems
from router.core.events import Milestone, MilestoneStatus
from router.core.policies.policy import Track

#: The upper edges of the resolution buckets in hours, inclusive; "+Inf" is added.
BUCKETS_H = (1, 4, 8, 24, 48, 72, 120, 168, 240, 360, 720, 2160)
#: The key in ``by_district`` of the cases whose place is not known.
UNKNOWN = "unknown"

#: In whose word an outcome stands.
DecidedBy = Literal["desk", "hotline", "other"]

_HOUR_S = 3600
# Three decimals of an hour are 3.6 s: finer than any source, and what published sums carry.
_HOURS_DECIMALS = 3


class CaseFacts(Struct, frozen=True, gc=False):
    """What the figures need to know of a case; instants are aware, events after ``as_of`` are cut."""

    case_id: str
    source: str
    source_id: str
    opened_at: datetime
    #: The case-level due date; None: the case has none.
    due_at: datetime | None
    #: The last closing; None while open.
    closed_at: datetime | None
    #: The district of the case's place, never of its present lead; None is unknown.
    district: str | None
    #: The case went to a triage desk when it was opened.
    triaged: bool
    origin: Origin
    #: None is unknown.
    matter_type: str | None = None
    category_group: str | None = None
    #: None: the case cannot be linked.
    place_key: str | None = None
    #: None where the source records no outcome.
    outcome: str | None = None
    outcome_decided_by: DecidedBy | None = None
    suspended: bool = False
    #: The due date as extensions, suspensions and changes of policy have left it; None: nothing has moved it.
    extended_due_at: datetime | None = None
    extensions: int = 0
    suspensions: int = 0
    #: Statutory deadlines that were missed, and those of them that supervision has excused.
    missed: int = 0
    excused: int = 0
    #: It was solved before it was brought.
    resolved_at_intake: bool = False
    #: Looked at again after a closing, it was not solved.
    recurred: bool = False

    @property
    def has_clock_skew(self) -> bool:
        """Whether the case was closed before it was opened."""
        return self.closed_at is not None and self.closed_at < self.opened_at

    @property
    def judged_at(self) -> datetime | None:
        """The closing that deadlines are judged by, never before the opening; None while open."""
        return None if self.closed_at is None else max(self.closed_at, self.opened_at)

    @property
    def is_in_time(self) -> bool:
        """Whether the case has a due date and was closed by then; at the very instant is in time."""
        return self.due_at is not None and self.judged_at is not None and self.judged_at <= self.due_at


class EscalationFact(Struct, frozen=True, gc=False):
    """One escalation, one tier up; a skip is none."""

    case_id: str
    from_step: str
    to_step: str


class HeldFacts(Struct, frozen=True, gc=False):
    """Whose time one case was, by kind, and whose it was when its due date passed."""

    by_kind: dict[HolderKind, timedelta]
    #: None: the case has no due date.
    at_due: HolderKind | None


class _Share(Struct):
    """The facts that one block of figures is computed from."""

    cases: list[CaseFacts]
    escalations: list[EscalationFact]
    problems: list[Problem]
    refused: int
    #: Case id → whose time it was; None: not known.
    held: Mapping[str, HeldFacts] | None = None


def figures(
    cases: Iterable[CaseFacts],
    escalations: Iterable[EscalationFact],
    refused: int,
    as_of: datetime,
    windows: Windows | None = None,
    refused_by_district: Mapping[str | None, int] | None = None,
    held: Mapping[str, HeldFacts] | None = None,
) -> dict[str, Any]:
    """The OUT document as plain dicts, ready for :func:`encode`; any order of the input gives the same.

    ``refused`` counts the source records that repeat an id with other content, ``refused_by_district`` the
    part of them whose place is known. ``held`` has every case's account; None leaves
    ``holding`` out. Under gate ``none`` the closing is the verified resolution.

    Raises:
        ValueError: when a case is given twice, when an escalation names none of the cases, or when more
            refusals have a district than there are.
    """
    everything = _Share(list(cases), list(escalations), [], refused, held)
    everything.problems = find_problems(map(sighting_of, everything.cases), windows)
    refused_by_district = refused_by_district or {}
    if sum(refused_by_district.values()) > refused:
        raise ValueError(f"more refused records have a district than the {refused} there are")
    by_district = _by_district(everything, refused_by_district)
    return {
        **_block(everything, as_of),
        "by_district": {district: _block(share, as_of) for district, share in sorted(by_district.items())},
    }


def encode(document: dict[str, Any]) -> bytes:
    """The document as UTF-8 JSON with sorted keys and a newline at its end: equal figures, equal bytes."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1) + b"\n"


def case_facts(case: Case, *, district: str | None, decided_by: DecidedBy) -> CaseFacts:
    """A case of the ledger as the figures see it.

    Args:
        case: as it stands.
        district: of its place, as the figures name it; None: unknown.
        decided_by: in whose word its outcome stands; without an outcome it does not count.
    """
    return CaseFacts(
        case_id=case.id,
        source=case.source,
        source_id=case.source_id,
        opened_at=case.opened_at,
        due_at=case.due_at,
        closed_at=case.closed_at,
        district=district,
        triaged=case.triaged,
        origin="proactive" if case.origin == "proactive" else "complaint",
        matter_type=case.matter_type,
        category_group=case.category_group or None,
        place_key=case.place_key,
        outcome=case.outcome,
        outcome_decided_by=decided_by if case.outcome is not None else None,
        suspended=case.state is State.SUSPENDED,
        extended_due_at=case.extended_due_at,
        extensions=len(case.changes.extensions),
        suspensions=len(case.changes.pauses),
        missed=sum(_is_statutory_miss(one) for one in case.milestones),
        excused=sum(one.excused and _is_statutory_miss(one) for one in case.milestones),
        resolved_at_intake=case.on_the_spot,
        recurred=case.inspections.recurred,
    )


def _is_statutory_miss(milestone: Milestone) -> bool:
    return milestone.status is MilestoneStatus.MISSED and milestone.track is Track.STATUTORY


def held_facts(spans: Sequence[Span], due_at: datetime | None) -> HeldFacts:
    """An account as the figures see it."""
    by_kind: dict[HolderKind, timedelta] = {}
    for span in spans:
        by_kind[span.kind] = by_kind.get(span.kind, timedelta()) + span.length
    if due_at is None:
        return HeldFacts(by_kind, None)
    found = charged(spans, due_at)
    return HeldFacts(by_kind, found.kind if found is not None else HolderKind.CHANNEL)


def sighting_of(case: CaseFacts) -> Sighting:
    """The case as the problem sweep sees it; linkable when both its category group and its place are known."""
    linkable = case.category_group is not None and case.place_key is not None
    return Sighting(
        case_id=case.case_id,
        opened_at=case.opened_at,
        resolved_at=case.closed_at,
        origin=case.origin,
        link_key=(case.category_group or "", case.place_key or "") if linkable else None,
        division=case.district,
        matter_type=case.matter_type,
        outcome=case.outcome,
        outcome_decided_by=case.outcome_decided_by,
        suspended=case.suspended,
        resolved_at_intake=case.resolved_at_intake,
        recurred=case.recurred,
    )


def _by_district(everything: _Share, refused: Mapping[str | None, int]) -> dict[str, _Share]:
    shares: defaultdict[str, _Share] = defaultdict(lambda: _Share([], [], [], 0, everything.held))
    district_of: dict[str, str] = {}
    for case in everything.cases:
        if case.case_id in district_of:
            raise ValueError(f"case {case.case_id} is given twice")
        district_of[case.case_id] = _named(case.district)
        shares[district_of[case.case_id]].cases.append(case)
    for escalation in everything.escalations:
        if escalation.case_id not in district_of:
            raise ValueError(f"an escalation names the case {escalation.case_id}, which is not there")
        shares[district_of[escalation.case_id]].escalations.append(escalation)
    for problem in everything.problems:
        shares[_named(problem.division)].problems.append(problem)
    for place, count in refused.items():
        shares[_named(place)].refused += count
    return dict(shares)


def _named(district: str | None) -> str:
    return UNKNOWN if district is None else district


def _block(share: _Share, as_of: datetime) -> dict[str, Any]:
    cases = share.cases
    closed = sum(case.closed_at is not None for case in cases)
    return {
        "rows": len(cases) + share.refused,
        "opened": len(cases),
        "refused": share.refused,
        "triaged": sum(case.triaged for case in cases),
        "clock_skew": sum(case.has_clock_skew for case in cases),
        "closed": closed,
        "open": len(cases) - closed,
        "deadlines": _deadlines(cases, as_of),
        "on_time": _on_time(cases, as_of),
        "after_changes": _after_changes(cases, as_of),
        "escalations": _escalations(share.escalations),
        "resolution_hours": _resolution_hours(cases),
        "before_complaint": _before_complaint(share.problems),
        **({"holding": _holding(cases, share.held, as_of)} if share.held is not None else {}),
    }


def _deadlines(cases: list[CaseFacts], as_of: datetime) -> dict[str, int]:
    states = Counter(_deadline_state(case, case.due_at, as_of) for case in cases if case.due_at is not None)
    return {
        "with_deadline": states.total(),
        **{state: states[state] for state in ("met", "missed_closed", "missed_open", "running")},
    }


def _deadline_state(case: CaseFacts, due_at: datetime, as_of: datetime) -> str:
    if case.closed_at is not None:
        return "met" if case.is_in_time else "missed_closed"
    # Missed when its instant is strictly past: at the very instant it can still be met.
    return "missed_open" if due_at < as_of else "running"


def _on_time(cases: list[CaseFacts], as_of: datetime) -> dict[str, int]:
    due = [case for case in cases if case.due_at is not None and case.due_at <= as_of]
    return {"due_in_period": len(due), "met_in_period": sum(case.is_in_time for case in due)}


def _after_changes(cases: list[CaseFacts], as_of: datetime) -> dict[str, int]:
    """The on-time series by the date as changes have left it, and how much was changed; beside the original."""
    moved = [msgspec.structs.replace(case, due_at=case.extended_due_at or case.due_at) for case in cases]
    return {
        **_on_time(moved, as_of),
        "extended": sum(case.extensions > 0 for case in cases),
        "suspended": sum(case.suspensions > 0 for case in cases),
        "missed": sum(case.missed for case in cases),
        "excused": sum(case.excused for case in cases),
    }


def _escalations(escalations: list[EscalationFact]) -> dict[str, Any]:
    by_step = Counter(f"{escalation.from_step}>{escalation.to_step}" for escalation in escalations)
    return {"total": by_step.total(), "by_step": dict(by_step)}


def _resolution_hours(cases: list[CaseFacts]) -> dict[str, Any]:
    durations = sorted(
        case.closed_at - case.opened_at for case in cases if case.closed_at is not None and not case.has_clock_skew
    )
    buckets = {str(edge): bisect_right(durations, timedelta(hours=edge)) for edge in BUCKETS_H}
    # Added up exactly and cut to whole seconds once: a sum of floats would depend on the order.
    sum_s = sum(durations, timedelta()) // timedelta(seconds=1)
    return {
        "count": len(durations),
        "sum": round(sum_s / _HOUR_S, _HOURS_DECIMALS),
        "bucket_le": {**buckets, "+Inf": len(durations)},
    }


def _before_complaint(problems: list[Problem]) -> dict[str, int]:
    return {
        "problems": len(problems),
        "proactive_origin": sum(problem.origin == "proactive" for problem in problems),
        "resolved": sum(problem.resolved for problem in problems),
        "resolved_before_complaint": sum(problem.resolved_before_complaint for problem in problems),
    }


def _holding(cases: list[CaseFacts], held: Mapping[str, HeldFacts], as_of: datetime) -> dict[str, dict[str, int]]:
    """Time by kind of holder, cut to whole seconds once; and missed due dates by whose time it was."""
    times = dict.fromkeys(HolderKind, timedelta())
    missed: Counter[str] = Counter(dict.fromkeys(HolderKind, 0))
    for case in cases:
        facts = held[case.case_id]
        for kind, length in facts.by_kind.items():
            times[kind] += length
        if case.due_at is not None and _deadline_state(case, case.due_at, as_of).startswith("missed"):
            missed[facts.at_due or HolderKind.CHANNEL] += 1
    return {
        "seconds": {kind.value: time // timedelta(seconds=1) for kind, time in times.items()},
        "missed": {str(kind): count for kind, count in missed.items()},
    }
