"""Guizhou: a message that was answered on day 20 and is unsolved on day 68; what an inspection makes of it.

Received on Monday 2 March 2026, 09:00. Day 20 is 22 March, day 60 is 1 May, day 68 is 9 May, each at 09:00.
"""

from __future__ import annotations

from router.core.case import State
from router.core.commands import (
    Accept,
    ApproveReturn,
    Close,
    Designate,
    Dispatch,
    IssueRequirements,
    Pull,
    RecordInspection,
    Reply,
    RequestReturn,
    Resolve,
    Tick,
)
from tests.presets.conftest import Opening
from tests.presets.stage import Stage


def _answered(stage: Opening) -> Stage:
    """A message that the street answered on day 20, in place of solving it."""
    play = stage("guizhou", start="2026-03-02 09:00", channels=("message_board",))
    play.open(channel="message_board", text="小区门口的路一直没有修")
    assert play.case.policy.startswith("guizhou@")
    play.say("2026-03-02 15:00", "willow", Accept)
    play.say("2026-03-22 09:00", "willow", Reply, text="已列入计划")
    assert play.answered("message_board") == ["received", "replied"]
    return play


def test_answered_on_day_20_and_unsolved_on_day_68_it_is_open_and_has_gone_up(stage: Opening) -> None:
    play = _answered(stage)
    # At the very instant the reply is in time; it met nothing but its own node, and moved nothing.
    assert play.running() == {"close": "2026-05-01 09:00"}
    play.until("2026-05-09 09:00")
    assert play.case.is_open
    assert play.case.lead == "lake"
    assert play.story("DeadlineMissed", "Escalated") == [
        "2026-05-01 09:00 DeadlineMissed close by willow",
        "2026-05-01 09:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert play.due("close@district") == "2026-05-11 09:00"


def test_a_message_nobody_answers_is_the_superiors_on_day_20(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board")
    play.until("2026-03-22 09:00:01")
    assert play.story("DeadlineMissed") == ["2026-03-22 09:00 DeadlineMissed reply by willow"]
    assert play.told("lake") == ["supervised"]


def test_the_top_tier_pulls_it_at_once_past_the_tiers_between(stage: Opening) -> None:
    play = _answered(stage)
    # On day 30 it is still with the street: two tiers are passed over, and nobody is blamed.
    assert play.say("2026-04-01 09:00", "lake", Pull) == "not_permitted"
    assert play.say("2026-04-01 09:01", "cloud", Pull, text="直接提级办理") is None
    assert play.case.lead == "cloud"
    assert play.case.escalations == 0
    assert play.story("DeadlineMissed", "Escalated") == []
    assert "willow" in play.case.assists
    assert play.told("willow") == ["assigned", "taken"]
    assert play.due("close") == "2026-05-01 09:00"


def test_only_an_inspection_that_saw_it_solved_closes_it(stage: Opening) -> None:
    play = _answered(stage)
    play.say("2026-04-10 09:00", "willow", Resolve, text="已修复")
    assert play.case.state is State.RESOLVED
    assert play.say("2026-04-10 10:00", "supervision:wang", Close) == "gate_open"
    play.say("2026-04-11 09:00", "supervision-1", RecordInspection, passed=False, text="现场仍未修")
    assert play.story("Reopened") == ["2026-04-11 09:00 Reopened gate by willow"]
    assert play.due("close") == "2026-05-01 09:00"
    play.say("2026-04-20 09:00", "willow", Resolve, text="已修复，附照片", evidence=("照片-7",))
    play.say("2026-04-21 09:00", "supervision-1", RecordInspection, passed=True)
    assert play.story("Closed") == ["2026-04-21 09:00 Closed (gate inspection)"]
    # A week later somebody looks again, and it is as it was.
    play.say("2026-04-28 09:00", "supervision-1", RecordInspection, passed=False, text="又坏了")
    assert play.story("Reopened")[-1] == "2026-04-28 09:00 Reopened recheck by willow"
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, "willow")


def test_what_an_order_requires_is_ticked_before_it_closes(stage: Opening) -> None:
    play = _answered(stage)
    wanted = ("修复路面", "公示修复计划")
    play.say("2026-04-01 09:00", "supervision-1", IssueRequirements, requirements=wanted)
    play.say("2026-04-05 09:00", "willow", Resolve)
    play.say("2026-04-06 09:00", "supervision-1", RecordInspection, passed=True)
    assert play.case.is_open
    assert play.say("2026-04-06 09:01", "willow", Tick, requirement=1) == "not_permitted"
    play.say("2026-04-06 09:02", "supervision-1", Tick, requirement=1)
    assert play.case.is_open
    play.say("2026-04-06 09:03", "supervision-1", Tick, requirement=2)
    assert play.story("Closed") == ["2026-04-06 09:03 Closed (gate inspection)"]


def test_handed_over_in_person_is_a_dispatch_with_a_receipt(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board", desk="nobody")
    assert play.case.lead == "willow:triage"
    assert play.say("2026-03-02 10:00", "dispatcher:li", Dispatch, desk="plane", in_person=True) == "receipt"
    assert play.say("2026-03-02 10:01", "dispatcher:li", Dispatch, desk="plane", receipt="交办-3") == "receipt"
    said = {"desk": "plane", "in_person": True, "receipt": "交办-3"}
    assert play.say("2026-03-02 10:02", "dispatcher:li", Dispatch, **said) is None
    # Whoever signed the receipt has signed for the case.
    assert play.case.state is State.ACCEPTED
    assert play.story("Dispatched", "Accepted") == [
        "2026-03-02 09:00 Dispatched to willow:triage (triage:unknown_desk)",
        "2026-03-02 10:02 Dispatched to plane (dispatched)",
        "2026-03-02 10:02 Accepted by plane",
    ]


def test_passing_the_buck_is_counted_capped_and_ends_with_a_designation(stage: Opening) -> None:
    play = stage("guizhou", start="2026-03-02 09:00")
    play.open(channel="message_board")
    play.say("2026-03-02 10:00", "willow", RequestReturn, reason="not_our_place", suggested_desk="plane")
    play.say("2026-03-02 11:00", "dispatch", ApproveReturn)
    assert (play.case.lead, play.case.returns) == ("plane", 1)
    # The window runs from when this desk got it.
    play.say("2026-03-04 11:00", "plane", RequestReturn, reason="not_our_place", suggested_desk="willow")
    assert play.refused is None
    play.say("2026-03-04 12:00", "dispatch", ApproveReturn)
    # Two are the cap: the tier above has it, and must say whose it is.
    assert (play.case.lead, play.case.returns) == ("lake", 2)
    assert play.say("2026-03-04 13:00", "lake", RequestReturn, reason="not_our_place") == "return_cap"
    assert play.say("2026-03-04 14:00", "lake", Designate, desk="willow") is None
    assert play.say("2026-03-04 15:00", "willow", RequestReturn, reason="not_our_place") == "return_designated"
    # Nothing of it moved the date.
    assert play.due("close") == "2026-05-01 09:00"
