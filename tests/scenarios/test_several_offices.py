"""Several offices on one case: a street calls for help; two groups watch a case from above, each for itself."""

from __future__ import annotations

from router.core.commands import (
    Accept,
    AssignLeader,
    Dispatch,
    EndMediation,
    FilePlan,
    FollowUp,
    FollowUpResult,
    Instruct,
    Mark,
    Mediate,
    ReportIn,
    ReportProgress,
    Resolve,
    Review,
    Whistle,
)
from router.core.counting.coverage import Coverage, coverage
from router.core.rules import Rules
from router.core.territory.tree import DeskKind
from router.presets import preset_policy
from tests.city import Play, city, desk, rules
from tests.unit.core.calendars import china

_GROUPS = (
    desk("supervision-group", "cloud", DeskKind.FUNCTIONAL, line="supervising"),
    desk("petition-group", "cloud", DeskKind.FUNCTIONAL, line="petitions"),
    desk("lake-peace", "lake", DeskKind.MEDIATION),
)


def _under(*presets: str) -> Rules:
    return rules(*map(preset_policy, (*presets, "default")), tree=city(*_GROUPS))


def test_a_street_whistles_and_one_department_comes_while_the_other_answers_for_its_silence() -> None:
    play = Play()
    play.open(text="施工挖断水管，路面塌陷")
    play.wait(minutes=30).say("willow", Accept)
    play.say("willow", Whistle, desks=("lake-water", "cloud-transport"), text="请来关阀、封路")
    play.wait(hours=1).say("lake-water", ReportIn, text="已到场关阀")
    play.wait(hours=5).say("lake-water", ReportProgress, text="水管已修好")
    play.wait(hours=1).say("cloud-transport", ReportIn, text="已到场")
    play.wait(hours=2).say("willow", Resolve, text="路面已恢复")
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to willow (territory)",
        "Mon 21 09:30 Accepted by willow",
        "Mon 21 09:30 Whistled by lake-water",
        "Mon 21 09:30 Whistled by cloud-transport",
        "Mon 21 10:30 ReportedIn by lake-water",
        "Mon 21 13:30 DeadlineMissed report_in:cloud-transport by cloud-transport",
        "Mon 21 13:30 SupervisionOrdered",
        "Mon 21 15:30 ProgressReported by lake-water",
        "Mon 21 16:30 ReportedIn by cloud-transport",
        "Mon 21 18:30 Resolved solved by willow",
        "Mon 21 18:30 Closed (gate none)",
    ]
    assert play.told("willow") == ["assigned", "reported_in", "reported_in"]
    assert play.told("supervision-1") == ["supervised"]


