"""Nothing is dropped: what names no known place is triaged with its whole ladder until somebody places it."""

from router.core import events as e
from router.core.commands import Accept, Dispatch, Resolve
from tests.city import Play

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
    assert play.story("Escalated") == [
        "Sat 26 09:00 Escalated street > district: cloud:unknown:unknown:triage > cloud:unknown:triage (deadline)",
        "Mon 28 09:00 Escalated district > city: cloud:unknown:triage > cloud (deadline)",
        "Wed 30 09:00 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
        "Fri 02 09:00 Escalated supervision-1 > supervision-2: supervision-1 > supervision-2 (deadline)",
    ]


def test_whoever_an_unplaced_case_has_climbed_to_may_still_place_it() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(days=6)
    assert play.case.lead == "lake"
    play.say("lake", Dispatch, desk="plane")
    assert (play.case.lead, play.case.step, play.case.unplaced) == ("plane", 1, False)
    play.wait(days=2)
    assert play.case.lead == "cloud"


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
