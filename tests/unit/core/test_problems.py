"""Resolved before complaint, clause by clause and row by row of the truth table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from router.core.counting.problems import (
    Period,
    Problem,
    Ratio,
    Share,
    Sighting,
    Windows,
    find_problems,
    summarise,
    sweep,
)

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
WINDOW = 30 * DAY
LATER = MORNING + 365 * DAY


def sighting(case_id: str, opened_at: datetime, resolved_at: datetime | None = None, **facts: Any) -> Sighting:
    facts = {"origin": "proactive", "link_key": ("road", "a1"), "division": "s1", **facts}
    return Sighting(case_id=case_id, opened_at=opened_at, resolved_at=resolved_at, **facts)


def patrol(case_id: str, opened_at: datetime, resolved_at: datetime | None = None, **facts: Any) -> Sighting:
    return sighting(case_id, opened_at, resolved_at, **facts)


def complaint(case_id: str, opened_at: datetime, resolved_at: datetime | None = None, **facts: Any) -> Sighting:
    return sighting(case_id, opened_at, resolved_at, origin="complaint", **facts)


def only(*sightings: Sighting) -> Problem:
    """The one problem that these cases make."""
    problems = find_problems(sightings)
    assert len(problems) == 1
    return problems[0]


def members(*sightings: Sighting) -> list[tuple[str, ...]]:
    return [problem.members for problem in find_problems(sightings)]


def share(*sightings: Sighting, period: Period | None = None, as_of: datetime = LATER) -> Share:
    return summarise(find_problems(sightings), sightings, period or Period(), as_of)


def parts(ratio: Ratio) -> tuple[int, int]:
    return ratio.numerator, ratio.denominator


# -- The truth table


def test_patrol_finds_and_fixes_and_nobody_complains_counts() -> None:
    problem = only(patrol("p", MORNING, MORNING + HOUR))
    assert problem.resolved
    assert problem.resolved_before_complaint


def test_a_complaint_before_the_verified_fix_does_not_count() -> None:
    problem = only(
        patrol("p", MORNING, MORNING + 3 * HOUR), complaint("c", MORNING + 2 * HOUR, MORNING + 3 * HOUR)
    )
    assert problem.members == ("p", "c")
    assert problem.origin == "proactive"
    assert problem.resolved
    assert not problem.resolved_before_complaint


def test_a_complaint_that_arrives_after_the_fix_counts_by_its_event_time() -> None:
    fixed = patrol("p", MORNING, MORNING + 2 * HOUR)
    late = complaint("c", MORNING + HOUR, MORNING + 2 * HOUR)
    assert find_problems([fixed, late]) == find_problems([late, fixed])
    assert not only(fixed, late).resolved_before_complaint


def test_a_complaint_within_the_window_after_the_fix_takes_the_success_back() -> None:
    fixed = patrol("p", MORNING, MORNING + HOUR)
    assert only(fixed).resolved_before_complaint
    problem = only(fixed, complaint("c", MORNING + 20 * DAY, MORNING + 21 * DAY))
    assert problem.resolved
    assert not problem.resolved_before_complaint


def test_a_complaint_after_the_window_is_a_new_problem_and_the_first_stays() -> None:
    first, second = find_problems(
        [patrol("p", MORNING, MORNING + HOUR), complaint("c", MORNING + HOUR + WINDOW + SECOND)]
    )
    assert first.resolved_before_complaint
    assert second.members == ("c",)
    assert second.origin == "complaint"
    assert not second.resolved


def test_a_complaint_first_and_a_patrol_later_does_not_count() -> None:
    problem = only(complaint("c", MORNING, MORNING + 2 * HOUR), patrol("p", MORNING + HOUR, MORNING + 2 * HOUR))
    assert problem.origin == "complaint"
    assert not problem.resolved_before_complaint


def test_five_patrol_cases_for_one_pothole_are_one_problem() -> None:
    problem = only(*(patrol(f"p{n}", MORNING + n * DAY, MORNING + 10 * DAY) for n in range(5)))
    assert problem.members == ("p0", "p1", "p2", "p3", "p4")
    assert problem.resolved_before_complaint


def test_a_barrier_or_an_unverified_closing_resolves_nothing() -> None:
    problem = only(patrol("p", MORNING, None))
    assert not problem.resolved
    assert problem.last_resolved_at is None
    assert not problem.resolved_before_complaint


# -- Joining


def test_a_case_joins_while_a_member_is_open_however_long_that_takes() -> None:
    assert members(patrol("p", MORNING), complaint("c", MORNING + 900 * DAY)) == [("p", "c")]


def test_an_open_member_holds_the_problem_open_when_a_later_member_is_resolved() -> None:
    problem = only(
        patrol("p", MORNING),
        patrol("q", MORNING + DAY, MORNING + 2 * DAY),
        complaint("c", MORNING + 200 * DAY, MORNING + 201 * DAY),
    )
    assert not problem.resolved
    assert problem.last_resolved_at is None


@pytest.mark.parametrize(("after", "problems"), [(-SECOND, 1), (0 * SECOND, 1), (SECOND, 2)])
def test_the_window_includes_its_last_instant(after: timedelta, problems: int) -> None:
    fixed_at = MORNING + HOUR
    cases = [patrol("p", MORNING, fixed_at), patrol("q", fixed_at + WINDOW + after)]
    assert len(find_problems(cases)) == problems


def test_the_latest_resolution_of_all_members_counts_and_not_that_of_the_last_member() -> None:
    cases = [
        patrol("p", MORNING, MORNING + 100 * DAY),
        patrol("q", MORNING + DAY, MORNING + 2 * DAY),
        patrol("r", MORNING + 129 * DAY, MORNING + 129 * DAY),
    ]
    assert members(*cases) == [("p", "q", "r")]


def test_a_complaint_at_the_very_instant_of_the_fix_does_not_count() -> None:
    fixed_at = MORNING + HOUR
    assert not only(patrol("p", MORNING, fixed_at), complaint("c", fixed_at, fixed_at)).resolved_before_complaint


def test_at_the_same_instant_the_complaint_is_first() -> None:
    problem = only(patrol("a", MORNING, MORNING + HOUR), complaint("z", MORNING, MORNING + HOUR))
    assert problem.members == ("z", "a")
    assert problem.origin == "complaint"


def test_at_the_same_instant_and_origin_the_case_id_decides_as_text() -> None:
    cases = [patrol(name, MORNING, MORNING + HOUR, division=name) for name in ("9", "10")]
    problem = only(*cases)
    assert problem.members == ("10", "9")
    assert problem.division == "10"


def test_origin_division_and_first_sight_are_those_of_the_first_member() -> None:
    problem = only(
        complaint("c", MORNING + HOUR, MORNING + DAY, division="s2"), patrol("p", MORNING, MORNING + DAY)
    )
    assert (problem.origin, problem.division, problem.first_seen_at) == ("proactive", "s1", MORNING)


def test_another_category_group_or_another_place_is_another_problem() -> None:
    cases = [
        patrol("a", MORNING),
        patrol("b", MORNING, link_key=("road", "a2")),
        patrol("c", MORNING, link_key=("light", "a1")),
    ]
    assert len(find_problems(cases)) == 3


def test_cases_without_a_place_are_problems_of_their_own() -> None:
    assert members(patrol("a", MORNING, link_key=None), complaint("b", MORNING, link_key=None)) == [("a",), ("b",)]


def test_each_category_group_has_its_own_window() -> None:
    windows = Windows(by_group={"light": 2 * DAY})
    cases = [
        sighting(f"{group}{n}", MORNING + n * 10 * DAY, MORNING + n * 10 * DAY, link_key=(group, "a1"))
        for group in ("road", "light")
        for n in range(2)
    ]
    found = find_problems(cases, windows)
    assert [problem.members for problem in found] == [("light0",), ("road0", "road1"), ("light1",)]
    assert found[0].recurs_until == MORNING + 2 * DAY


def test_a_resolution_before_the_own_opening_counts_as_at_the_opening() -> None:
    problem = only(patrol("p", MORNING, MORNING - 50 * DAY))
    assert problem.last_resolved_at == MORNING
    assert problem.resolved_before_complaint
    assert len(members(patrol("p", MORNING, MORNING - 50 * DAY), complaint("c", MORNING + WINDOW))) == 1


# -- What takes part


@pytest.mark.parametrize("matter_type", ["consultation", "suggestion"])
def test_consultations_and_suggestions_take_no_part(matter_type: str) -> None:
    asked = complaint("c", MORNING + HOUR, matter_type=matter_type)
    assert only(patrol("p", MORNING, MORNING + DAY), asked).resolved_before_complaint
    assert find_problems([complaint("c", MORNING, link_key=None, matter_type=matter_type)]) == []


@pytest.mark.parametrize("outcome", ["unsubstantiated", "withdrawn"])
@pytest.mark.parametrize("decided_by", ["hotline", "other"])
def test_a_case_denied_by_the_resident_or_somebody_else_takes_no_part(outcome: str, decided_by: str) -> None:
    denied = complaint("c", MORNING + HOUR, MORNING + DAY, outcome=outcome, outcome_decided_by=decided_by)
    assert only(patrol("p", MORNING, MORNING + DAY), denied).resolved_before_complaint


@pytest.mark.parametrize("outcome", ["unsubstantiated", "withdrawn"])
@pytest.mark.parametrize("decided_by", ["desk", None])
def test_a_desk_cannot_talk_a_complaint_away(outcome: str, decided_by: str | None) -> None:
    denied = complaint("c", MORNING + HOUR, MORNING + DAY, outcome=outcome, outcome_decided_by=decided_by)
    assert not only(patrol("p", MORNING, MORNING + DAY), denied).resolved_before_complaint


@pytest.mark.parametrize("outcome", ["explained", "unsubstantiated", "withdrawn"])
def test_what_the_desk_only_explained_or_denied_is_counted_below_and_never_above(outcome: str) -> None:
    total = share(patrol("p", MORNING, MORNING + DAY, outcome=outcome, outcome_decided_by="desk")).total
    assert parts(total.cohort) == (0, 1)
    assert parts(total.flow) == (0, 1)


@pytest.mark.parametrize("outcome", ["solved", "settled", None])
def test_what_was_solved_or_settled_counts(outcome: str | None) -> None:
    assert parts(share(patrol("p", MORNING, MORNING + DAY, outcome=outcome)).total.cohort) == (1, 1)


@pytest.mark.parametrize("resolved_at", [None, MORNING + DAY])
def test_a_suspended_case_is_counted_below_and_never_above(resolved_at: datetime | None) -> None:
    assert parts(share(patrol("p", MORNING, resolved_at, suspended=True)).total.cohort) == (0, 1)


# -- The ratios


def test_the_cohort_is_by_first_sight_and_the_flow_by_last_resolution() -> None:
    march = Period(MORNING, MORNING + 30 * DAY)
    before, after = MORNING - DAY, MORNING + 40 * DAY
    cases = [
        patrol("seen-before", before, MORNING + DAY, link_key=None),
        patrol("within", MORNING, MORNING + DAY, link_key=None),
        patrol("fixed-after", MORNING, after, link_key=None),
        patrol("open", MORNING, None, link_key=None),
        complaint("asked", MORNING, MORNING + DAY, link_key=None),
        patrol("all-after", after, after, link_key=None),
    ]
    total = share(*cases, period=march).total
    assert parts(total.cohort) == (2, 4)
    assert parts(total.flow) == (2, 3)


def test_a_period_begins_with_its_start_and_ends_before_its_end() -> None:
    march = Period(MORNING, MORNING + DAY)
    assert [at in march for at in (MORNING - SECOND, MORNING, MORNING + DAY - SECOND, MORNING + DAY)] == [
        False,
        True,
        True,
        False,
    ]
    assert MORNING in Period()


def test_nothing_to_divide_by_is_undefined_and_not_zero() -> None:
    nothing = share()
    assert nothing.total.cohort.value is None
    assert nothing.total.flow.value is None
    assert nothing.proactive.value is None
    assert nothing.linkable.value is None
    assert not nothing.is_assessable
    assert share(complaint("c", MORNING)).total.cohort.value == 0


@pytest.mark.parametrize(("after", "provisional"), [(-SECOND, 1), (0 * SECOND, 1), (SECOND, 0)])
def test_a_success_is_provisional_until_the_window_has_passed(after: timedelta, provisional: int) -> None:
    fixed_at = MORNING + HOUR
    tally = share(patrol("p", MORNING, fixed_at), as_of=fixed_at + WINDOW + after).total.cohort
    assert parts(tally) == (1, 1)
    assert (tally.provisional, tally.matured) == (provisional, 1 - provisional)


def test_an_open_problem_is_not_provisional() -> None:
    assert not only(patrol("p", MORNING)).is_provisional(MORNING)


def test_the_denominator_says_how_many_of_it_staff_saw_first() -> None:
    tally = share(patrol("p", MORNING, link_key=None), complaint("c", MORNING, link_key=None)).total.cohort
    assert (tally.proactive_origin, tally.denominator) == (1, 2)


# -- The variants


@pytest.mark.parametrize(
    ("took", "at_intake", "on_the_spot"),
    [
        (timedelta(minutes=10), False, True),
        (timedelta(minutes=10, seconds=1), False, False),
        (timedelta(hours=-1), False, True),
        (DAY, True, True),
        (None, False, False),
        (None, True, False),
    ],
)
def test_on_the_spot_is_within_ten_minutes_or_at_intake(
    *, took: timedelta | None, at_intake: bool, on_the_spot: bool
) -> None:
    resolved_at = None if took is None else MORNING + took
    assert sighting("p", MORNING, resolved_at, resolved_at_intake=at_intake).is_on_the_spot is on_the_spot


def test_one_variant_leaves_out_what_was_solved_on_the_spot() -> None:
    figures = share(
        patrol("quick", MORNING, MORNING, link_key=None),
        patrol("slow", MORNING, MORNING + DAY, link_key=None),
        complaint("asked", MORNING, MORNING + DAY, link_key=None),
    )
    assert parts(figures.total.cohort) == (2, 3)
    assert parts(figures.without_on_the_spot.cohort) == (1, 2)
    assert parts(figures.without_on_the_spot.flow) == (1, 2)


def test_a_complaint_solved_on_the_spot_is_still_a_complaint_in_that_variant() -> None:
    figures = share(patrol("p", MORNING, MORNING + DAY), complaint("c", MORNING + HOUR, MORNING + HOUR))
    assert parts(figures.without_on_the_spot.cohort) == (0, 1)


def test_one_variant_takes_independent_verification_only() -> None:
    figures = share(
        patrol("checked", MORNING, MORNING + DAY, link_key=None, independently_verified=True),
        patrol("claimed", MORNING, MORNING + DAY, link_key=None),
    )
    assert parts(figures.total.cohort) == (2, 2)
    assert parts(figures.independent_only.cohort) == (1, 2)
    assert parts(figures.independent_only.flow) == (1, 1)


def test_one_unverified_member_leaves_the_problem_unverified() -> None:
    problem = only(
        patrol("p", MORNING, MORNING + DAY, independently_verified=True), patrol("q", MORNING, MORNING + DAY)
    )
    assert not problem.independently_verified


# -- The shares beside


def test_the_proactive_share_is_over_all_cases_of_the_period() -> None:
    figures = share(
        patrol("p", MORNING),
        complaint("c", MORNING, matter_type="consultation"),
        complaint("later", MORNING + 2 * DAY),
        period=Period(MORNING, MORNING + DAY),
    )
    assert parts(figures.proactive) == (1, 2)


@pytest.mark.parametrize(("linked", "assessable"), [(3, False), (4, True), (5, True)])
def test_below_four_fifths_linkable_it_is_not_assessable(*, linked: int, assessable: bool) -> None:
    cases = [patrol(f"p{n}", MORNING, link_key=("road", "a1") if n < linked else None) for n in range(5)]
    figures = share(*cases)
    assert parts(figures.linkable) == (linked, 5)
    assert figures.is_assessable is assessable


def test_cases_that_take_no_part_need_no_place() -> None:
    figures = share(patrol("p", MORNING), complaint("c", MORNING, link_key=None, matter_type="suggestion"))
    assert parts(figures.linkable) == (1, 1)


# -- What callers may rely on


def test_a_redelivered_case_is_one_case() -> None:
    case = patrol("p", MORNING, MORNING + HOUR)
    again = patrol("p", MORNING, MORNING + HOUR)
    assert only(case, again).members == ("p",)
    assert parts(share(case, again).proactive) == (1, 1)


def test_two_differing_accounts_of_one_case_are_refused() -> None:
    with pytest.raises(ValueError, match="differing accounts of case p"):
        find_problems([patrol("p", MORNING), patrol("p", MORNING, MORNING + HOUR)])


def test_a_sweep_takes_one_key_alone() -> None:
    for other in (("road", "a2"), None):
        with pytest.raises(ValueError, match="one link key"):
            sweep([patrol("p", MORNING), patrol("q", MORNING, link_key=other)], WINDOW)
    with pytest.raises(ValueError, match="one link key"):
        sweep([patrol("p", MORNING, link_key=None)], WINDOW)
    assert sweep([], WINDOW) == []


def test_a_negative_window_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Windows(by_group={"road": -DAY})
    with pytest.raises(ValueError, match="negative"):
        sweep([], -DAY)


def test_problems_come_in_order_of_first_sight() -> None:
    cases = [patrol(f"p{n}", MORNING - n * DAY, link_key=("road", f"a{n}")) for n in range(3)]
    assert members(*cases) == [("p2",), ("p1",), ("p0",)]
