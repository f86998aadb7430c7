"""Whom to ask: the lot says so when a case is resolved, and no hand says otherwise; dates are counted by hand."""

from datetime import date, timedelta

import msgspec
import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    Close,
    Enrol,
    FollowUp,
    FollowUpResult,
    IssueRequirements,
    Outcome,
    Reopen,
    Resolve,
    ResolveWith,
    Target,
    Tick,
)
from router.core.offices.asking import is_the_draw
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies
from router.core.several.lots import falls_on
from tests.city import ACCEPT, CLOSE, DISPATCH, Play, days, milestone, policy, rules

#: So small a share that the lot falls on nobody, and so large a one that it falls on everybody.
NOBODY, NEARLY_ALL = 1e-9, 1 - 1e-9
YES = {"result": FollowUpResult.ACCEPTED}
_ASK = milestone("follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE)


def _seed(day: date) -> str | None:
    return f"a seed for {day.isoformat()}"


def _play(share: float, *, with_key: bool = True) -> Play:
    gate = Gate(kind=GateKind.FOLLOW_UP, sample=share)
    sampled = policy(milestones=(DISPATCH, ACCEPT, CLOSE, _ASK), gate=gate)
    return Play(rules(sampled, seed_of=_seed if with_key else lambda _day: None))


def _resolved(share: float, *, with_key: bool = True) -> Play:
    play = _play(share, with_key=with_key)
    play.open()
    play.say("willow", Accept)
    play.say("willow", Resolve)
    return play


def _draws(play: Play) -> list[tuple[bool, str]]:
    return [(one.drawn, one.by) for one in play.events(e.FollowUpDrawn)]


def test_what_is_not_drawn_closes_by_the_desks_word_and_nobodys_clock_runs_for_asking() -> None:
    play = _resolved(NOBODY)
    assert _draws(play) == [(False, "lot")]
    assert [(one.gate, one.outcome) for one in play.events(e.Closed)] == [("not_drawn", "solved")]
    assert play.case.milestone("follow_up") is None
    assert play.told("hotline") == ["received", "resolved", "closed"]


def test_what_is_drawn_waits_for_its_residents_and_for_no_hand() -> None:
    play = _resolved(NEARLY_ALL)
    assert _draws(play) == [(True, "lot")]
    assert play.case.state is State.RESOLVED
    play.say("follow_up:anna", Close)
    assert play.refused == "gate_open"
    play.say("follow_up:anna", FollowUp, **YES)
    assert [one.gate for one in play.events(e.Closed)] == ["follow_up"]


def test_nobody_asks_about_a_case_that_was_not_drawn_while_its_requirements_wait_to_be_ticked() -> None:
    play = _play(NOBODY)
    play.open()
    play.say("willow", Accept)
    play.say("supervision-1", IssueRequirements, requirements=("renew the cable",))
    play.say("willow", Resolve)
    assert play.case.state is State.RESOLVED
    play.say("follow_up:anna", FollowUp, **YES)
    assert play.refused == "not_to_be_asked"
    play.say("supervision-1", Tick, requirement=1)
    assert [one.gate for one in play.events(e.Closed)] == ["not_drawn"]


def test_without_a_key_nobody_can_draw_and_all_are_asked() -> None:
    play = _resolved(NOBODY, with_key=False)
    assert _draws(play) == [(True, "no_key")]
    assert play.case.state is State.RESOLVED


def test_a_case_that_came_back_is_asked_about_whatever_the_lot() -> None:
    play = _resolved(NOBODY)
    play.wait(days=1).say("citizen:hotline", Reopen)
    play.say("willow", Resolve)
    assert _draws(play) == [(False, "lot"), (True, "again")]
    assert play.case.state is State.RESOLVED


def test_a_report_that_is_dated_back_is_drawn_by_the_seed_of_the_day_it_reaches_us() -> None:
    play = _play(0.5)
    play.open()
    play.say("willow", Accept)
    # Ten minutes past midnight it says that it was done fifteen minutes ago; yesterday's seed may be told by now.
    play.wait(hours=15, minutes=10)
    play.say("willow", Resolve, at=play.now - timedelta(minutes=14))
    (draw,) = play.events(e.FollowUpDrawn)
    assert draw.day == date(2026, 9, 22)


def test_a_member_that_its_project_has_drawn_is_not_drawn_again() -> None:
    play = _play(NOBODY)
    play.open()
    play.say("system:router", Enrol, project="PROJECT", by="lake", due_at=play.now + timedelta(days=9))
    fields = {"other": "PROJECT", "outcome": Outcome.SOLVED, "project": True}
    play.say("system:router", ResolveWith, asked=True, **fields)
    assert (_draws(play), play.case.state) == ([], State.RESOLVED)
    play.say("follow_up:anna", FollowUp, **YES)
    assert play.case.state is State.CLOSED


def test_a_policy_that_asks_about_all_draws_nobody() -> None:
    assert _draws(_resolved(1.0)) == []


def test_drawing_again_comes_to_the_same_and_sees_what_was_changed() -> None:
    play = _resolved(0.5)
    (draw,) = play.events(e.FollowUpDrawn)
    seed = _seed(date(2026, 9, 21))
    assert seed is not None
    assert is_the_draw(draw, play.case.id, seed)
    assert not is_the_draw(draw, play.case.id, "another seed of some length")
    for changed in ({"drawn": not draw.drawn}, {"seed_hash": "0" * 64}):
        assert not is_the_draw(msgspec.structs.replace(draw, **changed), play.case.id, seed)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.75])
def test_the_lot_falls_on_the_share_of_them(share: float) -> None:
    fell = sum(
        falls_on("a seed of some length", Target(desk="willow", case=f"case-{n}"), share) for n in range(4000)
    )
    # Six standard deviations of 4,000 throws are at most 190.
    assert abs(fell - 4000 * share) < 190
