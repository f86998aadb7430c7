"""Shares sum to exactly 100, whatever is counted and in whatever order."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, strategies as st

from router.core.bulletin.shares import WHOLE, share_lines, tenths

COUNTS = st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), max_size=40)


@given(COUNTS)
def test_shares_sum_to_exactly_a_whole_or_are_all_nothing(counts: dict[str, int]) -> None:
    assert sum(tenths(counts).values()) == (WHOLE if any(counts.values()) else 0)


@given(COUNTS)
def test_no_share_is_a_tenth_of_a_percent_off(counts: dict[str, int]) -> None:
    total = sum(counts.values())
    for key, share in tenths(counts).items():
        exact = Fraction(counts[key] * WHOLE, total) if total else Fraction()
        assert abs(share - exact) < 1


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_in_which_cases_came_changes_nothing(counts: dict[str, int], random: Random) -> None:
    items = list(counts.items())
    random.shuffle(items)
    assert tenths(dict(items)) == tenths(counts)


@given(COUNTS)
def test_a_larger_count_never_has_the_smaller_share(counts: dict[str, int]) -> None:
    found = tenths(counts)
    ordered = sorted(counts, key=lambda key: counts[key])
    assert all(found[a] <= found[b] for a, b in pairwise(ordered) if counts[a] < counts[b])


def test_three_equal_groups_are_33_4_33_3_33_3_and_the_first_code_gets_what_is_left() -> None:
    assert tenths({"c": 1, "a": 1, "b": 1}) == {"a": 334, "b": 333, "c": 333}


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        tenths({"a": -1})


def test_a_line_says_the_change_against_the_week_before_and_lists_what_has_gone() -> None:
    now, then = {"roads": 3, "water": 1}, {"roads": 1, "heat": 1, "noise": 0}
    lines = share_lines(now, then, {"roads": "道路"})
    assert [(x.group, x.name, x.count, x.tenths, x.rank, x.count_before, x.tenths_before) for x in lines] == [
        ("roads", "道路", 3, 750, 1, 1, 500),
        ("water", "water", 1, 250, 2, 0, 0),
        ("heat", "heat", 0, 0, 3, 1, 500),
    ]


def test_against_a_week_without_cases_there_is_no_share_to_compare_with() -> None:
    assert [x.tenths_before for x in share_lines({"roads": 1}, {}, {})] == [None]
