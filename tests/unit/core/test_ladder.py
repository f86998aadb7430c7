"""The ladder: one step up for each missed deadline, whatever the tree and the mode; never sideways, never off."""

import msgspec
import pytest

from router.core import events as e
from router.core.commands import (
    Accept,
    AcceptEscalation,
    ApproveReturn,
    Designate,
    Dispatch,
    Escalate,
    RequestReturn,
    Resolve,
)
from router.core.policies.policy import Mode, Satisfies
from router.core.rules import Rules
from router.core.territory.tree import Tree
from router.core.timing.ladder import climb, superiors
from tests.city import CLOSE, DISPATCH, Play, city, days, desk, file, ladder, milestone, policy, rules
from tests.unit.core.calendars import china
from tests.unit.core.histories import TREES

UP = ("Escalated", "Skipped", "NoticeRepeated")
SUPERVISED = policy(mode=Mode.SUPERVISE, milestones=(CLOSE,))


def test_a_department_climbs_its_own_line() -> None:
    play = Play()
    play.open(category="pipe")
    play.wait(days=8)
    assert play.story(*UP) == [
        "Sat 26 09:00 Escalated district > city: lake-water > cloud-water (deadline)",
        "Mon 28 09:00 Escalated city > supervision-1: cloud-water > supervision-1 (deadline)",
    ]


def test_a_step_whose_desk_is_closed_is_skipped_at_once_and_costs_nothing() -> None:
    play = Play(rules(tree=city(desk("lake", "lake", active=False))))
    play.open()
    play.wait(days=6)
    assert play.story(*UP) == [
        "Sat 26 09:00 Skipped (no_active_desk)",
        "Sat 26 09:00 Escalated street > city: willow > cloud (deadline)",
    ]
    assert play.case.escalations == 1


def test_a_ladder_that_starts_above_the_lead_leads_to_its_first_step_first() -> None:
    play = Play(rules(policy(ladder=ladder("district", "city"))))
    play.open()
    assert play.case.step == -1
    play.wait(days=8)
    assert play.story(*UP) == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 Escalated district > city: lake > cloud (deadline)",
    ]


def test_a_department_of_the_city_below_a_ladder_of_supervision_goes_to_its_first_level() -> None:
    play = Play(rules(policy(ladder=ladder("supervision-1", "supervision-2"))))
    play.open(category="bus")
    play.wait(days=6)
    assert play.story(*UP) == [
        "Sat 26 09:00 Escalated city > supervision-1: cloud-transport > supervision-1 (deadline)"
    ]


def _without(code: str) -> Rules:
    """The rules after desk `code` was deleted from the tree, while cases still name it."""
    whole = file()
    left = tuple(desk for desk in whole.desks if desk.code != code)
    return rules(tree=Tree(msgspec.structs.replace(whole, desks=left)))


def test_a_case_of_a_desk_that_is_gone_goes_to_whoever_governs_its_place() -> None:
    play = Play()
    play.open(category="pipe")
    play.rules = _without("lake-water")
    play.wait(days=6)
    assert play.story(*UP) == ["Sat 26 09:00 Escalated district > city: lake-water > cloud (deadline)"]


def test_who_governs_the_place_may_act_on_a_case_of_a_desk_that_is_gone() -> None:
    play = Play()
    play.open()
    play.rules = _without("willow")
    play.say("canal", Designate, desk="plane")
    assert play.refused == "not_permitted"
    play.say("lake", Designate, desk="plane")
    assert play.refused is None
    assert play.case.lead == "plane"


def test_nobody_at_the_step_a_case_has_reached_is_above_a_desk_that_is_gone() -> None:
    play = Play()
    play.open(category="pipe")
    gone = _without("lake-water")
    assert next(iter(superiors(play.case, gone, "lake-water"))).code == "cloud"


def test_a_department_of_the_city_above_the_whole_ladder_is_told_again() -> None:
    play = Play(rules(policy(ladder=ladder("street", "district"))))
    play.open(category="bus")
    play.wait(days=8)
    assert play.story(*UP) == [
        "Sat 26 09:00 NoticeRepeated to cloud-transport",
        "Mon 28 09:00 NoticeRepeated to cloud-transport",
    ]


