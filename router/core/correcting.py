"""Corrections (更正): category, division or place were wrong; the case is routed anew and its due date stays."""

from __future__ import annotations

from router.core.case import Case
from router.core.commands import Correct
from router.core.events import Corrected
from router.core.opening import dispatch_to
from router.core.place import place_key
from router.core.refusals import Refusal, refuse
from router.core.routing import Wanted, group_of, route
from router.core.rules import Rules
from router.core.step import Draft
from router.core.tree import Tree


def correct(draft: Draft, command: Correct, rules: Rules) -> Refusal | None:
    """Put the facts right; when they lead to another desk the case goes there, and the old desk is told.

    A case that was already escalated stays where it is: a correction takes it down no tier.
    """
    case = draft.case
    if command.category is None and command.division is None and command.place is None:
        return refuse("nothing_to_correct", case=case.id)
    category = command.category if command.category is not None else case.category
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
    old, escalated = case.lead, bool(case.taken)
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
    if found.desk.code != old and not escalated:
        dispatch_to(draft, rules, found, from_desk=old or None)
    return None


def _named(tree: Tree, case: Case) -> tuple[str | None, ...]:
    """The divisions a case names today; unknown ones are not named."""
    return tuple(None if tree.divisions[code].unknown else code for code in case.division_path[1:])
