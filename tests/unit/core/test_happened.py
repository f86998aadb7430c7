"""What happened to a case, as counts: stories with instants typed by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.core import commands as c
from router.core.counting.counted import Counted, Series, bucket
from router.core.counting.happened import happened
from router.core.policies.policy import Gate, GateKind, Satisfies
from tests.city import ACCEPT, CLOSE, DISPATCH, Play, days, milestone, policy, rules

HOUR_MS = 3_600_000


def numbers(play: Play, name: Counted) -> dict[tuple[str, ...], int]:
    """The series of a name that a case adds to."""
    counts = happened(play.entries, play.rules).counts
    return {series.labels: number for series, number in counts.items() if series.name == name}


def test_a_case_that_is_closed_in_time() -> None:
    play = Play()
    play.open()
    play.wait(hours=2)
    play.say("willow", c.Accept)
    play.wait(hours=26)
    play.say("willow", c.Resolve, outcome=c.Outcome.SOLVED)
    assert numbers(play, Counted.OPENED) == {("lake", "roads", "complaint"): 1}
    assert numbers(play, Counted.RESOLVED) == {("lake", "roads"): 1}
    assert numbers(play, Counted.CLOSED) == {("lake", "roads"): 1}
    # 28 hours: beyond a day, within two.
    assert numbers(play, Counted.RESOLUTION) == {("lake", "roads", "172800"): 1}
    assert numbers(play, Counted.RESOLUTION_SUM) == {("lake", "roads"): 28 * HOUR_MS}
    assert numbers(play, Counted.HELD) == {("lake", "desk"): 28 * HOUR_MS}
    assert numbers(play, Counted.MISSED) == numbers(play, Counted.ESCALATED) == {}


def test_a_missed_deadline_is_the_desks_and_goes_up_one_step() -> None:
    play = Play()
    play.open()
    play.wait(days=5, minutes=1)
    missed = {labels: number for labels, number in numbers(play, Counted.MISSED).items() if "statutory" in labels}
    assert missed == {("street", "lake", "statutory"): 1}
    assert numbers(play, Counted.DESK_MISSED) == {("willow",): 1}
    assert numbers(play, Counted.ESCALATED) == {("lake", "street", "district", "deadline"): 1}


def test_a_visit_that_finds_something_is_proactive_and_an_unknown_place_is_counted_as_unknown() -> None:
    play = Play()
    play.open("grid_patrol", division=("?",))
    assert numbers(play, Counted.OPENED) == {("unknown", "roads", "proactive"): 1}
    assert numbers(play, Counted.TRIAGED) == {("unknown",): 1}


def test_returns_are_counted_by_what_became_of_them() -> None:
    play = Play()
    play.open()
    play.wait(hours=1)
    play.say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane", text="not ours")
    assert play.refusal is None
    play.say("dispatcher:li", c.RefuseReturn, text="it is")
    assert play.refusal is None
    assert numbers(play, Counted.RETURNS) == {("lake", "requested"): 1, ("lake", "refused"): 1}


def test_a_case_that_fails_its_gate_counts_at_each_resolution_and_closing_time_once() -> None:
    gate = Gate(kind=GateKind.FOLLOW_UP)
    follow_up = milestone("follow_up", days(2), Satisfies.FOLLOWED_UP)
    play = Play(rules(policy(gate=gate, milestones=(DISPATCH, ACCEPT, CLOSE, follow_up))))
    play.open()
    play.wait(hours=10)
    play.say("willow", c.Resolve, outcome=c.Outcome.SOLVED)
    play.wait(hours=2)
    play.say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    assert play.refusal is None
    assert numbers(play, Counted.REOPENED) == {("lake", "roads", "gate"): 1}
    play.wait(hours=3)
    play.say(play.case.lead, c.Resolve, outcome=c.Outcome.SOLVED)
    play.wait(hours=1)
    play.say("follow_up:anna", c.FollowUp, asked=1, accepted=1, result=c.FollowUpResult.ACCEPTED)
    assert numbers(play, Counted.RESOLVED) == {("lake", "roads"): 2}
    assert numbers(play, Counted.CLOSED) == {("lake", "roads"): 1}
    assert sum(numbers(play, Counted.HELD).values()) == 16 * HOUR_MS
    assert numbers(play, Counted.HELD)["lake", "follow_up"] == 3 * HOUR_MS


def test_what_was_counted_before_is_not_counted_again() -> None:
    play = Play()
    play.open()
    known = len(play.entries)
    play.wait(hours=1)
    play.say("willow", c.Resolve, outcome=c.Outcome.SOLVED)
    found = happened(play.entries, play.rules, known).counts
    assert Series(Counted.OPENED, ("lake", "roads", "complaint")) not in found
    assert found[Series(Counted.CLOSED, ("lake", "roads"))] == 1


def test_a_case_needs_an_entry() -> None:
    with pytest.raises(ValueError, match="at least one entry"):
        happened([], rules())


@pytest.mark.parametrize(
    ("took", "edge"),
    [
        (timedelta(0), "900"),
        (timedelta(minutes=15), "900"),
        (timedelta(minutes=15, microseconds=1), "1800"),
        (timedelta(hours=1), "3600"),
        (timedelta(days=5), "432000"),
        (timedelta(days=270), "23328000"),
        (timedelta(days=270, seconds=1), "+Inf"),
    ],
)
def test_a_time_at_an_edge_is_within_it(took: timedelta, edge: str) -> None:
    assert bucket(took.total_seconds()) == edge
