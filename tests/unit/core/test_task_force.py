"""The task force: a leader by name, what leaders said, and a dispatch that waits for both."""

from __future__ import annotations

from typing import Any

import pytest

from router.core import events as e
from router.core.commands import (
    AssignLeader,
    Correct,
    Designate,
    Dispatch,
    Instruct,
)
from router.core.policies.policy import DispatchTerms, Policy, Required, Requirement
from tests.city import DISPATCH, MONDAY, Play, policy, rules
from tests.unit.core.calendars import china

_NAMES = (
    Requirement(what=Required.LEADER, tier="city"),
    Requirement(what=Required.INSTRUCTION, tier="district"),
)


def _terms(**terms: Any) -> Policy:
    return policy(dispatch=DispatchTerms(**terms))


def _opened(one: Policy, **fields: Any) -> Play:
    play = Play(rules(one))
    play.open(**fields)
    return play


def _named(play: Play) -> Play:
    play.say("dispatcher:li", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("dispatcher:li", Instruct, leader="区长", tier="district", text="三日内办好")
    return play


def test_without_the_names_the_case_waits_with_triage_and_its_dispatch_milestone() -> None:
    play = _opened(_terms(requires=_NAMES))
    assert (play.case.lead, play.case.unplaced, play.case.triaged) == ("willow:triage", True, False)
    assert play.events(e.Dispatched)[-1].reason == "triage:names_missing"
    assert play.told("willow") == []
    assert [one.payload.missing for one in play.messages if one.kind == "names_wanted"] == [  # type: ignore[union-attr]
        ("leader:city", "instruction:district")
    ]
    play.wait(hours=3)
    assert [m.milestone for m in play.events(e.DeadlineMissed)] == ["dispatch"]


def test_a_dispatch_without_the_names_is_refused_with_what_is_missing() -> None:
    play = _opened(_terms(requires=_NAMES))
    play.say("dispatcher:li", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("dispatcher:li", Dispatch, desk="willow")
    assert play.refusal is not None
    assert play.refusal.data == {"missing": "instruction:district"}
    play.say("lake", Designate, desk="willow")
    assert play.refused == "names_missing"
    play.say("lake", Instruct, leader="区长", tier="district", text="三日内办好")
    play.say("dispatcher:li", Dispatch, desk="willow", assists=("lake-water",))
    assert play.refused is None
    assert (play.case.lead, play.case.unplaced) == ("willow", False)
    assert play.case.milestone("dispatch").status is e.MilestoneStatus.MET


def test_the_desk_it_is_dispatched_to_hears_the_names() -> None:
    play = _named(_opened(_terms(requires=_NAMES)))
    play.say("dispatcher:li", Dispatch, desk="willow")
    assigned = next(one.payload for one in play.messages if one.desk == "willow")
    assert (assigned.leader, assigned.instructed_by) == ("副市长（城建）", ("区长",))  # type: ignore[union-attr]


def test_a_leader_of_a_lower_tier_is_not_the_one_that_is_wanted_and_a_higher_one_is() -> None:
    play = _opened(_terms(requires=_NAMES))
    play.say("dispatcher:li", AssignLeader, leader="副区长", tier="district")
    play.say("dispatcher:li", Instruct, leader="市长", tier="city", text="马上办")
    play.say("dispatcher:li", Dispatch, desk="willow")
    assert play.refusal is not None
    assert play.refusal.data == {"missing": "leader:city"}


def test_a_case_that_waits_climbs_and_the_tier_above_dispatches_it() -> None:
    play = _opened(_terms(requires=_NAMES))
    play.wait(days=6)
    assert (play.case.lead, play.case.unplaced) == ("lake", True)
    _named(play).say("lake", Dispatch, desk="willow")
    assert play.case.lead == "willow"


def test_a_correction_does_not_get_round_the_names() -> None:
    play = _opened(_terms(requires=_NAMES))
    play.say("dispatcher:li", Correct, division=("canal", "bridge"))
    assert play.case.lead == "bridge:triage"
    _named(play).say("dispatcher:li", Correct, division=("lake", "plane"))
    assert play.case.lead == "plane"


def test_of_a_case_that_nobody_could_place_the_dispatcher_hears_what_is_missing_too() -> None:
    play = _opened(_terms(requires=_NAMES), division=("lake", "?"))
    assert play.case.triaged
    assert play.told("dispatch") == ["names_wanted"]
    play.say("dispatcher:li", Dispatch, desk="willow")
    assert play.refused == "names_missing"


def test_a_report_on_an_office_waits_for_no_names() -> None:
    play = _opened(_terms(requires=_NAMES), subject_desk="willow", matter_type="report")
    assert play.case.lead == "lake"
    assert play.told("willow:triage") == []


def test_the_router_moves_a_waiting_case_to_triage_and_no_further() -> None:
    play = _opened(_terms(requires=_NAMES))
    play.say("system:divisions", Dispatch, desk="plane")
    assert (play.case.lead, play.case.unplaced) == ("plane:triage", True)


def test_a_leader_answers_by_name_and_a_second_one_replaces_the_first() -> None:
    play = _opened(policy())
    play.say("cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("dispatcher:li", AssignLeader, leader=" 副市长（农业） ", tier="city")
    assert play.case.together.leader is not None
    assert play.case.together.leader.leader == "副市长（农业）"
    assert play.told("willow") == ["assigned", "leader_assigned", "leader_assigned"]


def test_an_instruction_reaches_the_lead_and_whoever_assists() -> None:
    play = _opened(_terms(lead="district"))
    play.say("cloud", Instruct, leader="市长", tier="city", text="马上办")
    assert play.told("lake")[-1] == play.told("willow")[-1] == "instructed"
    assert play.entries[-1].text == "马上办"


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (AssignLeader, {"leader": " ", "tier": "city"}, "leader_unnamed"),
        (AssignLeader, {"leader": "市长", "tier": "province"}, "unknown_tier"),
        (Instruct, {"leader": "市长", "tier": "city", "text": ""}, "reason_missing"),
        (Instruct, {"leader": "", "tier": "city", "text": "x"}, "leader_unnamed"),
    ],
)
def test_a_leader_has_a_name_and_a_tier(kind: type[Any], fields: dict[str, Any], code: str) -> None:
    play = _opened(policy())
    play.say("cloud", kind, **fields)
    assert play.refused == code


@pytest.mark.parametrize("who", ["willow", "plane", "channel:hotline", "citizen:hotline"])
def test_neither_the_handling_desk_nor_a_stranger_speaks_for_a_leader(who: str) -> None:
    play = _opened(policy())
    play.say(who, Instruct, leader="市长", tier="city", text="x")
    assert play.refused == "not_permitted"
    play.say(who, AssignLeader, leader="市长", tier="city")
    assert play.refused == "not_permitted"


def test_in_a_joint_dispatch_the_policys_tier_leads_and_the_desk_below_assists() -> None:
    play = _opened(_terms(lead="district"))
    assert (play.case.lead, play.case.assists, play.case.step) == ("lake", ("willow",), 1)
    assert [one.payload.role for one in play.messages if one.kind == "assigned"] == ["lead", "assist"]  # type: ignore[union-attr]
    assert play.case.due_at == china(2026, 9, 26, 9)


def test_what_the_policys_tier_or_a_higher_one_has_already_has_one_desk() -> None:
    play = _opened(_terms(lead="district"), category="bus")
    assert (play.case.lead, play.case.assists) == ("cloud-transport", ())
    play = _opened(_terms(lead="district"), division=("lake", "?"))
    assert play.case.assists == ()
    assert play.case.lead.endswith(":triage")
    assert DISPATCH.name in play.running()
    assert play.case.opened_at == MONDAY
