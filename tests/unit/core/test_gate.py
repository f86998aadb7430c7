"""The gate before a case closes: who may open it, and what a desk cannot say."""

from __future__ import annotations

from router.core import events as e
from router.core.commands import Close, FollowUp, FollowUpResult, Outcome, RecordInspection, Resolve
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
