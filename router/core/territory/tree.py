"""The tree of divisions (区划) and desks (承办单位): who sits where, and who is whose superior (上级).

A :class:`Tree` is an immutable version. Its depth is fixed per installation; tiers are data. Desks name
their superior explicitly, so that nobody has to guess the chain when a case stalls at night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property

import msgspec


class DeskKind(StrEnum):
    """What a desk is for."""

    TERRITORIAL = "territorial"  # 块: a street office, a district
    FUNCTIONAL = "functional"  # 条: a department, at any tier
    MEDIATION = "mediation"  # 调解
    SUPERVISION = "supervision"  # 督查: the levels above the city's desk
    TRIAGE = "triage"  # 分诊: takes what could not be placed
    DISPATCHER = "dispatcher"  # 派单席
    GRID = "grid"  # 网格员: feeds back or hands up with a reason, and nothing else
    LAST_RESORT = "last_resort"  # 兜底: the desk that must take what nobody takes


class Served(StrEnum):
    """How a desk gets its cases."""

    AMQP = "amqp"  # a tier service consumes the desk's queue
    SHELL = "shell"  # an office without a program: shell, HTTP or page


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """A territory (区划) at one tier."""

    #: Unique in the tree; an official code or a path of codes. Nobody parses it.
    code: str
    name: str
    #: Index into :attr:`Tree.tiers`: 0 is the city.
    tier: int
    #: Code of the division above; None only for the root.
    parent: str | None
    #: Stands for a named but unknown, or a required but missing, division.
    unknown: bool = False


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with a queue at a tier (承办单位)."""

    #: Unique in the tree.
    code: str
    name: str
    kind: DeskKind
    #: Code of the division whose cases it takes; its tier is the division's.
    division: str
    #: Code of the desk a stalled case goes to; None only at the top of the tree.
    superior: str | None
    #: The line (条) a functional desk belongs to, for example `water`; None for the others.
    line: str | None = None
    served: Served = Served.AMQP
    #: An inactive desk gets no case; a ladder skips it.
    active: bool = True
    #: Code of the desk that took over this one's work (merged or redirected offices).
    redirect: str | None = None
    #: For supervision desks: the first supervision level they serve (1 to 5).
    level: int = 0
    #: Name of the calendar of its opening hours; None means the policy's calendar.
    calendar: str | None = None
    #: Accounts of the system under which its people type commands (as in `actor.id`); never their names.
    accounts: tuple[str, ...] = ()


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A matter's subject in the taxonomy (事项分类)."""

    code: str
    name: str
    #: Category group of the link key (docs/behaviour.md, 5); its own code when the taxonomy does not group.
    group: str
    #: What people call the group; said by one category of it is enough. Empty: this one does not say.
    group_name: str = ""
    #: The functional line that takes such cases before territory is tried; None: territory takes them.
    line: str | None = None
    #: Tier at which the functional line takes them (1: the district's department).
    line_tier: int = 1
    #: Codes of another taxonomy that mean this one: a case that comes with one of them is of this category.
    also: tuple[str, ...] = ()
    #: Days after its resolution in which a case of the group is still the same problem (docs/behaviour.md, 5);
    #: None: as another category of the group says, else thirty.
    problem_days: int | None = None


class TreeFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a tree consists of, as it is stored in the ledger and hashed into its version."""

    tiers: tuple[str, ...]
    divisions: tuple[Division, ...]
    desks: tuple[Desk, ...]
    categories: tuple[Category, ...] = ()


class Tree:
    """One immutable version of the divisions and desks, indexed.

    The constructor trusts its input; `router.core.territory.divisions.check` is what finds faults in it.
    """

    def __init__(self, file: TreeFile) -> None:
        self.file = file
        self.tiers = file.tiers
        self.divisions: Mapping[str, Division] = {d.code: d for d in file.divisions}
        self.desks: Mapping[str, Desk] = {d.code: d for d in file.desks}
        self.categories: Mapping[str, Category] = {c.code: c for c in file.categories}
        self._territorial: dict[str, Desk] = {}
        self._triage: dict[tuple[str, int], Desk] = {}
        self._functional: dict[tuple[str, str], Desk] = {}
        self._last_resort: dict[str, Desk] = {}
        self._supervision: list[Desk] = []
        #: Chains that were asked for: a tree never changes, so neither do they.
        self._chains: dict[str, tuple[Desk, ...]] = {}
        for desk in file.desks:
            self._index(desk)
        self._supervision.sort(key=lambda desk: desk.level)

    def _index(self, desk: Desk) -> None:
        if desk.kind is DeskKind.TERRITORIAL:
            self._territorial[desk.division] = desk
        elif desk.kind is DeskKind.FUNCTIONAL and desk.line:
            self._functional[desk.division, desk.line] = desk
        elif desk.kind is DeskKind.TRIAGE:
            self._triage[desk.division, self.divisions[desk.division].tier] = desk
        elif desk.kind is DeskKind.LAST_RESORT:
            self._last_resort[desk.division] = desk
        elif desk.kind is DeskKind.SUPERVISION:
            self._supervision.append(desk)

    @cached_property
    def _meanings(self) -> dict[str, str]:
        return {other: category.code for category in self.file.categories for other in category.also}

    def category_code(self, given: str | None) -> str | None:
        """The category that a code of any taxonomy means; a code nobody has mapped is its own."""
        return self._meanings.get(given, given) if given is not None else None

    def desk_name(self, code: str) -> str:
        """What people call a desk; the code of one that is not in the tree."""
        desk = self.desks.get(code)
        return desk.name if desk is not None else code

    def division_name(self, code: str) -> str:
        """What people call a division; the code of one that is not in the tree."""
        division = self.divisions.get(code)
        return division.name if division is not None else code

    def category_name(self, code: str | None) -> str:
        """What people call a category; a code of no taxonomy as it is, no category as nothing."""
        category = self.categories.get(code or "")
        return category.name if category is not None else code or ""

    def group_name(self, group: str) -> str:
        """What people call a category group: as it was said, else the category of that code, else the code."""
        found = self._group_names.get(group)
        if found is None and group in self.categories:
            found = self.categories[group].name
        return found or group

    @cached_property
    def _group_names(self) -> dict[str, str]:
        return {one.group: one.group_name for one in reversed(self.file.categories) if one.group_name}

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits of the content's SHA-256: equal content is the same version."""
        return hashlib.sha256(msgspec.msgpack.encode(self.file)).hexdigest()[:12]

    @cached_property
    def root(self) -> Division:
        """The city."""
        return next(d for d in self.file.divisions if d.parent is None)

    @cached_property
    def _seats(self) -> dict[str, tuple[Desk, ...]]:
        seats: dict[str, list[Desk]] = {}
        for desk in self.file.desks:
            for account in dict.fromkeys(desk.accounts):
                seats.setdefault(account, []).append(desk)
        return {account: tuple(desks) for account, desks in seats.items()}

    def seats(self, account: str) -> tuple[Desk, ...]:
        """The desks that list an account, in file order; () for one that none lists: the operator's."""
        return self._seats.get(account, ())

    @property
    def depth(self) -> int:
        """The number of tiers."""
        return len(self.tiers)

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
        paths: dict[str, tuple[str, ...]] = {}
        for division in sorted(self.file.divisions, key=lambda d: d.tier):
            above = paths.get(division.parent, ()) if division.parent else ()
            paths[division.code] = (*above, division.code)
        return paths

    def path(self, division: str) -> tuple[str, ...]:
        """Codes from the city down to `division`; raises KeyError for an unknown code."""
        return self._paths[division]

    @cached_property
    def _children(self) -> dict[str, list[Division]]:
        children: dict[str, list[Division]] = {}
        for division in self.file.divisions:
            if division.parent is not None:
                children.setdefault(division.parent, []).append(division)
        return children

    def children(self, division: str) -> list[Division]:
        """The divisions directly below, in file order."""
        return self._children.get(division, [])

    def unknown_below(self, division: str) -> Division:
        """The division that stands for a missing or unknown one directly below `division`.

        Raises:
            KeyError: the tree was not completed (`router.core.territory.divisions.complete`).
        """
        for child in self.children(division):
            if child.unknown:
                return child
        raise KeyError(division)

    def tier_of(self, desk: Desk) -> int:
        """Index of the desk's tier: 0 is the city."""
        return self.divisions[desk.division].tier

    def standing(self, code: str) -> Desk | None:
        """The active desk that does the work of desk `code` today, after redirects; None when nobody does."""
        seen = set()
        desk = self.desks.get(code)
        while desk is not None and desk.redirect is not None and desk.code not in seen:
            seen.add(desk.code)
            desk = self.desks.get(desk.redirect)
        return desk if desk is not None and desk.active and desk.redirect is None else None

    def territorial(self, division: str) -> Desk | None:
        """The active desk of a territory (块), after redirects; None when there is none."""
        desk = self._territorial.get(division)
        return self.standing(desk.code) if desk else None

    def triage(self, division: str) -> Desk | None:
        """The triage desk (分诊) that sits in `division`; None for a division that is gone."""
        known = self.divisions.get(division)
        return self._triage.get((division, known.tier)) if known is not None else None

    def last_resort(self, division: str) -> Desk | None:
        """The desk that must take what nobody takes (兜底), of `division` or the nearest one above."""
        for code in reversed(self.path(division)):
            if code in self._last_resort:
                return self.standing(self._last_resort[code].code)
        return None

    def functional(self, division: str, line: str) -> Desk | None:
        """The active department (条) of `line` in `division`; None when that line has none there."""
        desk = self._functional.get((division, line))
        return self.standing(desk.code) if desk else None

    def superior(self, desk: Desk) -> Desk | None:
        """The desk named as superior, after redirects; None at the top or when it is inactive."""
        return self.standing(desk.superior) if desk.superior else None

    def supervision(self, level: int) -> Desk | None:
        """The supervision desk (督查) that serves `level`: the highest that starts at or below it."""
        serving = None
        for desk in self._supervision:
            if desk.level <= level and desk.active:
                serving = desk
        return serving

    def chain(self, code: str) -> tuple[Desk, ...]:
        """The desk and its superiors up to the top, as named, ending early at a cycle; () for an unknown code."""
        found = self._chains.get(code)
        if found is None:
            if code not in self.desks:
                return ()
            found = self._chains[code] = tuple(self._climb(code))
        return found

    def _climb(self, code: str) -> Iterator[Desk]:
        seen: set[str] = set()
        desk = self.desks.get(code)
        while desk is not None and desk.code not in seen:
            seen.add(desk.code)
            yield desk
            desk = self.desks.get(desk.superior) if desk.superior else None

    def above(self, code: str) -> Desk | None:
        """The nearest superior that is at work, after redirects; None at the top and for an unknown code."""
        for superior in self.chain(code)[1:]:
            desk = self.standing(superior.code)
            if desk is not None and desk.code != code:
                return desk
        return None

    def is_at_or_below(self, desk: str, top: str) -> bool:
        """Whether `top` is `desk` itself or one of its superiors: then `desk` answers to it."""
        return any(above.code == top for above in self.chain(desk))

    def __iter__(self) -> Iterator[Desk]:
        return iter(self.file.desks)
