"""What operators take back: wrong escalations, deadlines that were held, clocks that were missing."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from router.core import commands as c, events as e
from router.core.case import State
from router.core.counting.figures import case_facts
from router.core.counting.hands import HolderKind
from router.core.counting.holding import holding
from router.core.guards import Guards
from router.core.history import advance
from router.core.policies.policy import Anchor, Gate, GateKind, Mode, OnPass, Satisfies, SuspensionRule
from router.core.timing.undoing import may_have_none
from tests.city import CLOSE, MONDAY, Play, days, ladder, milestone, policy, rules
from tests.unit.core.calendars import china

#: Five natural days after Monday 09:00.
DUE_AT = china(2026, 9, 26, 9)


def gone_up(**changes: object) -> Play:
    """A case of `willow` that its closing deadline took up."""
    play = Play(rules(policy(milestones=(CLOSE,), **changes)))
    play.open()
    play.say("willow", c.Accept)
    play.wait_until(DUE_AT + timedelta(hours=1))
    assert play.case.escalations == 1
    return play


def undo(play: Play, due_at=DUE_AT, milestone="close", desk="willow", step=0, **more):  # type: ignore[no-untyped-def]
    fields = {"id": f"undo-{milestone}-{due_at}", "by": "li", "text": "时钟出错"}
    return play.say(
        "system:undo",
        c.UndoEscalation,
        milestone=milestone,
        due_at=due_at,
        desk=desk,
        step=step,
        **(fields | more),
    )


def test_the_case_goes_back_with_a_working_day_and_the_miss_is_withdrawn() -> None:
    play = gone_up()
    assert play.case.lead == "lake"
    undo(play)
    case = play.case
    assert (case.lead, case.step, case.escalations, case.assists) == ("willow", 0, 0, ())
    # It had signed for the case and need not sign again; who loses it now may still say what it did.
    assert (case.state, case.accepted_at) == (State.ACCEPTED, MONDAY)
    assert [(one.desk, one.milestone) for one in case.taken] == [("lake", None)]
    # Saturday 10:00, natural days: the end of Sunday, 24:00.
    assert [(m.name, m.due_at, m.status) for m in case.milestones] == [
        ("close", DUE_AT, e.MilestoneStatus.WITHDRAWN),
        ("close@district", china(2026, 9, 28, 9), e.MilestoneStatus.SUPERSEDED),
        ("close", china(2026, 9, 28, 0), e.MilestoneStatus.RUNNING),
    ]
    assert case.due_at == china(2026, 9, 28, 0)
    assert play.told("willow")[-1] == "assigned"
    assert play.told("lake")[-1] == "taken"
    assert advance(None, play.entries) == case


def test_a_withdrawn_miss_is_in_no_figures_and_its_time_is_the_desks_again() -> None:
    play = gone_up()
    undo(play)
    play.wait(hours=2)
    play.say("willow", c.Accept)
    play.say("willow", c.Resolve)
    assert play.case.closed_at is not None
    facts = case_facts(play.case, district=None, decided_by="desk")
    assert (facts.missed, facts.is_in_time) == (0, True)
    last = holding(play.entries, play.now)[-1]
    assert (last.kind, last.holder) == (HolderKind.DESK, "willow")


def test_the_same_again_changes_nothing_and_another_is_refused() -> None:
    play = gone_up()
    undo(play)
    count = len(play.entries)
    undo(play)
    assert len(play.entries) == count
    undo(play, id="another")
    assert play.refused == "no_such_miss"


def test_two_escalations_are_taken_back_one_after_the_other() -> None:
    play = gone_up()
    second = china(2026, 9, 28, 9)
    play.wait_until(second + timedelta(hours=1))
    assert play.case.lead == "cloud"
    undo(play)  # not the last: the case has gone on since
    assert (play.case.lead, play.case.escalations) == ("cloud", 1)
    play = gone_up()
    play.wait_until(second + timedelta(hours=1))
    undo(play, due_at=second, milestone="close@district", desk="lake", step=1)
    assert (play.case.lead, play.case.step) == ("lake", 1)
    undo(play)
    assert (play.case.lead, play.case.step, play.case.escalations) == ("willow", 0, 0)
    assert play.running() == ["close"]


def test_a_case_that_somebody_has_handed_on_stays_there() -> None:
    play = gone_up()
    play.say("dispatcher:li", c.Dispatch, desk="plane")
    undo(play)
    assert play.case.lead == "plane"
    assert play.case.escalations == 0
    assert [m.status for m in play.case.milestones if m.due_at == DUE_AT] == [e.MilestoneStatus.WITHDRAWN]
    assert "reminded" in play.told("willow")


def test_the_miss_of_a_closed_case_is_withdrawn_and_the_case_stays_closed() -> None:
    play = gone_up()
    play.say("lake", c.Resolve)
    undo(play)
    assert not play.case.is_open
    assert case_facts(play.case, district=None, decided_by="desk").is_in_time


def test_under_supervision_the_order_is_void() -> None:
    play = gone_up(mode=Mode.SUPERVISE)
    assert play.case.lead == "willow"
    undo(play)
    assert (play.case.lead, play.case.step) == ("willow", 0)
    assert play.running() == ["close"]
    assert holding(play.entries, play.now + timedelta(hours=1))[-1].kind is HolderKind.DESK


def test_the_next_miss_after_it_is_one_like_any_other() -> None:
    play = gone_up()
    undo(play)
    play.wait_until(china(2026, 9, 28, 1))
    assert (play.case.lead, play.case.escalations) == ("lake", 1)


def test_a_miss_on_a_step_that_the_policy_has_no_more_is_withdrawn_all_the_same() -> None:
    long, short = policy(), policy(name="short", ladder=ladder("street", "district"))
    play = Play(rules(long))
    play.open()
    play.wait(days=10)
    assert play.case.step == 3
    play.rules = rules(short, earlier=[long])
    play.say("system:policy", c.Replan)
    assert play.case.step == 1
    undo(play, due_at=china(2026, 9, 30, 9), milestone="close@city", desk="cloud", step=2)
    assert play.refused is None
    undone = play.events(e.EscalationUndone)[0]
    assert (undone.step, undone.step_name, undone.returned) == (1, "district", False)


def test_a_promise_that_the_escalation_ended_runs_again() -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    play.open()
    play.say("willow", c.Accept)
    for day in (10, 12):
        play.say("willow", c.Reply, text="soon", commitment_due_at=china(2026, 10, day, 9))
    play.wait_until(DUE_AT + timedelta(hours=1))
    assert play.running() == ["close@district"]
    undo(play)
    running = [(m.name, m.due_at) for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING]
    assert running == [
        ("close", china(2026, 9, 28, 0)),
        ("commitment", china(2026, 10, 10, 9)),
        ("commitment", china(2026, 10, 12, 9)),
    ]


def test_who_had_not_signed_has_to_and_who_was_late_with_it_has_not_again() -> None:
    soon = milestone("accept", days(9), Satisfies.ACCEPTED, anchor=Anchor.DISPATCHED, on_pass=OnPass.REMIND)
    for accept, again in (
        (soon, ["accept", "close"]),
        (msgspec.structs.replace(soon, instant=days(1)), ["close"]),
    ):
        play = Play(rules(policy(milestones=(accept, CLOSE))))
        play.open()
        play.wait_until(DUE_AT + timedelta(hours=1))
        undo(play)
        assert (play.case.state, play.case.accepted_at) == (State.DISPATCHED, None)
        assert sorted(play.running()) == again


def test_what_the_upper_desk_reports_after_it_is_kept_and_can_be_adopted() -> None:
    play = gone_up()
    undo(play)
    play.say("lake", c.Resolve, text="the lamp shines")
    assert play.refused == "not_lead"
    assert play.last is not None
    play.say("willow", c.Adopt, report=play.last.id)
    assert play.refused is None
    assert play.case.state is State.CLOSED


def test_a_suspended_case_stays_with_a_clock_of_its_own_in_place_of_the_ladders() -> None:
    play = gone_up(suspension=SuspensionRule(longest=days(20), recheck=days(7)))
    play.say("lake", c.Accept)
    play.say("lake", c.RequestSuspension, reason="waiting_for_parts")
    play.say("cloud", c.ApproveSuspension)
    play.wait(days=1)
    undo(play)
    assert play.events(e.EscalationUndone)[0].returned is False
    ends = [(m.name, m.status) for m in play.case.milestones if m.satisfied_by is Satisfies.CLOSED]
    assert ends == [
        ("close", e.MilestoneStatus.WITHDRAWN),
        ("close@district", e.MilestoneStatus.SUPERSEDED),
        ("close", e.MilestoneStatus.PAUSED),
    ]
    # Undone on Sunday at 10:00; natural days: the end of Monday, 24:00.
    assert play.case.milestones[-1].due_at == china(2026, 9, 29, 0)
    play.say("lake", c.Resume)
    assert play.running() == ["close"]
    assert advance(None, play.entries) == play.case


def test_a_resolved_case_that_comes_back_does_not_go_up_by_the_withdrawn_miss() -> None:
    play = gone_up(gate=Gate(kind=GateKind.FOLLOW_UP))
    play.say("lake", c.Resolve)
    undo(play)
    assert play.running() == ["close"]
    play.say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED, asked=1)
    assert [(m.name, m.due_at) for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING] == [
        ("close", china(2026, 9, 28, 0))
    ]


def test_a_case_that_has_climbed_since_keeps_the_clock_of_its_last_step() -> None:
    play = gone_up()
    play.wait_until(china(2026, 9, 28, 10))
    assert play.running() == ["close@city"]
    undo(play)
    assert play.running() == ["close@city"]


def test_nobody_but_the_router_itself_takes_back() -> None:
    play = gone_up()
    for who in ("lake", "supervision:wang", "dispatcher:li"):
        play.say(who, c.UndoEscalation, milestone="close", due_at=DUE_AT, desk="willow", step=0, by="x", text="x")
        assert play.refused in ("not_permitted", "not_lead")


def test_a_decision_needs_a_reason() -> None:
    play = gone_up()
    undo(play, text=" ")
    assert play.refused == "reason_missing"
    play.say("system:brake", c.CancelDeadlines, by="li", text="")
    assert play.refused == "reason_missing"


def test_nothing_that_has_not_passed_is_cancelled() -> None:
    play = Play()
    play.open()
    play.say("system:brake", c.CancelDeadlines, by="li", text="why")
    assert play.refused == "nothing_held"


def test_under_the_brake_a_deadline_waits_and_what_only_tells_goes_on() -> None:
    play = Play()
    play.open()
    play.rules = play.rules.guarded_by(Guards(braked=True))
    play.outage(days=6)
    assert play.notice() == 1  # the reminder about signing
    assert play.case.lead == "willow"
    assert play.running() == ["close"]
    play.say("willow", c.ReportProgress, text="x")
    assert play.case.escalations == 0
    play.rules = play.rules.guarded_by(Guards())
    play.notice()
    (missed,) = [x for x in play.entries if isinstance(x.event, e.DeadlineMissed) and x.event.milestone == "close"]
    assert missed.event_at == DUE_AT


def test_an_open_case_without_a_clock_gets_the_one_its_policy_sets() -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    play.open()
    play.say("system:audit", c.Rearm)
    assert play.refused == "nothing_to_rearm"
    lost = msgspec.structs.replace(play.case, milestones=())
    play._case = lost
    assert not may_have_none(lost, play.rules.policy(lost.policy))
    play.outage(days=7)
    play.say("system:audit", c.Rearm)
    # Monday a week later: the end of the next working day.
    assert [(m.name, m.due_at) for m in play.case.milestones] == [("close", china(2026, 9, 30, 0))]
    assert play.told("willow")[-1] == "due_changed"


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_deadline_at_the_very_instant_is_not_held(minutes: int) -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    play.open()
    play.now = DUE_AT + timedelta(minutes=minutes)
    play.say("system:brake", c.CancelDeadlines, by="li", text="why")
    assert (play.refused == "nothing_held") is (minutes == 0 or play.case.escalations == 1)
    assert play.now > MONDAY
