"""Resolved before complaint: what holds for any set of cases, and a slow oracle that agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import msgspec
from hypothesis import given, strategies as st

from router.core.counting.problems import (
    Period,
    Problem,
    Share,
    Sighting,
    Tally,
    Windows,
    find_problems,
    summarise,
    sweep,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOWS = Windows(by_group={"light": timedelta(days=3)})
STREETS = {"d1": ("s1", "s2"), "d2": ("s3",)}

# Whole days beside odd hours: ties and window edges must come up often.
instants = st.one_of(
    st.integers(0, 100).map(lambda days: START + timedelta(days=days)),
    st.integers(0, 2400).map(lambda hours: START + timedelta(hours=hours)),
)
durations = st.one_of(
    st.just(timedelta(0)), st.integers(-5, 40).map(lambda n: timedelta(days=n)), st.just(timedelta(minutes=10))
)
link_keys = st.sampled_from([("road", "a1"), ("road", "a2"), ("light", "a1"), None])


@st.composite
def sightings(draw: st.DrawFn, case_id: str = "", origin: str = "") -> Sighting:
    opened_at = draw(instants)
    took = draw(st.none() | durations)
    return Sighting(
        case_id=case_id,
        opened_at=opened_at,
        resolved_at=None if took is None else opened_at + took,
        origin="complaint" if origin == "complaint" else draw(st.sampled_from(["complaint", *["proactive"] * 4])),
        link_key=draw(link_keys),
        division=draw(st.sampled_from(["s1", "s2", "s3", None])),
        matter_type=draw(st.sampled_from([None, None, None, "complaint", "consultation"])),
        outcome=draw(st.sampled_from([None, None, None, "solved", "explained", "withdrawn"])),
        outcome_decided_by=draw(st.sampled_from([None, "desk", "hotline", "other"])),
        suspended=draw(st.sampled_from([False, False, False, True])),
        resolved_at_intake=draw(st.sampled_from([False, False, False, True])),
        independently_verified=draw(st.booleans()),
    )


# Ids of uneven length and descending: the order of ids is not the order of drawing.
cases = st.lists(sightings(), max_size=14).map(
    lambda drawn: [msgspec.structs.replace(case, case_id=f"c{20 - n}") for n, case in enumerate(drawn)]
)
periods = st.tuples(st.none() | instants, st.none() | instants).map(lambda bounds: Period(*bounds))


def tallies(share: Share) -> list[Tally]:
    variants = (share.total, share.without_on_the_spot, share.independent_only)
    return [tally for variant in variants for tally in (variant.cohort, variant.flow)]


def numerators(known: list[Sighting], period: Period) -> list[int]:
    share = summarise(find_problems(known, WINDOWS), known, period, START)
    return [tally.numerator for tally in tallies(share)]


# -- The oracle: join every pair that touches, then close over it


def takes_part(case: Sighting) -> bool:
    denied = case.outcome in ("unsubstantiated", "withdrawn") and case.outcome_decided_by in ("hotline", "other")
    return case.matter_type not in ("consultation", "suggestion") and not denied


def touch(one: Sighting, other: Sighting) -> bool:
    if one.link_key is None or one.link_key != other.link_key:
        return False
    earlier, later = sorted((one, other), key=lambda case: case.opened_at)
    if earlier.resolved_at is None:
        return True
    window = timedelta(days=3 if earlier.link_key == ("light", "a1") else 30)
    return later.opened_at - max(earlier.resolved_at, earlier.opened_at) <= window


def oracle(known: list[Sighting]) -> dict[frozenset[str], bool]:
    """Each problem's members, and whether it was resolved before complaint."""
    inside = {case.case_id: case for case in known if takes_part(case)}
    group_of = {case_id: {case_id} for case_id in inside}
    for one, other in combinations(inside, 2):
        if touch(inside[one], inside[other]):
            merged = group_of[one] | group_of[other]
            group_of.update(dict.fromkeys(merged, merged))
    return {
        frozenset(group): all(
            inside[member].origin == "proactive"
            and inside[member].resolved_at is not None
            and inside[member].outcome in (None, "solved")
            and not inside[member].suspended
            for member in group
        )
        for group in group_of.values()
    }


@given(cases)
def test_a_slow_oracle_finds_the_same_problems(known: list[Sighting]) -> None:
    found = find_problems(known, WINDOWS)
    assert {frozenset(p.members): p.resolved_before_complaint for p in found} == oracle(known)


@given(cases)
def test_every_case_that_takes_part_is_in_exactly_one_problem(known: list[Sighting]) -> None:
    members = [member for problem in find_problems(known, WINDOWS) for member in problem.members]
    assert sorted(members) == sorted(case.case_id for case in known if takes_part(case))


@given(cases, periods, st.data())
def test_order_of_arrival_and_redelivery_change_nothing(
    known: list[Sighting], period: Period, data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(known))) if known else []
    arrived = data.draw(st.permutations([*known, *repeats]))
    problems = find_problems(known, WINDOWS)
    assert find_problems(arrived, WINDOWS) == problems
    assert summarise(problems[::-1], arrived, period, START) == summarise(problems, known, period, START)


@given(cases)
def test_one_key_swept_alone_gives_what_the_whole_gives(known: list[Sighting]) -> None:
    found = find_problems(known, WINDOWS)
    for key in {case.link_key for case in known} - {None}:
        alone = sweep([case for case in known if case.link_key == key], WINDOWS.of(key))
        assert alone == [problem for problem in found if problem.link_key == key]


@given(cases, periods, instants)
def test_the_ratio_never_exceeds_the_share_of_problems_that_staff_saw_first(
    known: list[Sighting], period: Period, as_of: datetime
) -> None:
    share = summarise(find_problems(known, WINDOWS), known, period, as_of)
    for tally in tallies(share):
        assert 0 <= tally.provisional <= tally.numerator <= tally.proactive_origin <= tally.denominator
        assert (tally.value is None) == (tally.denominator == 0)
    for variant in (share.without_on_the_spot, share.independent_only):
        assert variant.cohort.numerator <= share.total.cohort.numerator
        assert variant.flow.numerator <= share.total.flow.numerator


@given(cases, sightings(case_id="c10x", origin="complaint"), periods)
def test_a_further_complaint_never_raises_a_numerator(
    known: list[Sighting], further: Sighting, period: Period
) -> None:
    before = numerators(known, period)
    after = numerators([*known, further], period)
    assert all(now <= then for now, then in zip(after, before, strict=True))


@given(cases, periods)
def test_streets_sum_to_their_district_and_districts_to_the_city(known: list[Sighting], period: Period) -> None:
    district_of = {street: district for district, streets in STREETS.items() for street in streets}
    problems = find_problems(known, WINDOWS)

    def counted(those: list[Problem]) -> list[tuple[int, ...]]:
        share = summarise(those, [], period, START)
        return [msgspec.structs.astuple(tally) for tally in tallies(share)]

    def summed(*parts: list[Problem]) -> list[tuple[int, ...]]:
        rows = zip(*map(counted, parts), strict=True)
        return [tuple(map(sum, zip(*row, strict=True))) for row in rows]

    for district, streets in STREETS.items():
        whole = [p for p in problems if p.division and district_of[p.division] == district]
        assert counted(whole) == summed(*([p for p in problems if p.division == street] for street in streets))
    places = ("s1", "s2", "s3", None)
    assert counted(problems) == summed(*([p for p in problems if p.division == place] for place in places))
