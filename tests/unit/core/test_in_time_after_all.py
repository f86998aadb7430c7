"""What counts as in time and reached us after the clock had looked: whichever comes first, the deadline is met."""

from datetime import datetime
from typing import Any

import pytest

from router.core import commands as c, events as e
from router.core.case import State
from router.core.policies.policy import (
    Anchor,
    ExtensionRule,
    Gate,
    GateKind,
    Mode,
    OnPass,
    Policy,
    Satisfies,
    SuspensionRule,
)
from tests.city import CLOSE, DISPATCH, Play, days, milestone, policy, rules
from tests.unit.core.calendars import china

GATE = Gate(kind=GateKind.FOLLOW_UP)
ASK = milestone("ask", days(1), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE)
YES = {"result": c.FollowUpResult.ACCEPTED, "asked": 1}
#: A case of Monday 21 September, 09:00, is to be closed by Saturday, 09:00.
DUE = china(2026, 9, 26, 9)


def _resolved(**changes: Any) -> Play:
    """Resolved on Friday, 09:00; who asks the residents has until Saturday, 09:00 too."""
    play = Play(rules(policy(milestones=(DISPATCH, CLOSE, ASK), gate=GATE, **changes)))
    play.open()
    play.wait_until(china(2026, 9, 25, 9)).say("willow", c.Resolve)
    return play


def _required() -> Play:
    play = Play()
    play.open()
    play.say("willow", c.Accept)
    play.say("supervision-1", c.IssueRequirements, requirements=("a new cable",), due_at=china(2026, 9, 23, 9))
    return play


def _returned() -> Play:
    """A return that is to be decided within four hours: by 13:00."""
    play = Play()
    play.open()
    play.say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane")
    return play


def _unplaced() -> Play:
    """A case that triage is to dispatch within two hours: by 11:00."""
    play = Play()
    play.open(category="nonsense")
    return play


def _asked_for_more() -> Play:
    """A request for more time that is to be decided by the end of Tuesday."""
    play = Play(rules(policy(extension=ExtensionRule(longest=days(9)))))
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.RequestExtension, reason="parts", days=2)
    return play


def _rests(which: str) -> Play:
    """A request to suspend, to be decided by the end of Tuesday; or suspended until a look on Wednesday, 09:00."""
    play = Play(rules(policy(suspension=SuspensionRule(longest=days(20), recheck=days(2)))))
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.RequestSuspension, reason="winter")
    if which == "suspended":
        play.say("lake", c.ApproveSuspension)
    return play


WORD: dict[str, tuple[Any, ...]] = {
    "follow-up": (_resolved, "close", DUE, "follow_up:anna", c.FollowUp, YES),
    "asked": (_resolved, "ask", DUE, "follow_up:anna", c.FollowUp, YES),
    "withdrawn": (_resolved, "close", DUE, "citizen:hotline", c.Withdraw, {}),
    "ticked": (_required, "requirements", china(2026, 9, 23, 9), "supervision-1", c.Tick, {"requirement": 1}),
    "return approved": (
        _returned,
        "return_decision",
        china(2026, 9, 21, 13),
        "dispatcher:li",
        c.ApproveReturn,
        {},
    ),
    "return refused": (_returned, "return_decision", china(2026, 9, 21, 13), "dispatcher:li", c.RefuseReturn, {}),
    "dispatched": (_unplaced, "dispatch", china(2026, 9, 21, 11), "dispatcher:li", c.Dispatch, {"desk": "willow"}),
    "designated": (_returned, "return_decision", china(2026, 9, 21, 13), "lake", c.Designate, {"desk": "plane"}),
    "extension": (_asked_for_more, "extension_decision", china(2026, 9, 23, 0), "lake", c.ApproveExtension, {}),
    "no extension": (_asked_for_more, "extension_decision", china(2026, 9, 23, 0), "lake", c.RefuseExtension, {}),
    "suspension": (
        lambda: _rests("asked"),
        "suspension_decision",
        china(2026, 9, 23, 0),
        "lake",
        c.ApproveSuspension,
        {},
    ),
    "looked at": (lambda: _rests("suspended"), "recheck", china(2026, 9, 23, 9), "lake", c.Recheck, {}),
    "resumed": (lambda: _rests("suspended"), "recheck", china(2026, 9, 23, 9), "willow", c.Resume, {}),
}


@pytest.mark.parametrize("noticed", [True, False], ids=["clock first", "word first"])
@pytest.mark.parametrize("which", WORD)
def test_the_word_of_whoever_it_waits_for_meets_it(which: str, noticed: bool) -> None:
    start, name, due_at, who, kind, more = WORD[which]
    play = start()
    assert {m.due_at for m in play.case.milestones if m.name == name} == {due_at}
    minutes = (due_at - play.now).total_seconds() / 60
    (play.wait if noticed else play.outage)(minutes=minutes + 5)
    play.say(who, kind, at=due_at - (play.now - due_at), **more)
    assert play.refused is None
    (found,) = [m for m in play.case.milestones if (m.name, m.due_at) == (name, due_at)]
    assert found.status is e.MilestoneStatus.MET
    assert [x.milestone for x in play.events(e.Overtaken) if x.milestone == name] == [name] * noticed


