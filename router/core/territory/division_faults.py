"""Naming what is wrong with a tree of divisions (区划) and desks (承办单位), every fault at once.

Pure. A fault says where it is, what is wrong and what to do, in Chinese and in English, so that whoever
keeps the file of a city can mend it without reading this program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from router.core.territory.tree import Desk, DeskKind, Division, TreeFile

#: Code of a fault: what is wrong in Chinese and English, then what to do in Chinese and English.
SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "tiers": (
        "层级清单为空，或有重复的层级",
        "the list of tiers is empty or names a tier twice",
        '写明各层级，从上到下，例如 tiers = ["city", "district", "street"]',
        'name the tiers from the top down, for example tiers = ["city", "district", "street"]',
    ),
    "empty-code": (
        "编码为空",
        "the code is empty",
        "填写一个唯一的编码",
        "give it a code of its own",
    ),
    "duplicate-code": (
        "编码 {code} 重复，前一处在 {first}",
        "code {code} is used twice; it stands first at {first}",
        "删去其中一个，或换一个编码；名称可以重复，编码不可以",
        "remove one of the two or give it another code; names may repeat, codes may not",
    ),
    "no-root": (
        "没有顶层区划",
        "no division stands at the top",
        "让其中一个区划（市）不写上级区划",
        "leave one division (the city) without a parent",
    ),
    "two-roots": (
        "区划 {code} 没有上级区划，而顶层已是 {first}",
        "division {code} has no parent, but {first} already stands at the top",
        "写明它的上级区划；一棵树只有一个顶层",
        "name its parent; a tree has one root",
    ),
    "no-column": (
        "没有“{column}”这一列；有：{there}",
        "there is no column {column}; there are: {there}",
        "用 code=…,name=…,parent=… 指明列名",
        "name the columns with code=…,name=…,parent=…",
    ),
    "empty-cell": (
        "“{column}”一列为空",
        "the cell of column {column} is empty",
        "补上，或删去这一行",
        "fill it in or remove the row",
    ),
    "orphan": (
        "区划 {code} 的上级区划 {parent} 不存在",
        "division {code} lies below {parent}, which does not exist",
        "补上这个上级区划，或改正编码",
        "add that division or correct the code",
    ),
    "parent-cycle": (
        "区划互为上级，成环：{cycle}",
        "divisions lie below each other in a circle: {cycle}",
        "改正其中一个的上级区划",
        "correct the parent of one of them",
    ),
    "wrong-tier": (
        "区划 {code} 处在第 {tier} 层，按上级区划和层级清单不应如此（共 {depth} 层，从 0 数起）",
        "division {code} stands at tier {tier}, which its parent and the {depth} tiers (from 0) do not allow",
        "改正上级区划，或补全层级清单；每个区划恰好比上级低一层",
        "correct its parent or the list of tiers; each division is exactly one tier below its parent",
    ),
    "two-unknown": (
        "{parent} 下有不止一个“未知”区划：{code}，前一个是 {first}",
        "{parent} has more than one unknown division below it: {code} besides {first}",
        "只留一个",
        "keep one",
    ),
    "desk-nowhere": (
        "承办单位 {code} 所在区划 {division} 不存在",
        "desk {code} sits in division {division}, which does not exist",
        "补上这个区划，或改正编码",
        "add that division or correct the code",
    ),
    "no-superior": (
        "承办单位 {code} 没有上级",
        "desk {code} has no superior",
        "写明 superior；只有最高一级督查可以没有上级",
        "name its superior; only the last supervision desk may have none",
    ),
    "superior-missing": (
        "承办单位 {code} 的上级 {superior} 不存在",
        "desk {code} names {superior} as its superior, which does not exist",
        "改正编码，或补上这个承办单位",
        "correct the code or add that desk",
    ),
    "superior-not-above": (
        "承办单位 {code} 的上级 {superior} 不在更高层级，提级只能向上",
        "desk {code} names {superior} as its superior, which does not stand above it; cases only go up",
        "改为高一层的承办单位；督查席的上级只能是级别更高的督查席",
        "name a desk of a higher tier; above supervision only supervision of a higher level",
    ),
    "superior-cycle": (
        "上级成环，工单永远到不了顶：{cycle}",
        "superiors go in a circle, so a case would never reach the top: {cycle}",
        "改正其中一个的上级",
        "correct the superior of one of them",
    ),
    "redirect-nowhere": (
        "承办单位 {code} 的职责转给了 {redirect}，而它不存在或已停用",
        "desk {code} is redirected to {redirect}, which does not exist or is inactive",
        "转给在用的承办单位，或删去 redirect",
        "redirect it to an active desk or remove the redirect",
    ),
    "redirect-circle": (
        "职责转移成环，无人承办：{cycle}",
        "redirects go in a circle, so nobody would act: {cycle}",
        "删去其中一个 redirect",
        "remove one of the redirects",
    ),
    "two-desks": (
        "承办单位 {code} 与 {first} 重复：{seat}",
        "desks {code} and {first} hold the same seat: {seat}",
        "删去一个，或用 redirect 把一个转给另一个",
        "remove one, or redirect one to the other",
    ),
    "no-line": (
        "职能部门 {code} 没有写条线",
        "functional desk {code} belongs to no line",
        '写明条线，例如 line = "water"',
        'name its line, for example line = "water"',
    ),
    "supervision-place": (
        "督查席 {code} 必须设在顶层区划，级别从 1 起",
        "supervision desk {code} must sit in the root division and have a level of 1 or more",
        "改正 division 和 level",
        "correct its division and level",
    ),
    "two-meanings": (
        "事项 {code} 的对应编码 {other} 已属于 {first}",
        "category {code} maps {other}, which means {first} already",
        "每个编码只对应一个事项",
        "map each code to one category",
    ),
    "two-windows": (
        "事项 {code} 的 problem_days 是 {days}，同一大类 {group} 已写 {first}",
        "category {code} says problem_days {days}, and its group {group} says {first} already",
        "同一大类只写一个天数",
        "give the categories of one group the same number of days",
    ),
    "unknown-line": (
        "类别 {code} 的条线 {line} 在 {tier} 层没有任何部门",
        "category {code} goes to line {line}, which has no desk at tier {tier}",
        "补上这个条线的部门，或改正条线和层级；由属地承办则不写 line",
        "add a desk of that line, or correct line and line_tier; without a line, territory takes it",
    ),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and what to do about it."""

    #: A key of :data:`SENTENCES`, or `file` for what could not be read at all.
    code: str
    #: `file:row`, or the key in the file such as `desk[3]` (counted from 0).
    where: str
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.en} ({self.todo_en})\n    {self.zh}（{self.todo_zh}）"


def fault(kind: str, where: str, /, **data: object) -> Fault:
    """The fault `kind` of :data:`SENTENCES`, its gaps filled with `data`."""
    zh, en, todo_zh, todo_en = (text.format(**data) for text in SENTENCES[kind])
    return Fault(code=kind, where=where, zh=zh, en=en, todo_zh=todo_zh, todo_en=todo_en)


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
