"""Grid workers, who may do two things; and visits whose matter was solved on the spot."""

from __future__ import annotations

from typing import Any

import pytest

from router.core import commands as c, events as e
from router.core.case import State
from router.core.counting.figures import case_facts, sighting_of
from router.core.history import advance
from router.core.policies.policy import Anchor, Gate, GateKind, Satisfies
from router.core.territory.division_checks import check
from router.core.territory.tree import DeskKind
from tests.city import CLOSE, MONDAY, Play, city, days, desk, file, milestone, policy, rules
from tests.unit.core.calendars import china

_GRID = desk("willow-grid-3", "willow", DeskKind.GRID)


def _on_the_grid() -> Play:
    play = Play(rules(tree=city(_GRID)))
    play.open("grid_patrol", desk="willow-grid-3")
    assert play.case.lead == "willow-grid-3"
    return play


# -- the grid ----------------------------------------------------------------------------------------------------


def test_a_grid_worker_answers_to_the_office_of_its_own_street() -> None:
    tree = city(_GRID)
    assert tree.desks["willow-grid-3"].superior == "willow"
    assert check(file(_GRID)) == []


def test_who_feeds_back_has_signed_for_it() -> None:
    play = _on_the_grid()
    play.say("willow-grid-3", c.ReportProgress, text="已看，路灯确实不亮")
    assert play.refused is None
    assert play.names()[-2:] == ["Accepted", "ProgressReported"]
    assert play.case.state is State.ACCEPTED
    play.wait(days=2)
    assert not [m for m in play.events(e.DeadlineMissed) if m.milestone == "accept"]


def test_a_grid_worker_hands_up_one_tier_with_a_reason() -> None:
    play = _on_the_grid()
    play.say("willow-grid-3", c.Escalate)
    assert play.refused == "reason_missing"
    play.say("willow-grid-3", c.Escalate, text="需要街道派电工")
    play.say("willow", c.AcceptEscalation)
    went = play.events(e.Escalated)[-1]
    assert (went.from_name, went.to_name, went.to_desk) == ("grid", "street", "willow")
    assert play.case.lead == "willow"


def test_a_missed_deadline_takes_the_case_from_the_grid_to_the_street_and_then_the_district() -> None:
    play = _on_the_grid()
    play.wait(days=8)
    assert [(one.from_desk, one.to_desk) for one in play.events(e.Escalated)] == [
        ("willow-grid-3", "willow"),
        ("willow", "lake"),
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (c.Accept, {}),
        (c.Reply, {"text": "x"}),
        (c.Mitigate, {}),
        (c.Resolve, {}),
        (c.RequestReturn, {"reason": "not_our_place"}),
        (c.Whistle, {"desks": ("plane",), "text": "x"}),
        (c.FilePlan, {"text": "x"}),
        (c.Dispatch, {"desk": "willow"}),
        (c.Withdraw, {}),
    ],
)
def test_everything_else_is_refused_with_a_sentence(kind: type[c.Command], fields: dict[str, Any]) -> None:
    play = _on_the_grid()
    play.say("willow-grid-3", kind, **fields)
    assert play.refusal is not None
    assert (play.refusal.code, play.refusal.zh) == ("grid", "网格员只能反馈进展，或说明理由上报一级")


def test_a_grid_worker_that_assists_feeds_back_too() -> None:
    play = Play(rules(tree=city(_GRID)))
    play.open()
    play.say("willow", c.Whistle, desks=("willow-grid-3",), text="请去看看")
    play.say("willow-grid-3", c.ReportProgress, text="看过了")
    assert play.names()[-2:] == ["ReportedIn", "ProgressReported"]
    assert play.case.state is State.DISPATCHED


# -- visits ------------------------------------------------------------------------------------------------------


def test_what_was_solved_on_the_spot_is_opened_and_resolved_at_intake() -> None:
    play = Play()
    play.open("visit", raised_by="worker", solved_on_the_spot=True, evidence=("photo-1",))
    assert play.names() == ["Received", "Dispatched", "Resolved", "Closed"]
    done = play.events(e.Resolved)[0]
    assert (done.on_the_spot, done.evidence) == (True, ("photo-1",))
    assert play.case.closed_at == MONDAY
    assert play.told("willow") == []
    assert play.told("visit") == ["received", "resolved", "closed"]
    facts = case_facts(play.case, district="lake", decided_by="desk")
    assert sighting_of(facts).is_on_the_spot


def test_what_was_solved_long_before_it_was_brought_is_on_the_spot_all_the_same() -> None:
    play = Play()
    play.open("visit", raised_by="worker", solved_on_the_spot=True, evidence=("p",), at=china(2026, 9, 18, 9))
    facts = case_facts(play.case, district="lake", decided_by="desk")
    assert sighting_of(facts).is_on_the_spot


def test_without_evidence_it_is_a_case_like_any_other() -> None:
    play = Play()
    play.open("visit", raised_by="worker", solved_on_the_spot=True)
    assert (play.case.state, play.case.on_the_spot) == (State.DISPATCHED, False)
    assert play.told("willow") == ["assigned"]


def test_it_passes_the_gate_of_its_policy_and_is_not_on_the_spot_when_it_comes_back() -> None:
    ask = milestone("ask", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)
    play = Play(rules(policy(milestones=(CLOSE, ask), gate=Gate(kind=GateKind.FOLLOW_UP))))
    play.open("visit", raised_by="worker", solved_on_the_spot=True, evidence=("photo-1",))
    assert str(play.case.state) == State.RESOLVED
    play.say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    assert (play.case.state, play.case.lead, play.case.on_the_spot) == (State.DISPATCHED, "willow", False)
    assert play.told("willow") == ["assigned"]


def test_a_quiet_visit_lies_with_the_office_of_its_place_and_its_entries_make_it() -> None:
    play = Play()
    # No category is no trouble where there is nothing to do.
    quiet = play.open("visit", raised_by="worker", category=None, nothing_raised=True)
    assert (quiet.lead, quiet.triaged, quiet.is_open, quiet.is_matter) == ("willow", False, False, False)
    assert advance(None, play.entries) == quiet
    play.wait(days=60)
    assert play.names() == ["Received", "NothingRaised"]
    for who, command in (("citizen:visit", c.Urge), ("willow", c.Accept), ("supervision:wang", c.Withdraw)):
        play.say(who, command)
        assert play.refused == "is_visit"


def test_a_quiet_visit_that_is_kept_from_the_office_of_its_place_lies_with_supervision() -> None:
    play = Play()
    quiet = play.open("visit", raised_by="worker", nothing_raised=True, confidential=True)
    assert quiet.lead == "supervision-1"
