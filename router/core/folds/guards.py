"""How what operators decide about deadlines changes a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.core import events as e
from router.core.case import Case, State, Taken
from router.core.folds import life
from router.core.timing import clocks


def _on_cancelled(case: Case, event: e.DeadlineCancelled, _entry: e.Entry) -> None:
    clocks.cancel(case, event.milestone, event.due_at, event.moved_to)


def _on_undone(case: Case, event: e.EscalationUndone, entry: e.Entry) -> None:
    """The miss was none; a case that nobody has dealt with since is where it was before it."""
    names = (event.milestone, *event.beside)
    for name in names:
        clocks.withdraw(case, name, event.due_at, event.moved_to)
    case.escalations -= 1
    case.climbed_unplaced = max(case.climbed_unplaced - 1, 0)
    # Whoever has it now need not answer for a report that comes after a miss that was none.
    kept = (one for one in case.taken if (one.milestone, one.due_at) != (event.milestone, event.due_at))
    case.taken = tuple(kept)
    if not event.returned:
        for name in names:
            clocks.end_ladder(case, name, event.due_at)
        clocks.arm(case, *event.milestones)
        return
    for name in names:
        clocks.end_ladder(case, name)
    if case.lead != event.desk:
        upper = Taken(desk=case.lead, at=entry.event_at, milestone=None, due_at=None, undone=True)
        case.taken = (*case.taken, upper)
        life.take_lead(case, event.desk, entry)
        if event.accepted_at is not None:
            case.state, case.accepted_at = State.ACCEPTED, event.accepted_at
    case.step = event.step
    clocks.rearm(case, event.milestones)


def _on_rearmed(case: Case, event: e.ClocksRearmed, _entry: e.Entry) -> None:
    clocks.rearm(case, event.milestones)


def _on_unstaffed(_case: Case, _event: e.Unstaffed, _entry: e.Entry) -> None:
    """Nothing changes hands."""


#: How the events of guards change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.DeadlineCancelled: _on_cancelled,
    e.EscalationUndone: _on_undone,
    e.ClocksRearmed: _on_rearmed,
    e.Unstaffed: _on_unstaffed,
}
