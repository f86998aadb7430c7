"""Help from other offices: the whistle, reporting in, assists, and several desks dispatched to at once."""

from __future__ import annotations

from typing import Any

import pytest

from router.core import events as e
from router.core.commands import (
    Accept,
    AddAssist,
    Dispatch,
    RemoveAssist,
    ReportIn,
    ReportProgress,
    Resolve,
    Whistle,
    Withdraw,
)
from router.core.policies.policy import Anchor, Elapsed, OnPass, Satisfies
from router.core.territory.divisions import merge
from router.core.territory.tree import Tree
from tests.city import CLOSE, MONDAY, Play, file, milestone, policy, rules
from tests.unit.core.calendars import china


def _called(*desks: str, **fields: Any) -> Play:
    play = Play()
    play.open(**fields)
    play.say("willow", Whistle, desks=desks or ("lake-water",), text="水管在路下，请来关阀")
    return play


def test_a_called_desk_assists_and_the_lead_stays() -> None:
    play = _called("lake-water", "plane")
    assert play.refused is None
    assert play.case.lead == "willow"
    assert play.case.assists == ("lake-water", "plane")
    assert play.told("lake-water") == play.told("plane") == ["assigned", "whistled"]
    told = [one.payload for one in play.messages if one.desk == "lake-water"]
    assert told[0].role == "assist"  # type: ignore[union-attr]
    assert (told[1].by, told[1].text) == ("willow", "水管在路下，请来关阀")  # type: ignore[union-attr]


def test_each_called_desk_has_four_working_hours_of_its_own() -> None:
    play = Play(rules(policy(calendar="cn")))
    play.open()
    play.say("willow", Whistle, desks=("lake-water", "plane"), text="请协助")
    play.wait(hours=1).say("plane", ReportIn)
    own = {m.holder: (m.due_at, m.status) for m in play.case.milestones if m.satisfied_by is Satisfies.REPORTED_IN}
    noon_rest_between = china(2026, 9, 21, 14, 30)  # a rest from 12:00 to 13:30 lies between
    assert own == {
        "lake-water": (noon_rest_between, e.MilestoneStatus.RUNNING),
        "plane": (noon_rest_between, e.MilestoneStatus.MET),
    }
    assert play.told("willow")[-1] == "reported_in"


def test_a_policy_says_how_soon_they_must_come() -> None:
    soon = milestone("called", Elapsed(1800), Satisfies.REPORTED_IN, anchor=Anchor.WHISTLED, on_pass=OnPass.REMIND)
    play = Play(rules(policy(milestones=(CLOSE, soon))))
    play.open()
    play.say("willow", Whistle, desks=("plane",), text="请协助")
    assert play.case.next_due_at == china(2026, 9, 21, 9, 30)
    play.wait(hours=1)
    assert play.told("lake") == ["reminded"]


def test_the_silence_of_a_called_desk_is_its_own_and_its_superior_hears_of_it() -> None:
    play = _called("lake-water")
    play.wait(hours=5)
    missed = play.events(e.DeadlineMissed)[-1]
    assert (missed.milestone, missed.charged_to) == ("report_in:lake-water", "lake-water")
    assert missed.due_at == china(2026, 9, 21, 13)
    assert play.told("cloud-water") == ["supervised"]
    assert play.told("lake-water")[-1] == "reminded"
    assert play.told("willow") == ["assigned"]
    assert play.case.lead == "willow"


def test_one_silence_does_not_hide_another() -> None:
    play = _called("lake-water", "plane")
    play.say("plane", ReportIn)
    play.wait(hours=5)
    assert [m.charged_to for m in play.events(e.DeadlineMissed) if "report_in" in m.milestone] == ["lake-water"]


def test_who_comes_late_has_missed_it_and_is_there() -> None:
    play = _called("lake-water")
    play.wait(hours=5).say("lake-water", ReportIn, text="已到场")
    assert play.refused is None
    assert play.case.milestone("report_in:lake-water").status is e.MilestoneStatus.MISSED  # type: ignore[union-attr]
    assert play.case.together.whistles[0].reported_at == china(2026, 9, 21, 14)
    play.say("lake-water", ReportIn)
    assert play.refused == "not_called"


