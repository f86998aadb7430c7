"""Pulling (提办): the top tier takes a case at once, past all tiers; it counts against nobody."""

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import Accept, ApproveSuspension, Pull, RequestSuspension, Resolve
from router.core.counting.hands import HolderKind
from router.core.counting.holding import holding
from router.core.policies.policy import Gate, GateKind, SuspensionRule
from router.core.telling.messages import Taken
from router.core.territory.tree import DeskKind
from tests.city import CLOSE, MONDAY, Play, city, days, desk, policy, rules
from tests.unit.core.calendars import china


def _play() -> Play:
    play = Play()
    play.open()
    play.say("willow", Accept)
    return play


def test_the_city_takes_it_past_the_district_and_the_street_is_told() -> None:
    play = _play()
    play.wait(hours=3)
    play.say("cloud", Pull, text="at once")
    assert (play.case.lead, play.case.assists, play.case.step) == ("cloud", ("willow",), 2)
    told = [m.payload for m in play.messages if m.desk == "willow" and isinstance(m.payload, Taken)]
    assert [(one.reason, one.to_desk) for one in told] == [("pulled", "cloud")]
    assert play.told("cloud") == ["assigned"]
    assert play.told("lake") == []


def test_it_is_no_escalation_and_nobodys_miss_and_the_due_date_stays() -> None:
    play = _play()
    play.say("cloud", Pull)
    assert not play.events(e.Escalated)
    assert not play.events(e.DeadlineMissed)
    assert play.case.escalations == 0
    assert play.running() == ["close"]
    found = play.case.milestone("close")
    assert found is not None
    assert found.due_at == china(2026, 9, 26, 9)
    play.wait(days=6)
    # What is missed from now on is the city's, and the next step up is supervision.
    assert [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)] == [("close", "cloud")]
    assert play.case.lead == "supervision-1"


def test_a_person_of_supervision_pulls_it_to_the_citys_own_desk_or_to_a_department() -> None:
    play = _play()
    play.say("supervision:wang", Pull)
    assert play.case.lead == "cloud"
    play = _play()
    play.say("supervision:wang", Pull, desk="cloud-transport")
    assert play.case.lead == "cloud-transport"


@pytest.mark.parametrize("who", ["willow", "lake", "dispatcher:li", "follow_up:anna", "channel:hotline"])
def test_nobody_below_pulls(who: str) -> None:
    play = _play()
    play.say(who, Pull)
    assert play.refused == "not_permitted"


def test_it_goes_to_the_top_and_nowhere_else() -> None:
    play = _play()
    for code, wanted in (("not_at_the_top", "lake"), ("not_at_the_top", "dispatch"), ("unknown_desk", "moon")):
        play.say("supervision-1", Pull, desk=wanted)
        assert play.refused == code
    play.say("cloud", Pull)
    play.say("supervision-1", Pull)
    assert play.refused == "at_the_top"


def test_it_never_goes_to_the_office_that_it_is_about() -> None:
    heads = desk("willow-head", "cloud", DeskKind.FUNCTIONAL, line="willow", superior="willow")
    play = Play(rules(tree=city(heads)))
    play.open(subject_desk="willow")
    assert play.case.lead == "lake"
    play.say("supervision-1", Pull, desk="willow-head")
    assert play.refused == "subject_desk"
    play.say("supervision-1", Pull, desk="cloud")
    assert play.case.lead == "cloud"
    assert play.told("willow") == []


def test_a_resolution_stays_and_a_suspension_ends() -> None:
    gated = policy(
        gate=Gate(kind=GateKind.FOLLOW_UP), suspension=SuspensionRule(longest=days(20), recheck=days(7))
    )
    play = Play(rules(gated))
    play.open()
    play.say("willow", Resolve)
    play.say("cloud", Pull)
    assert (play.case.state, play.case.lead) == (State.RESOLVED, "cloud")
    play = Play(rules(gated))
    play.open()
    play.say("willow", RequestSuspension, reason="road works")
    play.say("lake", ApproveSuspension)
    play.say("cloud", Pull)
    assert (play.case.state, play.case.lead) == (State.DISPATCHED, "cloud")
    assert play.events(e.Resumed)[0].reason == "pulled"
    assert CLOSE.name in play.running()


def test_the_time_from_then_on_is_the_citys() -> None:
    play = _play()
    play.wait(hours=3)
    play.say("cloud", Pull)
    spans = holding(play.entries, china(2026, 9, 21, 15))
    assert [(s.kind, s.holder, s.begin, s.end) for s in spans] == [
        (HolderKind.DESK, "willow", MONDAY, china(2026, 9, 21, 12)),
        (HolderKind.DESK, "cloud", china(2026, 9, 21, 12), china(2026, 9, 21, 15)),
    ]