def test_one_desk_that_serves_all_levels_is_told_of_each_and_keeps_the_case_in_hand() -> None:
    play = Play(rules(tree=TREES["one_supervision"]))
    play.open()
    play.wait(days=9, hours=1).say("supervision-1", Accept)
    play.wait(days=4)
    assert play.story(*UP)[2:] == [
        "Wed 30 09:00 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
        "Fri 02 09:00 Escalated supervision-1 > supervision-2: supervision-1 > supervision-1 (deadline)",
        "Sun 04 09:00 Escalated supervision-2 > supervision-3: supervision-1 > supervision-1 (deadline)",
    ]
    assert (play.case.state, "supervision-1" in play.case.assists) == ("accepted", False)
    assert play.told("supervision-1").count("assigned") == 3
    assert "taken" not in play.told("supervision-1")
    play.say("supervision-1", Resolve)
    assert not play.case.is_open


def test_a_missed_signature_takes_the_case_up_and_the_closing_day_stays() -> None:
    sign = milestone("accept", days(1), Satisfies.ACCEPTED)
    play = Play(rules(policy(milestones=(sign, CLOSE))))
    play.open()
    play.wait(days=1, hours=1)
    assert play.case.lead == "lake"
    assert play.running() == ["accept@district", "close"]
    play.say("lake", Accept)
    assert play.running() == ["close"]
    play.wait(days=5)
    assert play.case.lead == "cloud"


def test_in_supervise_mode_the_lead_stays_and_each_superior_has_an_order_and_a_clock_of_its_own() -> None:
    play = Play(rules(SUPERVISED))
    play.open()
    play.wait(days=10)
    assert play.case.lead == "willow"
    assert play.story("Escalated", "DeadlineMissed") == [
        "Sat 26 09:00 DeadlineMissed close by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 DeadlineMissed close@district by lake",
        "Mon 28 09:00 Escalated district > city: willow > cloud (deadline)",
        "Wed 30 09:00 DeadlineMissed close@city by cloud",
        "Wed 30 09:00 Escalated city > supervision-1: willow > supervision-1 (deadline)",
    ]
    assert play.told("lake") == play.told("cloud") == ["supervised"]
    play.say("willow", Resolve)
    assert not play.case.is_open


def test_in_supervise_mode_the_repeated_notice_goes_to_who_supervises_and_who_leads() -> None:
    play = Play(rules(policy(mode=Mode.SUPERVISE, milestones=(CLOSE,), ladder=ladder("street", "district"))))
    play.open()
    play.wait(days=8)
    assert play.story("NoticeRepeated") == ["Mon 28 09:00 NoticeRepeated to lake"]
    assert play.told("lake")[-1] == play.told("willow")[-1] == "reminded"


def test_in_supervise_mode_a_superior_that_heard_late_has_its_time_too() -> None:
    play = Play(rules(SUPERVISED))
    play.open()
    play.outage(days=10).notice()
    assert play.story("Escalated", "SystemDelayed") == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 SystemDelayed close@district until Thu 01 13:00",
    ]


def test_a_desk_asks_to_hand_up_and_the_superior_accepts_without_a_miss() -> None:
    play = Play(rules(policy(milestones=(DISPATCH, CLOSE))))
    play.open()
    due_at = play.case.due_at
    play.say("willow", Escalate, text="需市政协调")
    assert play.told("lake") == ["escalation_requested"]
    play.say("willow", Escalate, text="需市政协调")
    assert play.refused == "escalation_pending"
    play.say("lake", AcceptEscalation)
    assert [x.cause for x in play.events(e.Escalated)] == [e.Cause.VOLUNTARY]
    assert (play.case.lead, play.case.escalations, play.case.next_due_at) == ("lake", 0, due_at)


@pytest.mark.parametrize(("hours", "lead"), [(3.9, "willow"), (4.1, "lake")])
def test_four_hours_of_silence_are_consent(hours: float, lead: str) -> None:
    play = Play()
    play.open()
    play.say("willow", Escalate, text="需市政协调")
    play.wait(hours=hours)
    assert play.case.lead == lead
    assert not play.events(e.DeadlineMissed)[1:]


