"""The gate before a case closes: who may open it, and what a desk cannot say."""

from __future__ import annotations

from router.core.commands import Close, FollowUp, FollowUpResult, Outcome, Resolve
from router.core.policy import Gate, GateKind
from tests.city import Play, policy, rules


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


def test_supervision_says_that_an_inspection_passed() -> None:
    play = _resolved(GateKind.INSPECTION)
    play.say("dispatcher:", Close)
    assert play.refused == "gate_open"
    play.say("supervision:", Close)
    assert play.case.state == "closed"


def test_a_handling_desk_cannot_resolve_its_case_as_withdrawn() -> None:
    play = Play()
    play.open()
    play.say("willow", Resolve, outcome=Outcome.WITHDRAWN)
    assert play.refused == "outcome_not_yours"
    assert play.case.state == "dispatched"
