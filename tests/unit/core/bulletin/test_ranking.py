"""Ranking: only among peers, with n, nobody below the minimum, ties share a place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from router.core.bulletin.ranking import MINIMUM_N, DeskResult, ranking


def result(desk: str, met: int, n: int, **more: Any) -> DeskResult:
    peers = {"tier": "street", "kind": "territorial"} | more
    return DeskResult(desk=desk, name=desk, met=met, missed=n - met, **peers)


def places(*results: DeskResult) -> list[dict[str, int | None]]:
    return [{one.desk: one.rank for one in peers.desks} for peers in ranking(results).groups]


def test_equal_rates_share_a_place_whatever_their_n() -> None:
    found = places(result("a", 20, 40), result("b", 30, 60), result("c", 39, 40), result("d", 10, 40))
    assert found == [{"c": 1, "a": 2, "b": 2, "d": 4}]


def test_a_desk_below_the_minimum_n_is_listed_without_a_place_and_takes_none_away() -> None:
    few = result("few", MINIMUM_N - 1, MINIMUM_N - 1)
    found = places(few, result("a", 20, 20), result("b", 19, 20), result("c", 18, 20))
    assert found == [{"a": 1, "b": 2, "c": 3, "few": None}]


def test_among_fewer_than_three_peers_nobody_has_a_place() -> None:
    assert places(result("a", 20, 20), result("b", 10, 20)) == [{"a": None, "b": None}]


def test_streets_are_not_compared_with_districts_nor_with_departments_nor_these_across_lines() -> None:
    groups = [
        {},
        {"tier": "district"},
        {"kind": "functional", "line": "water"},
        {"kind": "functional", "line": "roads"},
    ]
    desks = [result(f"{at}-{n}", 20 + n, 30, **more) for at, more in enumerate(groups) for n in range(3)]
    found = ranking(desks).groups
    assert len(found) == len(groups)
    assert all(sorted(one.rank or 0 for one in peers.desks) == [1, 2, 3] for peers in found)


def test_a_desk_with_nothing_due_is_not_in_it() -> None:
    assert places(result("idle", 0, 0)) == []


def test_a_minimum_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ranking([], 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_a_place_is_one_more_than_the_number_of_those_that_are_better(sums: list[tuple[int, int]]) -> None:
    desks = [result(f"d{at}", met, met + missed) for at, (met, missed) in enumerate(sums)]
    for peers in ranking(desks).groups:
        ranked = [one for one in peers.desks if one.rank is not None]
        for one in ranked:
            assert one.n >= MINIMUM_N
            assert one.rank == 1 + sum(x.met * one.n > one.met * x.n for x in ranked)
