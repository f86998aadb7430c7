"""Budgets by category: a table of types in one milestone, and what a case of each type gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.core.calendars.calendar_file import load_calendar
from router.core.commands import Correct
from router.core.events import DeadlineMissed
from router.core.policies.instants import due, dues
from router.core.policies.policy import Anchor, Days, DaySet, Elapsed, Ends, Given, Late, Satisfies
from router.core.policies.policy_file import load_policy
from router.core.timing.undoing import may_have_none
from router.errors import ConfigurationError
from router.presets import preset_calendar
from tests.city import Play, milestone, policy, rules, utc
from tests.unit.core.calendars import china

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "sla"

TABLE = """
name = "types"
calendar = "cn"
[[milestone]]
name = "close"
within = { of = "working", ends = "same_time", late = "next_day_open" }
[milestone.by_category]
lamp = 2
pipe = "3h"
[[ladder]]
step = "street"
"""


def test_a_number_counts_days_as_within_says_and_anything_else_is_a_budget_of_its_own() -> None:
    rule = load_policy(TABLE, "t.toml").milestones[0]
    assert rule.budget("lamp") == Days(count=2, days=DaySet.WORKING, ends=Ends.SAME_TIME, late=Late.NEXT_DAY_OPEN)
    assert rule.budget("pipe") == Elapsed(3 * 3600)
    assert rule.budget("bus") is None
    assert rule.budget(None) is None


def test_a_category_that_is_not_listed_has_the_budget_of_within_when_that_is_a_whole_one() -> None:
    text = TABLE.replace("{ of", "{ days = 9, of")
    rule = load_policy(text, "t.toml").milestones[0]
    assert [getattr(rule.budget(code), "count", None) for code in ("lamp", "bus", None)] == [2, 9, 9]


def test_the_version_does_not_depend_on_the_order_of_the_table() -> None:
    turned = TABLE.replace('lamp = 2\npipe = "3h"', 'pipe = "3h"\nlamp = 2')
    assert turned != TABLE
    assert load_policy(turned, "t.toml").version == load_policy(TABLE, "t.toml").version
    assert load_policy(TABLE.replace("lamp = 2", "lamp = 3"), "t.toml").version != load_policy(TABLE, "").version


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (TABLE.replace("lamp = 2", "lamp = 0"), "t.toml, milestone 1, by_category, lamp", "from 1"),
        (TABLE.replace("lamp = 2", "lamp = true"), "t.toml, milestone 1, by_category, lamp", "is no budget"),
        (TABLE.replace('"3h"', '"3 h."'), "t.toml, milestone 1, by_category, pipe", "is no budget"),
        (
            TABLE.replace('{ of = "working", ends = "same_time", late = "next_day_open" }', '"8h"'),
            "t.toml, milestone 1, by_category, lamp",
            "2 of what? within is no table of days",
        ),
        (TABLE.replace("of = ", "off = "), "t.toml, milestone 1, within", "off is not known here"),
        (
            TABLE.partition("lamp")[0] + '[[ladder]]\nstep = "street"',
            "t.toml, milestone 1, by_category",
            "names no",
        ),
        (
            TABLE.replace("[milestone.by_category]", "[match]").replace("lamp = 2", "").replace('pipe = "3h"', ""),
            "t.toml, milestone 1, within",
            "neither days nor at",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_file_key_and_reason(text: str, place: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_policy(text, "t.toml")
    assert caught.value.where == place
    assert reason in caught.value.what


def opened(category: str) -> Play:
    close = milestone("close", None, Satisfies.CLOSED, anchor=Anchor.RECEIVED, by_category={"lamp": Elapsed(3600)})
    play = Play(rules(policy(milestones=(close,))))
    play.open(category=category)
    return play


def test_a_case_gets_the_budget_of_its_category() -> None:
    assert opened("lamp").case.due_at == utc(2026, 9, 21, 2)  # Monday 09:00 in Shanghai, and an hour
    assert opened("lamp").wait(hours=2).events(DeadlineMissed)[0].due_at == utc(2026, 9, 21, 2)


def test_a_case_of_a_category_without_a_budget_has_no_deadline_and_the_audit_finds_nothing_in_that() -> None:
    play = opened("stall")
    assert (play.case.due_at, play.case.milestones) == (None, ())
    assert may_have_none(play.case, play.rules.policy(play.case.policy))
    assert not may_have_none(opened("lamp").case, play.rules.policy(play.case.policy))


def test_a_correction_of_the_category_moves_no_due_date() -> None:
    play = opened("lamp")
    before = play.case.due_at
    play.say("dispatcher:li", Correct, category="stall")
    assert play.case.category == "stall"
    assert play.case.due_at == play.case.next_due_at == before


def test_wall_clocks_of_one_category_move_together() -> None:
    found = load_policy(
        TABLE.replace('pipe = "3h"', 'pipe = "20:00"').replace(
            "[[ladder]]", '[[milestone]]\nname = "plan"\nwithin = "21:00"\n[[ladder]]'
        ),
        "t.toml",
    )
    evening = china(2026, 9, 22, 20, 30)
    cn = preset_calendar("cn")
    # For a pipe, 20:00 is past: 21:00 moves to the next day with it. For a lamp 21:00 is still to come.
    assert dues(found.milestones, evening, cn, category="pipe")["plan"].at == china(2026, 9, 23, 21)
    assert dues(found.milestones, evening, cn, category="lamp")["plan"].at == china(2026, 9, 22, 21)
    armed = rules(found, calendars=[cn]).anchored(found, Anchor.RECEIVED, "pipe")
    assert armed[1] == found.milestones[0].budget("pipe")


def test_bostons_rule_of_2011_stands_in_a_file() -> None:
    budget = load_policy((EXAMPLES / "boston_2011.toml").read_text("utf-8"), "2011").milestones[0].budget(None)
    assert budget is not None
    calendar = preset_calendar("utc")

    def target(*at: int) -> tuple[int, ...]:
        found = due(budget, utc(2015, *at), calendar)
        assert found is not None
        return found.at.timetuple()[1:5]

    assert target(1, 10, 10, 0) == (
        1,
        13,
        10,
        0,
    )  # Saturday moves to Monday and keeps its clock; plus one: Tuesday
    assert target(1, 11, 7, 0) == (1, 13, 7, 0)  # Sunday, early
    assert target(1, 10, 17, 0) == (1, 14, 8, 30)  # Saturday 17:00: Monday 17:00 is late, so Tuesday 08:30
    assert target(1, 6, 7, 0) == (1, 7, 7, 0)  # before the opening: left alone
    assert target(1, 6, 16, 59) == (1, 7, 16, 59)
    assert target(1, 6, 17, 0) == (1, 8, 8, 30)
    assert target(1, 16, 10, 0) == (1, 19, 10, 0)  # Martin Luther King Day counts


def test_bostons_rule_of_2015_stands_in_a_file_with_its_calendar() -> None:
    calendar = load_calendar((EXAMPLES / "boston_calendar.toml").read_text("utf-8"), "boston")
    rule = load_policy((EXAMPLES / "boston_2015.toml").read_text("utf-8"), "2015").milestones[0]

    def target(category: str, *at: int) -> tuple[int, ...]:
        found = due(rule.budget(category) or Given(), utc(2015, *at), calendar)
        assert found is not None
        assert not found.provisional
        return found.at.timetuple()[1:5]

    assert target("Empty Litter Basket", 1, 16, 10, 0) == (1, 20, 10, 0)  # Monday 19 January is a holiday
    assert target("Empty Litter Basket", 1, 17, 10, 0) == (1, 21, 8, 30)  # Saturday counts from Tuesday 08:30
    assert target("Empty Litter Basket", 1, 6, 7, 0) == (1, 7, 8, 30)
    assert target("Empty Litter Basket", 1, 6, 17, 0) == (1, 8, 8, 30)
    assert target("Unsafe Dangerous Conditions", 1, 17, 10, 0) == (1, 18, 10, 0)  # 24 hours on the clock
    assert rule.budget("Street Light Outages") is None
