"""Problems kept case by case: in whatever order cases come and change, the figures are those of the whole."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec
from hypothesis import given, strategies as st

from router.core.counting.counted import Counted, Counts, Series
from router.core.counting.problem_counts import (
    ALL,
    COHORT,
    FLOW,
    INDEPENDENT_ONLY,
    LAST_30_DAYS,
    TOTAL,
    WITHOUT_ON_THE_SPOT,
    counted_in,
    flags_of,
    swept_again,
)
from router.core.counting.problems import LinkKey, Period, Problem, Sighting, Tally, find_problems, summarise
from tests.unit.core.test_problems_properties import START, WINDOWS, cases, instants, sightings

#: Changes as they reach the counter: batches of sightings, a case may come again and again as something else.
arrivals = st.lists(
    st.lists(st.tuples(st.integers(0, 9), sightings()), max_size=5).map(
        lambda drawn: {n: msgspec.structs.replace(one, case_id=f"c{20 - n}") for n, one in drawn}
    ),
    max_size=6,
)


class Shelf:
    """What a ledger keeps between two batches."""

    def __init__(self) -> None:
        self.sightings: dict[str, Sighting] = {}
        self.problems: list[Problem] = []
        self.counts: Counts = Counter()
        self.swept: set[LinkKey | None] = set()

    def take(self, changed: list[Sighting]) -> None:
        before = [self.sightings[one.case_id] for one in changed if one.case_id in self.sightings]
        keys = {one.link_key for one in (*before, *changed)} - {None}
        ids = {one.case_id for one in changed}
        self.sightings |= {one.case_id: one for one in changed}
        old = [p for p in self.problems if p.link_key in keys or (p.link_key is None and p.members[0] in ids)]
        linked = [one for one in self.sightings.values() if one.link_key in keys]
        found, counts = swept_again(before, changed, linked, old, WINDOWS)
        self.problems = [p for p in self.problems if p not in old] + found
        self.counts.update(counts)
        self.swept |= {p.link_key for p in found}


def of_whole(known: list[Sighting], name: Counted) -> int:
    """A figure of all time as the whole gives it, over all districts."""
    share = summarise(find_problems(known, WINDOWS), known, Period(), START)
    cohort = share.total.cohort
    return {
        Counted.PROBLEMS: cohort.denominator,
        Counted.BEFORE_COMPLAINT: cohort.numerator,
        Counted.BEFORE_PROACTIVE: cohort.proactive_origin,
    }[name]


def total(counts: Counts, name: Counted, ratio: str, variant: str, window: str = ALL) -> int:
    return sum(
        n for series, n in counts.items() if series.name == name and series.labels[1:] == (ratio, window, variant)
    )


@given(arrivals)
def test_kept_case_by_case_the_problems_are_those_of_the_whole(batches: list[dict[int, Sighting]]) -> None:
    shelf = Shelf()
    for batch in batches:
        shelf.take(list(batch.values()))
    known = list(shelf.sightings.values())
    assert sorted(shelf.problems, key=lambda p: p.members) == sorted(
        find_problems(known, WINDOWS), key=lambda p: p.members
    )
    for name in (Counted.PROBLEMS, Counted.BEFORE_COMPLAINT, Counted.BEFORE_PROACTIVE):
        assert total(shelf.counts, name, COHORT, TOTAL) == of_whole(known, name)
    assert all(number >= 0 for number in shelf.counts.values())


@given(cases, st.data())
def test_in_whatever_order_and_parts_cases_come_the_figures_are_the_same(
    known: list[Sighting], data: st.DataObject
) -> None:
    at_once, in_parts = Shelf(), Shelf()
    at_once.take(known)
    shuffled = data.draw(st.permutations(known))
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        in_parts.take(shuffled[:size])
        shuffled = shuffled[size:]
    assert +in_parts.counts == +at_once.counts


@given(cases, sightings())
def test_a_late_case_sweeps_its_own_link_key_alone(known: list[Sighting], drawn: Sighting) -> None:
    late = msgspec.structs.replace(drawn, case_id="late")
    shelf = Shelf()
    shelf.take(known)
    shelf.swept.clear()
    shelf.take([late])
    assert shelf.swept <= {late.link_key}


@given(cases, instants)
def test_the_series_of_a_window_say_what_the_published_share_says(known: list[Sighting], now: datetime) -> None:
    since = now - timedelta(days=30)
    problems = find_problems(known, WINDOWS)
    share = summarise(problems, known, Period(start_at=since), now)
    counts: Counts = Counter()
    for problem in problems:
        ended = problem.last_resolved_at is not None and problem.last_resolved_at >= since
        counts.update(
            counted_in(
                flags_of(problem),
                LAST_30_DAYS,
                seen=problem.first_seen_at >= since,
                ended=ended,
                provisional=problem.is_provisional(now),
            )
        )
    published = {
        TOTAL: share.total,
        WITHOUT_ON_THE_SPOT: share.without_on_the_spot,
        INDEPENDENT_ONLY: share.independent_only,
    }
    for variant, theirs in published.items():
        for ratio, tally in ((COHORT, theirs.cohort), (FLOW, theirs.flow)):
            assert counted(counts, ratio, variant) == tally


def counted(counts: Counts, ratio: str, variant: str) -> Tally:
    numerator, denominator, provisional, proactive = (
        total(counts, name, ratio, variant, LAST_30_DAYS)
        for name in (
            Counted.BEFORE_COMPLAINT,
            Counted.PROBLEMS,
            Counted.BEFORE_PROVISIONAL,
            Counted.BEFORE_PROACTIVE,
        )
    )
    return Tally(numerator, denominator, provisional, proactive)


@given(cases)
def test_districts_sum_to_the_whole_and_the_numerator_never_exceeds_what_staff_saw_first(
    known: list[Sighting],
) -> None:
    shelf = Shelf()
    shelf.take(known)
    for series, number in shelf.counts.items():
        if series.name == Counted.BEFORE_COMPLAINT and series.labels[1] == COHORT:
            assert number <= shelf.counts[Series(Counted.BEFORE_PROACTIVE, series.labels)]
            assert number <= shelf.counts[Series(Counted.PROBLEMS, series.labels)]
