"""Returns, designations and dispatches by hand: what a decision on them does and refuses."""

from datetime import timedelta

import pytest

from router.core.commands import (
    Accept,
    ApproveReturn,
    Designate,
    Dispatch,
    Escalate,
    RefuseReturn,
    RequestReturn,
    Resolve,
)
from router.core.events import DeadlineMissed
from router.core.policies.policy import Gate, GateKind
from router.core.policies.policy_file import load_policy
from tests.city import MONDAY, Play, days, policy, rules
from tests.unit.core.calendars import china


def _asked(play: Play | None = None, suggested: str | None = None) -> Play:
    play = play or Play()
    play.open()
    play.say("willow", RequestReturn, reason="not_our_place", suggested_desk=suggested)
    return play


def test_a_second_request_waits_for_the_first() -> None:
    play = _asked()
    play.say("willow", RequestReturn, reason="not_our_place")
    assert play.refused == "return_pending"


def test_a_policys_time_for_the_decision_begins_with_the_request_and_tells_whom_it_names() -> None:
    text = """
name = "ours"
calendar = "natural"
ladder = [{ step = "street" }, { step = "district", budget = "1d" }]
return = { window = "3d" }
[[milestone]]
name = "close"
within = "5d"
[[milestone]]
name = "decide"
within = "1h"
anchor = "return_requested"
satisfied_by = "return_decided"
on_pass = "remind"
to = "supervision"
"""
    play = Play(rules(load_policy(text, "ours.toml")))
    play.open()
    play.wait(days=1)
    assert play.running() == ["close"]
    play.say("willow", RequestReturn, reason="not_our_place")
    play.wait(hours=1, seconds=1)
    assert play.case.lead == "willow"
    assert play.told("supervision-1") == ["reminded"]


@pytest.mark.parametrize("kind", [ApproveReturn, RefuseReturn])
def test_nothing_is_decided_that_nobody_asked_for(kind: type) -> None:
    play = Play()
    play.open()
    play.say("dispatch", kind)
    assert play.refused == "no_return_pending"


def test_at_a_cap_of_none_no_return_is_taken() -> None:
    assert _asked(Play(rules(policy(return_cap=0)))).refused == "return_cap"


def test_the_dispatcher_is_asked_and_the_returner_hears_the_decision() -> None:
    play = _asked(suggested="plane")
    assert play.told("dispatch") == ["return_requested"]
    play.say("dispatch", ApproveReturn)
    assert play.told("willow") == ["assigned", "return_decided", "taken"]
    assert play.told("plane") == ["assigned"]


@pytest.mark.parametrize(
    ("desk", "code"),
    [("nobody", "unknown_desk"), ("mine", "inactive_desk"), ("willow", "same_desk")],
)
def test_a_return_goes_to_no_desk_that_cannot_have_it_and_stays_pending(desk: str, code: str) -> None:
    play = _asked()
    play.say("dispatch", ApproveReturn, desk=desk)
    assert play.refused == code
    assert play.case.return_request is not None
    assert play.case.lead == "willow"


def test_a_return_to_a_department_of_the_district_stands_on_the_districts_step() -> None:
    play = _asked(suggested="lake-water")
    play.say("dispatch", ApproveReturn)
    assert (play.case.lead, play.case.step) == ("lake-water", 1)
    play.wait(days=6)
    assert play.story("Escalated", "Skipped") == [
        "Sat 26 09:00 Escalated district > city: lake-water > cloud-water (deadline)"
    ]


def test_a_resolution_settles_a_pending_return_and_a_pending_escalation() -> None:
    play = _asked(Play(rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP)))))
    play.say("willow", Escalate, text="需市政协调")
    play.say("willow", Resolve)
    assert (play.case.return_request, play.case.escalation_request) == (None, None)
    assert play.running() == ["close"]


def test_an_escalation_voids_the_return_that_was_asked_for() -> None:
    play = Play(rules(policy(return_window=days(9))))
    play.open()
    play.wait(days=4, hours=23).say("willow", RequestReturn, reason="not_our_place")
    play.wait(hours=2)
    assert (play.case.lead, play.case.return_request) == ("lake", None)
    assert play.running() == ["close@district"]


