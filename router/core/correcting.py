"""Corrections (更正): category, division or place were wrong; the case is routed anew and its due date stays."""

from __future__ import annotations

import msgspec

from router.core import task_force
from router.core.case import Case
from router.core.commands import Correct
from router.core.events import Corrected
from router.core.ladder import desk_at
from router.core.opening import dispatch_to
from router.core.place import place_key
from router.core.policy import Mode
from router.core.refusals import Refusal, refuse
from router.core.routing import Route, Wanted, group_of, route
from router.core.rules import Rules
from router.core.step import Draft
from router.core.tree import Desk, Tree


def correct(draft: Draft, command: Correct, rules: Rules) -> Refusal | None:
    """Put the facts right; where another category or division leads to another desk, the case goes there.

    A case that has climbed keeps its step: it goes to the desk of that step above where it belongs now.
    """
    case = draft.case
    wanted = rules.tree.category_code(command.category)
    category = wanted if wanted is not None else case.category
    division = command.division if command.division is not None else _named(rules.tree, case)
    place = command.place if command.place is not None else case.place
    found = route(
        rules.tree,
        Wanted(
            division=division,
            desk=None,
            category=category,
            subject_desk=case.subject_desk,
            confidential=case.confidential,
        ),
    )
    elsewhere = (category, found.division_path) != (case.category, case.division_path)
    if not elsewhere and place == case.place:
        return refuse("nothing_to_correct", case=case.id)
    draft.add(
        Corrected(
            category=category,
            category_group=group_of(rules.tree, category),
            division_path=found.division_path,
            place_key=place_key(place),
            place=place,
            triaged=case.triaged or found.triaged,
        )
    )
    to = _on_its_step(draft.case, rules, found)
    to = task_force.waits(draft, rules, to) or to
    if elsewhere and to.desk.code != case.lead:
        dispatch_to(draft, rules, to, from_desk=case.lead or None)
    return None


def _on_its_step(case: Case, rules: Rules, found: Route) -> Route:
    """The route itself, or the desk above it on the step that the case has reached; else it stays where it is."""
    policy = rules.policy(case.policy)
    if not case.lead or policy.mode is Mode.SUPERVISE or rules.step_of(policy, found.desk) >= case.step:
        return found
    above = desk_at(case, rules, policy.ladder[case.step].name, found.desk.code)
    desk = above if isinstance(above, Desk) else rules.tree.desks.get(case.lead, found.desk)
    return msgspec.structs.replace(found, desk=desk, skipped=())


def _named(tree: Tree, case: Case) -> tuple[str | None, ...]:
    """The divisions a case names today; unknown ones, and those that are gone since, are not named."""
    known = (tree.divisions.get(code) for code in case.division_path[1:])
    return tuple(None if division is None or division.unknown else division.code for division in known)
