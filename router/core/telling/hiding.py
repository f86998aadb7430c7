"""For whom a case does not exist (docs/behaviour.md, 3.13): asked of every receiver, every actor and every list.

The law of the file: an ordinary case costs two looks at it and no more.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.core.case import Case, State
from router.core.commands import Actor, ActorRole
from router.core.events import ALIVE, Entry, Restricted
from router.core.rules import Rules
from router.core.telling.kept import KeptFrom, is_kept, keeps_from
from router.core.territory.tree import DeskKind, Tree

#: Offices through which a case passes whoever has it; one that is about them is kept from them all the same.
_OFFICES = frozenset({DeskKind.DISPATCHER, DeskKind.SUPERVISION})
#: States in which a case waits for whoever does its lead's work today.
_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED})
#: Roles in which persons speak under accounts of their own.
_PERSONS = frozenset({ActorRole.DISPATCHER, ActorRole.FOLLOW_UP, ActorRole.SUPERVISION})


def bars(tree: Tree, case: Case, desk: str) -> bool:
    """Whether a desk may never have a case: it is about that desk, or may turn out to be when the lot is drawn."""
    if case.is_restricted and is_kept(tree, case.kept, desk):
        return True
    return case.is_open and any(keeps_from(tree, one, desk) for one in case.inspections.candidates)


def hides(tree: Tree, case: Case, desk: str) -> bool:
    """Whether a case does not exist for a desk.

    It is barred from it; or the case is confidential and the desk has no part in it. One that is below the lead
    has none, unless somebody calls it by name.
    """
    return bars(tree, case, desk) or (case.confidential and not has_part(tree, case, desk))


def has_part(tree: Tree, case: Case, desk: str) -> bool:
    """Whether a desk has to do with a case: it works or worked on it, stands above the lead, or is an office that
    the case passes through.
    """
    if desk == case.lead or desk in case.assists or any(one.desk == desk for one in case.taken):
        return True
    known = tree.desks.get(desk)
    if known is not None and known.kind in _OFFICES:
        return True
    below = case.lead if case.lead in tree.desks else _governing(tree, case)
    for above in tree.chain(below)[1:] if below == case.lead else tree.chain(below):
        heir = tree.standing(above.code)
        if desk == above.code or (heir is not None and desk == heir.code):
            return True
    return False


def _governing(tree: Tree, case: Case) -> str:
    """Code of the desk that governs the place of a case whose lead is gone from the tree; empty: none does."""
    found = (tree.territorial(division) for division in reversed(case.division_path))
    return next((desk.code for desk in found if desk is not None), "")


def hidden_from(rules: Rules, case: Case, actor: Actor) -> bool:
    """Whether a case does not exist for whoever speaks: a desk, or a person in one of the offices.

    A person's account decides. One that no desk lists speaks for an office that nobody knows: what is kept from
    one of that kind is not there for it.
    """
    if actor.role is ActorRole.DESK:
        return hides(rules.tree, case, actor.id)
    if actor.role not in _PERSONS:
        return False
    if hidden_from_account(rules.tree, case, actor.id):
        return True
    if not (case.is_restricted or case.is_task) or rules.tree.seats(actor.id):
        return False
    return any(bars(rules.tree, case, code) for code in _of_role(rules, case, actor.role))


def _of_role(rules: Rules, case: Case, role: ActorRole) -> Iterable[str]:
    """Codes of the desks that may be meant when somebody speaks in a role."""
    if role is ActorRole.FOLLOW_UP:
        return rules.asking(case.policy)
    kind = DeskKind.DISPATCHER if role is ActorRole.DISPATCHER else DeskKind.SUPERVISION
    return (desk.code for desk in rules.tree if desk.kind is kind)


def hidden_from_account(tree: Tree, case: Case, account: str) -> bool:
    """Whether a case does not exist for an account: it is kept from it, or none of its desks has a part in it."""
    if bars_account(tree, case, account):
        return True
    seats = tree.seats(account) if case.confidential else ()
    return bool(seats) and not any(has_part(tree, case, desk.code) for desk in seats)


def kept_from_account(tree: Tree, kept: KeptFrom, account: str) -> bool:
    """Whether a case that nobody has yet is to be kept from an account.

    Of a confidential one only the offices that each case passes through have a part.
    """
    if account in kept.named_persons:
        return True
    seats = tree.seats(account)
    if any(is_kept(tree, kept, desk.code) for desk in seats):
        return True
    return kept.confidential and bool(seats) and not any(desk.kind in _OFFICES for desk in seats)


def bars_account(tree: Tree, case: Case, account: str) -> bool:
    """Whether an account may never have to do with a case: it is named, or sits at a desk that is kept out."""
    if names(case, account):
        return True
    if not (case.is_restricted or case.is_task):
        return False
    return any(bars(tree, case, desk.code) for desk in tree.seats(account))


def silenced(tree: Tree, case: Case, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Codes of the desks that must not read on what they were told of a case: these entries came to name them."""
    if not any(isinstance(entry.event, Restricted) for entry in entries):
        return ()
    return tuple(desk.code for desk in tree if is_kept(tree, case.kept, desk.code))


def is_lost(tree: Tree, case: Case | None, told: str) -> bool:
    """Whether whoever was told of a case must not have it any more, since the tree has changed.

    Args:
        tree: in force.
        case: as it stands; None: nobody knows of one, and nothing is kept.
        told: code of the desk.
    """
    return case is not None and is_kept(tree, case.kept, told)


def not_yet_out(tree: Tree, case: Case) -> tuple[str, ...]:
    """Codes of the desks that have a part in an open case, and must not since the tree has changed."""
    if not case.kept.desks or not case.is_open:
        return ()
    holders = (one.holder for one in case.milestones if one.status in ALIVE and one.holder is not None)
    heir = tree.standing(case.lead)
    at_work = heir.code if heir is not None and case.state in _AT_WORK else case.lead
    inside = dict.fromkeys((case.lead, at_work, *case.assists, *holders))
    return tuple(code for code in inside if is_kept(tree, case.kept, code))


def names(case: Case, account: str) -> bool:
    """Whether a report names the person with that account."""
    return account in case.named_persons