def test_a_report_in_that_reached_us_late_counts_as_in_time() -> None:
    play = _called("lake-water")
    play.wait(hours=4, minutes=10).say("lake-water", ReportIn, at=china(2026, 9, 21, 13))
    assert play.case.milestone("report_in:lake-water").status is e.MilestoneStatus.MET  # type: ignore[union-attr]
    assert "Overtaken" in play.names()


def test_a_desk_that_reports_what_it_did_has_come() -> None:
    play = _called("lake-water")
    play.say("lake-water", ReportProgress, text="阀门已关")
    assert play.names()[-2:] == ["ReportedIn", "ProgressReported"]
    play.wait(hours=5)
    assert not [m for m in play.events(e.DeadlineMissed) if "report_in" in m.milestone]


def test_the_clock_of_a_called_desk_outlives_the_lead_that_called() -> None:
    soon = milestone("sign", Elapsed(3600), Satisfies.ACCEPTED, anchor=Anchor.DISPATCHED)
    play = Play(rules(policy(milestones=(soon, CLOSE))))
    play.open()
    play.say("willow", Whistle, desks=("lake-water",), text="请协助")
    play.wait(hours=2)
    assert play.case.lead == "lake"
    assert "report_in:lake-water" in play.running()


def test_a_called_desk_that_gets_the_case_need_not_report_in() -> None:
    play = _called("plane")
    play.say("dispatcher:li", Dispatch, desk="plane")
    assert (play.case.lead, play.case.assists) == ("plane", ())
    assert "report_in:plane" not in play.running()
    play.say("willow", ReportIn)
    assert play.refused == "not_permitted"


def test_once_it_is_resolved_nobody_need_come() -> None:
    play = _called("lake-water")
    play.say("willow", Resolve)
    assert play.case.together.whistles == ()
    play.wait(days=3)
    assert not play.events(e.DeadlineMissed)


def test_assists_hear_that_a_case_is_withdrawn() -> None:
    play = _called("lake-water")
    play.say("channel:hotline", Withdraw)
    assert play.told("lake-water")[-1] == "taken"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"desks": ("lake-water",)}, "reason_missing"),
        ({"desks": (), "text": "x"}, "nobody_named"),
        ({"desks": ("lake-water", "nobody"), "text": "x"}, "unknown_desk"),
        ({"desks": ("mine",), "text": "x"}, "inactive_desk"),
        ({"desks": ("willow",), "text": "x"}, "same_desk"),
        ({"desks": ("lake",), "text": "x"}, "superior_called"),
        ({"desks": ("supervision-1",), "text": "x"}, "handles_no_cases"),
        ({"desks": ("dispatch",), "text": "x"}, "handles_no_cases"),
    ],
)
def test_a_whistle_is_refused_whole(fields: dict[str, Any], code: str) -> None:
    play = Play()
    play.open()
    play.say("willow", Whistle, **fields)
    assert play.refused == code
    assert play.case.assists == ()


def test_only_the_lead_whistles_and_only_the_called_report_in() -> None:
    play = _called("lake-water")
    play.say("lake-water", Whistle, desks=("plane",), text="x")
    assert play.refused == "not_lead"
    play.say("plane", ReportIn)
    assert play.refused == "not_permitted"
    play.say("willow", Whistle, desks=("lake-water",), text="x")
    assert play.refused == "called_already"


def test_a_merged_desk_is_called_by_its_heir() -> None:
    play = Play(rules(tree=Tree(merge(file(), "plane", "bridge")[0])))
    play.open()
    play.say("willow", Whistle, desks=("plane",), text="请协助")
    assert play.case.assists == ("bridge",)


def test_the_office_a_report_is_about_is_not_called() -> None:
    play = Play()
    play.open(subject_desk="willow", matter_type="report")
    assert play.case.lead == "lake"
    play.say("lake", Whistle, desks=("willow",), text="请说明")
    assert play.refused == "subject_desk"
    play.say("supervision-1", AddAssist, desk="willow")
    assert play.refused == "subject_desk"
    assert play.told("willow") == []


