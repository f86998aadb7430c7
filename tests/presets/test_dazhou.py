"""Dazhou: inspection cases from above. One hour, day 3, day 5, day 7, in natural days through National Day week.

The times are typed from the city's text: received on Wednesday 30 September at 10:30, day 7 is 7 October at 10:30.
"""

from __future__ import annotations

from typing import Any

from router.core.commands import (
    Accept,
    AssignLeader,
    Designate,
    Dispatch,
    FilePlan,
    FollowUp,
    FollowUpResult,
    Instruct,
    Mark,
    Outcome,
    Reply,
    ReportProgress,
    Resolve,
    Review,
    Whistle,
)
from router.core.counting.coverage import Coverage, coverage
from router.core.events import FollowedUp
from router.core.territory.tree import DeskKind
from tests.city import desk, file
from tests.presets.conftest import Opening
from tests.presets.stage import Stage
from tests.unit.core.calendars import china

SUPERVISION, PETITION = "supervision-group", "petition-group"
_GROUPS = (
    desk(SUPERVISION, "cloud", DeskKind.FUNCTIONAL, line="supervising"),
    desk(PETITION, "cloud", DeskKind.FUNCTIONAL, line="petitions"),
)

#: The joint team asked 22 neighbours, and all accept.
_CONTENT: dict[str, Any] = {
    "result": FollowUpResult.ACCEPTED,
    "asked": 22,
    "team": (SUPERVISION, PETITION),
}


def _stage(stage: Opening) -> Stage:
    return stage("dazhou-starred", "dazhou", start="2026-09-30 10:30", tree=file(*_GROUPS), channels=("upstream",))


def _open(play: Stage, **fields: Any) -> None:
    told = {"channel": "upstream", "source_id": "督〔2026〕31号", "text": "督查交办：河道垃圾"}
    play.open(**(told | fields))


