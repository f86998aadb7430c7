"""How a case stands: from when on it is due, late and coloured, whenever one looks; instants typed by hand."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from router.core import commands as c
from router.core.counting.counted import Counted, Series
from router.core.counting.happened import happened
from router.core.counting.standing import Standing, settled, standing_of
from router.core.policies.colours import colour_at
from router.core.policies.policy import Colour
from tests.city import MONDAY, Play, policy, rules

COLOURED = policy(
    colours=(
        Colour(name="yellow", day=3, origin=0),
        Colour(name="red"),
    )
)


def standing(play: Play) -> Standing:
    """How the case of a play stands."""
    found = standing_of(happened(play.entries, play.rules), play.rules)
    assert found is not None
    return found


def opened(*, resolved_after: timedelta | None = None) -> Play:
    play = Play()
    play.open()
    if resolved_after is not None:
        play.wait_until(MONDAY + resolved_after)
        play.notice()
        play.say(play.case.lead, c.Resolve, outcome=c.Outcome.SOLVED)
    return play


@pytest.mark.parametrize(
    ("after", "met"),
    [(timedelta(days=4), True), (timedelta(days=5), True), (timedelta(days=5, microseconds=1), False)],
    ids=["before", "at the very instant", "after"],
)
def test_a_case_is_met_up_to_the_very_instant(after: timedelta, met: bool) -> None:
    found = standing(opened(resolved_after=after))
    assert (found.is_open, found.due_at, found.due_met) == (False, MONDAY + timedelta(days=5), met)
    counts = settled(found)
    assert counts[Series(Counted.DUE, ("lake", "roads"))] == 1
    assert counts[Series(Counted.DUE_MET, ("lake", "roads"))] == met
    assert counts[Series(Counted.CLOSED_IN_TIME, ("lake",))] == met
    assert counts[Series(Counted.BREACHED, ("lake", "closed"))] == (not met)


@pytest.mark.parametrize(
    "about", [{"confidential": True}, {"subject_desk": "willow"}, {"named_persons": ("wang",)}]
)
def test_no_figure_says_of_which_category_a_restricted_case_is(about: dict[str, Any]) -> None:
    play = Play()
    play.open(**about)
    play.wait(days=30)
    play.notice()
    found = happened(play.entries, play.rules)
    told = standing(play)
    assert told.category == "unknown"
    counted = found.counts + settled(told)
    assert counted[Series(Counted.OPENED, ("lake", "unknown", "complaint"))] == 1
    assert [series for series in counted if "roads" in series.labels] == []


def test_an_open_case_is_in_its_cohort_before_it_is_due_and_in_no_rate_over_closed_ones() -> None:
    counts = settled(standing(opened()))
    assert {series.name for series in counts} == {Counted.DUE, Counted.DESK_DUE, Counted.DUE_CHANGED}


def test_a_cohort_counts_for_the_desk_that_held_it_when_it_fell_due() -> None:
    play = opened()
    play.wait(days=5, hours=1)
    found = standing(play)
    assert (found.lead, found.tier, found.due_desk) == ("lake", "district", "willow")
    assert settled(found)[Series(Counted.DESK_DUE, ("willow",))] == 1


def test_colours_begin_at_their_instants_and_red_only_after_the_due_date() -> None:
    play = Play(rules(COLOURED))
    play.open()
    found = standing(play)
    due = MONDAY + timedelta(days=5)
    assert colour_at(found.colours, MONDAY) is None
    assert colour_at(found.colours, due) == "yellow"
    assert colour_at(found.colours, due + timedelta(microseconds=1)) == "red"
    yellow = next(onset.at for onset in found.colours if onset.colour == "yellow")
    assert colour_at(found.colours, yellow - timedelta(microseconds=1)) is None
    assert colour_at(found.colours, yellow) == "yellow"


def test_a_closed_case_has_no_colour() -> None:
    play = Play(rules(COLOURED))
    play.open()
    play.wait(hours=1)
    play.say("willow", c.Resolve, outcome=c.Outcome.SOLVED)
    assert standing(play).colours == ()


def test_a_task_of_inspectors_is_no_case() -> None:
    play = opened()
    found = happened(play.entries, play.rules)
    task: Any = copy.copy(found.case)
    task.inspections = msgspec.structs.replace(task.inspections, task="drawn")
    assert standing_of(msgspec.structs.replace(found, case=task), play.rules) is None
