"""A report on misconduct of an office: that one, and whoever answers to it, never has it or hears of it."""

from router.core.commands import Accept, ApproveReturn, Correct, Designate, Dispatch, RequestReturn
from tests.city import Play

LAKES = ("lake", "willow", "plane", "lake-water", "lake:triage", "willow:triage")


def test_a_report_on_a_district_is_handled_above_it_and_kept_from_it_to_the_end() -> None:
    play = Play()
    play.open(matter_type="report", subject_desk="lake", text="湖滨区不作为")
    assert play.case.lead == "cloud"
    for desk in LAKES:
        play.say(desk, Accept)
        assert play.refused == "unknown_case"
        for kind in (Dispatch, Designate):
            play.say("dispatcher:li" if kind is Dispatch else "supervision-1", kind, desk=desk)
            assert play.refused == "subject_desk"
    play.wait(days=30)
    assert play.case.lead == "supervision-5"
    assert not [play.told(desk) for desk in LAKES if play.told(desk)]


def test_a_desk_that_must_not_know_of_a_case_is_answered_like_one_that_asks_for_none() -> None:
    play = Play()
    play.open(subject_desk="willow")
    play.say("willow", Accept)
    assert play.refusal is not None
    assert play.refusal.data == {"case": play.case.id}
    assert play.told("willow") == []
    assert play.names()[-1] == "Refused"


def test_a_report_on_the_dispatcher_is_not_decided_by_the_dispatcher() -> None:
    play = Play()
    play.open(subject_desk="dispatch")
    assert play.case.lead == "supervision-1"
    play.say("supervision-1", RequestReturn, reason="not_our_matter", suggested_desk="cloud")
    assert play.told("dispatch") == []
    assert play.told("supervision-2") == ["return_requested"]
    play.say("supervision-2", ApproveReturn)
    assert play.case.lead == "cloud"


def test_a_correction_does_not_hand_the_report_to_the_office_it_is_about() -> None:
    play = Play()
    play.open(division=("canal", "bridge"), subject_desk="lake")
    play.say("dispatcher:li", Correct, division=("lake", "willow"))
    assert play.case.lead == "cloud"


def test_the_climb_passes_over_the_office_that_the_report_is_about() -> None:
    play = Play()
    play.open(subject_desk="supervision-2")
    assert play.case.lead == "supervision-3"
    play.wait(days=30)
    assert play.told("supervision-2") == play.told("supervision-1") == []