def test_a_case_from_above_waits_for_the_names_and_two_groups_watch_it_each_for_itself() -> None:
    play = Play(_under("dazhou-starred", "dazhou"))
    play.open("upstream", text="督查交办：河道垃圾")
    assert play.case.policy.startswith("dazhou@")
    assert play.case.lead == "willow:triage"
    play.say("dispatcher:li", Dispatch, desk="lake")
    assert play.refused == "names_missing"
    play.wait(minutes=10).say("petition-group", Mark, text="已知悉")
    play.say("supervision-group", Mark, text="已知悉")
    play.wait(minutes=10).say("cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("lake", Instruct, leader="区长", tier="district", text="三日内清完，立行立改")
    play.wait(minutes=20).say("dispatcher:li", Dispatch, desk="lake", assists=("willow", "lake-water"))
    play.wait(days=1).say("lake", FilePlan, text="分段清理，周四完成")
    play.say("petition-group", Mark, text="已看方案")
    play.wait(days=3).say("petition-group", Mark)
    play.say("supervision-group", Review, passed=False, text="没有写明责任人")
    play.wait(hours=2).say("lake", FilePlan, text="分段清理，每段一名责任人")
    play.say("supervision-group", Review, passed=True)
    play.say("supervision-group", Mark, on_site=True, text="已到现场")
    play.say("willow", ReportProgress, substantiated=True, text="属实")
    play.wait(hours=1).say("lake", Resolve, evidence=("photo-1", "photo-2"))
    together = ("supervision-group", "petition-group")
    play.wait(hours=5).say("follow_up:team", FollowUp, result=FollowUpResult.ACCEPTED, asked=22, team=together)
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to willow:triage (triage:names_missing)",
        "Mon 21 09:00 Refused dispatch: names_missing",
        "Mon 21 09:10 Marked by petition-group",
        "Mon 21 09:10 Marked by supervision-group",
        "Mon 21 09:20 LeaderAssigned",
        "Mon 21 09:20 Instructed",
        "Mon 21 09:40 Dispatched to lake (dispatched)",
        "Mon 21 09:40 AssistAdded by willow",
        "Mon 21 09:40 AssistAdded by lake-water",
        "Tue 22 09:40 PlanFiled by lake",
        "Tue 22 09:40 Marked by petition-group",
        # The supervision group did not look in time; the petition group had, and nobody's case was touched.
        "Thu 24 09:00 DeadlineMissed day3_supervision by supervision-group",
        "Thu 24 09:00 Reminded to supervision-group",
        "Thu 24 09:00 DeadlineMissed reminder by lake",
        "Thu 24 09:00 Reminded to lake",
        "Fri 25 09:40 Marked by petition-group",
        "Fri 25 09:40 Reviewed",
        "Fri 25 11:40 PlanFiled by lake",
        "Fri 25 11:40 Reviewed",
        "Fri 25 11:40 Marked by supervision-group",
        "Fri 25 11:40 ProgressReported by willow",
        "Fri 25 12:40 Resolved solved by lake",
        "Fri 25 17:40 FollowedUp",
        "Fri 25 17:40 Closed (gate follow_up)",
    ]
    assert coverage([play.case]) == Coverage(cases=1, instructed=1, on_site=1, task_force=1, satisfied=1, closed=1)


def test_a_starred_case_from_above_wants_a_city_leaders_word() -> None:
    play = Play(_under("dazhou-starred", "dazhou"))
    play.open("upstream", starred=True)
    play.say("cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("lake", Instruct, leader="区长", tier="district", text="马上办")
    play.say("dispatcher:li", Dispatch, desk="willow")
    assert play.refusal is not None
    assert play.refusal.data == {"missing": "instruction:city"}
    play.say("cloud", Instruct, leader="市长", tier="city", text="马上办，我到现场")
    play.say("dispatcher:li", Dispatch, desk="willow", in_person=True, receipt="交办-17")
    assert (play.refused, play.case.lead) == (None, "willow")


def test_a_media_lead_in_the_evening_is_viewed_together_planned_and_reported() -> None:
    play = Play(_under("huzhou"), start=china(2026, 9, 26, 18, 30))
    play.open("media", text="媒体反映：工地噪声")
    assert (play.case.lead, play.case.assists) == ("lake", ("willow",))
    play.wait(hours=1).say("willow", ReportProgress, text="联合到场会商")
    play.wait(hours=1).say("lake", FilePlan, text="夜间停工")
    play.wait_until(china(2026, 9, 27, 20)).say("lake", Resolve)
    assert play.story() == [
        "Sat 26 18:30 Received",
        "Sat 26 18:30 Dispatched to lake (joint)",
        "Sat 26 18:30 AssistAdded by willow",
        "Sat 26 19:30 ProgressReported by willow",
        "Sat 26 20:30 PlanFiled by lake",
        "Sun 27 20:00 Resolved solved by lake",
        "Sun 27 20:00 Closed (gate none)",
    ]


def test_a_quarrel_goes_to_mediation_and_comes_back_when_that_fails() -> None:
    play = Play(_under())
    play.open(text="楼上漏水，邻里纠纷")
    play.wait(hours=1).say("willow", Accept)
    play.say("willow", Mediate, text="双方对赔偿有争议")
    play.wait(days=2).say("lake-peace", EndMediation, settled=False, text="一方不到场")
    assert (play.case.lead, play.case.assists) == ("willow", ())
    assert play.running() == ["close"]
    play.say("willow", Mediate, text="双方愿意再谈")
    play.wait(days=1).say("lake-peace", EndMediation, settled=True, evidence=("协议-9",))
    assert play.story()[-3:] == [
        "Thu 24 10:00 MediationEnded by lake-peace",
        "Thu 24 10:00 Resolved settled by lake-peace",
        "Thu 24 10:00 Closed (gate none)",
    ]
