"""Making a tree of divisions (区划) and desks (承办单位) whole, and changing it while the router runs.

Pure: every function takes a :class:`TreeFile` and returns a new version. Nothing here is ever dropped or
guessed silently: what is added has a code that comes from :func:`desk_code` or :func:`unknown_code`, so
that two people who complete the same file get the same tree, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias

import msgspec

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
    "unknown_code",
]

#: Chinese words for the usual tiers; another tier is called by its own name.
TIER_LABELS = {"province": "省份", "city": "市", "district": "区县", "street": "街道", "community": "社区"}

_SUFFIX = {
    DeskKind.TERRITORIAL: "",
    DeskKind.TRIAGE: "分诊席",
    DeskKind.DISPATCHER: "派单席",
    DeskKind.SUPERVISION: "督查室",
    DeskKind.LAST_RESORT: "兜底席",
}


def desk_code(division: str, kind: DeskKind) -> str:
    """The code of a generated desk: the territory's own code for its territorial desk, else `code:kind`."""
    return division if kind is DeskKind.TERRITORIAL else f"{division}:{kind.value}"


def unknown_code(parent: str) -> str:
    """The code of the division that stands for a missing or unknown one below `parent`."""
    return f"{parent}:unknown"


def complete(file: TreeFile) -> TreeFile:
    """Add what every tree must have and `file` left out; what `file` says is kept, in its order.

    Adds an unknown division below every division that is not at the lowest tier (below the unknown ones
    too), the desks of :func:`_missing_desks`, and a superior (上级) for each desk that names none.
    Deterministic and idempotent. Faulty input is completed as far as it goes; :func:`check` names the rest.
    """
    divisions = _with_unknowns(file.divisions, file.tiers)
    desks = [*file.desks, *_missing_desks(divisions, file.desks, len(file.tiers))]
    chain = _Chain(divisions, desks)
    linked = tuple(
        desk if desk.superior else msgspec.structs.replace(desk, superior=chain.superior_of(desk))
        for desk in desks
    )
    return msgspec.structs.replace(file, divisions=tuple(divisions), desks=linked)


def _with_unknowns(given: Sequence[Division], tiers: Sequence[str]) -> list[Division]:
    divisions = list(given)
    served = {d.parent for d in given if d.unknown}
    for division in divisions:  # grows while it is walked: unknown ones get an unknown one below as well
        below = division.tier + 1
        if below < len(tiers) and division.code not in served:
            served.add(division.code)
            label = TIER_LABELS.get(tiers[below], tiers[below])
            divisions.append(
                Division(
                    code=unknown_code(division.code),
                    name=_joined(division.name, f"未知{label}"),
                    tier=below,
                    parent=division.code,
                    unknown=True,
                )
            )
    return divisions


def _missing_desks(divisions: Iterable[Division], given: Iterable[Desk], depth: int) -> list[Desk]:
    """The desks that must exist and do not.

    Triage (分诊) in every division, territorial (块) in every known one; a last resort (兜底) in every known
    division just above the lowest tier, and in the city for what lies in no known district; a dispatcher
    (派单席) and supervision (督查) in the city.
    """
    present = {(desk.division, desk.kind) for desk in given}
    supervised = any(desk.kind is DeskKind.SUPERVISION for desk in given)
    missing = []
    for division in divisions:
        for kind in _required(division, depth):
            if (division.code, kind) in present or (kind is DeskKind.SUPERVISION and supervised):
                continue
            present.add((division.code, kind))
            missing.append(_generated(division, kind))
    return missing


def _required(division: Division, depth: int) -> list[DeskKind]:
    if division.unknown:
        return [DeskKind.TRIAGE]
    kinds = [DeskKind.TERRITORIAL, DeskKind.TRIAGE]
    if division.parent is None or division.tier == depth - 2:
        kinds.append(DeskKind.LAST_RESORT)
    if division.parent is None:
        kinds += [DeskKind.DISPATCHER, DeskKind.SUPERVISION]
    return kinds


def _generated(division: Division, kind: DeskKind) -> Desk:
    return Desk(
        code=desk_code(division.code, kind),
        name=_joined(division.name, _SUFFIX[kind]),
        kind=kind,
        division=division.code,
        superior=None,
        level=1 if kind is DeskKind.SUPERVISION else 0,
    )


def _joined(name: str, suffix: str) -> str:
    space = " " if suffix and name[-1:].isascii() and name else ""
    return f"{name}{space}{suffix}"


class _Chain:
    """Finds the superior of a desk that names none. Always a tier up, or from a grid to its own street."""

    def __init__(self, divisions: Iterable[Division], desks: Iterable[Desk]) -> None:
        self._divisions = {d.code: d for d in divisions}
        self._seats: dict[tuple[str, DeskKind, str | None], str] = {}
        self._supervision: list[Desk] = []
        for desk in desks:
            if desk.kind is DeskKind.SUPERVISION:
                self._supervision.append(desk)
            line = desk.line if desk.kind is DeskKind.FUNCTIONAL else None
            # A desk whose work went elsewhere stays the named superior only where there is no other.
            if desk.redirect is None or (desk.division, desk.kind, line) not in self._seats:
                self._seats[desk.division, desk.kind, line] = desk.code
        self._supervision.sort(key=lambda desk: desk.level)

    def superior_of(self, desk: Desk) -> str | None:
        """The code of the superior; None for the last supervision desk and for a desk of no known place."""
        if desk.kind is DeskKind.SUPERVISION:
            return self._supervision_above(desk.level)
        division = self._divisions.get(desk.division)
        if division is None:
            return None
        own = self._seats.get((division.code, DeskKind.TERRITORIAL, None))
        if desk.kind is DeskKind.GRID and own is not None:
            return own
        if division.parent is None:
            return self._supervision_above(-1)
        parent = self._divisions.get(division.parent)
        if parent is None:
            return None
        same_line = self._seats.get((parent.code, DeskKind.FUNCTIONAL, desk.line)) if desk.line else None
        # Nobody sits in an unknown territory but its triage desk.
        kind = DeskKind.TRIAGE if parent.unknown else DeskKind.TERRITORIAL
        return same_line or self._seats.get((parent.code, kind, None))

    def _supervision_above(self, level: int) -> str | None:
        return next((desk.code for desk in self._supervision if desk.level > level), None)


class ChangeKind(StrEnum):
    """What became of a desk while the router was running."""

    ADDED = "added"
    RENAMED = "renamed"
    MERGED = "merged"  # for good: the desk is inactive and another does its work
    REDIRECTED = "redirected"  # until further notice
    RESTORED = "restored"  # a redirect ended
    DEACTIVATED = "deactivated"
    SUPERIOR = "superior"  # it answers to another desk now


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
    office = msgspec.structs.replace(_generated(division, DeskKind.TERRITORIAL), served=served)
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
    before = {str(fault) for fault in check(file)}
    file = complete(msgspec.structs.replace(file, desks=(*file.desks, desk)))
    new = [fault for fault in check(file) if str(fault) not in before]
    if new:
        raise ConflictError(Sentence(new[0].en, new[0].zh), todo=Sentence(new[0].todo_en, new[0].todo_zh))
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


def merge(file: TreeFile, desk: str, into: str) -> Changed:
    """Close `desk` for good; `into` does its work, and who answered to `desk` answers to `into`.

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
    heir = msgspec.structs.replace(new, superior=above, level=level)
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