def test_nobody_accepts_what_was_not_asked_and_nobody_asks_above_the_top() -> None:
    play = Play()
    play.open(subject_desk="supervision-4")
    play.say("supervision-5", Escalate, text="需市政协调")
    assert play.refused == "no_superior"
    play = Play()
    play.open()
    play.say("lake", AcceptEscalation)
    assert play.refused == "no_escalation_pending"


def test_a_request_that_nobody_is_left_to_take_is_void_and_the_case_goes_on() -> None:
    play = Play(rules(policy(ladder=ladder("street", "district", budget=days(2)))))
    play.open()
    play.say("willow", Escalate, text="需市政协调")
    play.rules = rules(
        policy(ladder=ladder("street", "district", budget=days(2))), tree=city(desk("lake", "lake", active=False))
    )
    play.wait(days=6)
    assert play.case.escalation_request is None
    assert (
        play.story("DeadlineMissed", "NoticeRepeated")[0]
        == "Mon 21 13:00 DeadlineMissed escalation_silence by lake"
    )
    assert play.names()[-1] == "NoticeRepeated"
    assert play.case.next_due_at is not None


def test_the_next_step_of_a_case_is_asked_without_changing_it() -> None:
    play = Play()
    before = play.open()
    target = climb(play.case, play.rules)
    assert target.desk is not None
    assert (target.desk.code, target.step, target.skipped) == ("lake", 1, ())
    assert play.case == before


def test_a_request_without_a_reason_is_refused() -> None:
    play = Play()
    play.open()
    play.say("willow", Escalate, text=" ")
    assert play.refused == "reason_missing"


def test_a_case_that_is_handed_down_climbs_to_the_superior_of_who_has_it() -> None:
    play = Play()
    play.open()
    play.wait_until(china(2026, 9, 27, 9))
    assert (play.case.lead, play.running()) == ("lake", ["close@district"])
    play.say("dispatch", Dispatch, desk="bridge")
    assert play.running() == ["accept", "close@street"]
    assert play.case.running("close@street", china(2026, 9, 28, 9)) is not None
    play.wait_until(china(2026, 9, 30, 10))
    assert play.story("DeadlineMissed", "Escalated", "Skipped")[2:] == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 DeadlineMissed accept by bridge",
        "Mon 28 09:00 DeadlineMissed close@street by bridge",
        "Mon 28 09:00 Escalated street > district: bridge > canal (deadline)",
        "Wed 30 09:00 DeadlineMissed close@district by canal",
        "Wed 30 09:00 Escalated district > city: canal > cloud (deadline)",
    ]


def test_a_return_and_a_designation_down_the_tree_bring_the_step_with_them() -> None:
    play = Play(rules(policy(return_window=days(9))))
    play.open()
    play.wait_until(china(2026, 9, 26, 10))
    play.say("lake", RequestReturn, reason="not_our_matter", suggested_desk="plane")
    play.say("dispatch", ApproveReturn)
    assert (play.case.lead, play.case.step) == ("plane", 0)
    play.wait_until(china(2026, 9, 30, 10))
    assert (play.case.lead, play.case.step) == ("cloud", 2)
    play.say("supervision:chen", Designate, desk="bridge")
    assert (play.case.lead, play.case.step) == ("bridge", 0)
    play.wait_until(china(2026, 10, 2, 10))
    assert play.case.lead == "canal"


def test_where_a_superior_supervises_the_step_is_that_superiors_whoever_leads_below() -> None:
    play = Play(rules(policy(mode=Mode.SUPERVISE)))
    play.open()
    play.wait_until(china(2026, 9, 27, 9))
    play.say("dispatch", Dispatch, desk="bridge")
    assert (play.case.lead, play.case.step) == ("bridge", 1)
    play.wait_until(china(2026, 9, 28, 10))
    assert play.story("DeadlineMissed")[-1] == "Mon 28 09:00 DeadlineMissed close@district by lake"
    assert play.case.step == 2
