"""Priorities: what gives a case its own, when it changes, where that puts it in a list; no figure knows of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from router.core import events as e
from router.core.case import Case
from router.core.commands import Accept, Correct, Replan, Resolve, Star, Unstar
from router.core.counting.coverage import coverage
from router.core.counting.figures import case_facts
from router.core.counting.happened import happened
from router.core.policies.policy import Elapsed, Match, Policy, Satisfies
from router.core.policies.policy_file import load_policy
from router.core.policies.priority import Priority, PriorityRule
from router.core.rules import Rules
from router.core.telling import messages as m
from router.core.telling.pressing import Grounds, Order, grounds_of
from router.errors import ConfigurationError
from tests.city import MONDAY, Play, days, ladder, milestone, policy, rules

FILE = """
name = "p"
calendar = "cn"
milestone = [{ name = "close", within = "5wd" }]
ladder = [{ step = "street" }]
"""
RULE = PriorityRule(starred=Priority.HIGH, high_from=10, highest_from=100)
IN_FORCE = rules(policy(priority=RULE))


# -- The file ---------------------------------------------------------------------------------------------------


def test_a_policy_that_says_nothing_gives_none_and_leaves_the_rest_to_defaults() -> None:
    assert load_policy(FILE, "p.toml").priority is None
    assert load_policy(f"{FILE}[priority]\n", "p.toml").priority == PriorityRule(
        base=Priority.NORMAL,
        starred=Priority.NORMAL,
        high_from=None,
        highest_from=None,
        high_ahead_s=86_400,
        highest_ahead_s=259_200,
    )


def test_every_key_of_a_priority_is_read() -> None:
    said = (
        'base = "high"\nstarred = "highest"\naffected = { highest = 50 }\nahead = { high = "6h", highest = "2d" }'
    )
    assert load_policy(f"{FILE}[priority]\n{said}", "p.toml").priority == PriorityRule(
        base=Priority.HIGH,
        starred=Priority.HIGHEST,
        highest_from=50,
        high_ahead_s=21_600,
        highest_ahead_s=172_800,
    )


@pytest.mark.parametrize(
    ("said", "place", "reason"),
    [
        ('base = "urgent"', "priority, base", "'urgent' is not allowed"),
        ("base = 3", "priority, base", "3 is not allowed"),
        ("bases = 3", "priority", "the key bases is not known"),
        ("affected = { normal = 3 }", "priority, affected", "the key normal is not known"),
        ("affected = { high = 1 }", "priority, affected, high", "1 is not allowed"),
        ("affected = { high = 50, highest = 50 }", "priority, affected, highest", "50 is not more than high, 50"),
        ('base = "high"\naffected = { high = 9 }', "priority, affected, high", "every case has high already"),
        ('base = "high"\nstarred = "high"', "priority, starred", "every case has high already"),
        ('ahead = { high = "5wd" }', "priority, ahead, high", "this is no length of time"),
        ('ahead = { high = "20:00" }', "priority, ahead, high", "this is no length of time"),
        ('ahead = { high = "4d" }', "priority, ahead, highest", "high cases would stand before the highest"),
    ],
)
def test_a_wrong_priority_is_refused_with_file_key_and_reason(said: str, place: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_policy(f"{FILE}[priority]\n{said}\n", "p.toml")
    assert refused.value.where == f"p.toml, {place}"
    assert reason in refused.value.what


# -- What a case has ----------------------------------------------------------------------------------------------


def _grounds(play: Play, in_force: Rules = IN_FORCE) -> Grounds:
    return grounds_of(in_force.policy(play.case.policy), play.case)


@pytest.mark.parametrize(
    ("affected", "starred", "priority", "by"),
    [
        (1, False, Priority.NORMAL, ("base",)),
        (9, False, Priority.NORMAL, ("base",)),
        (10, False, Priority.HIGH, ("affected",)),
        (10, True, Priority.HIGH, ("starred", "affected")),
        (9, True, Priority.HIGH, ("starred",)),
        (99, True, Priority.HIGH, ("starred", "affected")),
        (100, False, Priority.HIGHEST, ("affected",)),
        (100, True, Priority.HIGHEST, ("affected",)),
    ],
)
def test_the_highest_that_anything_gives_is_the_cases(
    affected: int, starred: bool, priority: Priority, by: tuple[str, ...]
) -> None:
    play = Play(IN_FORCE)
    play.open(affected=affected, starred=starred)
    assert (_grounds(play).priority, _grounds(play).by) == (priority, by)
    # The desk's program is told in the body of the hand-over.
    (told,) = [one.payload for one in play.messages if isinstance(one.payload, m.Assigned)]
    assert told.priority is priority


def test_without_a_word_of_the_policy_everything_is_normal_however_many_it_affects() -> None:
    in_force = rules(policy())
    play = Play(in_force)
    play.open(affected=5000, starred=True)
    assert _grounds(play, in_force) == Grounds(priority=Priority.NORMAL, by=(), affected=5000)
    (told,) = [one.payload for one in play.messages if isinstance(one.payload, m.Assigned)]
    assert told.priority is Priority.NORMAL


def _changes(play: Play) -> list[tuple[str, Priority]]:
    changed = [one.payload for one in play.messages if isinstance(one.payload, m.DueChanged)]
    return [(one.reason, one.priority) for one in changed]


def test_a_corrected_number_of_households_changes_it_and_the_lead_hears_of_it() -> None:
    play = Play(IN_FORCE)
    play.open(affected=3)
    due = play.case.next_due_at
    play.say("dispatcher:", Correct, affected=120)
    assert play.refused is None
    assert (play.case.affected, _grounds(play).priority) == (120, Priority.HIGHEST)
    assert play.events(e.AffectedChanged) == [e.AffectedChanged(affected=120, before=3)]
    # Where it stays as high, nobody need be told.
    play.say("dispatcher:", Correct, affected=130)
    assert _changes(play) == [("affected", Priority.HIGHEST)]
    play.say("dispatcher:", Correct, affected=12)
    assert _changes(play)[1:] == [("affected", Priority.HIGH)]
    # It moved no deadline, and nobody lost the case by it.
    assert (play.case.next_due_at, play.case.lead, play.events(e.Corrected)) == (due, "willow", [])


def test_the_same_number_of_households_is_nothing_to_correct_and_no_number_is_refused() -> None:
    play = Play(IN_FORCE)
    play.open(affected=3)
    play.say("dispatcher:", Correct, affected=3)
    assert play.refused == "nothing_to_correct"
    play.say("willow", Correct, affected=300)
    assert play.refused == "not_permitted"


def test_a_star_changes_it_where_the_policy_stays_and_where_it_does_not() -> None:
    play = Play(IN_FORCE)
    play.open()
    play.say("supervision:", Star)
    play.say("supervision:", Unstar)
    assert _changes(play) == [("starred", Priority.HIGH), ("unstarred", Priority.NORMAL)]

    starry = policy(
        name="starry",
        match=Match(starred=True),
        priority=PriorityRule(base=Priority.HIGHEST),
        milestones=(milestone("close", days(3), Satisfies.CLOSED),),
    )
    play = Play(rules(starry, policy()))
    play.open()
    play.say("supervision:", Star)
    assert _changes(play) == [("starred", Priority.HIGHEST)]


def test_under_another_policy_it_has_what_that_one_gives() -> None:
    before = policy()
    play = Play(rules(before))
    play.open(affected=12)
    after = policy(priority=RULE)
    play.rules = Rules((base := play.rules).tree, (after,), base.calendars, earlier=(before,))
    play.say("system:", Replan)
    assert play.refused is None
    assert _changes(play) == [("replan", Priority.HIGH)]


# -- Where it stands in a list ------------------------------------------------------------------------------------

HOURS = (milestone("close", Elapsed(3600), Satisfies.CLOSED),)


def _case(hours: float, in_force: Policy, **fields: Any) -> Case:
    """A case whose one deadline lies so many hours from Monday, received an hour before it."""
    play = Play(rules(in_force), MONDAY + timedelta(hours=hours - 1))
    play.open(**fields)
    return msgspec.structs.replace(play.case, id=f"{in_force.name}-{hours}-{fields.get('affected', 1)}")


PLAIN = policy(name="plain", milestones=HOURS)
GIVING = policy(name="giving", milestones=HOURS, priority=RULE)


def _sorted(*cases: Case, in_force: Rules | None = None) -> list[str]:
    order = Order(in_force or rules(GIVING, PLAIN), MONDAY)
    return [one.id for one in sorted(cases, key=order.of)]


def test_a_high_case_stands_a_day_before_its_time_and_the_highest_three() -> None:
    cases = (
        _case(1, PLAIN),
        _case(24, GIVING, affected=10),
        _case(26, GIVING, affected=10),
        _case(72, GIVING, affected=100),
        _case(74, GIVING, affected=100),
        _case(74, PLAIN),
    )
    assert _sorted(*cases) == [
        "giving-24-10",  # both as if they were due now; the earlier deadline first
        "giving-72-100",
        "plain-1-1",
        "giving-26-10",
        "giving-74-100",
        "plain-74-1",
    ]


def test_no_pile_of_the_highest_hides_a_plain_case_that_is_overdue() -> None:
    late = _case(-1, PLAIN)
    pile = [_case(hours, GIVING, affected=500) for hours in (0.5, 1, 2, 24, 71, 73)]
    assert _sorted(*pile, late)[0] == late.id
    # One that went up stands by its next deadline, and is passed by none that is due after it.
    gone_up = msgspec.structs.replace(
        late,
        id="gone-up",
        milestones=(msgspec.structs.replace(late.milestones[-1], due_at=MONDAY + timedelta(hours=48)),),
    )
    assert _sorted(*pile, gone_up) == [
        *[f"giving-{hours}-500" for hours in (0.5, 1, 2, 24)],
        "gone-up",
        *[f"giving-{hours}-500" for hours in (71, 73)],
    ]
    # Nor does one with no deadline left go to the end.
    at_the_end = msgspec.structs.replace(late, id="at-the-end", milestones=())
    assert _sorted(*pile, at_the_end)[0] == "at-the-end"


#: Not in force any more; its cases had ten days.
LONGER = policy(name="longer", milestones=HOURS, priority=PriorityRule(base=Priority.HIGH, high_ahead_s=864_000))
_KEPT = rules(GIVING, PLAIN)
_EVERY = Rules(_KEPT.tree, _KEPT.policies, _KEPT.calendars, earlier=(LONGER,))
#: One of each policy, overdue and not; only its deadline is changed below.
_MADE = tuple(
    _case(hours, one, affected=affected)
    for hours in (-1, 1)
    for one, affected in ((PLAIN, 1), (GIVING, 1), (GIVING, 10), (GIVING, 100), (LONGER, 1))
)


@given(st.lists(st.tuples(st.sampled_from(_MADE), st.integers(-200, 200)), min_size=2, max_size=12))
def test_no_priority_puts_a_case_before_an_overdue_one_that_its_deadline_does_not(
    drawn: list[tuple[Case, int]],
) -> None:
    cases = []
    for number, (one, hours) in enumerate(drawn):
        last = msgspec.structs.replace(one.milestones[-1], due_at=MONDAY + timedelta(hours=hours))
        cases.append(msgspec.structs.replace(one, id=f"{number:02}", milestones=(last,)))
    order = Order(_EVERY, MONDAY)
    cases.sort(key=order.of)
    for index, late in enumerate(cases):
        if late.due_at < MONDAY or late.next_due_at < MONDAY:  # type: ignore[operator]
            assert all(one.next_due_at <= late.next_due_at for one in cases[:index])  # type: ignore[operator]


def test_where_no_policy_gives_a_priority_the_next_deadline_alone_counts_and_then_the_households() -> None:
    in_force = rules(PLAIN)
    cases = (_case(-1, PLAIN), _case(3, PLAIN), _case(2, PLAIN, affected=9), _case(2, PLAIN, affected=10))
    assert _sorted(*reversed(cases), in_force=in_force) == ["plain--1-1", "plain-2-10", "plain-2-9", "plain-3-1"]


# -- Figures ------------------------------------------------------------------------------------------------------


def test_no_figure_knows_of_it() -> None:
    """The same life under a policy with priorities and under one without comes to the same figures."""
    found = []
    for rule in (None, RULE):
        in_force = rules(
            policy(
                priority=rule,
                milestones=(milestone("close", days(1), Satisfies.CLOSED),),
                ladder=ladder("street", "district", budget=days(1)),
            )
        )
        play = Play(in_force)
        play.open(affected=500)
        play.say("willow", Accept)
        play.say("dispatcher:", Correct, affected=20)
        play.say("supervision:", Star)
        play.wait(days=1, hours=1)
        assert play.case.lead == "lake"
        play.say("lake", Resolve)
        facts = case_facts(play.case, district="lake", decided_by="other")
        counted = happened([one for step in play.steps for one in step.entries], in_force)
        # A version is a hash of the whole policy: it differs, and nothing else does.
        found.append(
            (
                msgspec.json.encode(facts).replace(play.case.policy.encode(), b""),
                coverage([play.case]),
                repr(counted).replace(play.case.policy, ""),
                [(one.name, one.due_at, one.status) for one in play.case.milestones],
            )
        )
    assert found[0] == found[1]
