"""The ten most frequent matters of each district."""

from __future__ import annotations

from router.core.bulletin.matters import district_matters, ranks

NAMES = {"lake": "湖滨区", "canal": "运河区"}


def test_equal_counts_share_a_place_and_the_next_is_left_out() -> None:
    assert ranks({"a": 5, "b": 3, "c": 3, "d": 1}) == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_a_line_says_how_count_and_place_changed() -> None:
    found = district_matters(
        {"lake": {"lamp": 4, "pipe": 2, "bus": 0}}, {"lake": {"pipe": 3, "lamp": 1}}, NAMES, {"lamp": "路灯"}
    )
    canal, lake = found
    assert [(x.name, x.count, x.rank, x.count_before, x.rank_before) for x in lake.lines] == [
        ("路灯", 4, 1, 1, 2),
        ("pipe", 2, 2, 3, 1),
    ]
    assert (canal.name, canal.opened, canal.lines) == ("运河区", 0, ())


def test_what_was_not_there_the_week_before_has_no_place_of_then() -> None:
    (lake,) = district_matters({"lake": {"lamp": 1}}, {}, {"lake": "湖滨区"}, {})
    assert (lake.lines[0].count_before, lake.lines[0].rank_before) == (0, None)


def test_ten_are_listed_and_those_that_tie_with_the_last_are_counted() -> None:
    counts = {f"m{n:02}": 20 - n for n in range(9)} | {"x1": 3, "x2": 3, "x3": 3, "y": 1}
    (lake,) = district_matters({"lake": counts}, {}, {"lake": "湖滨区"}, {})
    assert [x.category for x in lake.lines] == [*(f"m{n:02}" for n in range(9)), "x1"]
    assert (lake.tied, lake.opened) == (2, sum(counts.values()))
