"""The gate before a case closes: who may open it, and what a desk cannot say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import (
    Accept,
    Close,
    FollowUp,
    FollowUpResult,
    Outcome,
    RecordInspection,
    Reprocess,
    Resolve,
)
from router.core.policies.policy import Anchor, Gate, GateKind, Mode, OnPass, Policy, Satisfies, Watcher
from router.core.policies.policy_file import load_policy
from router.core.territory.tree import Tree
from router.errors import ConfigurationError
from tests.city import DISPATCH, Play, days, file, milestone, policy, rules
from tests.unit.core.calendars import china

_NO = FollowUpResult.NOT_ACCEPTED


def _resolved(gate: GateKind) -> Play:
    play = Play(rules(policy(gate=Gate(kind=gate))))
    play.open()
    play.say("willow", Resolve)
    return play


def test_an_inspection_is_not_passed_by_asking_the_resident() -> None:
    play = _resolved(GateKind.INSPECTION)
    play.say("follow_up:", FollowUp, result=FollowUpResult.ACCEPTED, asked=1)
    assert play.refused == "gate_open"
    assert play.case.state == "resolved"


def test_only_an_inspection_on_record_passes_the_gate_of_one() -> None:
    play = _resolved(GateKind.INSPECTION)
    for who in ("dispatcher:", "supervision:", "follow_up:"):
        play.say(who, Close)
        assert play.refused == "gate_open"
    for who in ("willow", "lake", "dispatcher:", "follow_up:", "channel:hotline"):
        play.say(who, RecordInspection, passed=True)
        assert play.refused == "not_permitted"
    play.say("supervision:", RecordInspection, passed=True)
    assert [x.gate for x in play.events(e.Closed)] == ["inspection"]


@pytest.mark.parametrize(
    ("gate", "place", "reason"),
    [
        ('kind = "follow_up"\njoint = ["grupo"]', "p.toml, gate, joint", "there is no watcher grupo"),
        ('kind = "inspection"\njoint = ["group"]', "p.toml, gate", "joint says who must have asked"),
    ],
)
def test_a_team_that_cannot_ask_is_refused_with_file_key_and_reason(gate: str, place: str, reason: str) -> None:
    text = """
