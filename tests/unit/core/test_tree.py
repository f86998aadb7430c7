"""The tree answers who sits where and who is whose superior."""

import pytest

from router.core.territory.divisions import complete
from router.core.territory.tree import Desk, DeskKind, Division, Tree, TreeFile


def _file(*desks: Desk) -> TreeFile:
    divisions = (
        Division(code="c", name="云溪市", tier=0, parent=None),
        Division(code="d", name="湖滨区", tier=1, parent="c"),
        Division(code="s", name="平江路街道", tier=2, parent="d"),
    )
    return TreeFile(tiers=("city", "district", "street"), divisions=divisions, desks=desks)


def _desk(code: str, division: str, kind: DeskKind = DeskKind.TERRITORIAL, **more: object) -> Desk:
    values: dict[str, object] = {"code": code, "name": code, "division": division, "kind": kind, "superior": None}
    return Desk(**(values | more))  # type: ignore[arg-type]


def test_equal_content_is_the_same_version_and_other_content_is_not() -> None:
    assert Tree(complete(_file())).version == Tree(complete(_file())).version
    assert Tree(complete(_file())).version != Tree(_file()).version
    assert len(Tree(_file()).version) == 12


def test_a_path_runs_from_the_city_down() -> None:
    assert Tree(_file()).path("s") == ("c", "d", "s")


def test_an_unknown_code_has_no_path() -> None:
    with pytest.raises(KeyError):
        Tree(_file()).path("nowhere")


def test_an_incomplete_tree_has_no_place_for_unknown_streets() -> None:
    with pytest.raises(KeyError):
        Tree(_file()).unknown_below("d")
    assert Tree(complete(_file())).unknown_below("d").unknown


def test_the_standing_desk_is_found_through_redirects() -> None:
    tree = Tree(complete(_file(_desk("a", "s", redirect="b"), _desk("b", "s", redirect="e"), _desk("e", "d"))))
    standing = tree.standing("a")
    assert standing is not None
    assert standing.code == "e"


def test_redirects_in_a_circle_or_to_nowhere_leave_nobody_standing() -> None:
    tree = Tree(_file(_desk("a", "s", redirect="b"), _desk("b", "s", redirect="a"), _desk("e", "d", redirect="x")))
    assert tree.standing("a") is None
    assert tree.standing("e") is None
    assert tree.standing("nobody") is None


def test_an_inactive_office_leaves_its_territory_without_a_desk() -> None:
    tree = Tree(complete(_file(_desk("s", "s", active=False))))
    assert tree.territorial("s") is None


def test_a_supervision_desk_serves_its_level_and_those_above_until_the_next() -> None:
    desks = [_desk(f"sv{n}", "c", DeskKind.SUPERVISION, level=n) for n in (3, 1)]
    tree = Tree(complete(_file(*desks)))
    served = [tree.supervision(level) for level in range(6)]
    assert [desk.code if desk else None for desk in served] == [None, "sv1", "sv1", "sv3", "sv3", "sv3"]


def test_the_last_resort_is_the_nearest_one_above() -> None:
    tree = Tree(complete(_file()))
    for division, expected in (("s", "d:last_resort"), ("c:unknown:unknown", "c:last_resort")):
        desk = tree.last_resort(division)
        assert desk is not None
        assert desk.code == expected


def test_a_chain_ends_early_at_a_circle() -> None:
    tree = Tree(_file(_desk("a", "s", superior="b"), _desk("b", "d", superior="a")))
    assert [desk.code for desk in tree.chain("a")] == ["a", "b"]


def test_a_street_is_below_its_district_and_not_the_other_way_round() -> None:
    tree = Tree(complete(_file()))
    assert tree.is_at_or_below("s", "d")
    assert tree.is_at_or_below("d", "d")
    assert not tree.is_at_or_below("d", "s")
