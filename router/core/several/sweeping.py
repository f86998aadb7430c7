"""Sweeps (举一反三): what was found at one desk is looked for at its siblings, by the same checklist."""

from __future__ import annotations

from router.core.commands import Sweep
from router.core.events import Swept
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several.inspections import child, inspected
from router.core.step import Draft
from router.core.territory.tree import Tree


def sweep(draft: Draft, command: Sweep, rules: Rules) -> Refusal | None:
    """举一反三: each sibling gets a case of its own that does not close before the whole checklist is ticked."""
    case, tree = draft.case, rules.tree
    if not command.checklist or not all(text.strip() for text in command.checklist):
        return refuse("nothing_required", case=case.id)
    about = inspected(case)
    desks = command.desks or siblings(tree, about)
    if not desks:
        return refuse("no_siblings", desk=about)
    for code in desks:
        if tree.standing(code) is None:
            return refuse("inactive_desk" if code in tree.desks else "unknown_desk", desk=code)
    first = case.inspections.children + 1
    cases = [
        child(
            draft,
            rules,
            f"{case.id}/{number}",
            code,
            command.category or case.category,
            command.text,
            command.checklist,
        )
        for number, code in enumerate(dict.fromkeys(desks), first)
    ]
    draft.add(
        Swept(by=command.actor.id, desks=tuple(dict.fromkeys(desks)), cases=tuple(one.case_id for one in cases)),
        text="\n".join(command.checklist),
    )
    for one in cases:
        draft.also(one)
    return None


def siblings(tree: Tree, code: str) -> tuple[str, ...]:
    """Codes of the desks at work of the same kind, line, tier and superior: the other streets of a district."""
    own = tree.desks.get(code)
    if own is None:
        return ()
    return tuple(
        desk.code
        for desk in tree
        if desk.code != code
        and (desk.kind, desk.line, desk.superior) == (own.kind, own.line, own.superior)
        and tree.tier_of(desk) == tree.tier_of(own)
        and tree.standing(desk.code) is desk
        and not tree.divisions[desk.division].unknown
    )
