"""Problems kept as cases change: what a case is to them, and what a problem adds to the figures.

The law of the file: a change of one case touches the problems of its link keys and no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

import msgspec

from router.core.case import Case
from router.core.counting.counted import UNKNOWN, Counted, Counts, Series
from router.core.counting.figures import CaseFacts, DecidedBy, case_facts, sighting_of
from router.core.counting.happened import Happened, district_of
from router.core.counting.problems import Problem, Sighting, Windows, find_problems
from router.core.events import Closed, Entry, Event, Reopened
from router.core.policies.policy import GateKind
from router.core.rules import Rules
from router.core.territory.tree import Tree

TOTAL, WITHOUT_ON_THE_SPOT, INDEPENDENT_ONLY = "total", "without_on_the_spot", "independent_only"
COHORT, FLOW = "cohort", "flow"
#: Windows of the figures: all time, and the last thirty days.
ALL, LAST_30_DAYS = "all", "30d"

#: Whose word lets a case pass its gate; the handling desk's own where there is none, and while it waits for one.
_DECIDED_BY: dict[str, DecidedBy] = {
    "": "desk",
    GateKind.NONE: "desk",
    "not_drawn": "desk",
    GateKind.FOLLOW_UP: "hotline",
    GateKind.INSPECTION: "other",
    # Only the hotline, from the resident, and supervision can take a case back.
    "withdrawn": "hotline",
}


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """What decides where a problem counts; many share them."""

    district: str
    proactive: bool
    before: bool
    on_the_spot: bool
    verified: bool
    resolved: bool


def sighting_in(found: Happened, entries: Iterable[Entry], rules: Rules) -> Sighting | None:
    """A case as the problem sweep sees it; None for what is no matter of a citizen's (`Case.is_matter`).

    Args:
        found: the case.
        entries: all of the case, in the order of recording.
        rules: in force.
    """
    if not found.case.is_matter:
        return None
    gate = gate_of(entry.event for entry in entries)
    return sighting_by_gate(case_by_gate(found.case, gate, district_of(found.case, rules)), gate)


def gate_of(events: Iterable[Event]) -> str:
    """What let a case through when it was closed last, by its events in order; empty: it is open."""
    gate = ""
    for event in events:
        gate = gate_after(gate, event)
    return gate


def gate_after(gate: str, event: Event) -> str:
    """The same, one event later."""
    if isinstance(event, Closed):
        return event.gate
    return "" if isinstance(event, Reopened) else gate


def case_by_gate(case: Case, gate: str, district: str | None) -> CaseFacts:
    """A case as the figures see it, its outcome on the word of whoever let it pass the gate it closed by."""
    return case_facts(case, district=district, decided_by=_DECIDED_BY.get(gate, "other"))


def sighting_by_gate(facts: CaseFacts, gate: str) -> Sighting:
    """The same as the problem sweep sees it: verified where somebody else looked before it closed."""
    verified = facts.closed_at is not None and gate in (GateKind.FOLLOW_UP, GateKind.INSPECTION)
    return msgspec.structs.replace(sighting_of(facts), independently_verified=verified)


def windows_in(tree: Tree) -> Windows:
    """How long a problem stays the same after its resolution, as the categories of a tree say."""
    said = {c.group: c.problem_days for c in tree.file.categories if c.problem_days is not None}
    return Windows(by_group={group: timedelta(days=days) for group, days in said.items()})


def flags_of(problem: Problem) -> Flags:
    """Where a problem counts."""
    return Flags(
        district=problem.division or UNKNOWN,
        proactive=problem.origin == "proactive",
        before=problem.resolved_before_complaint,
        on_the_spot=problem.on_the_spot,
        verified=problem.independently_verified,
        resolved=problem.resolved,
    )


def counted_in(flags: Flags, window: str, *, seen: bool, ended: bool, provisional: bool) -> Iterator[Series]:
    """The series that a problem counts in.

    Args:
        flags: of the problem.
        window: name of the window.
        seen: it was first seen in the window.
        ended: it was last resolved in the window.
        provisional: a complaint may still take it back.
    """
    for variant in (TOTAL, WITHOUT_ON_THE_SPOT, INDEPENDENT_ONLY):
        if variant == WITHOUT_ON_THE_SPOT and flags.on_the_spot:
            continue
        numerator = flags.before and (flags.verified or variant != INDEPENDENT_ONLY)
        for ratio, inside in (
            (COHORT, seen),
            (FLOW, ended and flags.resolved and (flags.verified or variant != INDEPENDENT_ONLY)),
        ):
            if not inside:
                continue
            labels = (flags.district, ratio, window, variant)
            yield Series(Counted.PROBLEMS, labels)
            if flags.proactive:
                yield Series(Counted.BEFORE_PROACTIVE, labels)
            if numerator:
                yield Series(Counted.BEFORE_COMPLAINT, labels)
                if provisional:
                    yield Series(Counted.BEFORE_PROVISIONAL, labels)


def of_all_time(problems: Iterable[Problem]) -> Counts:
    """What problems add to the figures of all time; what is provisional depends on when one looks."""
    counts: Counts = Counter()
    for problem in problems:
        counts.update(counted_in(flags_of(problem), ALL, seen=True, ended=True, provisional=False))
    return counts


def linkable(sightings: Iterable[Sighting]) -> Counts:
    """How many cases take part in problems, with and without a place to link them by."""
    return Counter(
        Series(Counted.ASSESSABLE, (one.division or UNKNOWN, "no" if one.link_key is None else "yes"))
        for one in sightings
        if one.is_inside
    )


def swept_again(
    before: Collection[Sighting],
    after: Collection[Sighting],
    linked: Iterable[Sighting],
    old: Iterable[Problem],
    windows: Windows,
) -> tuple[list[Problem], Counts]:
    """The problems of the link keys that changed cases have or had, and what the change adds to the figures.

    Args:
        before: what the changed cases were to the problems; none for one that is new.
        after: what they are now.
        linked: all cases of those keys, the changed ones as they are now.
        old: the problems of those keys so far, and those of changed cases that had no key.
        windows: how long a problem stays the same.
    """
    found = find_problems((*linked, *(one for one in after if one.link_key is None)), windows)
    counts = of_all_time(found)
    counts.subtract(of_all_time(old))
    counts.update(linkable(after))
    counts.subtract(linkable(before))
    return found, counts