def _dispatched(stage: Opening) -> Stage:
    """A case that was dispatched within its hour, with its names, under the eyes of both groups."""
    play = _stage(stage)
    _open(play)
    play.say("2026-09-30 10:35", SUPERVISION, Mark)
    play.say("2026-09-30 10:36", PETITION, Mark)
    play.say("2026-09-30 10:40", "cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("2026-09-30 10:50", "lake", Instruct, leader="区长", tier="district", text="三日内清完")
    play.say("2026-09-30 11:30", "dispatcher:li", Dispatch, desk="lake", assists=("willow", "lake-water"))
    assert play.refused is None
    return play


def _solved(play: Stage) -> None:
    play.say("2026-10-02 09:00", "lake", ReportProgress, substantiated=True, text="属实，约两吨")
    play.say("2026-10-03 08:00", "lake", Resolve, text="已清完", evidence=("照片-1",))
    assert play.refused is None


# -- 1 + 3 + 5 + 7 ----------------------------------------------------------------------------------------------


def test_one_hour_three_five_and_seven_natural_days(stage: Opening) -> None:
    play = _stage(stage)
    _open(play)
    assert play.case.policy.startswith("dazhou@")
    assert play.running() == {
        "dispatch": "2026-09-30 11:30",
        "hour1_petition": "2026-09-30 11:30",
        "hour1_supervision": "2026-09-30 11:30",
        "day3_petition": "2026-10-03 10:30",
        "day3_supervision": "2026-10-03 10:30",
        "reminder": "2026-10-03 10:30",
        "aim": "2026-10-05 10:30",
        "day5_petition": "2026-10-05 10:30",
        "review": "2026-10-05 10:30",
        "close": "2026-10-07 10:30",
        "day7_petition": "2026-10-07 10:30",
        "day7_supervision": "2026-10-07 10:30",
    }


def test_it_is_distributed_within_an_hour_or_whoever_has_it_is_reminded(stage: Opening) -> None:
    play = _stage(stage)
    _open(play)
    play.until("2026-09-30 11:30")
    assert play.story("DeadlineMissed") == []
    play.until("2026-09-30 11:30:01")
    assert "2026-09-30 11:30 DeadlineMissed dispatch by willow:triage" in play.story("DeadlineMissed")
    assert "2026-09-30 11:30 Reminded to willow:triage" in play.story("Reminded")


def test_a_reminder_on_day_3_an_aim_of_5_and_what_is_not_closed_on_day_7_goes_up(stage: Opening) -> None:
    play = _dispatched(stage)
    play.told("lake")
    play.until("2026-10-03 10:30")
    assert play.told("lake") == []
    play.until("2026-10-03 10:30:01")
    assert play.told("lake") == ["reminded"]
    play.until("2026-10-05 10:30:01")
    # The aim is no more than an aim: the desk is reminded, and nothing is taken from it.
    assert play.told("lake") == ["reminded"]
    assert play.case.lead == "lake"
    play.until("2026-10-07 10:30")
    assert play.story("Escalated") == []
    play.until("2026-10-10 10:31")
    assert play.story("Escalated") == [
        "2026-10-07 10:30 Escalated district > city: lake > cloud (deadline)",
        "2026-10-08 10:30 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
    ]
    # The last level repeats its notice a day later, and the case stays there.
    assert play.story("NoticeRepeated") == [
        "2026-10-09 10:30 NoticeRepeated to supervision-1",
        "2026-10-10 10:30 NoticeRepeated to supervision-1",
    ]


def test_the_wall_chart_is_yellow_on_day_5_blue_on_day_6_red_on_day_7(stage: Opening) -> None:
    play = _dispatched(stage)
    assert play.colour("2026-10-04 23:59") is None
    assert play.colour("2026-10-05 00:00") == "yellow"
    assert play.colour("2026-10-05 23:59") == "yellow"
    assert play.colour("2026-10-06 00:00") == "blue"
    assert play.colour("2026-10-07 00:00") == "red"
    assert play.colour("2026-10-20 12:00") == "red"


def test_a_starred_case_hangs_on_the_same_wall_chart(stage: Opening) -> None:
    play = _stage(stage)
    _open(play, starred=True)
    days = [f"2026-10-0{day} 00:00" for day in (4, 5, 6, 7)]
    assert [play.colour(day) for day in days] == [None, "yellow", "blue", "red"]


# -- No dispatch without the names ------------------------------------------------------------------------------


def test_no_case_is_dispatched_without_a_city_leader_by_name_and_the_countys_word(stage: Opening) -> None:
    play = _stage(stage)
    _open(play)
    assert play.case.lead == "willow:triage"
    assert play.told("dispatch") == ["names_wanted"]
    assert play.say("2026-09-30 10:31", "dispatcher:li", Dispatch, desk="lake") == "names_missing"
    assert play.data == {"missing": "leader:city, instruction:district"}
    assert play.say("2026-09-30 10:32", "lake", Designate, desk="willow") == "names_missing"
    # A county leader by name is not the city leader for the industry.
    play.say("2026-09-30 10:33", "lake", AssignLeader, leader="副区长", tier="district")
    play.say("2026-09-30 10:34", "lake", Instruct, leader="区长", tier="district", text="立即办理")
    assert play.say("2026-09-30 10:35", "dispatcher:li", Dispatch, desk="lake") == "names_missing"
    assert play.data == {"missing": "leader:city"}
    play.say("2026-09-30 10:36", "cloud", AssignLeader, leader="副市长（城建）", tier="city")
    assert play.say("2026-09-30 10:37", "dispatcher:li", Dispatch, desk="lake") is None
    assert play.case.lead == "lake"
    assert play.due("close") == "2026-10-07 10:30"


def test_a_starred_case_wants_the_city_leaders_own_word(stage: Opening) -> None:
    play = _stage(stage)
    _open(play, starred=True)
    assert play.case.policy.startswith("dazhou-starred@")
    play.say("2026-09-30 10:31", "cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("2026-09-30 10:32", "lake", Instruct, leader="区长", tier="district", text="立即办理")
    assert play.say("2026-09-30 10:33", "dispatcher:li", Dispatch, desk="lake") == "names_missing"
    assert play.data == {"missing": "instruction:city"}
    play.say("2026-09-30 10:34", "cloud", Instruct, leader="市长", tier="city", text="马上办，我到现场")
    assert play.say("2026-09-30 10:35", "dispatcher:li", Dispatch, desk="lake") is None


def test_a_starred_case_is_supervised_on_site(stage: Opening) -> None:
    play = _stage(stage)
    _open(play, starred=True)
    assert play.due("on_site") == "2026-10-03 10:30"
    assert play.say("2026-10-01 09:00", SUPERVISION, Mark, milestone="on_site") == "not_on_site"
    # A mark from the office is the mark of day 3, and leaves the site to be seen.
    play.say("2026-10-01 09:01", SUPERVISION, Mark, milestone="day3_supervision")
    assert "on_site" in play.running()
    play.say("2026-10-01 15:00", SUPERVISION, Mark, on_site=True, text="市长到现场督办")
    assert "on_site" not in play.running()
    play.until("2026-10-03 10:31")
    assert "day3_supervision" not in play.running()
    assert not [one for one in play.story("DeadlineMissed") if "on_site" in one]


def test_a_site_that_nobody_came_to_is_the_watchers_miss(stage: Opening) -> None:
    play = _stage(stage)
    _open(play, starred=True)
    play.until("2026-10-03 10:30:01")
    assert "2026-10-03 10:30 DeadlineMissed on_site by supervision-group" in play.story("DeadlineMissed")
    assert "2026-10-03 10:30 SupervisionOrdered" in play.story("SupervisionOrdered")


# -- One case, one task force -----------------------------------------------------------------------------------


def test_one_case_has_one_task_force_of_a_lead_assists_and_a_leader(stage: Opening) -> None:
    play = _dispatched(stage)
    assert (play.case.lead, play.case.assists) == ("lake", ("willow", "lake-water"))
    (told,) = play.bodies("lake")
    assert (told.role, told.leader, told.instructed_by) == ("lead", "副市长（城建）", ("区长",))
    # Another leader takes the place of the first; a second lead is none: whoever is called comes to help.
    play.say("2026-10-01 09:00", "cloud", AssignLeader, leader="副市长（环保）", tier="city")
    play.say("2026-10-01 09:10", "lake", Whistle, desks=("plane",), text="请协助清运")
    leader = play.case.together.leader
    assert leader is not None
    assert (leader.leader, play.case.lead) == ("副市长（环保）", "lake")
    assert play.say("2026-10-01 09:20", "plane", Resolve) == "not_lead"


# -- Two watchers -----------------------------------------------------------------------------------------------


def test_two_groups_watch_and_ones_silence_does_not_hide_the_case_from_the_other(stage: Opening) -> None:
    play = _stage(stage)
    _open(play)
    assert (play.told(SUPERVISION), play.told(PETITION)) == (["assigned"], ["assigned"])
    # The petition group looks at every node; the supervision group never does.
    for at in ("2026-09-30 11:00", "2026-10-03 09:00", "2026-10-05 09:00", "2026-10-07 09:00"):
        assert play.say(at, PETITION, Mark) is None
    assert play.say("2026-10-07 09:01", PETITION, Mark, milestone="day7_supervision") == "waits_for_another"
    play.until("2026-10-07 10:30:01")
    misses = [one for one in play.story("DeadlineMissed") if one.endswith("-group")]
    assert misses == [
        "2026-09-30 11:30 DeadlineMissed hour1_supervision by supervision-group",
        "2026-10-03 10:30 DeadlineMissed day3_supervision by supervision-group",
        "2026-10-05 10:30 DeadlineMissed review by supervision-group",
        "2026-10-07 10:30 DeadlineMissed day7_supervision by supervision-group",
    ]
    assert [one[:16] for one in play.story("Marked")] == [
        "2026-09-30 11:00",
        "2026-10-03 09:00",
        "2026-10-05 09:00",
        "2026-10-07 09:00",
    ]


# -- Verified first ---------------------------------------------------------------------------------------------


def test_nothing_is_resolved_before_it_is_said_whether_the_matter_is_as_reported(stage: Opening) -> None:
    play = _dispatched(stage)
    play.say("2026-10-01 09:00", "lake", Accept)
    assert play.say("2026-10-01 09:01", "lake", Resolve) == "not_verified"
    assert play.say("2026-10-01 09:02", "lake", ReportProgress, text="正在核实") is None
    assert play.say("2026-10-01 09:03", "lake", Resolve) == "not_verified"
    play.say("2026-10-01 16:00", "willow", ReportProgress, substantiated=True, text="属实")
    # Found to be true: it cannot end as untrue.
    assert play.say("2026-10-01 16:01", "lake", Resolve, outcome=Outcome.UNSUBSTANTIATED) == "found_otherwise"
    assert play.say("2026-10-01 16:02", "lake", Resolve) is None


def test_a_matter_found_untrue_ends_as_such_once_those_concerned_agree(stage: Opening) -> None:
    play = _dispatched(stage)
    play.say("2026-10-01 16:00", "lake", ReportProgress, substantiated=False, text="现场未见垃圾")
    assert play.say("2026-10-01 16:01", "lake", Resolve) == "found_otherwise"
    assert play.say("2026-10-01 16:02", "lake", Resolve, outcome=Outcome.UNSUBSTANTIATED) is None
    play.say("2026-10-02 16:00", "follow_up:team", FollowUp, **_CONTENT)
    assert play.story("Resolved", "Closed") == [
        "2026-10-01 16:02 Resolved unsubstantiated by lake",
        "2026-10-02 16:00 Closed (gate follow_up)",
    ]


# -- No report before the neighbours accept -----------------------------------------------------------------------


def test_nothing_is_reported_upstream_before_22_neighbours_were_asked_and_accept(stage: Opening) -> None:
    play = _dispatched(stage)
    assert play.answered("upstream") == ["received"]
    assert play.say("2026-10-01 09:00", "lake", Reply, text="已办结") == "report_waits"
    _solved(play)
    assert play.answered("upstream") == []
    follow_up = {"result": FollowUpResult.ACCEPTED, "team": (SUPERVISION, PETITION)}
    assert play.say("2026-10-03 09:00", "follow_up:team", FollowUp, asked=21, **follow_up) == "too_few_asked"
    # One of 22 is not content: back to work, and upstream has heard neither the one nor the other.
    play.say("2026-10-03 09:30", "follow_up:team", FollowUp, asked=22, accepted=21, **follow_up)
    assert play.story("Reopened") == ["2026-10-03 09:30 Reopened gate by lake"]
    assert play.answered("upstream") == []
    play.say("2026-10-04 09:00", "lake", Resolve, text="余下的也已清完")
    play.say("2026-10-05 10:00", "follow_up:team", FollowUp, asked=22, **follow_up)
    assert play.story("Closed") == ["2026-10-05 10:00 Closed (gate follow_up)"]
    assert play.answered("upstream") == ["closed"]
    # Reported on day 5: within the aim, and nothing goes up any more.
    play.until("2026-10-20 00:00")
    assert play.story("Escalated") == []
    assert not [one for one in play.story("DeadlineMissed") if "aim" in one or "close" in one]


def test_the_neighbours_are_asked_by_both_groups_together_or_nothing_is_reported(stage: Opening) -> None:
    play = _dispatched(stage)
    _solved(play)
    alone = _CONTENT | {"team": (SUPERVISION,)}
    assert play.say("2026-10-03 09:00", "follow_up:team", FollowUp, **alone) == "not_joint"
    assert play.data == {"missing": "petition-group"}
    assert play.say("2026-10-03 09:01", "follow_up:team", FollowUp, **_CONTENT | {"team": ()}) == "not_joint"
    assert play.data == {"missing": "supervision-group, petition-group"}
    # Neither group says it in its own name: it watches, and asks as one of a team.
    assert play.say("2026-10-03 09:02", PETITION, FollowUp, **_CONTENT) == "not_permitted"
    assert play.answered("upstream") == ["received"]
    assert play.say("2026-10-03 10:00", "follow_up:team", FollowUp, **_CONTENT) is None
    assert [one.event.team for one in play.entries() if isinstance(one.event, FollowedUp)] == [
        ("supervision-group", "petition-group")
    ]
    assert play.answered("upstream") == ["closed"]


def test_that_a_neighbour_is_not_content_needs_no_whole_team_to_be_believed(stage: Opening) -> None:
    play = _dispatched(stage)
    _solved(play)
    no = {"result": FollowUpResult.NOT_ACCEPTED, "asked": 3, "accepted": 1, "team": (PETITION,)}
    assert play.say("2026-10-03 09:00", "follow_up:team", FollowUp, **no) is None
    assert play.story("Reopened") == ["2026-10-03 09:00 Reopened gate by lake"]


def test_neighbours_nobody_finds_have_not_accepted(stage: Opening) -> None:
    play = _dispatched(stage)
    _solved(play)
    for at in ("2026-10-03 09:00", "2026-10-04 14:00", "2026-10-05 19:00", "2026-10-06 11:00"):
        assert play.say(at, "follow_up:team", FollowUp, result=FollowUpResult.UNREACHABLE) is None
    assert play.case.is_open
    assert play.answered("upstream") == ["received"]


def test_a_starred_case_that_is_not_accepted_is_worked_on_again_by_the_city(stage: Opening) -> None:
    play = _stage(stage)
    _open(play, starred=True)
    play.say("2026-09-30 10:31", "cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say("2026-09-30 10:32", "cloud", Instruct, leader="市长", tier="city", text="马上办")
    play.say("2026-09-30 10:33", "dispatcher:li", Dispatch, desk="lake")
    _solved(play)
    no = {"result": FollowUpResult.NOT_ACCEPTED, "asked": 22, "accepted": 20}
    play.say("2026-10-03 09:30", "follow_up:team", FollowUp, **no)
    assert play.story("Reopened", "Escalated") == [
        "2026-10-03 09:30 Reopened gate by lake",
        "2026-10-03 09:30 Escalated district > city: lake > cloud (repeat)",
    ]
    # No miss of anybody's; the day of closing stays as it was.
    assert (play.case.escalations, play.due("close")) == (0, "2026-10-07 10:30")


# -- Four coverages ---------------------------------------------------------------------------------------------


def test_the_four_coverages_are_counted_over_all_cases(stage: Opening) -> None:
    play = _dispatched(stage)
    whole = play.case.id
    play.say("2026-10-02 09:00", SUPERVISION, Mark, on_site=True)
    play.say("2026-10-02 09:30", "lake", FilePlan, text="分段清理")
    play.say("2026-10-02 10:00", "lake", ReportProgress, substantiated=True)
    play.say("2026-10-02 10:10", SUPERVISION, Review, passed=True)
    play.say("2026-10-03 08:00", "lake", Resolve)
    play.say("2026-10-04 09:00", "follow_up:team", FollowUp, **_CONTENT)
    # A second one waits for its names.
    play.open("2026-10-04 10:00", channel="upstream", text="督查交办：占道")
    play.say("2026-10-04 10:05", "lake", Instruct, leader="区长", tier="district", text="立即办理")
    assert coverage([play.case_of(whole), play.case]) == Coverage(
        cases=2, instructed=2, on_site=1, task_force=1, satisfied=1, closed=1
    )


# -- 31 received, 9 closed in 9 days ------------------------------------------------------------------------------

#: How many came on each of the nine days, from 30 September on.
_RECEIVED = (4, 4, 4, 4, 3, 3, 3, 3, 3)


def test_31_received_and_9_closed_in_9_days_is_what_the_count_says(stage: Opening) -> None:
    play = _stage(stage)
    days = [f"2026-09-{30:02}", *(f"2026-10-{day:02}" for day in range(1, 9))]
    cases: list[str] = []
    for day, count in zip(days, _RECEIVED, strict=True):
        for _ in range(count):
            number = len(cases) + 1
            _at_work(play, f"{day} 11:{number:02}", f"督〔2026〕{number}号")
            cases.append(play.case.id)
        # Two days after it came in, each of the first nine is solved; a day later its neighbours accept that.
        for at, work in ((2, _done), (3, _accepted)):
            for case in cases[:9]:
                if _day_of(play, case) + at == days.index(day):
                    work(play, f"{day} 16:00", case)
    play.until("2026-10-08 23:59")
    found = coverage(map(play.case_of, cases))
    assert (found.cases, found.closed, found.satisfied) == (31, 9, 9)
    # Upstream has heard of the nine that they are done, and of no other.
    assert play.answered("upstream").count("closed") == 9
    # Received on the first two days and part of the third: nothing has passed its seventh day unsolved.
    assert not [case for case in cases if play.story("Escalated", case_id=case)]
    assert all(play.case_of(case).closed_at is None for case in cases[9:])


def _at_work(play: Stage, at: str, number: str) -> None:
    play.open(at, channel="upstream", source_id=number, text=f"督查交办：{number}")
    play.say(at, "cloud", AssignLeader, leader="副市长（城建）", tier="city")
    play.say(at, "lake", Instruct, leader="区长", tier="district", text="立即办理")
    assert play.say(at, "dispatcher:li", Dispatch, desk="lake") is None


def _day_of(play: Stage, case: str) -> int:
    """Which of the nine days a case came on, from 0."""
    return (play.case_of(case).opened_at - china(2026, 9, 30)).days


def _done(play: Stage, at: str, case: str) -> None:
    play.say(at, "lake", ReportProgress, case_id=case, substantiated=True)
    assert play.say(at, "lake", Resolve, case_id=case) is None


def _accepted(play: Stage, at: str, case: str) -> None:
    assert play.say(at, "follow_up:team", FollowUp, case_id=case, **_CONTENT) is None
