"""Which series there are: few, from closed sets, and there from the start."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from router.core.policies.policy import Colour
from router.core.policies.policy_file import load_policy
from router.core.rules import Rules
from router.core.territory.tree import Category
from router.ledger.count_port import Snapshot, Waiting
from router.metrics.cases import CASE_METRICS, happened as h, standing as s
from router.metrics.cases.pipeline import CATEGORY_NAME
from router.metrics.exposition import families_of, text_of
from router.metrics.figures import figures
from router.metrics.scope import BUDGET, MOST_CATEGORIES, Scope
from router.presets import preset_text
from tests.city import MONDAY
from tests.unit.metrics.ground import in_force, large_city, read

COLOURS = tuple(Colour(name=name, before_due=day) for day, name in enumerate(("red", "blue", "yellow"), 1))
NOTHING = Snapshot(
    tallies=Counter(),
    open=(),
    coloured={},
    unescalated={},
    held={},
    outbox=Waiting(0, None),
    parked={},
    braked=False,
    beats={},
    uncounted=0,
)


def series_at_the_start(rules: Rules, scope: Scope) -> int:
    text = text_of(families_of(figures(NOTHING, rules, scope, MONDAY)))
    return sum(not line.startswith("#") for line in text.decode().splitlines())


def most(scope: Scope) -> int:
    """Series there can be."""
    return sum(scope.most(metric) for metric in CASE_METRICS)


@pytest.mark.parametrize(
    ("desks", "districts", "categories"), [(1000, 50, 20), (1069, 38, 200), (170, 13, 20), (20, 3, 5)]
)
def test_the_series_of_a_city_stay_within_the_budget(desks: int, districts: int, categories: int) -> None:
    rules = in_force(large_city(desks, districts, categories), colours=COLOURS)
    scope = Scope(rules)
    assert series_at_the_start(rules, scope) <= most(scope) <= BUDGET == 30_000


def test_a_large_city_tells_some_categories_apart_and_a_usual_one_all_of_twenty() -> None:
    large = Scope(in_force(large_city(1000, 50, 20), colours=COLOURS))
    assert [large.category(f"g{number}") for number in range(20)].count("other") < 20
    usual = Scope(in_force(large_city(170, 13, 20), colours=COLOURS))
    assert [usual.category(f"g{number}") for number in range(20)] == [f"g{number}" for number in range(20)]


def test_each_category_that_is_told_apart_is_named_once_and_within_the_budget() -> None:
    rules = in_force(large_city(1000, 50, 20), colours=COLOURS)
    scope = Scope(rules)
    shown = read(text_of(families_of(figures(NOTHING, rules, scope, MONDAY))))
    told_apart = [f"g{number}" for number in range(20) if scope.category(f"g{number}") != "other"]
    assert 0 < len(told_apart) < 20
    # The taxonomy says no group's name here: then the code is shown.
    assert {name: value for name, value in shown.items() if name.startswith("category_name")} == {
        f"category_name{{category={code},name={code}}}": 1.0 for code in told_apart
    }
    assert scope.most(CATEGORY_NAME) >= len(told_apart)


def test_a_category_is_named_as_people_call_its_group() -> None:
    roads = Category(code="pothole", name="路面坑洼", group="roads", group_name="道路")
    rules = in_force(msgspec.structs.replace(large_city(20, 3, 0), categories=(roads,)))
    shown = read(text_of(families_of(figures(NOTHING, rules, Scope(rules), MONDAY))))
    assert shown["category_name{category=roads,name=道路}"] == 1.0


def test_never_more_than_thirty_categories_and_the_first_of_the_tree() -> None:
    small = Scope(in_force(large_city(20, 3, 200)))
    kept = [f"g{number}" for number in range(200) if small.category(f"g{number}") != "other"]
    assert kept == [f"g{number}" for number in range(MOST_CATEGORIES)]


def test_categories_that_the_settings_name_are_told_apart_whatever_that_costs() -> None:
    scope = Scope(in_force(large_city(1000, 50, 20)), [f"g{number}" for number in range(5, 20)])
    assert scope.category("g19") == "g19"
    assert scope.category("g0") == "other"
    assert most(scope) > BUDGET


def test_without_a_taxonomy_no_source_can_make_series() -> None:
    scope = Scope(in_force(large_city(20, 3, 0)))
    assert scope.category("whatever a source says") == "other"
    assert scope.category("unknown") == "unknown"


def test_a_desk_has_neither_categories_nor_histograms() -> None:
    for metric in CASE_METRICS:
        if "desk" in metric.labels:
            assert "category" not in metric.labels
            assert metric.kind != "histogram"


def test_a_counter_is_there_for_every_district_and_category_from_the_start() -> None:
    scope = Scope(in_force(large_city(20, 3, 2)))
    assert set(scope.known(h.CLOSED)) == {
        (district, category)
        for district in ("d0", "d1", "d2", "unknown")
        for category in ("g0", "g1", "other", "unknown")
    }


def test_escalations_are_there_by_neighbouring_steps_of_the_ladder() -> None:
    scope = Scope(in_force(large_city(2, 1, 0)))
    known = set(scope.known(h.ESCALATED))
    assert ("d0", "street", "district", "deadline") in known
    assert ("d0", "district", "street", "deadline") not in known
    assert ("d0", "street", "city", "deadline") not in known


def test_levels_are_there_only_where_a_policy_has_them() -> None:
    assert list(Scope(in_force()).known(s.OPEN_LEVEL)) == []
    linyi = in_force(levels=load_policy(preset_text("policies", "linyi"), "linyi").levels)
    assert {level for level, _fate in Scope(linyi).known(s.OPEN_LEVEL)} == {"1", "2", "3", "4", "5"}
