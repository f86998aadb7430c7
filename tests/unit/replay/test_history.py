"""History: one tree, and one order of events, whatever the order of the rows."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from router.core.commands import ActorRole, Open, Resolve
from router.core.territory.tree import DeskKind, Served, Tree
from router.errors import ConfigurationError
from tests.unit.replay.tables import MAPPING, history, mapping, row, table, utc

WITH_DESK = MAPPING + '[desk]\ncolumn = "lamp"\naliases = { "Lamps Dept." = "Lamps" }\n'
WITH_DESK = WITH_DESK.replace('[place]\nasset = "lamp"\n', "")


def test_one_code_in_two_districts_is_two_streets(tmp_path: Path) -> None:
    found = history(tmp_path, row("1"), row("2", quarter="8", lane_name="Alley"))
    tree = Tree(found.tree)
    assert tree.path("harbour/7/a") == ("harbour", "harbour/7", "harbour/7/a")
    assert tree.path("harbour/8/a") == ("harbour", "harbour/8", "harbour/8/a")
    assert (tree.divisions["harbour/7/a"].name, tree.divisions["harbour/8/a"].name) == ("Anchor Lane", "Alley")
    assert found.districts == {"harbour/7": "7", "harbour/8": "8"}


def test_codes_with_slashes_and_colons_do_not_run_into_each_other(tmp_path: Path) -> None:
    found = history(tmp_path, row("1", quarter="7/a", lane="b"), row("2", quarter="7", lane="a/b"))
    found_too = history(tmp_path, row("3", quarter="7:unknown", lane="a"))
    assert len({division.code for division in found.tree.divisions}) == len(found.tree.divisions)
    assert found.districts == {"harbour/7": "7", "harbour/7%2Fa": "7/a"}
    assert found_too.districts == {"harbour/7%3Aunknown": "7:unknown"}


def test_the_tree_is_complete_and_served_by_the_shell(tmp_path: Path) -> None:
    tree = Tree(history(tmp_path, row()).tree)
    assert tree.triage(tree.unknown_below("harbour/7").code) is not None
    assert {desk.served for desk in tree} == {Served.SHELL}
    assert [category.code for category in tree.file.categories] == ["lights"]


def test_a_missing_division_is_named_none_and_an_unplaced_street_is_no_street(tmp_path: Path) -> None:
    opens = history(tmp_path, row("1", lane=""), row("2", quarter="")).commands
    assert [command.division for command in opens if isinstance(command, Open)] == [
        ("harbour/7", None),
        (None, "harbour//a"),
    ]


def test_the_order_is_that_of_events_openings_first(tmp_path: Path) -> None:
    rows = [
        row("10", closed="2026-03-02 11:00"),
        row("2", opened="2026-03-02 11:00"),
        row("1", opened="2026-03-02 08:00", closed="2026-03-02 09:00"),
    ]
    said = [[command.id for command in history(tmp_path, *order).commands] for order in permutations(rows)]
    assert all(
        one == ["pier:1:open", "pier:10:open", "pier:1:close", "pier:2:open", "pier:10:close"] for one in said
    )


def test_history_speaks_in_its_own_name_for_whoever_had_the_word(tmp_path: Path) -> None:
    opening, closing = history(tmp_path, row(closed="2026-03-02 11:00")).commands
    assert isinstance(opening, Open)
    assert isinstance(closing, Resolve)
    assert (opening.actor.role, closing.actor.role) == (ActorRole.SOURCE, ActorRole.SOURCE)
    assert opening.case_id == closing.case_id
    assert (opening.at, closing.at) == (utc(2026, 3, 2, 9), utc(2026, 3, 2, 11))


def test_what_is_later_than_as_of_has_not_happened(tmp_path: Path) -> None:
    rows = [
        row("1", closed="2026-03-05 09:00"),
        row("2", opened="2026-03-03 09:00"),
        row("3", closed="2026-03-03 08:59"),
    ]
    found = history(tmp_path, *rows, as_of=utc(2026, 3, 3, 8, 59))
    assert [command.id for command in found.commands] == ["pier:1:open", "pier:3:open", "pier:3:close"]
    assert found.later == 1


def test_as_of_is_the_last_opening_or_closing_and_no_due_date(tmp_path: Path) -> None:
    found = history(tmp_path, row("1", due="2027-01-01 00:00", closed="2026-03-05 09:00"), row("2"))
    assert found.as_of == utc(2026, 3, 5, 9)


def test_a_table_without_rows_has_no_last_instant(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="last instant"):
        history(tmp_path)
    assert history(tmp_path, as_of=utc(2026, 1, 1)).commands == ()


def test_an_identical_repeat_has_the_same_ids(tmp_path: Path) -> None:
    found = history(tmp_path, row("1", closed="2026-03-02 11:00"), row("1.0", closed="2026-03-02 11:00"))
    assert [command.id for command in found.commands] == ["pier:1:open"] * 2 + ["pier:1:close"] * 2
    assert (found.repeats, found.conflicts) == (1, 0)


@pytest.mark.parametrize(
    ("case", "other"),
    [
        (row(), row(opened="2026-03-02 09:01", via="patrol")),  # the one that opened first
        (row(closed="2026-03-02 11:00"), row()),  # the one that says more
        (row(closed="2026-03-02 11:00"), row(closed="2026-03-02 12:00")),  # the one that closed first
    ],
)
def test_other_content_under_one_id_is_refused_in_either_order(tmp_path: Path, case: str, other: str) -> None:
    found = history(tmp_path, case, other)
    assert found == history(tmp_path, other, case)
    assert found.conflicts == 1
    last = found.commands[-1]
    assert isinstance(last, Open)
    assert last.id.startswith("pier:1:open:")
    assert {command.id for command in found.commands[:-1]} <= {"pier:1:open", "pier:1:close"}


def test_only_what_is_mapped_is_content(tmp_path: Path) -> None:
    by = mapping(text=MAPPING.replace('name = "lane_name"', ""))
    found = history(tmp_path, row(lane_name="Anchor Lane"), row(lane_name="Anchor Ln"), by=by)
    assert (found.repeats, found.conflicts) == (1, 0)


def test_desks_of_two_spellings_are_one_department_below_their_street(tmp_path: Path) -> None:
    rows = [row("1", lamp="Lamps"), row("2", lamp="Lamps Dept."), row("3", quarter="8", lamp="Lamps")]
    found = history(tmp_path, *rows, by=mapping(text=WITH_DESK))
    desks = {desk.code: desk for desk in found.tree.desks if desk.kind is DeskKind.FUNCTIONAL}
    assert sorted(desks) == ["harbour/7/a:desk:Lamps", "harbour/8/a:desk:Lamps"]
    assert desks["harbour/7/a:desk:Lamps"].superior == "harbour/7"
    named = [command.desk for command in found.commands if isinstance(command, Open)]
    assert named == ["harbour/7/a:desk:Lamps"] * 2 + ["harbour/8/a:desk:Lamps"]


def test_a_desk_may_sit_at_another_tier(tmp_path: Path) -> None:
    by = mapping(text=WITH_DESK + 'tiers = { district = ["Lamps"] }\n')
    found = history(tmp_path, row("1", lamp="Lamps"), row("2", lane="b", lamp="Lamps"), by=by)
    assert [command.desk for command in found.commands if isinstance(command, Open)] == [
        "harbour/7:desk:Lamps"
    ] * 2


def test_a_desk_called_like_its_division_is_its_territorial_desk(tmp_path: Path) -> None:
    found = history(tmp_path, row(lamp="Anchor Lane"), by=mapping(text=WITH_DESK))
    opening = found.commands[0]
    assert isinstance(opening, Open)
    assert opening.desk == "harbour/7/a"
    assert Tree(found.tree).desks["harbour/7/a"].kind is DeskKind.TERRITORIAL


def test_a_missing_desk_or_place_names_no_desk_there_is(tmp_path: Path) -> None:
    found = history(tmp_path, row("1"), row("2", lane="", lamp="Lamps"), by=mapping(text=WITH_DESK))
    tree = Tree(found.tree)
    opens = [command for command in found.commands if isinstance(command, Open)]
    assert [command.desk for command in opens] == ["harbour:unknown", None]
    assert "harbour:unknown" not in tree.desks


def test_categories_are_keyed_below_their_group(tmp_path: Path) -> None:
    by = mapping(text=MAPPING.replace('column = "kind"', 'column = "kind"\ngroup = "via"'))
    found = history(tmp_path, row("1"), row("2", via="patrol"), by=by)
    assert [(one.code, one.group) for one in found.tree.categories] == [
        ("patrol/lights", "patrol"),
        ("phone/lights", "phone"),
    ]


def test_a_very_long_id_still_makes_a_short_command_id(tmp_path: Path) -> None:
    by = mapping(text=MAPPING.replace('{ column = "no", number = true }', '"no"'))
    found = history(tmp_path, row("9" * 500), by=by)
    assert len(found.commands[0].id) < 200


def test_unreadable_rows_are_passed_on(tmp_path: Path) -> None:
    by = mapping()
    assert (
        history(tmp_path, row(), row("-"), by=by).unreadable == table(tmp_path, row(), row("-"), by=by).unreadable
    )
