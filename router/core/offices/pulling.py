"""Pulling (提办): the top tier takes a case at once, past all tiers. It counts against nobody."""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import ActorRole, Pull
from router.core.events import Pulled
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.kept import is_kept
from router.core.territory.tree import Desk, DeskKind, Tree
from router.core.timing import suspensions
from router.core.timing.ladder import superiors


def pull(draft: Draft, command: Pull, rules: Rules) -> Refusal | None:
    """提办: whoever had it assists, keeps what it has missed, and is told."""
    case, tree = draft.case, rules.tree
    lead, before = case.lead, case.step
    if lead in tree.desks and tree.tier_of(tree.desks[lead]) == 0:
        return refuse("at_the_top", desk=lead)
    desk = _receiver(case, command, rules)
    if isinstance(desk, Refusal):
        return desk
    suspensions.end(draft, rules, "pulled", command.actor.id)
    draft.add(
        Pulled(
            from_desk=lead,
            to_desk=desk.code,
            from_step=before,
            to_step=max(before, rules.step_of(rules.policy(case.policy), desk)),
            by=command.actor.id,
        ),
        text=command.text,
    )
    notices.hand_over(draft, rules, "pulled", from_desk=lead)
    return None


def _receiver(case: Case, command: Pull, rules: Rules) -> Desk | Refusal:
    tree = rules.tree
    wanted = command.desk or _own(case, command, rules)
    desk = tree.standing(wanted) if wanted is not None else None
    if desk is None:
        return refuse("unknown_desk" if wanted not in tree.desks else "inactive_desk", desk=wanted or "")
    if tree.tier_of(desk) != 0 or desk.kind in (DeskKind.TRIAGE, DeskKind.DISPATCHER):
        return refuse("not_at_the_top", desk=desk.code)
    if is_kept(tree, case.kept, desk.code):
        return refuse("subject_desk", desk=desk.code)
    return desk


def _own(case: Case, command: Pull, rules: Rules) -> str | None:
    """Who gets it when nobody is named: the desk that says so, else the city's own above the lead."""
    if command.actor.role is ActorRole.DESK:
        return command.actor.id
    above = (desk for desk in superiors(case, rules, case.lead) if _governs(rules.tree, desk))
    return next((desk.code for desk in above), None)


def _governs(tree: Tree, desk: Desk) -> bool:
    return tree.tier_of(desk) == 0 and desk.kind is not DeskKind.SUPERVISION
