"""Naming what is wrong with a tree of divisions (区划) and desks (承办单位), every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from router.core.telling.kept import is_code
from router.core.territory.division_faults import Fault, fault
from router.core.territory.tree import Desk, DeskKind, Division, TreeFile

#: Key of an item that was read nowhere: `desk[3]`.
_ITEM = re.compile(r"(division|desk|category)\[\d+\]")


def check(file: TreeFile, origin: Mapping[str, str] | None = None) -> list[Fault]:
    """Name everything that is wrong with a completed tree, in the order of the file; empty when it is sound.

    Args:
        file: the tree, after :func:`router.core.territory.divisions.complete`; before it, desks lack superiors.
        origin: where an item was read, by its key (`division[0]`, `desk[3]`, `category[2]`), for example
            `divisions.csv:17`; None or a missing key names the key itself.
    """
    found = list(_Check(file, origin or {}).faults())
    if not origin:
        return found
    # What completing has added stands in no file: its faults follow from those of what does.
    written = [one for one in found if _ITEM.fullmatch(one.where) is None]
    return written or found


class _Check:
    def __init__(self, file: TreeFile, origin: Mapping[str, str]) -> None:
        self.file = file
        self.origin = origin
        self.divisions = {d.code: d for d in file.divisions}
        self.desks = {d.code: d for d in file.desks}
        levels = (d.level for d in file.desks if d.kind is DeskKind.SUPERVISION and d.redirect is None)
        self.top_level = max(levels, default=None)

    def faults(self) -> Iterator[Fault]:
        tiers = self.file.tiers
        if not tiers or len(set(tiers)) < len(tiers):
            yield self._fault("tiers", "tiers")
        for key, codes in self._codes().items():
            yield from self._codes_unique(key, codes)
        yield from self._roots()
        yield from self._unknowns()
        for index, division in enumerate(self.file.divisions):
            yield from self._division(f"division[{index}]", division)
        for index, desk in enumerate(self.file.desks):
            yield from self._desk(f"desk[{index}]", desk)
        yield from self._seats()
        yield from self._circles()
        yield from self._categories()

    def _fault(self, kind: str, key: str, /, **data: object) -> Fault:
        return fault(kind, self.origin.get(key, key), **data)

    def _codes(self) -> dict[str, list[str]]:
        return {
            "division": [d.code for d in self.file.divisions],
            "desk": [d.code for d in self.file.desks],
            "category": [c.code for c in self.file.categories],
        }

    def _codes_unique(self, key: str, codes: Iterable[str]) -> Iterator[Fault]:
        seen: dict[str, str] = {}
        for index, code in enumerate(codes):
            here = f"{key}[{index}]"
            if not code.strip():
                yield self._fault("empty-code", here)
            elif code in seen:
                first = self.origin.get(seen[code], seen[code])
                yield self._fault("duplicate-code", here, code=code, first=first)
            seen.setdefault(code, here)

    def _roots(self) -> Iterator[Fault]:
        roots = [(i, d.code) for i, d in enumerate(self.file.divisions) if d.parent is None]
        if not roots:
            yield self._fault("no-root", "division")
        for index, code in roots[1:]:
            yield self._fault("two-roots", f"division[{index}]", code=code, first=roots[0][1])

    def _unknowns(self) -> Iterator[Fault]:
        first: dict[str, str] = {}
        for index, division in enumerate(self.file.divisions):
            if not division.unknown or division.parent is None:
                continue
            if division.parent in first:
                data = {"parent": division.parent, "first": first[division.parent]}
                yield self._fault("two-unknown", f"division[{index}]", code=division.code, **data)
            first.setdefault(division.parent, division.code)

    def _division(self, key: str, division: Division) -> Iterator[Fault]:
        above = self.divisions.get(division.parent) if division.parent is not None else None
        if division.parent is not None and above is None:
            yield self._fault("orphan", key, code=division.code, parent=division.parent)
            return
        depth = len(self.file.tiers)
        expected = above.tier + 1 if above else 0
        if division.tier != expected or division.tier >= depth:
            yield self._fault("wrong-tier", key, code=division.code, tier=division.tier, depth=depth)

    def _desk(self, key: str, desk: Desk) -> Iterator[Fault]:
        division = self.divisions.get(desk.division)
        if division is None:
            yield self._fault("desk-nowhere", key, code=desk.code, division=desk.division)
        if desk.kind is DeskKind.FUNCTIONAL and not desk.line:
            yield self._fault("no-line", key, code=desk.code)
        if desk.kind is DeskKind.SUPERVISION and (desk.level < 1 or (division and division.parent)):
            yield self._fault("supervision-place", key, code=desk.code)
        for number, account in enumerate(desk.accounts, 1):
            if not is_code(account):
                yield self._fault("no-account", key, code=desk.code, number=number)
        yield from self._superior(key, desk)
        if desk.redirect is not None and self._leads_nowhere(desk):
            yield self._fault("redirect-nowhere", key, code=desk.code, redirect=desk.redirect)

    def _superior(self, key: str, desk: Desk) -> Iterator[Fault]:
        if desk.superior is None:
            if desk.redirect is None and not self._is_top(desk):
                yield self._fault("no-superior", key, code=desk.code)
        elif desk.superior not in self.desks:
            yield self._fault("superior-missing", key, code=desk.code, superior=desk.superior)
        # A desk whose work went elsewhere holds no case that could go up.
        elif desk.redirect is None and not self._is_above(self.desks[desk.superior], desk):
            yield self._fault("superior-not-above", key, code=desk.code, superior=desk.superior)

    def _is_top(self, desk: Desk) -> bool:
        if self.top_level is None:
            return self._tier(desk) == 0
        return desk.kind is DeskKind.SUPERVISION and desk.level == self.top_level

    def _is_above(self, superior: Desk, desk: Desk) -> bool:
        if desk.kind is DeskKind.SUPERVISION:
            return superior.kind is DeskKind.SUPERVISION and superior.level > desk.level
        if superior.kind is DeskKind.SUPERVISION:
            return self._tier(superior) <= self._tier(desk)
        if desk.kind is DeskKind.GRID and superior.kind is DeskKind.TERRITORIAL:
            return self._tier(superior) <= self._tier(desk)
        return self._tier(superior) < self._tier(desk)

    def _tier(self, desk: Desk) -> int:
        # A desk in no known division has a fault of its own; it is not judged a second time.
        return self.divisions[desk.division].tier if desk.division in self.divisions else 0

    def _leads_nowhere(self, desk: Desk) -> bool:
        seen = set()
        end: Desk | None = desk
        while end is not None and end.redirect is not None and end.code not in seen:
            seen.add(end.code)
            end = self.desks.get(end.redirect)
        return end is None or (end.redirect is None and not end.active)

    def _seats(self) -> Iterator[Fault]:
        taken: dict[tuple[object, ...], str] = {}
        for index, desk in enumerate(self.file.desks):
            seat = self._seat(desk)
            if seat is None:
                continue
            if seat in taken and taken[seat] != desk.code:
                label = " ".join(str(part) for part in seat)
                data = {"code": desk.code, "first": taken[seat], "seat": label}
                yield self._fault("two-desks", f"desk[{index}]", **data)
            taken.setdefault(seat, desk.code)

    def _seat(self, desk: Desk) -> tuple[object, ...] | None:
        """What only one desk may be; None where several may stand side by side."""
        if desk.redirect is not None and desk.kind is not DeskKind.TRIAGE:
            return None
        if desk.kind is DeskKind.FUNCTIONAL:
            return (desk.kind.value, desk.division, desk.line)
        if desk.kind is DeskKind.SUPERVISION:
            return (desk.kind.value, desk.level)
        if desk.kind in (DeskKind.TERRITORIAL, DeskKind.TRIAGE, DeskKind.LAST_RESORT):
            return (desk.kind.value, desk.division)
        return None

    def _circles(self) -> Iterator[Fault]:
        parents = {d.code: d.parent for d in self.file.divisions}
        yield from self._circle("parent-cycle", "division", parents)
        superiors = {d.code: d.superior for d in self.file.desks}
        yield from self._circle("superior-cycle", "desk", superiors)
        redirects = {d.code: d.redirect for d in self.file.desks}
        yield from self._circle("redirect-circle", "desk", redirects)

    def _circle(self, code: str, key: str, upward: Mapping[str, str | None]) -> Iterator[Fault]:
        places = {item: index for index, item in reversed(list(enumerate(self._codes()[key])))}
        for circle in circles(upward):
            members = " → ".join([*circle, circle[0]])
            yield self._fault(code, f"{key}[{places[circle[0]]}]", cycle=members)

    def _categories(self) -> Iterator[Fault]:
        functional = (d for d in self.file.desks if d.kind is DeskKind.FUNCTIONAL)
        lines = {(desk.line, self._tier(desk)) for desk in functional}
        for index, category in enumerate(self.file.categories):
            if category.line is not None and (category.line, category.line_tier) not in lines:
                tier = dict(enumerate(self.file.tiers)).get(category.line_tier, category.line_tier)
                data = {"code": category.code, "line": category.line, "tier": tier}
                yield self._fault("unknown-line", f"category[{index}]", **data)
        yield from self._meanings()
        yield from self._windows()

    def _windows(self) -> Iterator[Fault]:
        """A problem of one group stays the same problem for so long, whichever category says it."""
        first: dict[str, int] = {}
        for index, category in enumerate(self.file.categories):
            days = category.problem_days
            if days is not None and first.setdefault(category.group, days) != days:
                group = {"group": category.group, "first": first[category.group]}
                yield self._fault("two-windows", f"category[{index}]", code=category.code, days=days, **group)

    def _meanings(self) -> Iterator[Fault]:
        """A code of another taxonomy means one category, and is the code of no other."""
        taken = {category.code: category.code for category in self.file.categories}
        for index, category in enumerate(self.file.categories):
            for other in category.also:
                if other in taken:
                    data = {"code": category.code, "other": other, "first": taken[other]}
                    yield self._fault("two-meanings", f"category[{index}]", **data)
                taken.setdefault(other, category.code)


def circles(upward: Mapping[str, str | None]) -> list[list[str]]:
    """The circles that one meets going from each code to the next; each once, from its first in `upward`."""
    found = []
    done: set[str] = set()
    for start in upward:
        walked: dict[str, None] = {}
        code: str | None = start
        while code is not None and code in upward and code not in done and code not in walked:
            walked[code] = None
            code = upward[code]
        if code is not None and code in walked:
            path = list(walked)
            found.append(path[path.index(code) :])
        done.update(walked)
    return found
