"""Changing a tree of divisions (区划) and desks (承办单位) while the router runs.

Pure: every function takes a :class:`TreeFile` and returns a new version. Nothing here is ever dropped or
guessed silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias

import msgspec

from router.core.territory.completing import complete, desk_code, generated, unknown_code
from router.core.territory.division_checks import check
from router.core.territory.division_faults import Fault
from router.core.territory.tree import Desk, DeskKind, Division, Served, TreeFile
from router.errors import ConflictError, NotFoundError
from router.sentences import Sentence

__all__ = [
    "ChangeKind",
    "Changed",
    "DeskChange",
    "Fault",
    "add_desk",
    "add_office",
    "check",
    "complete",
    "deactivate",
    "desk_code",
    "merge",
    "redirect",
    "rename",
    "seat",
    "unknown_code",
]


class ChangeKind(StrEnum):
    """What became of a desk while the router was running."""

    ADDED = "added"
    RENAMED = "renamed"
    MERGED = "merged"  # for good: the desk is inactive and another does its work
    REDIRECTED = "redirected"  # until further notice
    RESTORED = "restored"  # a redirect ended
    DEACTIVATED = "deactivated"
    SUPERIOR = "superior"  # it answers to another desk now
    ACCOUNTS = "accounts"  # other accounts speak for it now


class DeskChange(msgspec.Struct, frozen=True, kw_only=True):
    """One desk that a change of the tree touched; cases of a desk that lost its work are re-routed."""

    desk: str
    kind: ChangeKind
    #: The desk that has its work, or its superior, from now on; None: there is none to name, route afresh.
    to: str | None = None


#: A new version of the tree and what changed for whom.
Changed: TypeAlias = tuple[TreeFile, list[DeskChange]]


def add_office(file: TreeFile, *, code: str, name: str, parent: str, served: Served = Served.AMQP) -> Changed:
    """Add a division (区划) below `parent`, with its territorial desk `code` and all that belongs to it.

    Raises:
        NotFoundError: there is no division `parent`.
        ConflictError: the code is taken, or nothing can stand below `parent`.
    """
    above = next((d for d in file.divisions if d.code == parent), None)
    if above is None:
        raise NotFoundError(
            "there is no division {parent}", todo="Name the code of a division of the tree.", parent=parent
        )
    if above.unknown or above.tier + 1 >= len(file.tiers):
        raise ConflictError(
            "division {parent} stands for unknown places; no office can be added below it"
            if above.unknown
            else "division {parent} is at the lowest tier; no office can be added below it",
            parent=parent,
        )
    if any(d.code == code for d in file.divisions):
        raise ConflictError("division {code} exists already", todo="Rename it, or choose another code.", code=code)
    division = Division(code=code, name=name, tier=above.tier + 1, parent=parent)
    office = msgspec.structs.replace(generated(division, DeskKind.TERRITORIAL), served=served)
    file = msgspec.structs.replace(file, divisions=(*file.divisions, division))
    return add_desk(file, office)


def add_desk(file: TreeFile, desk: Desk) -> Changed:
    """Add a desk, for example a department (条), and complete the tree around it.

    Raises:
        NotFoundError: its division does not exist.
        ConflictError: the code is taken, or :func:`check` finds the desk at fault (a seat taken twice, …).
    """
    if any(d.code == desk.code for d in file.desks):
        raise ConflictError("desk {code} exists already", todo="Choose another code.", code=desk.code)
    if not any(d.code == desk.division for d in file.divisions):
        raise NotFoundError(
            "there is no division {division}", todo="Add the division first.", division=desk.division
        )
    known = {d.code for d in file.desks}
    file = _checked(file, complete(msgspec.structs.replace(file, desks=(*file.desks, desk))))
    added = [d.code for d in file.desks if d.code not in known]
    return file, [DeskChange(desk=code, kind=ChangeKind.ADDED) for code in added]


def rename(file: TreeFile, desk: str, name: str, *, division_name: str | None = None) -> Changed:
    """Give a desk another name, and its division too when `division_name` is not None. Codes never change.

    Raises:
        NotFoundError: there is no such desk.
    """
    old = _desk(file, desk)
    file = _with_desks(file, msgspec.structs.replace(old, name=name))
    if division_name is not None:
        divisions = tuple(
            msgspec.structs.replace(d, name=division_name) if d.code == old.division else d for d in file.divisions
        )
        file = msgspec.structs.replace(file, divisions=divisions)
    return file, [DeskChange(desk=desk, kind=ChangeKind.RENAMED)]


def seat(file: TreeFile, desk: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Changed:
    """Let accounts speak for `desk`, and others no more; one that is there already, or is not, stays as it is.

    Raises:
        ConflictError: what is added is no account.
        NotFoundError: there is no such desk.
    """
    old = _desk(file, desk)
    kept = tuple(account for account in dict.fromkeys((*old.accounts, *add)) if account not in remove)
    file = _checked(file, _with_desks(file, msgspec.structs.replace(old, accounts=kept)))
    return file, [DeskChange(desk=desk, kind=ChangeKind.ACCOUNTS)] if kept != old.accounts else []


def merge(file: TreeFile, desk: str, into: str) -> Changed:
    """Close `desk` for good; `into` does its work, and who answered to `desk` answers to `into`.

    Its people go over: their accounts speak for `into` too.

    The division stays, because cases on record lie in it.

    Raises:
        NotFoundError: one of the two does not exist.
        ConflictError: one of them is not at work, or `into` may not take the work of `desk`.
    """
    old, new = _desk(file, desk), _desk(file, into)
    _refuse_takeover(file, old, new)
    closed = msgspec.structs.replace(old, active=False, redirect=into)
    above = old.superior if new.superior == desk else new.superior
    level = min(old.level, new.level) if new.kind is DeskKind.SUPERVISION else new.level
    people = tuple(dict.fromkeys((*new.accounts, *old.accounts)))
    heir = msgspec.structs.replace(new, superior=above, level=level, accounts=people)
    below = [d for d in file.desks if d.superior == desk and d.code != into]
    moved = [msgspec.structs.replace(d, superior=into) for d in below]
    changes = [DeskChange(desk=desk, kind=ChangeKind.MERGED, to=into)]
    if above != new.superior:
        changes.append(DeskChange(desk=into, kind=ChangeKind.SUPERIOR, to=above))
    changes += [DeskChange(desk=d.code, kind=ChangeKind.SUPERIOR, to=into) for d in moved]
    return _with_desks(file, closed, heir, *moved), changes


def redirect(file: TreeFile, desk: str, to: str | None) -> Changed:
    """Let `to` do the work of `desk` until further notice; None ends that.

    Raises:
        NotFoundError: one of the two does not exist.
        ConflictError: `desk` is supervision (merge it), was merged, or `to` may not take its work.
    """
    old = _desk(file, desk)
    if to is None:
        if old.redirect is None or not old.active:
            raise ConflictError("desk {desk} is not redirected, or was closed for good", desk=desk)
        change = DeskChange(desk=desk, kind=ChangeKind.RESTORED)
        return _with_desks(file, msgspec.structs.replace(old, redirect=None)), [change]
    if not old.active:
        _refuse_idle(old)
    if old.kind is DeskKind.SUPERVISION:
        raise ConflictError(
            "supervision desk {desk} cannot be redirected",
            todo="Merge it into another supervision desk.",
            desk=desk,
        )
    _refuse_takeover(file, msgspec.structs.replace(old, redirect=None), _desk(file, to))
    change = DeskChange(desk=desk, kind=ChangeKind.REDIRECTED, to=to)
    return _with_desks(file, msgspec.structs.replace(old, redirect=to)), [change]


def deactivate(file: TreeFile, desk: str) -> Changed:
    """Close `desk` with nobody in its place: ladders skip it, its cases are routed afresh.

    Raises:
        NotFoundError: there is no such desk.
        ConflictError: it is not at work, others are redirected to it, or the city cannot do without it.
    """
    old = _desk(file, desk)
    _refuse_idle(old)
    sources = [d.code for d in file.desks if d.redirect == desk]
    if sources:
        raise ConflictError(
            "desk {desk} does the work of {sources}",
            todo="Redirect those to another desk first.",
            desk=desk,
            sources=", ".join(sources),
        )
    others = [d for d in file.desks if d.kind is old.kind and d.code != desk and d.active and not d.redirect]
    only = old.kind in (DeskKind.SUPERVISION, DeskKind.DISPATCHER) and not others
    if only or old.kind in (DeskKind.TRIAGE, DeskKind.LAST_RESORT):
        raise ConflictError(
            "{kind} desk {desk} cannot be closed: what it takes would be lost",
            todo="Rename it, change how it is served, or merge it where that is possible.",
            kind=old.kind.value,
            desk=desk,
        )
    change = DeskChange(desk=desk, kind=ChangeKind.DEACTIVATED)
    return _with_desks(file, msgspec.structs.replace(old, active=False)), [change]


def _checked(before: TreeFile, after: TreeFile) -> TreeFile:
    """The changed tree; raises ConflictError for the first fault that it did not have before."""
    known = {str(fault) for fault in check(before)}
    new = [fault for fault in check(after) if str(fault) not in known]
    if new:
        raise ConflictError(Sentence(new[0].en, new[0].zh), todo=Sentence(new[0].todo_en, new[0].todo_zh))
    return after


def _desk(file: TreeFile, code: str) -> Desk:
    for desk in file.desks:
        if desk.code == code:
            return desk
    near = get_close_matches(code, [desk.code for desk in file.desks], n=3)
    if near:
        raise NotFoundError(
            "there is no desk {code}", todo="Did you mean {near}?", code=code, near=", ".join(near)
        )
    raise NotFoundError("there is no desk {code}", todo="Name the code of a desk of the tree.", code=code)


def _with_desks(file: TreeFile, *changed: Desk) -> TreeFile:
    by_code = {desk.code: desk for desk in changed}
    return msgspec.structs.replace(file, desks=tuple(by_code.get(d.code, d) for d in file.desks))


def _refuse_idle(desk: Desk) -> None:
    if desk.redirect is not None:
        raise ConflictError(
            "desk {code} is not at work: {redirect} does its work",
            todo="Name {redirect} instead.",
            code=desk.code,
            redirect=desk.redirect,
        )
    if not desk.active:
        raise ConflictError("desk {code} is inactive", code=desk.code)


def _refuse_takeover(file: TreeFile, old: Desk, new: Desk) -> None:
    """Raise ConflictError unless `new` may do the work of `old`: no circle, and no way down."""
    _refuse_idle(old)
    _refuse_idle(new)
    if old.code == new.code:
        raise ConflictError("desk {code} cannot take over its own work", code=old.code)
    if old.kind is DeskKind.TRIAGE:
        raise ConflictError(
            "triage desk {code} stays: every division has one, so that nothing is lost", code=old.code
        )
    if (old.kind is DeskKind.SUPERVISION) != (new.kind is DeskKind.SUPERVISION):
        raise ConflictError("supervision takes over supervision only; what is supervised stays below it")
    tier = {d.code: d.tier for d in file.divisions}
    if tier[new.division] > tier[old.division]:
        raise ConflictError(
            "desk {code} is at a lower tier than {other}: its cases would go down",
            todo="Name a desk of the same tier or above.",
            code=new.code,
            other=old.code,
        )
