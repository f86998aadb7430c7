"""Mediation (调解): a desk of its own with a budget of its own, while the lead and its clocks stay.

Nothing stops the lead's clocks, so a failed mediation leaves it where it stands. What is missed when mediation
has overrun its own budget is the mediator's, and nobody else's.
"""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import ActorRole, EndMediation, Mediate, Outcome
from router.core.events import MediationEnded, MediationStarted
from router.core.offices import working
from router.core.offices.whistles import helper
from router.core.policies.own_clocks import MEDIATION
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.telling.kept import is_kept
from router.core.territory.tree import Desk, DeskKind
from router.core.timing.arming import mediating


def mediate(draft: Draft, command: Mediate, rules: Rules) -> Refusal | None:
    """转调解: to the named desk, else to the nearest one of the case's place."""
    case = draft.case
    if case.together.mediation is not None:
        return refuse("mediated_already", desk=case.together.mediation.desk)
    desk = _mediator(case, command, rules)
    if isinstance(desk, Refusal):
        return desk
    by = command.actor.id if command.actor.role is not ActorRole.SOURCE else case.lead
    clock = mediating(rules, rules.policy(case.policy), draft.at, desk.code, case.category)
    draft.add(MediationStarted(desk=desk.code, by=by, milestone=clock), text=command.text)
    draft.tell_desk(desk.code, notices.ASSIGNED, notices.assigned(rules, "mediation", role="assist"))
    draft.tell_desk(
        desk.code,
        notices.MEDIATION_WANTED,
        lambda now: m.MediationWanted(
            case_id=now.id, version=now.version, by=by, due_at=clock.due_at, text=command.text
        ),
    )
    return None


def _mediator(case: Case, command: Mediate, rules: Rules) -> Desk | Refusal:
    if command.desk is None:
        return _nearest(case, rules) or refuse("no_mediation_desk", case=case.id)
    desk = helper(case, rules, command.desk, lead=case.lead)
    if isinstance(desk, Desk) and desk.kind is not DeskKind.MEDIATION:
        return refuse("mediates_not", desk=desk.code)
    return desk


def _nearest(case: Case, rules: Rules) -> Desk | None:
    """The mediation desk of the case's own street, else of its district, else of the city; by code of several."""
    tree = rules.tree
    at_work = [desk for desk in tree if desk.kind is DeskKind.MEDIATION and tree.standing(desk.code) is desk]
    for division in reversed(case.division_path):
        for desk in sorted(at_work, key=lambda one: one.code):
            away = desk.code == case.lead or is_kept(tree, case.kept, desk.code)
            if desk.division == division and not away:
                return desk
    return None


def end_mediation(draft: Draft, command: EndMediation, rules: Rules) -> Refusal | None:
    """调解结束: a settlement resolves the case through its gate; else the lead goes on by the clocks it has."""
    desk = command.actor.id
    if not command.settled and not command.text.strip():
        return refuse("reason_missing", command="end_mediation")
    refusal = working.found_otherwise(draft.case, rules, Outcome.SETTLED) if command.settled else None
    if refusal is not None:
        return refusal
    working.overtake_named(draft, MEDIATION)
    lead = draft.case.lead
    draft.add(MediationEnded(desk=desk, settled=command.settled), text=command.text)
    draft.tell_desk(
        lead,
        notices.MEDIATION_ENDED,
        lambda now: m.MediationEnded(
            case_id=now.id, version=now.version, desk=desk, settled=command.settled, text=command.text
        ),
    )
    if command.settled:
        working.resolved(draft, rules, desk, Outcome.SETTLED, command.evidence, None, command.text)
    return None
