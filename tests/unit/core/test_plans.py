"""Plans, their reviews, and two watchers of whom neither hides a case from the other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import AddAssist, FilePlan, Mark, Replan, Resolve, Review
from router.core.policies.policy import Gate, GateKind, OnPass, Policy, Satisfies, Track, Watcher
from router.core.territory.tree import Desk, DeskKind
from tests.city import CLOSE, MONDAY, Play, city, days, desk, milestone, policy, rules
from tests.unit.core.calendars import china

_GROUPS: tuple[Desk, ...] = (
    desk("group", "cloud", DeskKind.FUNCTIONAL, line="supervising"),
    desk("petitions", "cloud", DeskKind.FUNCTIONAL, line="petitions"),
)
_WATCHERS = (Watcher(name="supervision_group", desk="group"), Watcher(name="petition_group", desk="petitions"))
_INTERNAL: dict[str, Any] = {"track": Track.INTERNAL, "on_pass": OnPass.SUPERVISE}
_PLAN = milestone("plan", days(1), Satisfies.PLAN_FILED, **_INTERNAL)
_REVIEW = milestone("review", days(3), Satisfies.REVIEWED, by="supervision_group", **_INTERNAL)


def _watched(**changes: Any) -> Policy:
    looks = [
        milestone(f"day{n}_{who}", days(n), Satisfies.MARKED, by=f"{who}_group", track=Track.INTERNAL)
        for n in (2, 4)
        for who in ("supervision", "petition")
    ]
    given: dict[str, Any] = {"milestones": (*looks, CLOSE), "watchers": _WATCHERS}
    return policy(**(given | changes))


def _opened(one: Policy, **fields: Any) -> Play:
    play = Play(rules(one, tree=city(*_GROUPS)))
    play.open(**fields)
    return play


def _planned(*more: Any, **changes: Any) -> Play:
    return _opened(policy(milestones=(_PLAN, _REVIEW, CLOSE, *more), watchers=_WATCHERS, **changes))


# -- plans -------------------------------------------------------------------------------------------------------


def test_a_plan_meets_its_milestone_and_its_readers_hear_of_it() -> None:
    play = _planned()
    play.say("willow", FilePlan, text="周三断电换灯")
    assert play.case.milestone("plan").status is e.MilestoneStatus.MET  # type: ignore[union-attr]
    assert play.told("group") == play.told("petitions") == ["assigned", "plan_filed"]
    assert play.told("lake") == []
    play.wait(days=2)
    assert not play.events(e.DeadlineMissed)


def test_without_reviewer_and_watcher_the_superior_reads_the_plan() -> None:
    play = _opened(policy(milestones=(_PLAN, CLOSE)))
    play.say("willow", FilePlan, evidence=("plan-1",))
    assert play.told("lake") == ["plan_filed"]


def test_a_plan_that_is_not_filed_is_missed_by_the_lead() -> None:
    play = _planned()
    play.wait(days=2)
    assert [m.charged_to for m in play.events(e.DeadlineMissed)] == ["willow"]
    assert play.told("lake") == ["supervised"]


def test_a_plan_that_reached_us_late_counts_as_in_time() -> None:
    play = _planned()
    play.wait(days=1, minutes=10).say("willow", FilePlan, text="…", at=china(2026, 9, 22, 9))
    assert play.case.milestone("plan").status is e.MilestoneStatus.MET  # type: ignore[union-attr]


def test_an_empty_plan_is_none() -> None:
    play = _planned()
    play.say("willow", FilePlan, text=" ")
    assert play.refused == "plan_empty"


# -- reviews -----------------------------------------------------------------------------------------------------


def test_a_passed_review_meets_its_milestone_and_the_lead_hears() -> None:
    play = _planned()
    play.say("willow", FilePlan, text="…")
    play.say("group", Review, passed=True)
    assert play.events(e.Reviewed)[-1].milestone == "review"
    assert play.case.milestone("review").status is e.MilestoneStatus.MET  # type: ignore[union-attr]
    assert play.told("willow") == ["assigned", "reviewed"]


def test_a_failed_review_wants_another_plan_and_another_look_and_moves_no_other_clock() -> None:
    play = _planned(calendar="cn")
    play.say("willow", FilePlan, text="…")
    play.wait(days=2).say("group", Review, passed=False, text="没有写明断电时间")
    assert {m.name: m.due_at for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING} == {
        "plan": china(2026, 9, 25),  # filed on Monday; failed on Wednesday the 23rd: by the end of Thursday
        # a holiday from the 25th to the 27th: a working day after the plan's is Monday the 28th
        "review": china(2026, 9, 29),
        "close": china(2026, 9, 26, 9),
    }
    play.say("willow", FilePlan, text="周五断电")
    play.say("group", Review, passed=True)
    assert play.running() == ["close"]


def test_what_a_failed_review_gave_stays_when_the_case_gets_another_policy() -> None:
    play = _planned(calendar="cn")
    play.say("willow", FilePlan, text="…")
    play.wait(days=2).say("group", Review, passed=False, text="没有写明断电时间")
    other = msgspec.structs.replace(play.rules.policies[0], title="another title")
    play.rules = rules(other, tree=play.rules.tree, earlier=play.rules.policies)
    play.say("system:policy", Replan)
    assert play.refused is None
    plan, review = play.case.milestone("plan"), play.case.milestone("review")
    assert plan is not None
    assert review is not None
    assert (plan.due_at, review.due_at) == (china(2026, 9, 25), china(2026, 9, 29))


def test_a_failed_review_of_what_never_was_wants_no_plan() -> None:
    play = _opened(policy(milestones=(_REVIEW, CLOSE), watchers=_WATCHERS))
    play.say("group", Review, passed=False, text="尚未到现场")
    assert play.running() == ["review", "close"]


def test_a_failed_review_of_a_resolution_sends_the_case_back_to_work() -> None:
    follow_up = milestone("ask", days(9), Satisfies.FOLLOWED_UP)
    play = _planned(follow_up, gate=Gate(kind=GateKind.FOLLOW_UP))
    play.say("willow", Resolve)
    assert str(play.case.state) == State.RESOLVED
    play.say("group", Review, passed=False, text="只修了一半")
    assert play.case.state is State.DISPATCHED
    assert (play.case.lead, play.case.reprocesses) == ("willow", 0)


@pytest.mark.parametrize(
    ("who", "code"),
    [("petitions", "waits_for_another"), ("lake", "waits_for_another"), ("willow", "not_lead_at_all")],
)
def test_nobody_reviews_in_anothers_place(who: str, code: str) -> None:
    play = _planned()
    play.say(who, Review, passed=True)
    assert play.refused == code.replace("not_lead_at_all", "not_permitted")


@pytest.mark.parametrize(("by", "who"), [("superior", "lake"), ("supervision", "supervision-1"), ("", "cloud")])
def test_a_policy_names_who_reviews(by: str, who: str) -> None:
    play = _opened(policy(milestones=(milestone("review", days(3), Satisfies.REVIEWED, by=by), CLOSE)))
    play.say(who, Review, passed=True)
    assert play.case.milestone("review").status is e.MilestoneStatus.MET  # type: ignore[union-attr]


def test_a_review_nobody_made_is_the_reviewers_miss_and_takes_the_case_from_nobody() -> None:
    escalating = milestone("review", days(3), Satisfies.REVIEWED, by="superior", on_pass=OnPass.ESCALATE)
    play = _opened(policy(milestones=(escalating, CLOSE)))
    play.wait(days=4)
    assert [m.charged_to for m in play.events(e.DeadlineMissed)] == ["lake"]
    assert play.told("cloud") == ["supervised"]
    assert play.case.lead == "willow"


def test_a_failed_review_says_why_and_names_a_milestone_that_waits() -> None:
    play = _planned()
    play.say("group", Review, passed=False)
    assert play.refused == "reason_missing"
    play.say("group", Review, passed=True, milestone="close")
    assert play.refused == "unknown_milestone"


# -- watchers ----------------------------------------------------------------------------------------------------


def test_each_watcher_hears_of_the_case_for_itself() -> None:
    play = _opened(_watched())
    told = {one.desk: one.payload for one in play.messages if one.desk in ("group", "petitions")}
    assert {code: (one.role, one.reason) for code, one in told.items()} == {  # type: ignore[union-attr]
        "group": ("watcher", "supervision_group"),
        "petitions": ("watcher", "petition_group"),
    }
    assert play.case.assists == ()


def test_one_watchers_silence_does_not_hide_the_case_from_the_other() -> None:
    play = _opened(_watched())
    play.say("petitions", Mark)
    play.wait(days=3)
    assert [(m.milestone, m.charged_to) for m in play.events(e.DeadlineMissed)] == [("day2_supervision", "group")]
    play.say("petitions", Mark, text="已看")
    assert [m.milestone for m in play.case.together.marks] == ["day2_petition", "day4_petition"]
    assert play.running() == ["day4_supervision", "close"]
    assert play.case.lead == "willow"


def test_a_mark_is_for_the_next_milestone_that_waits_for_it_or_for_the_one_it_names() -> None:
    play = _opened(_watched())
    play.say("group", Mark, milestone="day4_supervision")
    play.say("group", Mark, on_site=True)
    assert [(m.milestone, m.on_site) for m in play.case.together.marks] == [
        ("day4_supervision", False),
        ("day2_supervision", True),
    ]
    play.say("group", Mark)
    assert play.events(e.Marked)[-1].milestone is None


@pytest.mark.parametrize(
    ("who", "milestone_named", "code"),
    [
        ("group", "day2_petition", "waits_for_another"),
        ("group", "close", "unknown_milestone"),
        ("willow", None, "not_permitted"),
        ("lake", None, "not_permitted"),
        ("supervision:li", None, "not_permitted"),
    ],
)
def test_a_mark_is_its_watchers_alone(who: str, milestone_named: str | None, code: str) -> None:
    play = _opened(_watched())
    play.say(who, Mark, milestone=milestone_named)
    assert play.refused == code
    assert play.case.together.marks == ()


def test_a_watcher_that_handles_the_case_does_not_watch_it() -> None:
    play = _opened(_watched())
    play.say("cloud", AddAssist, desk="group")
    play.say("group", Mark)
    assert play.refused == "not_permitted"


def test_a_mark_that_reached_us_late_counts_as_in_time() -> None:
    play = _opened(_watched())
    play.wait(days=2, minutes=10).say("group", Mark, milestone="day2_supervision", at=china(2026, 9, 23, 9))
    assert play.case.milestone("day2_supervision").status is e.MilestoneStatus.MET  # type: ignore[union-attr]


def test_the_office_a_report_is_about_does_not_watch_it() -> None:
    play = _opened(_watched(), subject_desk="petitions", matter_type="report")
    assert [m.name for m in play.case.milestones if m.satisfied_by is Satisfies.MARKED] == [
        "day2_supervision",
        "day4_supervision",
    ]
    assert play.told("petitions") == []
    play.say("petitions", Mark)
    assert play.refused == "unknown_case"


def test_of_a_confidential_case_no_watcher_hears() -> None:
    play = _opened(_watched(), confidential=True)
    assert play.running() == ["close"]
    assert play.told("group") == play.told("petitions") == []
    play.say("supervision-1", FilePlan, text="…")
    assert play.told("group") == play.told("petitions") == []
    play.say("group", Mark)
    assert play.refused == "unknown_case"


def test_supervision_stands_in_for_a_watcher_that_is_not_there() -> None:
    play = Play(rules(_watched()))
    play.open()
    play.say("supervision-1", Mark, milestone="day2_petition")
    assert play.case.together.marks[0].watcher == "petition_group"
    assert play.case.opened_at == MONDAY
