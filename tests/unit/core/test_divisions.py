"""A tree is completed, its faults are named, and it changes while the router runs."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from router.cities import demo_city
from router.core.territory.division_faults import SENTENCES
from router.core.territory.divisions import (
    ChangeKind,
    DeskChange,
    add_desk,
    add_office,
    check,
    complete,
    deactivate,
    merge,
    redirect,
    rename,
)
from router.core.territory.tree import Category, Desk, DeskKind, Division, Served, Tree, TreeFile
from router.errors import ConflictError, NotFoundError

TIERS = ("city", "district", "street")


def _division(code: str, parent: str | None, tier: int, **more: bool) -> Division:
    return Division(code=code, name=f"{code}区划", tier=tier, parent=parent, **more)


def _desk(code: str, division: str, kind: DeskKind = DeskKind.TERRITORIAL, **more: object) -> Desk:
    values: dict[str, object] = {"code": code, "name": code, "division": division, "kind": kind, "superior": None}
    return Desk(**(values | more))  # type: ignore[arg-type]


def _file(*desks: Desk, divisions: tuple[Division, ...] = (), categories: tuple[Category, ...] = ()) -> TreeFile:
    usual = (
        _division("c", None, 0),
        _division("d", "c", 1),
        _division("e", "c", 1),
        _division("s", "d", 2),
        _division("t", "d", 2),
    )
    return TreeFile(tiers=TIERS, divisions=divisions or usual, desks=desks, categories=categories)


def _faults(file: TreeFile) -> set[str]:
    return {fault.code for fault in check(complete(file))}


def _superior(file: TreeFile, code: str) -> str | None:
    return Tree(file).desks[code].superior


# -- complete


@st.composite
def trees(draw: st.DrawFn) -> TreeFile:
    """Sound files of any depth, width and staffing that leave out whatever may be left out."""
    depth = draw(st.integers(1, 4))
    divisions = [_division("0", None, 0, unknown=False)]
    for tier in range(1, depth):
        above = [d for d in divisions if d.tier == tier - 1]
        for parent in above:
            width = draw(st.integers(0, 2))
            divisions += [_division(f"{parent.code}.{n}", parent.code, tier) for n in range(width)]
    desks = []
    for division in divisions:
        kinds = [DeskKind.TERRITORIAL, DeskKind.TRIAGE, DeskKind.MEDIATION, DeskKind.LAST_RESORT]
        for kind in draw(st.sets(st.sampled_from(kinds))):
            active = draw(st.booleans())
            desks.append(_desk(f"{division.code}/{kind.value}", division.code, kind, active=active))
        lines = sorted(draw(st.sets(st.sampled_from(["water", "urban"]))))
        place = division.code
        desks += [_desk(f"{place}/{line}", place, DeskKind.FUNCTIONAL, line=line) for line in lines]
    levels = draw(st.sets(st.integers(1, 5)))
    desks += [_desk(f"sv{level}", "0", DeskKind.SUPERVISION, level=level) for level in levels]
    order = draw(st.permutations(desks))
    return TreeFile(tiers=("a", "b", "c", "d")[:depth], divisions=tuple(divisions), desks=tuple(order))


@given(trees())
def test_a_completed_tree_has_no_faults(file: TreeFile) -> None:
    assert check(complete(file)) == []


@given(trees())
def test_completing_twice_changes_nothing(file: TreeFile) -> None:
    once = complete(file)
    assert complete(once) == once
    assert Tree(complete(file)).version == Tree(once).version


@given(trees())
def test_completing_keeps_what_was_given_and_its_order(file: TreeFile) -> None:
    completed = complete(file)
    assert completed.divisions[: len(file.divisions)] == file.divisions
    given_codes = [desk.code for desk in file.desks]
    assert [desk.code for desk in completed.desks[: len(file.desks)]] == given_codes


@given(trees())
def test_every_chain_climbs_strictly_and_ends_at_the_last_supervision_desk(file: TreeFile) -> None:
    tree = Tree(complete(file))
    last = max((d for d in tree if d.kind is DeskKind.SUPERVISION), key=lambda d: d.level)
    for desk in tree:
        chain = tree.chain(desk.code)
        # Supervision stands above the city, each level above the one before.
        ranks = [(tree.tier_of(d), -d.level) for d in chain]
        assert ranks == sorted(set(ranks), reverse=True)
        assert chain[-1] == last


@given(trees())
def test_every_place_known_or_not_has_triage_and_a_last_resort(file: TreeFile) -> None:
    tree = Tree(complete(file))
    for division in tree.file.divisions:
        assert tree.triage(division.code) is not None
        if division.tier + 1 < tree.depth:
            assert tree.unknown_below(division.code).tier == division.tier + 1
        owner = [d for d in tree if d.kind is DeskKind.LAST_RESORT and d.division in tree.path(division.code)]
        assert owner


def test_an_unknown_street_in_an_unknown_district_answers_to_that_district_s_triage() -> None:
    file = complete(_file())
    assert _superior(file, "c:unknown:unknown:triage") == "c:unknown:triage"
    assert _superior(file, "c:unknown:triage") == "c"
    assert _superior(file, "d:unknown:triage") == "d"
    assert _superior(file, "s:triage") == "d"


def test_a_department_answers_to_its_line_above_or_else_to_the_territory_above() -> None:
    file = complete(
        _file(
            _desk("d-water", "d", DeskKind.FUNCTIONAL, line="water"),
            _desk("c-water", "c", DeskKind.FUNCTIONAL, line="water"),
            _desk("d-urban", "d", DeskKind.FUNCTIONAL, line="urban"),
            _desk("s-water", "s", DeskKind.FUNCTIONAL, line="water"),
            _desk("s-urban", "s", DeskKind.FUNCTIONAL, line="fire"),
        )
    )
    assert _superior(file, "d-water") == "c-water"
    assert _superior(file, "d-urban") == "c"
    assert _superior(file, "s-water") == "d-water"
    assert _superior(file, "s-urban") == "d"
    assert _superior(file, "c-water") == "c:supervision"


def test_the_city_s_desks_answer_to_supervision_and_its_levels_to_each_other() -> None:
    file = complete(_file(*[_desk(f"sv{n}", "c", DeskKind.SUPERVISION, level=n) for n in (2, 1, 4)]))
    chain = [desk.code for desk in Tree(file).chain("s")]
    assert chain == ["s", "d", "c", "sv1", "sv2", "sv4"]
    assert _superior(file, "c:dispatcher") == "sv1"
    assert "c:supervision" not in Tree(file).desks


def test_a_superior_that_is_given_stays() -> None:
    file = complete(_file(_desk("s", "s", superior="c")))
    assert _superior(file, "s") == "c"


def test_generated_desks_have_chinese_names() -> None:
    names = {desk.code: desk.name for desk in complete(_file()).desks}
    assert names["s"] == "s区划"
    assert names["s:triage"] == "s区划分诊席"
    assert names["d:unknown:triage"] == "d区划未知街道分诊席"
    assert names["d:last_resort"] == "d区划兜底席"


# -- check


def test_the_demo_city_has_no_faults() -> None:
    assert check(demo_city()) == []


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (msgspec.structs.replace(_file(), tiers=("city", "city", "street")), "tiers"),
        (_file(_desk(" ", "s")), "empty-code"),
        (_file(_desk("x", "s"), _desk("x", "t")), "duplicate-code"),
        (_file(divisions=(_division("a", "b", 1), _division("b", "a", 1))), "no-root"),
        (_file(divisions=(_division("a", "b", 1), _division("b", "a", 1))), "parent-cycle"),
        (_file(divisions=(_division("a", None, 0), _division("b", None, 0))), "two-roots"),
        (_file(divisions=(_division("a", None, 0), _division("b", "x", 1))), "orphan"),
        (_file(divisions=(_division("a", None, 0), _division("b", "a", 2))), "wrong-tier"),
        (_file(_desk("x", "nowhere")), "desk-nowhere"),
        (_file(_desk("x", "s", superior="nobody")), "superior-missing"),
        (_file(_desk("x", "s", superior="t")), "superior-not-above"),
        (_file(_desk("x", "d", superior="t")), "superior-not-above"),
        (_file(_desk("x", "s", superior="y"), _desk("y", "t", superior="x")), "superior-cycle"),
        (_file(_desk("x", "s", redirect="nobody")), "redirect-nowhere"),
        (_file(_desk("x", "s", redirect="y"), _desk("y", "t", active=False)), "redirect-nowhere"),
        (_file(_desk("x", "s", redirect="y"), _desk("y", "t", redirect="x")), "redirect-circle"),
        (_file(_desk("x", "s"), _desk("y", "s")), "two-desks"),
        (_file(_desk("x", "s", DeskKind.FUNCTIONAL)), "no-line"),
        (_file(_desk("x", "d", DeskKind.SUPERVISION, level=1)), "supervision-place"),
        (_file(_desk("x", "c", DeskKind.SUPERVISION)), "supervision-place"),
        (
            _file(
                _desk("x", "c", DeskKind.SUPERVISION, level=2, superior="y"),
                _desk("y", "c", DeskKind.SUPERVISION, level=1),
            ),
            "superior-not-above",
        ),
        (_file(categories=(Category(code="k", name="k", group="k", line="water"),)), "unknown-line"),
    ],
)
def test_each_fault_is_named(file: TreeFile, fault: str) -> None:
    assert fault in _faults(file)


def test_two_unknown_divisions_below_one_are_a_fault() -> None:
    twice = _file(
        divisions=(
            _division("a", None, 0),
            _division("b", "a", 1, unknown=True),
            _division("x", "a", 1, unknown=True),
        )
    )
    assert "two-unknown" in _faults(twice)


def test_before_completion_desks_have_no_superior_and_check_says_so() -> None:
    assert {fault.code for fault in check(_file(_desk("s", "s")))} == {"no-superior"}


def test_categories_of_one_group_name_one_window_for_their_problems() -> None:
    def lamps(days: int | None) -> Category:
        return Category(code=f"lamp-{days}", name="灯", group="light", problem_days=days)

    assert _faults(_file(categories=(lamps(14), lamps(None)))) == set()
    assert _faults(_file(categories=(lamps(14), lamps(30)))) == {"two-windows"}


def test_an_account_is_no_name_and_the_fault_does_not_repeat_it() -> None:
    (found,) = check(complete(_file(msgspec.structs.replace(_desk("s", "s"), accounts=("li.3001", "王局长")))))
    assert found.code == "no-account"
    assert "number 2 of the accounts of desk s" in found.en
    assert "accounts 第 2 项" in found.zh
    assert "王" not in str(found)


def test_a_line_that_exists_at_another_tier_only_is_a_fault() -> None:
    water = _desk("c-water", "c", DeskKind.FUNCTIONAL, line="water")
    wrong = Category(code="k", name="k", group="k", line="water", line_tier=1)
    assert _faults(_file(water, categories=(wrong,))) == {"unknown-line"}
    assert _faults(_file(water, categories=(msgspec.structs.replace(wrong, line_tier=0),))) == set()


def test_an_old_office_redirected_to_the_new_one_of_its_territory_is_no_fault() -> None:
    assert _faults(_file(_desk("new", "s"), _desk("old", "s", redirect="new"))) == set()


def test_a_fault_says_where_what_and_what_to_do_in_two_languages() -> None:
    file = complete(_file(_desk("x", "nowhere")))
    (first, *_) = check(file, {"desk[0]": "divisions.toml:17"})
    assert first.where == "divisions.toml:17"
    assert "nowhere" in first.en
    assert "不存在" in first.zh
    assert "add that division" in first.todo_en
    assert "补上" in first.todo_zh
    assert str(first).startswith("divisions.toml:17: desk x sits in division nowhere")


def test_without_an_origin_a_fault_names_the_key() -> None:
    assert check(complete(_file(_desk("x", "nowhere"))))[0].where == "desk[0]"


def test_every_sentence_is_said_in_both_languages() -> None:
    for zh, en, todo_zh, todo_en in SENTENCES.values():
        assert all(any("一" <= letter <= "鿿" for letter in text) for text in (zh, todo_zh))
        assert en.isascii()
        assert todo_en.isascii() or "…" in todo_en


def test_a_hopeless_file_is_judged_without_an_exception() -> None:
    file = TreeFile(tiers=(), divisions=(_division("a", "a", 9),), desks=(_desk("x", "y", superior="x"),))
    assert {"tiers", "no-root", "parent-cycle", "superior-cycle"} <= _faults(file)


# -- changes while running


def test_a_new_office_gets_its_desk_and_triage_and_nothing_else_changes() -> None:
    before = complete(_file())
    after, changes = add_office(before, code="u", name="新街道", parent="e", served=Served.SHELL)
    assert [change.desk for change in changes] == ["u", "u:triage"]
    assert {change.kind for change in changes} == {ChangeKind.ADDED}
    assert after.desks[: len(before.desks)] == before.desks
    assert [desk.code for desk in Tree(after).chain("u")] == ["u", "e", "c", "c:supervision"]
    assert Tree(after).desks["u"].served is Served.SHELL
    assert check(after) == []


def test_a_new_district_gets_room_for_unknown_streets() -> None:
    after, changes = add_office(complete(_file()), code="f", name="新区", parent="c")
    codes = {change.desk for change in changes}
    assert codes == {"f", "f:triage", "f:last_resort", "f:unknown:triage"}
    assert check(after) == []


@pytest.mark.parametrize("parent", ["s", "c:unknown"])
def test_no_office_below_the_lowest_tier_or_an_unknown_place(parent: str) -> None:
    with pytest.raises(ConflictError, match=parent):
        add_office(complete(_file()), code="u", name="u", parent=parent)


def test_an_office_needs_a_code_of_its_own_and_a_parent_that_exists() -> None:
    with pytest.raises(ConflictError, match="exists already"):
        add_office(complete(_file()), code="t", name="t", parent="d")
    with pytest.raises(NotFoundError, match="no division x"):
        add_office(complete(_file()), code="u", name="u", parent="x")


def test_a_department_is_added_with_its_superior() -> None:
    water = _desk("d-water", "d", DeskKind.FUNCTIONAL, line="water")
    after, changes = add_desk(complete(_file()), water)
    assert changes == [DeskChange(desk="d-water", kind=ChangeKind.ADDED)]
    assert _superior(after, "d-water") == "c"
    with pytest.raises(ConflictError, match="the same seat"):
        add_desk(after, msgspec.structs.replace(water, code="again"))
    with pytest.raises(ConflictError, match="exists already"):
        add_desk(after, water)
    with pytest.raises(NotFoundError, match="no division x"):
        add_desk(after, _desk("y", "x"))


def test_a_new_name_leaves_the_code_alone() -> None:
    after, changes = rename(complete(_file()), "s", "新名", division_name="新街道")
    assert Tree(after).desks["s"].name == "新名"
    assert Tree(after).divisions["s"].name == "新街道"
    assert changes == [DeskChange(desk="s", kind=ChangeKind.RENAMED)]


def test_a_desk_nobody_knows_is_not_found_and_a_near_one_is_suggested() -> None:
    with pytest.raises(NotFoundError, match="Did you mean hubin-water"):
        rename(demo_city(), "hubin-watr", "x")


def test_after_a_merge_the_other_desk_stands_for_both() -> None:
    after, changes = merge(complete(_file()), "s", "t")
    standing = Tree(after).territorial("s")
    assert standing is not None
    assert standing.code == "t"
    assert changes == [DeskChange(desk="s", kind=ChangeKind.MERGED, to="t")]
    assert check(after) == []


def test_who_answered_to_a_merged_desk_answers_to_the_other() -> None:
    after, changes = merge(complete(_file()), "d", "e")
    assert [desk.code for desk in Tree(after).chain("s")] == ["s", "e", "c", "c:supervision"]
    assert DeskChange(desk="s", kind=ChangeKind.SUPERIOR, to="e") in changes
    assert check(after) == []


@pytest.mark.parametrize(("gone", "heir"), [("sv1", "sv2"), ("sv2", "sv1"), ("sv3", "sv2"), ("sv2", "sv3")])
def test_merged_supervision_levels_keep_the_chain_whole(gone: str, heir: str) -> None:
    levels = [_desk(f"sv{n}", "c", DeskKind.SUPERVISION, level=n) for n in (1, 2, 3)]
    after, _ = merge(complete(_file(*levels)), gone, heir)
    assert check(after) == []
    rest = [f"sv{n}" for n in (1, 2, 3) if f"sv{n}" != gone]
    assert [desk.code for desk in Tree(after).chain("c")] == ["c", *rest]
    assert Tree(after).supervision(1) is not None


@pytest.mark.parametrize(
    ("desk", "into", "reason"),
    [
        ("s", "s", "its own work"),
        ("d", "s", "lower tier"),
        ("s:triage", "t:triage", "triage desk"),
        ("c", "c:supervision", "supervision"),
    ],
)
def test_a_merge_that_would_lose_cases_or_send_them_down_is_refused(desk: str, into: str, reason: str) -> None:
    with pytest.raises(ConflictError, match=reason):
        merge(complete(_file()), desk, into)


def test_a_merged_desk_is_neither_merged_nor_redirected_nor_restored_again() -> None:
    file, _ = merge(complete(_file()), "s", "t")
    with pytest.raises(ConflictError, match="t does its work"):
        merge(file, "s", "t")
    with pytest.raises(ConflictError, match="t does its work"):
        redirect(file, "s", "t")
    with pytest.raises(ConflictError, match="closed for good"):
        redirect(file, "s", None)


def test_a_redirect_holds_until_it_is_ended() -> None:
    file, changes = redirect(complete(_file()), "s", "t")
    standing = Tree(file).standing("s")
    assert standing is not None
    assert standing.code == "t"
    assert changes == [DeskChange(desk="s", kind=ChangeKind.REDIRECTED, to="t")]
    restored, changes = redirect(file, "s", None)
    assert restored == complete(_file())
    assert changes == [DeskChange(desk="s", kind=ChangeKind.RESTORED)]


def test_redirects_cannot_form_a_circle() -> None:
    file, _ = redirect(complete(_file()), "s", "t")
    with pytest.raises(ConflictError, match="not at work"):
        redirect(file, "t", "s")


def test_supervision_is_not_redirected() -> None:
    with pytest.raises(ConflictError, match="cannot be redirected"):
        redirect(complete(_file()), "c:supervision", "c")


def test_a_closed_office_is_skipped() -> None:
    file, changes = deactivate(complete(_file()), "s")
    assert Tree(file).territorial("s") is None
    assert changes == [DeskChange(desk="s", kind=ChangeKind.DEACTIVATED)]
    assert check(file) == []
    with pytest.raises(ConflictError, match="inactive"):
        deactivate(file, "s")


@pytest.mark.parametrize("code", ["s:triage", "d:last_resort", "c:dispatcher", "c:supervision"])
def test_a_desk_the_city_cannot_do_without_is_not_closed(code: str) -> None:
    with pytest.raises(ConflictError, match="would be lost"):
        deactivate(complete(_file()), code)


def test_a_desk_that_works_for_others_is_not_closed() -> None:
    file, _ = redirect(complete(_file()), "s", "t")
    with pytest.raises(ConflictError, match="does the work of s"):
        deactivate(file, "t")
