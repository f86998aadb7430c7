"""While nobody looked, deadlines passed: each is taken in order at its own instant, and the delay is ours."""

from router.core import events as e
from router.core.commands import Resolve
from tests.city import Play, policy, rules


def test_deadlines_that_passed_unseen_are_taken_in_order_each_at_its_own_instant() -> None:
    play = Play(rules(policy(min_in_hand_s=0)))
    play.open()
    play.outage(days=10).notice()
    assert play.story("DeadlineMissed", "Reminded", "Escalated") == [
        "Tue 22 09:00 DeadlineMissed accept by willow",
        "Tue 22 09:00 Reminded to willow",
        "Sat 26 09:00 DeadlineMissed close by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 DeadlineMissed close@district by lake",
        "Mon 28 09:00 Escalated district > city: lake > cloud (deadline)",
        "Wed 30 09:00 DeadlineMissed close@city by cloud",
        "Wed 30 09:00 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
    ]
    assert {entry.recorded_at for entry in play.entries[2:]} == {play.now}


def test_a_desk_that_got_the_case_late_through_our_fault_keeps_it_for_four_hours() -> None:
    play = Play()
    play.open()
    play.outage(days=10).notice()
    assert play.story("DeadlineMissed", "Escalated", "SystemDelayed")[1:] == [
        "Sat 26 09:00 DeadlineMissed close by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 SystemDelayed close@district until Thu 01 13:00",
    ]
    assert play.case.lead == "lake"
    assert play.events(e.SystemDelayed)[0].delay_s == 3 * 86400 + 4 * 3600
    play.wait(hours=3).say("lake", Resolve)
    assert play.refused is None
    assert not [missed for missed in play.events(e.DeadlineMissed) if missed.charged_to == "lake"]


def test_after_its_four_hours_it_loses_the_case_and_the_next_desk_is_on_time_again() -> None:
    play = Play()
    play.open()
    play.outage(days=10).notice()
    play.wait(days=1)
    assert play.story("Escalated", "SystemDelayed")[1:] == [
        "Mon 28 09:00 SystemDelayed close@district until Thu 01 13:00",
        "Thu 01 13:00 Escalated district > city: lake > cloud (deadline)",
    ]
    assert play.case.lead == "cloud"


def test_whoever_noticed_a_deadline_twice_finds_it_gone() -> None:
    play = Play()
    play.open()
    play.wait(days=6)
    entries = len(play.entries)
    assert play.notice() == 0
    assert len(play.entries) == entries
