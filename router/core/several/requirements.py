"""Requirements (整改要求): what supervision wants done, ticked one by one (销号) before the case closes.

The gate stays what it is: a case that has passed it and has open requirements closes with the last tick.
"""

from __future__ import annotations

from datetime import datetime

from router.core.commands import IssueRequirements, Tick
from router.core.events import RequirementIssued, RequirementTicked
from router.core.offices.gate import close_case
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.timing.arming import requirements_clock


def issue_requirements(draft: Draft, command: IssueRequirements, rules: Rules) -> Refusal | None:
    """整改要求: the lead is told what, and by when."""
    wanted = tuple(text.strip() for text in command.requirements)
    if not wanted or not all(wanted):
        return refuse("nothing_required", case=draft.case.id)
    if command.due_at is not None and command.due_at <= draft.at:
        return refuse("required_in_the_past", due_at=command.due_at.isoformat())
    require(draft, rules, wanted, command.actor.id, command.due_at)
    return None


def require(draft: Draft, rules: Rules, wanted: tuple[str, ...], by: str, due_at: datetime | None) -> None:
    """Put requirements on record and tell the lead."""
    case = draft.case
    clock = requirements_clock(rules, rules.policy(case.policy), draft.at, due_at)
    last = len(case.inspections.requirements)
    for number, text in enumerate(wanted, last + 1):
        first = number == last + 1
        draft.add(RequirementIssued(number=number, by=by, milestone=clock if first else None), text=text)
    items = {str(number): text for number, text in enumerate(wanted, last + 1)}
    draft.tell_desk(
        case.lead,
        notices.REQUIRED,
        lambda now: m.Required(case_id=now.id, version=now.version, by=by, due_at=clock.due_at, items=items),
    )


def tick(draft: Draft, command: Tick, rules: Rules) -> Refusal | None:
    """销号: with the last one a case that has passed its gate closes."""
    case = draft.case
    if command.requirement not in case.inspections.open:
        return refuse("not_required", requirement=command.requirement)
    draft.add(
        RequirementTicked(number=command.requirement, by=command.actor.id, evidence=command.evidence),
        text=command.text,
    )
    left = draft.case.inspections.open
    draft.tell_desk(
        case.lead,
        notices.TICKED,
        lambda now: m.Ticked(case_id=now.id, version=now.version, requirement=command.requirement, left=left),
    )
    waits = draft.case.inspections.waits
    if not left and waits is not None:
        close_case(draft, rules, waits.gate, waits.outcome)
    return None
