"""A report on a street office that also names a desk of another district and somebody of supervision."""

from __future__ import annotations

from typing import Any

from router.core import events as e
from router.core.commands import (
    Accept,
    Correct,
    Designate,
    Dispatch,
    FollowUp,
    FollowUpResult,
    ReportProgress,
    Resolve,
    Whistle,
)
from router.core.policies.policy import Gate, GateKind, Level
from router.core.telling.seeing import Sight, sight
from tests.city import CLOSE, Play, days, policy, rules

_REPORT: dict[str, Any] = {
    "matter_type": "report",
    "text": "平江路街道的人和运河区一起收了钱，督查室也有人知道",
    "subject_desk": "plane",
    "named_desks": ("canal",),
    "named_persons": ("wang",),
}


def test_a_report_climbs_and_is_solved_past_all_whom_it_names() -> None:
    levels = (Level(name="discipline", after=days(1), audience=("canal", "supervision-2"), officer="wang"),)
    play = Play(rules(policy(milestones=(CLOSE,), gate=Gate(kind=GateKind.FOLLOW_UP), levels=levels)))
    play.open(division=("lake", "plane"), **_REPORT)
    # The nearest office that may see it: the district of the street, which the report does not name.
    play.wait(hours=3).say("lake", Accept)
    # A street of the district that is named is below it.
    play.say("lake", Whistle, desks=("bridge",), text="请协助核实")
    assert play.refused == "subject_desk"
    # The one it names finds no such case in the office of supervision; a colleague does.
    play.wait(days=1).say("supervision:wang", Designate, desk="cloud")
    assert play.refused == "unknown_case"
    # Nobody solves it: it goes up, and a day later a level is proposed, to nobody whom it names.
    play.wait(days=5, hours=1)
    play.say("supervision:wang", Correct, not_named=("wang",))
    play.wait(hours=1).say("cloud", Resolve)
    play.wait(hours=1).say("follow_up:anna", FollowUp, result=FollowUpResult.ACCEPTED)
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to lake (subject_desk)",
        "Mon 21 12:00 Accepted by lake",
        "Mon 21 12:00 Refused whistle: subject_desk",
        "Tue 22 12:00 Refused designate: unknown_case",
        "Sat 26 09:00 DeadlineMissed close by lake",
        "Sat 26 09:00 Escalated district > city: lake > cloud (deadline)",
        "Sat 26 09:00 LevelsStarted",
        "Sun 27 09:00 LevelProposed 1 discipline to ",
        "Sun 27 13:00 Refused correct: unknown_case",
        "Sun 27 14:00 Resolved solved by cloud",
        "Sun 27 15:00 FollowedUp",
        "Sun 27 15:00 Closed (gate follow_up)",
    ]
    for office in ("plane", "canal", "bridge", "mine"):
        assert play.told(office) == []
        assert sight(play.rules.tree, office, play.case) is Sight.HIDDEN


def test_who_is_named_only_when_the_matter_is_looked_into_loses_the_case_at_once() -> None:
    play = Play()
    play.open(text="路灯三天不亮，报修无人理")
    play.say("willow", Accept)
    # The hotline hears that it is about the street office itself, and about the district's water desk.
    play.wait(days=1).say("channel:hotline", Correct, subject_desk="willow", named_desks=("lake-water",))
    assert play.story("Restricted", "Dispatched") == [
        "Mon 21 09:00 Dispatched to willow (territory)",
        "Tue 22 09:00 Restricted",
        "Tue 22 09:00 Dispatched to lake (subject_desk)",
    ]
    assert play.told("willow") == ["assigned"], "not even that the case is gone"
    play.say("willow", ReportProgress, text="已修好")
    assert play.refused == "unknown_case"
    play.say("dispatcher:li", Dispatch, desk="lake-water")
    assert play.refused == "subject_desk"
    # Nobody but supervision says that it is not about somebody after all.
    play.say("dispatcher:li", Correct, not_named=("lake-water",))
    assert play.refused == "names_stay"
    play.say("supervision:wang", Correct, not_named=("lake-water",))
    play.say("dispatcher:li", Dispatch, desk="lake-water")
    assert play.refusal is None
    assert play.case.lead == "lake-water"


def test_a_confidential_case_is_worked_on_by_whom_supervision_names_and_seen_by_nobody_below() -> None:
    play = Play()
    play.open(confidential=True, text="举报人要求保密")
    assert play.case.lead == "supervision-1"
    play.wait(hours=2).say("supervision:sun", Designate, desk="lake")
    play.say("lake", Whistle, desks=("willow",), text="请协助核实")
    # Whoever stands above the lead may count it, and reads it only where it works on it.
    assert sight(play.rules.tree, "cloud", play.case) is Sight.COUNTED
    play.wait(days=5)
    assert play.story("Dispatched", "Designated", "Whistled", "Escalated") == [
        "Mon 21 09:00 Dispatched to supervision-1 (confidential)",
        "Mon 21 11:00 Designated by lake",
        "Mon 21 11:00 Whistled by willow",
        "Sat 26 09:00 Escalated supervision-1 > supervision-2: lake > supervision-2 (deadline)",
    ]
    for desk in ("plane", "lake-water", "canal", "lake:triage"):
        assert play.told(desk) == []
        assert sight(play.rules.tree, desk, play.case) is Sight.HIDDEN
    # It stands before supervision now: for those above whoever helps with it there is no such case.
    assert sight(play.rules.tree, "cloud", play.case) is Sight.HIDDEN
    assert [len(play.events(kind)) for kind in (e.Linked, e.ClusterProposed)] == [0, 0]