name = "p"
calendar = "cn"
milestone = [{ name = "close", within = "5wd" }]
ladder = [{ step = "street" }]
watcher = [{ name = "group", desk = "lake" }]
[gate]
"""
    with pytest.raises(ConfigurationError) as refused:
        load_policy(text + gate, "p.toml")
    assert refused.value.where == place
    assert reason in refused.value.what


def test_supervision_does_not_inspect_what_it_handles_itself() -> None:
    play = Play(rules(policy(gate=Gate(kind=GateKind.INSPECTION))))
    play.open(confidential=True)
    assert play.case.lead == "supervision-1"
    play.say("supervision-1", Resolve)
    play.say("supervision-1", RecordInspection, passed=True)
    assert play.refused == "not_permitted"


def test_a_handling_desk_cannot_resolve_its_case_as_withdrawn() -> None:
    play = Play()
    play.open()
    play.say("willow", Resolve, outcome=Outcome.WITHDRAWN)
    assert play.refused == "outcome_not_yours"
    assert play.case.state == "dispatched"


def _not_accepted(gate: Gate, *, mode: Mode = Mode.TRANSFER, said: Reprocess | None = None) -> Play:
    """Resolved on the first day, not accepted on the second; the case is due on the fifth."""
    play = Play(rules(policy(gate=gate, mode=mode)))
    play.open()
    play.say("willow", Accept)
    play.wait(days=1).say("willow", Resolve)
    play.wait(days=1).say("follow_up:anna", FollowUp, result=_NO, reprocess=said)
    return play


@pytest.mark.parametrize(
    ("in_the_policy", "said", "lead"),
    [
        (Reprocess.SAME_DESK, None, "willow"),
        (Reprocess.SAME_DESK, Reprocess.ONE_UP, "lake"),
        (Reprocess.ONE_UP, None, "lake"),
        (Reprocess.ONE_UP, Reprocess.SAME_DESK, "willow"),
    ],
)
def test_a_failed_follow_up_goes_back_to_the_desk_or_one_tier_up(
    in_the_policy: Reprocess, said: Reprocess | None, lead: str
) -> None:
    play = _not_accepted(Gate(kind=GateKind.FOLLOW_UP, reprocess=in_the_policy), said=said)
    assert (play.case.lead, play.case.state) == (lead, "dispatched")
    up = [(x.cause, x.from_desk, x.to_desk) for x in play.events(e.Escalated)]
    assert up == ([("repeat", "willow", "lake")] if lead == "lake" else [])
    # Nobody has missed anything, the date is as it was, and whoever had it is told and assists.
    assert (play.events(e.DeadlineMissed), play.case.escalations, play.case.reprocesses) == ([], 0, 1)
    assert [(m.name, m.due_at) for m in play.case.milestones if m.name == "close"] == [("close", play.case.due_at)]
    if lead == "lake":
        assert play.case.assists == ("willow",)
        assert play.told("lake") == ["assigned"]
        assert play.told("willow")[-1] == "taken"


def test_an_inspection_that_fails_goes_by_the_policy() -> None:
    play = Play(rules(policy(gate=Gate(kind=GateKind.INSPECTION, reprocess=Reprocess.ONE_UP))))
    play.open()
    play.say("willow", Resolve)
    play.say("supervision:", RecordInspection, passed=False)
    assert play.case.lead == "lake"


def test_under_supervision_the_desk_works_on_it_again_and_the_tier_above_is_ordered_to_supervise() -> None:
    gate = Gate(kind=GateKind.FOLLOW_UP, reprocess=Reprocess.ONE_UP)
    play = _not_accepted(gate, mode=Mode.SUPERVISE)
    assert play.case.lead == "willow"
    assert play.told("lake") == ["supervised"]
    assert play.told("willow")[-1] == "assigned"


def test_the_tier_above_is_not_charged_with_a_date_that_passed_while_residents_were_asked() -> None:
    by_its_word = milestone("resolve", days(5), Satisfies.RESOLVED)
    asked = milestone("follow_up", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.REMIND)
    gate = Gate(kind=GateKind.FOLLOW_UP, reprocess=Reprocess.ONE_UP)
    play = Play(rules(policy(milestones=(DISPATCH, by_its_word, asked), gate=gate)))
    play.open()
    play.wait(days=4).say("willow", Resolve)
    play.wait(days=3).say("follow_up:anna", FollowUp, result=_NO)
    play.wait(hours=1)
    # One tier up, by the street's own miss, and not a second one for the failed gate.
    assert play.story("Reopened", "DeadlineMissed", "Escalated") == [
        "Mon 28 09:00 Reopened gate by willow",
        "Sat 26 09:00 DeadlineMissed resolve by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
    ]
    assert play.case.lead == "lake"


# -- whoever asks is never the desk that is asked about


def _asked(play: Play, code: str) -> None:
    play.say(play.case.lead, Resolve)
    assert play.refused is None
    found = play.case.milestone("ask")
    assert found is not None
    assert (play.case.lead != code, found.holder) == (True, code)


def _asks(**more: Any) -> Policy:
    ask = milestone(
        "ask", days(3), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE, **more
    )
    return policy(
        milestones=(milestone("close", days(5), Satisfies.CLOSED), ask), gate=Gate(kind=GateKind.FOLLOW_UP)
    )


def test_a_follow_up_that_names_the_handling_desk_is_the_dispatchers() -> None:
    play = Play(rules(_asks(to="willow")))
    play.open()
    _asked(play, "dispatch")
    play.wait(days=4)
    assert [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)] == [("ask", "dispatch")]


def test_where_supervision_handles_it_the_next_level_asks() -> None:
    nobody = Tree(msgspec.structs.replace(file(), desks=tuple(d for d in file().desks if d.code != "dispatch")))
    play = Play(rules(_asks(), tree=nobody))
    play.open()
    play.wait_until(china(2026, 9, 30, 10))  # street 5 days, district 2, city 2
    assert play.case.lead == "supervision-1"
    _asked(play, "supervision-2")
    play.wait_until(china(2026, 10, 2, 10))
    missed = [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)]
    assert missed[3:] == [("close@supervision-1", "supervision-2")]


def test_a_case_that_comes_to_whoever_asks_is_asked_about_by_another() -> None:
    play = Play(rules(_asks(to="lake")))
    play.open()
    play.wait_until(china(2026, 9, 25, 9)).say("willow", Resolve)
    assert play.case.milestone("ask").holder == "lake"  # type: ignore[union-attr]
    play.wait_until(china(2026, 9, 28, 8))  # on Saturday 09:00 it went up to that very desk
    assert (play.case.lead, play.case.state) == ("lake", State.RESOLVED)
    assert [(x.milestone, x.charged_to) for x in play.events(e.DeadlineMissed)] == [("close", "lake")]
    play.wait_until(china(2026, 9, 28, 10))
    assert [x.charged_to for x in play.events(e.DeadlineMissed) if x.milestone == "ask"] == ["dispatch"]


def test_the_first_try_of_a_day_gives_way_where_another_one_of_it_makes_three() -> None:
    play = Play(
        rules(
            policy(
                gate=Gate(kind=GateKind.FOLLOW_UP), milestones=(milestone("close", days(30), Satisfies.CLOSED),)
            )
        )
    )
    play.open()
    play.say("willow", Resolve)
    # 10:00 and 11:00 on Tuesday, 10:00 on Wednesday, 12:00 on Thursday: 11, 10 and 12 lie on three days.
    for day, hour in ((22, 10), (22, 11), (23, 10)):
        play.wait_until(china(2026, 9, day, hour))
        play.say("follow_up:anna", FollowUp, result=FollowUpResult.UNREACHABLE)
        assert play.case.state is State.RESOLVED
    play.wait_until(china(2026, 9, 24, 12))
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.UNREACHABLE)
    assert play.story("Closed") == ["Thu 24 12:00 Closed (gate unreachable)"]


# -- those who ask together


def _joint(**fields: Any) -> Play:
    """Two watch, `lake-water` and one that is not in the tree: supervision stands in for it."""
    watchers = (Watcher(name="water", desk="lake-water"), Watcher(name="group", desk="nowhere"))
    gate = Gate(kind=GateKind.FOLLOW_UP, joint=("water", "group"))
    play = Play(rules(policy(gate=gate, watchers=watchers)))
    play.open(**fields)
    play.say(play.case.lead, Resolve)
    assert play.refused is None
    return play


_YES: dict[str, Any] = {"result": FollowUpResult.ACCEPTED, "asked": 2}


@pytest.mark.parametrize(
    ("code", "refused", "said"),
    [
        ("王小明13800000000", "unknown_desk", "?"),
        ("willow lake", "unknown_desk", "?"),
        ("lake-watre", "unknown_desk", "lake-watre"),
        ("willow", "may_not_ask", "willow"),
    ],
)
@pytest.mark.parametrize("result", FollowUpResult)
def test_a_team_is_of_desks_that_did_not_do_the_work_and_nothing_else_is_repeated(
    code: str, refused: str, said: str, result: FollowUpResult
) -> None:
    play = _joint()
    play.say("follow_up:li", FollowUp, result=result, asked=2, team=("lake-water", "supervision-1", code))
    assert play.refusal is not None
    assert (play.refusal.code, play.refusal.data) == (refused, {"desk": said})
    assert play.events(e.FollowedUp) == []
    if said == "?":
        assert code not in repr(play.entries)


def test_a_desk_that_is_named_twice_asked_once() -> None:
    play = _joint()
    play.say("follow_up:li", FollowUp, **_YES, team=("lake-water", "supervision-1", "lake-water"))
    assert [x.team for x in play.events(e.FollowedUp)] == [("lake-water", "supervision-1")]
    assert play.case.state is State.CLOSED


def test_nobody_watches_a_confidential_case_and_nobody_who_watches_has_to_ask_with_the_others() -> None:
    play = _joint(confidential=True)
    assert play.case.lead == "supervision-1"
    play.say("supervision-2", FollowUp, **_YES, team=("lake-water",))
    assert (play.refusal.code, play.refusal.data) == ("may_not_ask", {"desk": "lake-water"})  # type: ignore[union-attr]
    play.say("supervision-2", FollowUp, **_YES)
    assert (play.refused, play.case.state) == (None, State.CLOSED)


def test_whoever_watches_and_came_to_handle_the_case_need_not_have_asked_about_its_own_work() -> None:
    play = _joint(subject_desk="cloud")
    assert (play.case.lead, play.case.confidential) == ("supervision-1", False)
    play.say("supervision-2", FollowUp, **_YES)
    assert (play.refused, play.case.state) == (None, State.CLOSED)