def test_the_window_of_a_desk_that_heard_late_starts_when_it_heard() -> None:
    play = Play()
    play.open(at=MONDAY - timedelta(hours=30))
    play.wait(hours=23).say("willow", RequestReturn, reason="not_our_place")
    assert play.refused is None


def test_a_designated_desk_keeps_the_case_and_a_later_dispatch_frees_it() -> None:
    play = Play()
    play.open()
    play.say("supervision-1", Designate, desk="plane")
    play.say("plane", RequestReturn, reason="not_our_place")
    assert play.refused == "return_designated"
    play.say("dispatch", Dispatch, desk="willow")
    play.say("willow", RequestReturn, reason="not_our_place")
    assert play.refused is None


def test_a_desk_cannot_be_dispatched_what_it_has() -> None:
    play = Play()
    play.open()
    play.say("willow", Accept)
    play.say("dispatch", Dispatch, desk="willow")
    assert play.refused == "same_desk"
    assert play.case.accepted_at is not None


def test_a_dispatch_by_hand_gives_the_new_desk_a_day_to_sign_and_moves_nothing_else() -> None:
    play = Play()
    play.open(division=("lake", "?"))
    play.wait(hours=5).say("lake:unknown:triage", Dispatch, desk="plane")
    accept = play.case.milestone("accept")
    assert accept is not None
    assert accept.due_at == MONDAY + timedelta(days=1, hours=5)
    assert play.running() == ["accept", "close"]


def test_a_dispatch_to_another_triage_desk_leaves_the_case_unplaced() -> None:
    play = Play()
    play.open(division=("lake", "?"))
    play.say("lake:unknown:triage", Dispatch, desk="canal:triage")
    assert play.case.unplaced
    assert "dispatch" in play.running()


def _back_in_triage(**waited: float) -> Play:
    play = Play()
    play.open()
    play.wait(**waited)
    play.say("willow", RequestReturn, reason="not_our_matter")
    play.say("dispatch", ApproveReturn)
    return play


def test_a_case_that_goes_back_to_triage_is_to_be_placed_within_a_dispatchers_time_from_then() -> None:
    play = _back_in_triage(hours=3)
    assert (play.case.lead, play.case.unplaced) == ("willow:triage", True)
    assert play.running() == ["dispatch", "accept", "close"]
    play.wait_until(china(2026, 9, 21, 15))
    assert [one.charged_to for one in play.events(DeadlineMissed)] == ["willow:triage"]
    assert play.story("DeadlineMissed") == ["Mon 21 14:00 DeadlineMissed dispatch by willow:triage"]
    assert play.told("willow:triage")[-1] == "reminded"


def test_placing_a_case_again_ends_its_second_dispatch_milestone() -> None:
    play = _back_in_triage(hours=3)
    play.wait(hours=1)
    play.say("willow:triage", Dispatch, desk="plane")
    assert (play.case.lead, play.case.unplaced) == ("plane", False)
    assert play.running() == ["accept", "close"]


def test_from_one_triage_desk_to_another_the_first_dispatch_milestone_runs_on() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(hours=1)
    play.say("dispatch", Dispatch, desk="plane:triage")
    running = [m.due_at for m in play.case.milestones if m.name == "dispatch" and m.met_at is None]
    assert running == [china(2026, 9, 21, 11)]


def test_what_went_back_to_triage_goes_to_the_last_resort_after_two_tiers() -> None:
    play = _back_in_triage(hours=3)
    play.wait_until(china(2026, 9, 28, 10))
    assert play.story("Escalated", "Designated") == [
        "Sat 26 09:00 Escalated street > district: willow:triage > lake (deadline)",
        "Mon 28 09:00 Escalated district > city: lake > cloud (deadline)",
        "Mon 28 09:00 Designated by lake:last_resort",
    ]


def test_tiers_climbed_before_a_case_went_back_to_triage_bring_no_last_resort() -> None:
    play = Play()
    play.open()
    play.wait_until(china(2026, 9, 26, 10))
    play.say("dispatch", Dispatch, desk="lake:triage")
    play.wait_until(china(2026, 9, 28, 10))
    assert (play.case.lead, play.case.escalations) == ("cloud", 2)
    play.wait_until(china(2026, 9, 30, 10))
    assert play.case.lead == "lake:last_resort"
