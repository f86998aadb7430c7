"""Making a tree of divisions (区划) and desks (承办单位) whole: what every tree must have and a file left out.

Pure: a :class:`TreeFile` comes in and a new one goes out. What is added has a code that comes from
:func:`desk_code` or :func:`unknown_code`, so that two people who complete the same file get the same tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from router.core.territory.tree import Desk, DeskKind, Division, TreeFile

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
            missing.append(generated(division, kind))
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


def generated(division: Division, kind: DeskKind) -> Desk:
    """A desk that nobody has written down, with its usual code and name."""
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
