"""Nothing is dropped: what names no known place is triaged with its whole ladder until somebody places it."""

from router.core import events as e
from router.core.case import State
from router.core.commands import Accept, Dispatch, RequestReturn, Resolve
from router.core.policies.policy import DispatchTerms, Mode, Required, Requirement
from tests.city import Play, policy, rules

NOWHERE = ("atlantis", "main street")


def test_an_unknown_place_is_triaged_dispatched_by_hand_and_solved() -> None:
    play = Play()
    play.open(division=NOWHERE)
    assert play.case.lead == "cloud:unknown:unknown:triage"
    play.wait(hours=1).say(play.case.lead, Accept)
    play.wait(minutes=30).say(play.case.lead, Dispatch, desk="willow")
    play.wait(hours=2).say("willow", Accept)
    play.wait(days=1).say("willow", Resolve)
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to cloud:unknown:unknown:triage (triage:unknown_division)",
        "Mon 21 10:00 Accepted by cloud:unknown:unknown:triage",
        "Mon 21 10:30 Dispatched to willow (dispatched)",
        "Mon 21 12:30 Accepted by willow",
        "Tue 22 12:30 Resolved solved by willow",
        "Tue 22 12:30 Closed (gate none)",
    ]
    assert play.case.triaged
    assert play.case.milestone("dispatch").status is e.MilestoneStatus.MET  # type: ignore[union-attr]


def test_whoever_has_an_unplaced_case_is_reminded_to_dispatch_it() -> None:
    play = Play()
    play.open(division=NOWHERE)
    play.wait(hours=3)
    assert play.story("DeadlineMissed", "Reminded") == [
        "Mon 21 11:00 DeadlineMissed dispatch by cloud:unknown:unknown:triage",
        "Mon 21 11:00 Reminded to cloud:unknown:unknown:triage",
    ]


def test_a_case_that_nobody_places_climbs_its_whole_ladder() -> None:
    play = Play()
    play.open(division=NOWHERE)
    play.wait(days=12)
    assert play.story("Escalated", "Designated") == [
        "Sat 26 09:00 Escalated street > district: cloud:unknown:unknown:triage > cloud:unknown:triage (deadline)",
        "Mon 28 09:00 Escalated district > city: cloud:unknown:triage > cloud (deadline)",
        "Mon 28 09:00 Designated by cloud:last_resort",
        "Wed 30 09:00 Escalated city > supervision-1: cloud:last_resort > supervision-1 (deadline)",
        "Fri 02 09:00 Escalated supervision-1 > supervision-2: supervision-1 > supervision-2 (deadline)",
    ]


def test_what_nobody_places_on_two_tiers_the_last_resort_of_its_district_must_take() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(days=7, seconds=1)
    assert (play.case.lead, play.case.designated, play.case.unplaced) == ("lake:last_resort", True, False)
    assert play.rules.step_name(play.rules.policy(play.case.policy), play.case.step, play.case.lead) == "city"
    assert play.running() == ["accept", "close@city"]
    assert play.told("lake:last_resort") == ["assigned"]
    assert play.told("cloud") == ["supervised"]
    assert play.told("lake") == ["assigned", "taken"]
    play.say("lake:last_resort", RequestReturn, reason="not_our_place")
    assert play.refused == "return_designated"
    play.say("lake:last_resort", Resolve)
    assert play.case.state is State.CLOSED


def test_a_case_that_was_placed_between_climbs_as_any_other() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(days=6)
    play.say("lake", Dispatch, desk="plane")
    play.wait(days=1, seconds=1)
    assert play.case.lead == "lake"
    play.wait(days=2)
    assert play.case.lead == "cloud"
    assert play.events(e.Designated) == []


def test_what_waits_for_a_leaders_name_or_is_about_an_office_is_not_the_last_resorts() -> None:
    named = policy(dispatch=DispatchTerms(requires=(Requirement(what=Required.LEADER),)))
    for in_force, subject in ((rules(named), None), (rules(), "nobody-knows")):
        play = Play(in_force)
        play.open(division=("lake", "willow"), subject_desk=subject)
        play.wait(days=12)
        assert play.case.unplaced
        assert play.events(e.Designated) == []


def test_where_the_lead_stays_the_last_resort_takes_it_all_the_same() -> None:
    play = Play(rules(policy(mode=Mode.SUPERVISE)))
    play.open(division=("lake", "nowhere"))
    play.wait(days=7, seconds=1)
    assert play.case.lead == "lake:last_resort"
    assert play.told("lake:unknown:triage")[-1] == "taken"
    assert play.told("cloud") == ["supervised"]


def test_whoever_an_unplaced_case_has_climbed_to_may_still_place_it() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(days=6)
    assert play.case.lead == "lake"
    play.say("lake", Dispatch, desk="plane")
    assert (play.case.lead, play.case.step, play.case.unplaced) == ("plane", 0, False)
    play.wait(days=2)
    assert play.case.lead == "lake"


def test_a_street_office_cannot_dispatch_its_case_away() -> None:
    play = Play()
    play.open()
    play.say("willow", Dispatch, desk="plane")
    assert play.refused == "not_permitted"
    assert play.case.lead == "willow"


def test_an_inactive_office_costs_no_time() -> None:
    play = Play()
    play.open(division=("canal", "mine"))
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Skipped (no_active_desk)",
        "Mon 21 09:00 Dispatched to canal (territory)",
    ]
    play.wait(days=6)
    assert play.story("Escalated") == ["Sat 26 09:00 Escalated district > city: canal > cloud (deadline)"]
