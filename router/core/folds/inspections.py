"""How inspections, requirements and the top tier's hand change a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.commands import TaskKind
from router.core.folds import life
from router.core.policies.policy import Satisfies
from router.core.several.inspected import Drawn, Passed, Requirement
from router.core.timing import clocks


def _on_inspection_recorded(case: Case, event: e.InspectionRecorded, _entry: e.Entry) -> None:
    known = case.inspections
    _change(case, recorded=known.recorded + 1, children=known.children + len(event.findings))
    if known.drawn is not None and event.task is not None:
        waits = tuple(one for one in known.drawn.waits if one != event.task)
        _change(case, drawn=msgspec.structs.replace(known.drawn, waits=waits))
    elif known.task is not None and known.task.kind is not TaskKind.DRAW:
        case.subject_desk = None  # it is done: from now on it exists for whoever was inspected


def _on_inspection_drawn(case: Case, event: e.InspectionDrawn, _entry: e.Entry) -> None:
    drawn = Drawn(seed=event.seed, targets=event.drawn, waits=event.tasks)
    _change(case, drawn=drawn, children=case.inspections.children + len(event.tasks))


def _on_draw_revealed(_case: Case, _event: e.DrawRevealed, _entry: e.Entry) -> None:
    """The closing that follows in the same step ends it."""


def _on_swept(case: Case, event: e.Swept, _entry: e.Entry) -> None:
    _change(case, children=case.inspections.children + len(event.cases))


def _on_requirement_issued(case: Case, event: e.RequirementIssued, entry: e.Entry) -> None:
    issued = Requirement(number=event.number, by=event.by, at=entry.event_at)
    _change(case, requirements=(*case.inspections.requirements, issued))
    if event.milestone is not None:
        clocks.rearm(case, (event.milestone,))


def _on_requirement_ticked(case: Case, event: e.RequirementTicked, entry: e.Entry) -> None:
    ticked = tuple(
        msgspec.structs.replace(one, ticked_at=entry.event_at) if one.number == event.number else one
        for one in case.inspections.requirements
    )
    _change(case, requirements=ticked)
    if not case.inspections.open:
        clocks.satisfy(case, Satisfies.TICKED, entry.event_at)


def _on_gate_passed(case: Case, event: e.GatePassed, entry: e.Entry) -> None:
    """Whoever had to ask has asked; what the closing satisfies runs on."""
    clocks.satisfy(case, Satisfies.FOLLOWED_UP, entry.event_at)
    _change(case, waits=Passed(gate=event.gate, outcome=event.outcome))


def _on_pulled(case: Case, event: e.Pulled, entry: e.Entry) -> None:
    case.step = event.to_step
    clocks.supersede(case, None)
    life.hand_up(case, event.to_desk, entry, None)


def _change(case: Case, **changes: Any) -> None:
    case.inspections = msgspec.structs.replace(case.inspections, **changes)


#: How the events of inspections change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.InspectionRecorded: _on_inspection_recorded,
    e.InspectionDrawn: _on_inspection_drawn,
    e.DrawRevealed: _on_draw_revealed,
    e.Swept: _on_swept,
    e.RequirementIssued: _on_requirement_issued,
    e.RequirementTicked: _on_requirement_ticked,
    e.GatePassed: _on_gate_passed,
    e.Pulled: _on_pulled,
}
