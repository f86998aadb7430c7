"""Citizens' cases of Pingshan: routing and triage on real Chinese input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from router.core.commands import Open
from router.core.territory.tree import DeskKind
from router.replay.run import Prepared, Request, prepare
from tests.integration.replaying import PINGSHAN, SINGLE_DEADLINE, figures_of, replayed

pytestmark = pytest.mark.data

FILE = "pingshan_2018_to_sep.csv.gz"
#: Two spellings of one unit.
SQUAD, SQUAD_TOO = "坪山街道综合执法队", "坪山街道综合执法队（坪山街道办事处）"


@pytest.fixture(scope="module")
def document(data_dir: Path) -> Any:
    result, said = replayed(data_dir / FILE, PINGSHAN)
    assert (result.exit_code, said) == (0, ["as of 2018-09-30T15:55:38+00:00"])
    return figures_of(result.out)


@pytest.fixture(scope="module")
def ready(data_dir: Path) -> Prepared:
    return prepare(Request(file=data_dir / FILE, mapping=PINGSHAN, policy=str(SINGLE_DEADLINE)))


def test_nothing_is_dropped_and_what_cannot_be_placed_is_triaged(document: Any) -> None:
    assert (document["rows"], document["opened"], document["refused"]) == (3981, 3981, 0)
    assert document["triaged"] == 9
    assert document["open"] == 3981


def test_cases_lie_in_the_streets_the_table_names(document: Any, data_dir: Path) -> None:
    theirs = json.loads((data_dir / "expected" / "pingshan_2018_to_sep.json").read_bytes())
    ours = {street: block["opened"] for street, block in document["by_district"].items()}
    assert set(ours) == set(theirs["on_time_by_street"]) - {"-"} | {"unknown"}
    assert ours["unknown"] == theirs["missing_street"]
    # Two rows have no on-time flag and are in no rate.
    assert sum(ours.values()) - sum(rate["den"] for rate in theirs["on_time_by_street"].values()) == 2


def test_consultations_suggestions_and_thanks_are_no_problems(document: Any, data_dir: Path) -> None:
    theirs = json.loads((data_dir / "expected" / "pingshan_2018_to_sep.json").read_bytes())["by_property"]
    outside = theirs["咨询"] + theirs["建议"] + theirs["感谢"]
    assert (
        document["before_complaint"]["problems"] == theirs["投诉"] + theirs["求决"] + theirs["-"] == 3981 - outside
    )


def test_two_spellings_are_one_desk(ready: Prepared, data_dir: Path) -> None:
    desks = [desk for desk in ready.rules.tree if desk.name in (SQUAD, SQUAD_TOO)]
    assert {desk.name for desk in desks} == {SQUAD}
    home = next(desk for desk in desks if desk.division == "440310/坪山街道")
    named = [c for c in ready.history.commands if isinstance(c, Open) and c.desk == home.code]
    assert len(named) == 230


def test_communities_own_offices_are_territorial_desks(ready: Prepared) -> None:
    tree = ready.rules.tree
    named = {c.desk for c in ready.history.commands if isinstance(c, Open)}
    offices = [desk for desk in tree if desk.code in named and desk.kind is DeskKind.TERRITORIAL]
    assert {tree.tiers[tree.tier_of(desk)] for desk in offices} == {"community"}
    assert "六联社区" in {desk.name for desk in offices}


def test_every_desk_has_a_way_up(ready: Prepared) -> None:
    tree = ready.rules.tree
    tops = {tree.chain(desk.code)[-1].kind for desk in tree}
    assert tops == {DeskKind.SUPERVISION}
