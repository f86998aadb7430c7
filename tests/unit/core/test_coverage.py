"""The four coverages, and what was solved on the spot."""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import AddAssist, AssignLeader, FollowUp, FollowUpResult, Instruct, Mark, Reopen, Resolve
from router.core.counting.coverage import Coverage, coverage
from router.core.policies.policy import Anchor, Gate, GateKind, Satisfies, Watcher
from router.core.territory.tree import DeskKind
from tests.city import CLOSE, Play, city, days, desk, milestone, policy, rules

_ASK = milestone("ask", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)
_RULES = rules(
    policy(
        milestones=(CLOSE, _ASK),
        gate=Gate(kind=GateKind.FOLLOW_UP),
        watchers=(Watcher(name="group", desk="group"),),
    ),
    tree=city(desk("group", "cloud", DeskKind.FUNCTIONAL, line="supervising")),
)


def _covered() -> Play:
    play = Play(_RULES)
    play.open()
    play.say("cloud", Instruct, leader="市长", tier="city", text="马上办")
    play.say("cloud", AssignLeader, leader="副市长", tier="city")
    play.say("cloud", AddAssist, desk="plane")
    play.say("group", Mark, on_site=True)
    play.say("willow", Resolve)
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.ACCEPTED, asked=22)
    return play


def _bare() -> Case:
    play = Play(_RULES)
    return play.open()


def test_a_case_that_has_all_four_is_counted_in_each() -> None:
    assert coverage([_covered().case]) == Coverage(
        cases=1, instructed=1, on_site=1, task_force=1, satisfied=1, closed=1
    )


def test_a_case_that_has_none_is_in_the_denominator_alone() -> None:
    assert coverage([_bare(), _covered().case]) == Coverage(
        cases=2, instructed=1, on_site=1, task_force=1, satisfied=1, closed=1
    )
    assert coverage([]) == Coverage()


def test_a_mark_from_afar_is_no_supervision_on_site_and_a_leader_alone_no_task_force() -> None:
    play = Play(_RULES)
    play.open()
    play.say("group", Mark)
    play.say("cloud", AssignLeader, leader="副市长", tier="city")
    assert play.case.together.leader is not None
    assert coverage([play.case]) == Coverage(cases=1)


def test_whoever_was_not_reached_or_came_back_was_not_satisfied() -> None:
    play = Play(_RULES)
    play.open()
    play.say("willow", Resolve)
    for _ in range(3):
        play.wait(hours=25).say("follow_up:anna", FollowUp, result=FollowUpResult.UNREACHABLE)
    assert coverage([play.case]) == Coverage(cases=1, closed=1)
    back = _covered()
    back.say("citizen:hotline", Reopen)
    assert coverage([back.case]).satisfied == 0


def test_what_was_solved_on_the_spot_is_counted_apart() -> None:
    play = Play()
    play.open("visit", raised_by="worker", solved_on_the_spot=True, evidence=("photo-1",))
    assert coverage([play.case, _bare()]) == Coverage(cases=2, closed=1, on_the_spot=1, visits=1)
