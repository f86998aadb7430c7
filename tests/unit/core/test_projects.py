"""Batch projects: made from above, one resolution for all members, each with its own gate or the sample's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    ApproveSuspension,
    Cluster,
    FilePlan,
    FollowUp,
    FollowUpResult,
    Join,
    Leave,
    Outcome,
    RequestSuspension,
    Resolve,
    Withdraw,
)
from router.core.history import advance
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies, SuspensionRule
from router.core.rules import Rules
from tests.city import CLOSE, MONDAY, Play, days, milestone, policy, rules
from tests.several import Several
from tests.unit.core.calendars import china

#: Thursday, ten days on.
DUE = china(2026, 10, 1, 9)
_YES, _NO = FollowUpResult.ACCEPTED, FollowUpResult.NOT_ACCEPTED
_FOLLOW_UP = milestone(
    "follow_up", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
)


def _gated() -> Rules:
    return rules(
        policy(
            milestones=(CLOSE, _FOLLOW_UP),
            gate=Gate(kind=GateKind.FOLLOW_UP),
            suspension=SuspensionRule(longest=days(90), recheck=days(30)),
        )
    )


def _lamps(town: Several, count: int, division: tuple[str, str] = ("lake", "willow"), at: int = 0) -> list[Play]:
    return [town.open(str(at + n), division=division, text="路灯不亮") for n in range(count)]


def _cluster(town: Several, cases: list[Play], by: str = "lake", **fields: Any) -> Play:
    """The project that is made of these cases."""
    given: dict[str, Any] = {"due_at": DUE, "cases": tuple(one.case.id for one in cases[1:]), **fields}
    assert town.say(cases[0], by, Cluster, **given) is None
    return town.plays[cases[0].events(e.Clustered)[0].project]


def _said(town: Several, play: Play, result: FollowUpResult) -> None:
    assert town.say(play, "follow_up:anna", FollowUp, result=result, asked=1, accepted=int(result is _YES)) is None


def _consistent(town: Several) -> None:
    for play in town.plays.values():
        assert advance(None, play.entries) == play.case


def test_a_project_is_a_case_of_the_tier_above_with_plan_dates() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    project = _cluster(town, lamps, plan_due_at=MONDAY + timedelta(days=2), text="换一批控制箱")
    assert (project.case.lead, project.case.channel, project.case.origin) == ("lake", "project", "project")
    assert project.running() == ["project_plan", "project_due"]
    assert project.case.due_at == DUE
    assert project.told("lake") == ["assigned"]
    assert [one.case.member.project for one in lamps if one.case.member] == [project.case.id] * 3
    assert [one.case.lead for one in lamps] == ["willow"] * 3
    assert lamps[1].told("willow")[-1] == "joined"
    town.say(project, "lake", Accept)
    town.say(project, "lake", FilePlan, text="周三断电")
    assert project.running() == ["project_due"]
    _consistent(town)


def test_the_members_clocks_wait_until_the_project_is_due_and_their_dates_stay_on_record() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    _cluster(town, lamps)
    assert [(one.case.due_at, one.case.next_due_at) for one in lamps] == [(china(2026, 9, 26, 9), DUE)] * 2
    town.wait(days=9)
    assert [one.story("Escalated") for one in lamps] == [[], []]


def test_what_the_project_misses_is_the_tier_aboves_own() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    project = _cluster(town, lamps)
    town.wait(days=10, hours=1)
    assert project.story("DeadlineMissed", "Escalated") == [
        "Thu 01 09:00 DeadlineMissed project_due by lake",
        "Thu 01 09:00 Escalated district > city: lake > cloud (deadline)",
    ]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("willow", "not_permitted"),  # it handles them
        ("plane", "not_permitted"),
        ("canal", "not_permitted"),
        ("dispatcher:li", "not_permitted"),
        ("supervision:he", "not_permitted"),
        ("lake", None),
        ("cloud", None),
    ],
)
def test_only_a_desk_above_makes_a_project(who: str, code: str | None) -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    assert town.say(lamps[0], who, Cluster, cases=(lamps[1].case.id,), due_at=DUE) == code


def test_a_desk_makes_a_project_of_cases_below_it_alone() -> None:
    town = Several(_gated())
    lamps = [*_lamps(town, 1), *_lamps(town, 1, ("canal", "bridge"), at=10)]
    both: dict[str, Any] = {"cases": (lamps[1].case.id,), "due_at": DUE}
    assert town.say(lamps[0], "lake", Cluster, **both) == "not_from_above"
    own = town.open("20", desk="lake")
    assert town.say(lamps[0], "lake", Cluster, cases=(own.case.id,), due_at=DUE) == "not_from_above"
    assert town.say(lamps[0], "cloud", Cluster, **both) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cases": ()}, "nobody_to_cluster"),
        ({"cases": ("nothing",)}, "no_other_case"),
        ({"due_at": MONDAY}, "plan_in_the_past"),
        ({"plan_due_at": MONDAY - timedelta(days=1)}, "plan_in_the_past"),
        ({"desk": "nobody"}, "unknown_desk"),
        ({"desk": "mine"}, "inactive_desk"),
    ],
)
def test_a_project_that_could_not_be_is_refused(fields: dict[str, Any], code: str) -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    given: dict[str, Any] = {"cases": (lamps[1].case.id,), "due_at": DUE, **fields}
    assert town.say(lamps[0], "lake", Cluster, **given) == code


def test_a_case_is_in_one_project_and_none_is_made_of_what_is_kept_apart_or_done() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 4)
    secret = town.open("20", confidential=True, desk="willow")
    _cluster(town, lamps[:2])
    town.say(lamps[3], "willow", Resolve)
    for other, who, code in (
        (lamps[1], "cloud", "in_a_project"),
        (secret, "supervision-3", "kept_apart"),
        (secret, "cloud", "no_other_case"),
        (lamps[3], "cloud", "not_at_work"),
    ):
        found = town.say(lamps[2], who, Cluster, cases=(other.case.id,), due_at=DUE)
        assert found == code, other.case.id


def test_one_resolution_resolves_the_members_and_each_passes_its_own_gate() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    project = _cluster(town, lamps)
    town.wait(days=3)
    assert town.say(project, "lake", Resolve, text="控制箱已换", evidence=("photo-1",)) is None
    assert (project.case.state, project.events(e.Closed)[0].gate) == (State.CLOSED, "project")
    assert [one.case.state for one in lamps] == [State.RESOLVED] * 3
    resolved = lamps[1].events(e.Resolved)[0]
    assert (resolved.desk, resolved.outcome, resolved.evidence) == ("willow", Outcome.SOLVED, ("photo-1",))
    assert lamps[1].told("hotline")[-1] == "resolved"
    _said(town, lamps[0], _YES)
    assert [one.case.state for one in lamps] == [State.CLOSED, State.RESOLVED, State.RESOLVED]
    _consistent(town)


def test_a_member_without_a_gate_closes_with_the_project() -> None:
    town = Several()
    lamps = _lamps(town, 2)
    project = _cluster(town, lamps)
    town.say(project, "lake", Resolve)
    assert [one.case.state for one in lamps] == [State.CLOSED] * 2
    assert lamps[0].told("hotline")[-2:] == ["resolved", "closed"]


def test_a_member_whose_resident_refuses_leaves_and_goes_back_to_work() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    project = _cluster(town, lamps)
    town.wait(days=3)
    town.say(project, "lake", Resolve)
    _said(town, lamps[1], _NO)
    assert (lamps[1].case.member, lamps[1].case.state, lamps[1].case.lead) == (None, State.DISPATCHED, "willow")
    assert lamps[1].story("Left", "Reopened") == ["Thu 24 09:00 Reopened gate by willow", "Thu 24 09:00 Left"]
    assert [one.case_id for one in project.case.project.members if one.left] == [lamps[1].case.id]  # type: ignore[union-attr]
    assert lamps[1].case.next_due_at == china(2026, 9, 26, 9)
    # What is said of the project later is none of its business.
    town.say(project, "supervision:he", Withdraw)
    town.say(lamps[1], "willow", Resolve)
    _said(town, lamps[1], _YES)
    assert lamps[1].case.state is State.CLOSED
    _consistent(town)


def _sampled(town: Several, sample: int = 1) -> tuple[Play, list[Play], list[Play]]:
    """A resolved project of three lamps in each of two streets."""
    willow, plane = _lamps(town, 3), _lamps(town, 3, ("lake", "plane"), at=10)
    project = _cluster(town, willow + plane, sample=sample)
    town.say(project, "lake", Resolve)
    return project, willow, plane


def _asked(lamps: list[Play]) -> list[Play]:
    return [one for one in lamps if one.case.member is not None and one.case.member.asked]


@pytest.mark.parametrize("sample", [1, 2])
def test_a_declared_sample_has_so_many_of_each_division(sample: int) -> None:
    town = Several(_gated())
    project, willow, plane = _sampled(town, sample)
    assert (len(_asked(willow)), len(_asked(plane))) == (sample, sample)
    drawn = project.events(e.SampleDrawn)[0].asked
    assert sorted(drawn) == sorted(one.case.id for one in _asked(willow + plane))


def test_those_who_are_asked_speak_for_their_own_division() -> None:
    town = Several(_gated())
    _, willow, plane = _sampled(town)
    _said(town, _asked(willow)[0], _YES)
    assert [one.case.state for one in willow] == [State.CLOSED] * 3
    assert [one.case.state for one in plane] == [State.RESOLVED] * 3
    gates = sorted(one.events(e.Closed)[0].gate for one in willow)
    assert gates == ["follow_up", "sample", "sample"]
    _consistent(town)


def test_one_who_refuses_speaks_for_nobody_and_the_others_pass_their_own_gate() -> None:
    town = Several(_gated())
    _, willow, _ = _sampled(town, 2)
    first, second = _asked(willow)
    (other,) = [one for one in willow if one not in (first, second)]
    _said(town, first, _NO)
    _said(town, second, _YES)
    assert [one.case.state for one in (first, second, other)] == [
        State.DISPATCHED,
        State.CLOSED,
        State.RESOLVED,
    ]
    _said(town, other, _YES)
    assert other.case.state is State.CLOSED


def test_a_case_joins_later_by_the_word_of_whoever_stands_above_it() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 4)
    project = _cluster(town, lamps[:2])
    assert town.say(project, "willow", Join, other=lamps[2].case.id) == "not_lead"
    assert town.say(project, "lake", Join, other=lamps[2].case.id) is None
    assert town.say(project, "lake", Join, other=lamps[2].case.id) == "in_a_project"
    assert town.say(lamps[0], "lake", Join, other=lamps[3].case.id) == "no_project"
    town.say(project, "lake", Resolve)
    assert [one.case.state for one in lamps] == [State.RESOLVED] * 3 + [State.DISPATCHED]


def test_a_member_leaves_by_the_word_of_somebody_above_and_not_of_its_desk() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    project = _cluster(town, lamps)
    assert town.say(lamps[0], "willow", Leave) == "not_permitted"
    assert town.say(lamps[0], "lake", Leave, text="另一处故障") is None
    assert town.say(lamps[0], "lake", Leave) == "no_member"
    town.say(project, "lake", Resolve)
    assert [one.case.state for one in lamps] == [State.DISPATCHED, State.RESOLVED, State.RESOLVED]
    assert lamps[0].case.next_due_at is not None


def test_who_left_and_came_back_is_not_taken_for_gone() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    project = _cluster(town, lamps)
    lamps[0].beside = {}
    lamps[0].say("lake", Leave, id="left")
    (late,) = town.waiting()
    town._followed.add(late.id)
    town.say(project, "lake", Join, other=lamps[0].case.id)
    town.deliver(late)
    town.say(project, "lake", Resolve)
    assert lamps[0].case.state is State.RESOLVED


def test_a_case_that_ended_before_it_could_join_stays_as_it_is() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    cases = tuple(one.case.id for one in lamps[1:])
    lamps[0].beside = {one.case.id: one.case for one in lamps}
    lamps[0].say("lake", Cluster, id="made", cases=cases, due_at=DUE)
    lamps[1].say("channel:hotline", Withdraw, id="withdrawn")
    (made,) = town.waiting()
    project = Play(town.rules, start=town.now)
    project.give(made)
    town.plays[project.case.id] = project
    town._followed.add(made.id)
    town.follow()
    assert lamps[1].case.member is None
    assert [one.case_id for one in project.case.project.members if one.left] == [lamps[1].case.id]  # type: ignore[union-attr]
    _consistent(town)


def test_a_suspended_member_is_resolved_too() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    project = _cluster(town, lamps)
    town.say(lamps[0], "willow", RequestSuspension, reason="road works")
    town.say(lamps[0], "lake", ApproveSuspension)
    assert lamps[0].case.changes.is_paused
    town.say(project, "lake", Resolve)
    assert lamps[0].case.state is State.RESOLVED
    _consistent(town)


def test_every_open_member_has_a_deadline_at_all_times() -> None:
    town = Several(_gated())
    project, willow, plane = _sampled(town)
    _said(town, _asked(willow)[0], _NO)
    for play in (project, *willow, *plane):
        assert (play.case.next_due_at is None) == (play.case.state is State.CLOSED)


def test_a_member_that_has_left_is_not_resolved_by_a_project_that_has_not_heard_of_it() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 2)
    project = _cluster(town, lamps)
    lamps[0].say("lake", Leave, id="left")  # and word of it is on its way
    project.say("lake", Resolve, id="done")
    town.follow(reverse=True)
    assert [one.case.state for one in lamps] == [State.DISPATCHED, State.RESOLVED]
    _consistent(town)


def test_a_late_project_is_its_leads_miss_and_no_members() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    project = _cluster(town, lamps)
    town.wait(days=10, hours=1)
    assert project.story("DeadlineMissed", "Escalated") == [
        "Thu 01 09:00 DeadlineMissed project_due by lake",
        "Thu 01 09:00 Escalated district > city: lake > cloud (deadline)",
    ]
    for one in lamps:
        assert one.events(e.DeadlineMissed) == []
        assert (one.case.lead, one.case.step) == ("willow", 0)
        assert one.case.next_due_at == china(2026, 10, 7)
    town.wait(days=7)
    assert [one.case.next_due_at for one in lamps] == [china(2026, 10, 12)] * 3
    _consistent(town)


def test_a_member_that_leaves_has_its_own_date_again() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    _cluster(town, lamps)
    town.wait(days=1)
    assert town.say(lamps[0], "lake", Leave, text="另有原因") is None
    assert lamps[0].case.next_due_at == china(2026, 9, 26, 9)
    town.wait(days=6)
    assert lamps[0].case.lead == "lake"
    _consistent(town)


def test_a_member_that_leaves_after_its_own_date_has_a_working_day_at_least() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    _cluster(town, lamps)
    town.wait(days=8)
    assert town.say(lamps[0], "lake", Leave, text="另有原因") is None
    assert lamps[0].case.next_due_at == china(2026, 10, 1)
    _consistent(town)


def test_a_project_moves_no_decision_that_somebody_waits_for() -> None:
    town = Several(_gated())
    lamps = _lamps(town, 3)
    town.say(lamps[0], "willow", Accept)
    assert town.say(lamps[0], "willow", RequestSuspension, reason="待改造") is None
    decision = lamps[0].case.milestone("suspension_decision")
    _cluster(town, lamps)
    assert lamps[0].case.milestone("suspension_decision") == decision