def test_a_follow_up_that_was_in_time_ends_the_ladder_and_leaves_the_escalation_on_record() -> None:
    play = _resolved()
    play.wait_until(china(2026, 9, 26, 9, 5))
    assert play.case.lead == "lake"
    play.say("follow_up:anna", c.FollowUp, at=china(2026, 9, 26, 8, 55), **YES)
    assert [(x.milestone, x.desk) for x in play.events(e.Overtaken)] == [
        ("ask", "dispatch"),
        ("close", "dispatch"),
    ]
    assert (play.case.state, len(play.events(e.Escalated))) == (State.CLOSED, 1)
    assert not [m for m in play.case.milestones if m.status is e.MilestoneStatus.MISSED]


def test_one_that_reached_nobody_meets_nothing() -> None:
    play = _resolved()
    play.wait_until(china(2026, 9, 26, 9, 5))
    vain = c.FollowUpResult.UNREACHABLE
    play.say("follow_up:anna", c.FollowUp, at=china(2026, 9, 26, 8, 55), result=vain)
    assert play.refused is None
    assert not play.events(e.Overtaken)


def test_a_tick_that_is_not_the_last_meets_nothing() -> None:
    play = Play()
    play.open()
    play.say("supervision-1", c.IssueRequirements, requirements=("one", "two"), due_at=china(2026, 9, 23, 9))
    play.wait_until(china(2026, 9, 23, 9, 5)).say(
        "supervision-1", c.Tick, requirement=1, at=china(2026, 9, 23, 8, 55)
    )
    assert play.refused is None
    assert not play.events(e.Overtaken)


def test_a_request_that_was_filed_in_time_is_no_late_one() -> None:
    supervised = policy(mode=Mode.SUPERVISE, extension=ExtensionRule(longest=days(9)))
    for noticed in (True, False):
        play = Play(rules(supervised))
        play.open()
        play.say("willow", c.Accept)
        (play.wait if noticed else play.outage)(days=5, minutes=5)
        play.say("willow", c.RequestExtension, reason="parts", days=2, at=china(2026, 9, 26, 8, 55))
        assert play.refused is None
        assert play.case.changes.extension_asked is not None


# -- wanted back afterwards --------------------------------------------------------------------------------------


def _overtaken(in_force: Policy) -> Play:
    """Taken up on Saturday 26 September, 09:00; the report of 08:55 came at 09:05."""
    play = Play(rules(in_force))
    play.open()
    play.say("willow", c.Accept)
    play.wait_until(china(2026, 9, 26, 9, 5)).say("willow", c.Resolve, at=china(2026, 9, 26, 8, 55))
    assert play.refused is None
    return play


def _of_willow(play: Play) -> list[tuple[str, datetime]]:
    missed = e.MilestoneStatus.MISSED
    return [(m.name, m.due_at) for m in play.case.milestones if m.status is missed and m.charged_to == "willow"]


def test_a_wish_of_a_month_later_takes_no_report_back_that_was_in_time() -> None:
    play = _overtaken(policy())
    play.wait(days=30).say("citizen:hotline", c.Reopen, text="又坏了")
    assert (play.case.lead, play.running(), _of_willow(play)) == ("lake", ["close@district"], [])
    play.wait(days=9)
    assert [(x.milestone, x.from_desk) for x in play.events(e.Escalated)][1:2] == [("close@district", "lake")]
    assert _of_willow(play) == []


def test_nor_does_a_gate_that_fails_after_such_a_wish() -> None:
    word = milestone("solve", days(5), Satisfies.RESOLVED)
    play = _overtaken(
        policy(milestones=(DISPATCH, word, milestone("close", days(60), Satisfies.CLOSED), ASK), gate=GATE)
    )
    play.wait(hours=1).say("follow_up:anna", c.FollowUp, **YES)
    play.wait(days=9).say("citizen:hotline", c.Reopen)
    play.say("lake", c.Resolve)
    play.say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    assert (play.refused, play.case.state, _of_willow(play)) == (None, State.DISPATCHED, [])


def test_the_gate_that_the_report_itself_does_not_pass_makes_the_miss_one_after_all() -> None:
    word = milestone("solve", days(5), Satisfies.RESOLVED)
    play = _overtaken(
        policy(milestones=(DISPATCH, word, milestone("close", days(60), Satisfies.CLOSED), ASK), gate=GATE)
    )
    play.wait(hours=1).say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    assert (play.refused, _of_willow(play)) == (None, [("solve", DUE)])


def test_where_no_clock_comes_after_it_the_old_one_runs_a_day_longer() -> None:
    told = milestone("close", days(5), Satisfies.CLOSED, on_pass=OnPass.REMIND)
    play = _overtaken(policy(milestones=(DISPATCH, told)))
    assert play.case.lead == "willow"
    play.wait(days=30).say("citizen:hotline", c.Reopen)
    assert (play.running(), _of_willow(play)) == (["close"], [])