def test_from_above_a_desk_is_told_to_assist_and_not_to_any_more() -> None:
    play = Play()
    play.open()
    play.say("lake", AddAssist, desk="plane")
    assert (play.case.lead, play.case.assists) == ("willow", ("plane",))
    play.say("plane", ReportProgress, text="已到场")
    assert play.refused is None
    play.say("dispatcher:li", RemoveAssist, desk="plane")
    assert play.case.assists == ()
    assert play.told("plane") == ["assigned", "taken"]
    play.say("plane", ReportProgress)
    assert play.refused == "not_lead"


def test_a_call_is_taken_back_with_the_assist() -> None:
    play = _called("lake-water")
    play.say("cloud", RemoveAssist, desk="lake-water")
    assert (play.case.together.whistles, play.case.assists) == ((), ())
    play.wait(hours=5)
    assert not [m for m in play.events(e.DeadlineMissed) if "report_in" in m.milestone]


@pytest.mark.parametrize("who", ["willow", "plane"])
def test_the_handling_desk_does_not_say_who_assists(who: str) -> None:
    play = Play()
    play.open()
    play.say(who, AddAssist, desk="plane")
    assert play.refused == "not_permitted"


@pytest.mark.parametrize(
    ("kind", "desk", "code"),
    [
        (AddAssist, "willow", "same_desk"),
        (AddAssist, "supervision-2", "handles_no_cases"),
        (AddAssist, "lake-water", "assists_already"),
        (RemoveAssist, "plane", "assists_not"),
    ],
)
def test_who_cannot_assist(kind: type[AddAssist | RemoveAssist], desk: str, code: str) -> None:
    play = _called("lake-water")
    play.say("cloud", kind, desk=desk)
    assert play.refused == code


def test_several_desks_are_dispatched_to_at_once_and_one_leads() -> None:
    play = Play()
    play.open(division=("lake", "?"))
    play.say("dispatcher:li", Dispatch, desk="lake", assists=("willow", "lake-water"))
    assert (play.case.lead, play.case.assists) == ("lake", ("willow", "lake-water"))
    assert play.told("willow") == play.told("lake-water") == ["assigned"]
    assert play.names()[-3:] == ["Dispatched", "AssistAdded", "AssistAdded"]


@pytest.mark.parametrize(
    ("assists", "code"),
    [(("lake",), "same_desk"), (("nobody",), "unknown_desk"), (("supervision-1",), "handles_no_cases")],
)
def test_a_joint_dispatch_is_refused_whole(assists: tuple[str, ...], code: str) -> None:
    play = Play()
    play.open(division=("lake", "?"))
    before = play.case.lead
    play.say("dispatcher:li", Dispatch, desk="lake", assists=("willow", *assists))
    assert play.refused == code
    assert play.case.lead == before


def test_who_signed_the_receipt_of_a_hand_over_in_person_has_signed_for_the_case() -> None:
    play = Play()
    play.open(division=("lake", "?"))
    play.say("dispatcher:li", Dispatch, desk="lake", in_person=True, receipt="回执-2026-17")
    assert play.events(e.Dispatched)[-1].receipt == "回执-2026-17"
    assert play.case.accepted_at == MONDAY
    play.say("lake", Accept)
    assert play.refused == "not_in_state"
    play.wait(days=2)
    assert not [m for m in play.events(e.DeadlineMissed) if m.milestone == "accept"]


@pytest.mark.parametrize(
    "paper", [{"in_person": True}, {"receipt": "回执-2026-17"}, {"in_person": True, "receipt": " "}]
)
def test_a_receipt_and_a_hand_over_in_person_belong_together(paper: dict[str, Any]) -> None:
    play = Play()
    play.open(division=("lake", "?"))
    play.say("dispatcher:li", Dispatch, desk="lake", **paper)
    assert play.refused == "receipt"
