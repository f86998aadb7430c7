"""Deadlines that pass at one instant: decided together, against the case as it stood up to it."""

from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    Dispatch,
    Escalate,
    FollowUp,
    FollowUpResult,
    IssueRequirements,
    Resolve,
    UndoEscalation,
)
from router.core.policies.policy import Anchor, Gate, GateKind, Mode, OnPass, Satisfies, Step, Track
from router.core.timing.deadlines import turn, wake_up
from tests.city import CLOSE, DISPATCH, Play, days, milestone, policy, rules
from tests.unit.core.calendars import china

ANSWER = milestone("answer", days(5), Satisfies.RESOLVED)
SIGNED = milestone("accept", days(5), Satisfies.ACCEPTED)


def _play(*milestones: Any, **changes: Any) -> Play:
    play = Play(rules(policy(milestones=(DISPATCH, *milestones), **changes)))
    play.open()
    return play


def _missed(play: Play) -> list[tuple[str, str]]:
    return [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)]


def _went(play: Play) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    return [(x.from_desk, x.to_desk, x.milestone, x.beside) for x in play.events(e.Escalated)]


def test_all_of_them_are_missed_by_whoever_had_the_case_and_take_it_up_once() -> None:
    play = _play(SIGNED, CLOSE, ANSWER)
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert _missed(play) == [("accept", "willow"), ("answer", "willow"), ("close", "willow")]
    assert _went(play) == [("willow", "lake", "close", ("accept", "answer"))]
    # The closing stands for what comes before it: the next budget is one.
    running = [(m.name, m.due_at) for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING]
    assert running == [("close@district", china(2026, 9, 28, 9))]
    assert play.case.escalations == 1


def test_what_is_required_keeps_a_clock_of_its_own_beside() -> None:
    play = _play(CLOSE)
    play.say("supervision-1", IssueRequirements, requirements=("a new cable",), due_at=china(2026, 9, 26, 9))
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert _missed(play) == [("requirements", "willow"), ("close", "willow")]
    assert _went(play) == [("willow", "lake", "close", ("requirements",))]
    assert play.running() == ["close@district", "requirements@district"]
    play.wait_until(china(2026, 9, 28, 9, 1))
    assert _missed(play)[2:] == [("requirements@district", "lake"), ("close@district", "lake")]
    assert _went(play)[1:] == [("lake", "cloud", "close@district", ("requirements@district",))]


def test_a_date_that_counts_is_never_replaced_by_the_clock_of_an_internal_one() -> None:
    aim = milestone("aim", days(5), Satisfies.CLOSED, track=Track.INTERNAL, on_pass=OnPass.ESCALATE)
    play = _play(aim, ANSWER)
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert _missed(play) == [("answer", "willow"), ("aim", "willow")]
    assert play.running() == ["aim@district", "answer@district"]


def test_a_superior_that_supervises_goes_up_once_too() -> None:
    play = _play(SIGNED, CLOSE, mode=Mode.SUPERVISE)
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert _missed(play) == [("accept", "willow"), ("close", "willow")]
    assert _went(play) == [("willow", "lake", "close", ("accept",))]
    assert play.case.step == 1


def test_whoever_is_only_told_is_told_before_the_case_moves() -> None:
    play = _play(milestone("accept", days(5), Satisfies.ACCEPTED, on_pass=OnPass.REMIND), CLOSE)
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert play.names()[2:] == ["DeadlineMissed", "Reminded", "DeadlineMissed", "Escalated"]
    assert _missed(play) == [("accept", "willow"), ("close", "willow")]


def test_the_order_is_that_of_the_life_of_a_case_and_not_of_names() -> None:
    named = {
        name: milestone(name, days(5), met_by, on_pass=on_pass)
        for name, met_by, on_pass in (
            ("a_close", Satisfies.CLOSED, OnPass.ESCALATE),
            ("b_resolve", Satisfies.RESOLVED, OnPass.ESCALATE),
            ("c_accept", Satisfies.ACCEPTED, OnPass.ESCALATE),
            ("d_progress", Satisfies.PROGRESS, OnPass.REMIND),
        )
    }
    play = _play(*named.values())
    armed = [m for m in play.case.milestones if m.name in named]
    assert [m.name for m in sorted(armed, key=turn)] == ["d_progress", "c_accept", "b_resolve", "a_close"]


def test_the_silence_of_a_superior_at_that_instant_is_no_second_step() -> None:
    play = _play(CLOSE)
    play.wait_until(china(2026, 9, 26, 5)).say("willow", Escalate, text="needs the district")
    assert play.refused is None
    assert {m.due_at for m in play.case.milestones if m.name == "escalation_silence"} == {china(2026, 9, 26, 9)}
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert [(x.to_desk, x.cause) for x in play.events(e.Escalated)] == [("lake", e.Cause.DEADLINE)]
    assert _missed(play) == [("close", "willow")]
    assert play.case.escalation_request is None
    assert play.running() == ["close@district"]


