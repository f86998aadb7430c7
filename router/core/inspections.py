"""Inspections: somebody from above looks, and the case goes on from what was found."""

from __future__ import annotations

from router.core import messages as m, notices
from router.core.case import State
from router.core.commands import Outcome, RecordInspection
from router.core.events import InspectionRecorded
from router.core.gate import back_to_work, pass_gate
from router.core.policy import GateKind
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.step import Draft


def record_inspection(draft: Draft, command: RecordInspection, rules: Rules) -> Refusal | None:
    """检查结果: a fail sends a resolved case back to work and opens a closed one again; a pass may close it."""
    case = draft.case
    gate = rules.policy(case.policy).gate.kind
    draft.add(
        InspectionRecorded(by=command.actor.id, passed=command.passed, evidence=command.evidence),
        text=command.text,
    )
    draft.tell_desk(
        case.lead,
        notices.INSPECTED,
        lambda now: m.Inspected(case_id=now.id, version=now.version, passed=command.passed, text=command.text),
    )
    if case.state is State.RESOLVED and command.passed and gate is GateKind.INSPECTION:
        pass_gate(draft, rules, gate, case.outcome or Outcome.SOLVED)
    elif case.state is State.RESOLVED and not command.passed:
        back_to_work(draft, rules, "gate")
    elif case.state is State.CLOSED and not command.passed:
        back_to_work(draft, rules, "recheck")
    return None
