"""How a case changes when it rises on the second list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.core import events as e
from router.core.case import Case
from router.core.policies.policy import OnPass
from router.core.timing import clocks


def _on_started(case: Case, event: e.LevelsStarted, _entry: e.Entry) -> None:
    clocks.arm(case, event.milestone)


def _on_ended(case: Case, _event: e.LevelsEnded, _entry: e.Entry) -> None:
    _stop(case)
    case.proposed_level = ""


def _on_proposed(case: Case, event: e.LevelProposed, _entry: e.Entry) -> None:
    _next(case, event.next)
    case.proposed_level = event.level


def _on_raised(case: Case, event: e.LevelRaised, _entry: e.Entry) -> None:
    _next(case, event.next)
    case.level = event.number
    case.proposed_level = ""


def _on_repeated(case: Case, event: e.LevelRepeated, _entry: e.Entry) -> None:
    _next(case, event.next)


def _next(case: Case, milestone: e.Milestone) -> None:
    """One clock of the list at a time; the one before has done its work, and is nobody's miss."""
    _stop(case)
    clocks.arm(case, milestone)


def _stop(case: Case) -> None:
    case.milestones = tuple(m for m in case.milestones if m.on_pass is not OnPass.RAISE)


FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.LevelsStarted: _on_started,
    e.LevelsEnded: _on_ended,
    e.LevelProposed: _on_proposed,
    e.LevelRaised: _on_raised,
    e.LevelRepeated: _on_repeated,
}
