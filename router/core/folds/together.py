"""How a case changes when other offices come to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.offices.together import ALONE, Instruction, Leader, Marked, Mediation, Whistle
from router.core.policies.own_clocks import MEDIATION, report_in_of
from router.core.policies.policy import Satisfies
from router.core.timing import clocks


def leads(case: Case, desk: str) -> None:
    """A desk that leads now need not come to help any more, nor mediate for another."""
    if case.together is not ALONE:
        _leaves(case, desk)


def nobody_need_come(case: Case) -> None:
    """The matter is dealt with: whoever was called and has not come need not, and nobody mediates any more."""
    if case.together is not ALONE:
        _stop_mediating(case)
        for whistle in case.together.whistles:
            if whistle.reported_at is None:
                _recall(case, whistle.desk)


def found(case: Case, substantiated: bool | None) -> None:  # noqa: FBT001 - a finding, or none
    """Somebody has looked into the matter, or said nothing of that."""
    if substantiated is not None:
        _change(case, substantiated=substantiated)


def _change(case: Case, **changes: Any) -> None:
    case.together = msgspec.structs.replace(case.together, **changes)


def _assist(case: Case, desk: str) -> None:
    if desk not in case.assists:
        case.assists = (*case.assists, desk)


def _leaves(case: Case, desk: str) -> None:
    if case.together.awaits(desk) is not None:
        _recall(case, desk)
    if case.together.mediation is not None and case.together.mediation.desk == desk:
        _stop_mediating(case)


def _stop_mediating(case: Case) -> None:
    if case.together.mediation is not None:
        _change(case, mediation=None)
        clocks.end(case, lambda m: m.satisfied_by is Satisfies.MEDIATED)


def _recall(case: Case, desk: str) -> None:
    """A call that was not answered is void, and its clock with it."""
    call = case.together.awaits(desk)
    _change(case, whistles=tuple(one for one in case.together.whistles if one is not call))
    clocks.end(case, lambda m: m.satisfied_by is Satisfies.REPORTED_IN and m.holder == desk)


def _on_whistled(case: Case, event: e.Whistled, entry: e.Entry) -> None:
    _assist(case, event.desk)
    call = Whistle(desk=event.desk, by=event.by, at=entry.event_at)
    _change(case, whistles=(*case.together.whistles, call))
    clocks.arm(case, event.milestone)


def _on_reported_in(case: Case, event: e.ReportedIn, entry: e.Entry) -> None:
    call = case.together.awaits(event.desk)
    came = tuple(
        msgspec.structs.replace(one, reported_at=entry.event_at) if one is call else one
        for one in case.together.whistles
    )
    _change(case, whistles=came)
    _meet(case, report_in_of(event.desk), entry)


def _on_assist_added(case: Case, event: e.AssistAdded, _entry: e.Entry) -> None:
    _assist(case, event.desk)


def _on_assist_removed(case: Case, event: e.AssistRemoved, _entry: e.Entry) -> None:
    case.assists = tuple(one for one in case.assists if one != event.desk)
    _leaves(case, event.desk)


def _on_leader_assigned(case: Case, event: e.LeaderAssigned, _entry: e.Entry) -> None:
    _change(case, leader=Leader(leader=event.leader, tier=event.tier))


def _on_instructed(case: Case, event: e.Instructed, entry: e.Entry) -> None:
    said = Instruction(leader=event.leader, tier=event.tier, at=entry.event_at)
    _change(case, instructions=(*case.together.instructions, said))


def _on_plan_filed(case: Case, _event: e.PlanFiled, entry: e.Entry) -> None:
    _change(case, plan_filed_at=entry.event_at)
    clocks.satisfy(case, Satisfies.PLAN_FILED, entry.event_at)


def _on_reviewed(case: Case, event: e.Reviewed, entry: e.Entry) -> None:
    if event.passed:
        _meet(case, event.milestone, entry)
        return
    _change(case, plan_filed_at=None)
    clocks.rearm(case, event.milestones)


def _on_marked(case: Case, event: e.Marked, entry: e.Entry) -> None:
    mark = Marked(watcher=event.watcher, milestone=event.milestone, at=entry.event_at, on_site=event.on_site)
    _change(case, marks=(*case.together.marks, mark))
    _meet(case, event.milestone, entry)


def _meet(case: Case, name: str | None, entry: e.Entry) -> None:
    clocks.end(case, lambda m: m.name == name, e.MilestoneStatus.MET, met_at=entry.event_at)


def _on_mediation_started(case: Case, event: e.MediationStarted, entry: e.Entry) -> None:
    _assist(case, event.desk)
    _change(case, mediation=Mediation(desk=event.desk, at=entry.event_at))
    clocks.arm(case, event.milestone)


def _on_mediation_ended(case: Case, event: e.MediationEnded, entry: e.Entry) -> None:
    """Its clock is met either way: the mediator said what came of it. Who mediated has no more to do here."""
    _meet(case, MEDIATION, entry)
    _change(case, mediation=None)
    case.assists = tuple(one for one in case.assists if one != event.desk)


#: How the events of several offices change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.Whistled: _on_whistled,
    e.ReportedIn: _on_reported_in,
    e.AssistAdded: _on_assist_added,
    e.AssistRemoved: _on_assist_removed,
    e.LeaderAssigned: _on_leader_assigned,
    e.Instructed: _on_instructed,
    e.PlanFiled: _on_plan_filed,
    e.Reviewed: _on_reviewed,
    e.Marked: _on_marked,
    e.MediationStarted: _on_mediation_started,
    e.MediationEnded: _on_mediation_ended,
}