def test_at_the_top_one_notice_stands_for_what_its_clock_stands_for() -> None:
    play = _play(CLOSE, ANSWER, ladder=(Step(name="street", budget=days(2)),))
    play.wait_until(china(2026, 9, 26, 9, 1))
    assert _missed(play) == [("answer", "willow"), ("close", "willow")]
    notices = [(x.milestone, x.beside, x.to) for x in play.events(e.NoticeRepeated)]
    assert notices == [("close", ("answer",), "willow")]
    assert play.running() == ["close@street"]


def test_a_wake_up_of_another_one_is_stale_afterwards() -> None:
    play = _play(CLOSE, ANSWER)
    play.wait_until(china(2026, 9, 26, 9, 1))
    before = len(play.entries)
    play.give(wake_up(play.case.id, "close", china(2026, 9, 26, 9)))
    assert play.refused == "stale_deadline"
    assert len(play.entries) == before


@pytest.mark.parametrize("first", ["close", "answer"])
def test_whichever_is_woken_first_the_outcome_is_the_same(first: str) -> None:
    play = _play(CLOSE, ANSWER)
    play.outage(days=5, minutes=1)
    play.give(wake_up(play.case.id, first, china(2026, 9, 26, 9)))
    play.notice()
    assert _missed(play) == [("answer", "willow"), ("close", "willow")]
    assert _went(play) == [("willow", "lake", "close", ("answer",))]


def test_a_report_in_time_meets_all_that_it_would_have_met() -> None:
    play = _play(CLOSE, ANSWER)
    play.wait_until(china(2026, 9, 26, 9, 5)).say("willow", Resolve, at=china(2026, 9, 26, 8, 55))
    assert play.refused is None
    assert sorted(x.milestone for x in play.events(e.Overtaken)) == ["answer", "close"]
    assert not [m for m in play.case.milestones if m.status is e.MilestoneStatus.MISSED]


def test_a_report_in_time_is_taken_though_the_case_went_up_by_another_deadline_of_that_instant() -> None:
    follow_up = milestone(
        "follow_up", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
    )
    play = _play(CLOSE, ANSWER, follow_up, gate=Gate(kind=GateKind.FOLLOW_UP))
    play.wait_until(china(2026, 9, 26, 9, 5)).say("willow", Resolve, at=china(2026, 9, 26, 8, 55))
    assert play.refused is None
    assert [x.milestone for x in play.events(e.Overtaken)] == ["answer"]
    assert (play.case.state, play.case.lead) == (State.RESOLVED, "lake")


def test_a_desk_that_gets_the_case_at_the_very_instant_is_charged_with_nothing() -> None:
    play = _play(CLOSE)
    play.outage(days=5).say("dispatcher:li", Dispatch, desk="plane")
    assert (play.refused, play.case.lead) == (None, "plane")
    play.wait(minutes=1)
    assert _missed(play) == [("close", "willow")]


def test_what_went_up_together_is_taken_back_together() -> None:
    play = _play(CLOSE)
    play.say("willow", Accept)
    play.say("supervision-1", IssueRequirements, requirements=("a new cable",), due_at=china(2026, 9, 26, 9))
    play.wait_until(china(2026, 9, 26, 10))
    undone = {"milestone": "close", "due_at": china(2026, 9, 26, 9), "desk": "willow", "step": 0}
    play.say("system:undo", UndoEscalation, **undone, by="li", text="时钟出错")
    assert (play.refused, play.case.lead, play.case.escalations) == (None, "willow", 0)
    assert not [m for m in play.case.milestones if m.status is e.MilestoneStatus.MISSED]
    running = {m.name: m.due_at for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING}
    # Saturday 10:00: the end of Sunday.
    assert running == {"close": china(2026, 9, 28, 0), "requirements": china(2026, 9, 28, 0)}


def test_a_gate_that_fails_later_makes_no_second_step_of_the_same_instant() -> None:
    follow_up = milestone(
        "follow_up", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
    )
    play = _play(CLOSE, ANSWER, follow_up, gate=Gate(kind=GateKind.FOLLOW_UP))
    play.wait_until(china(2026, 9, 25, 9)).say("willow", Resolve)
    play.wait_until(china(2026, 9, 26, 10)).say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED)
    play.wait(minutes=1)
    assert _went(play) == [("willow", "lake", "close", ())]
    assert _missed(play) == [("close", "dispatch"), ("answer", "willow")]
    assert [(x.milestone, x.to) for x in play.events(e.NoticeRepeated)] == [("answer", "lake")]
    assert play.running() == ["answer@district", "close@district"]
