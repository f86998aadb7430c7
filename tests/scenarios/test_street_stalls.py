"""A case that nobody acts on climbs one tier for each missed deadline, and never falls off the top."""

from router.core import events as e
from router.core.commands import Accept, Adopt, Resolve
from tests.city import Play

CLIMB = ("Escalated", "NoticeRepeated")


def test_a_street_stalls_and_the_case_climbs_to_the_last_supervision_and_stays_there() -> None:
    play = Play()
    play.open(text="路灯不亮三天了")
    play.wait(hours=2).say("willow", Accept)
    play.wait(days=25)
    assert play.story(*CLIMB) == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Mon 28 09:00 Escalated district > city: lake > cloud (deadline)",
        "Wed 30 09:00 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
        "Fri 02 09:00 Escalated supervision-1 > supervision-2: supervision-1 > supervision-2 (deadline)",
        "Sun 04 09:00 Escalated supervision-2 > supervision-3: supervision-2 > supervision-3 (deadline)",
        "Tue 06 09:00 Escalated supervision-3 > supervision-4: supervision-3 > supervision-4 (deadline)",
        "Thu 08 09:00 Escalated supervision-4 > supervision-5: supervision-4 > supervision-5 (deadline)",
        "Sat 10 09:00 NoticeRepeated to supervision-5",
        "Mon 12 09:00 NoticeRepeated to supervision-5",
        "Wed 14 09:00 NoticeRepeated to supervision-5",
        "Fri 16 09:00 NoticeRepeated to supervision-5",
    ]
    assert (play.case.lead, play.case.escalations) == ("supervision-5", 7)
    assert play.case.next_due_at is not None
    assert play.told("willow")[-1] == "taken"


def test_the_last_supervision_solves_it_and_the_climb_ends() -> None:
    play = Play()
    play.open()
    play.wait(days=25).say("supervision-5", Resolve)
    play.wait(days=100)
    assert play.names()[-2:] == ["Resolved", "Closed"]
    assert play.case.next_due_at is None


def test_a_late_report_is_refused_kept_and_adopted_by_the_new_lead() -> None:
    play = Play()
    play.open()
    play.wait(days=6).say("willow", Resolve, text="已修好", evidence=("photo-1",), id="too-late")
    assert play.refusal is not None
    assert play.refusal.zh == "该工单由 lake 主办，willow 不是主办单位"
    assert play.told("willow")[-1] == "refused"
    play.wait(hours=1).say("lake", Adopt, report="too-late")
    assert play.story()[-5:] == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Sun 27 09:00 LateReportKept by willow",
        "Sun 27 09:00 Refused resolve: not_lead",
        "Sun 27 10:00 Resolved solved by lake",
        "Sun 27 10:00 Closed (gate none)",
    ]
    assert play.events(e.Resolved)[0].evidence == ("photo-1",)
    assert play.events(e.DeadlineMissed)[-1].charged_to == "willow"


def test_a_report_in_time_that_reaches_us_late_makes_the_deadline_met_and_the_escalation_stays_on_record() -> None:
    play = Play()
    case = play.open()
    due_at = case.due_at
    play.wait(days=5, minutes=10)
    assert play.case.lead == "lake"
    play.say("willow", Resolve, at=due_at, text="已修好")
    assert play.story()[-4:] == [
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Sat 26 09:00 Overtaken by willow",
        "Sat 26 09:00 Resolved solved by willow",
        "Sat 26 09:00 Closed (gate none)",
    ]
    assert play.case.milestone("close").status is e.MilestoneStatus.MET  # type: ignore[union-attr]
    assert play.told("lake") == ["assigned", "taken"]


def test_a_report_a_minute_past_the_deadline_is_late_however_quickly_it_comes() -> None:
    play = Play()
    play.open()
    play.wait(days=5, minutes=1).say("willow", Resolve)
    assert play.refused == "not_lead"


def test_a_report_at_the_very_instant_is_in_time() -> None:
    play = Play()
    play.open()
    play.wait(days=5).say("willow", Resolve)
    assert play.refused is None
    assert not [m for m in play.events(e.DeadlineMissed) if m.milestone == "close"]
