"""Reading and writing files of divisions, desks and categories (区划、承办单位、事项分类).

Pure: text in, values out; the program's outer rooms open the files. The hand-written form is TOML::

    tiers = ["city", "district", "street"]

    [[division]]
    code = "3713"
    name = "临沂市"

    [[division]]
    code = "371302"
    name = "兰山区"
    parent = "3713"

    [[desk]]                    # what is left out is added by router.core.territory.divisions.complete
    code = "371302-water"
    name = "兰山区水利局"
    kind = "functional"         # territorial when left out
    division = "371302"
    line = "water"

    [[category]]
    code = "pipe_burst"
    name = "水管爆裂"
    group = "city_building"
    line = "water"
    line_tier = "district"

Tables are read by :mod:`router.core.territory.division_tables`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from router.core.files.misfits import Misfit, misfit
from router.core.files.toml_table import parse_toml
from router.core.territory.division_checks import circles
from router.core.territory.division_faults import Fault
from router.core.territory.division_tables import (
    Columns,
    Loaded,
    Table,
    decoded,
    from_parent_table,
    from_tables,
    national_table,
    refusal,
)
from router.core.territory.tree import Category, Desk, DeskKind, Division, Served, TreeFile
from router.errors import ConfigurationError
from router.sentences import Sentence, UnfitError, nearest, sentence

__all__ = [
    "Columns",
    "Loaded",
    "Table",
    "decoded",
    "dump_toml",
    "from_parent_table",
    "from_tables",
    "joined",
    "load_toml",
    "national_table",
    "refusal",
]


class _DivisionItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    parent: str | None = None
    unknown: bool = False

    def value(self, _tiers: Sequence[str]) -> Division:
        return Division(code=self.code, name=self.name, tier=0, parent=self.parent, unknown=self.unknown)


class _DeskItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    division: str
    kind: DeskKind = DeskKind.TERRITORIAL
    superior: str | None = None
    line: str | None = None
    served: Served = Served.AMQP
    active: bool = True
    redirect: str | None = None
    level: int = 0
    calendar: str | None = None
    accounts: tuple[str, ...] = ()

    def value(self, _tiers: Sequence[str]) -> Desk:
        return Desk(**msgspec.structs.asdict(self))


class _CategoryItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    group: str | None = None
    group_name: str = ""
    line: str | None = None
    #: The name of a tier or its index.
    line_tier: str | int = 1
    also: tuple[str, ...] = ()
    problem_days: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def value(self, tiers: Sequence[str]) -> Category:
        tier = self.line_tier
        if isinstance(tier, str):
            if tier not in tiers:
                raise UnfitError("{value!r} is not one of the tiers: {known}", value=tier, known=", ".join(tiers))
            tier = tiers.index(tier)
        group = self.group if self.group is not None else self.code
        return Category(
            code=self.code,
            name=self.name,
            group=group,
            group_name=self.group_name,
            line=self.line,
            line_tier=tier,
            also=self.also,
            problem_days=self.problem_days,
        )


_ITEMS: dict[str, type[_DivisionItem | _DeskItem | _CategoryItem]] = {
    "division": _DivisionItem,
    "desk": _DeskItem,
    "category": _CategoryItem,
}
_KEYS = ("tiers", *_ITEMS)


def load_toml(text: str, file: str) -> Loaded:
    """Read a hand-written file; it is neither completed nor checked.

    A division's tier follows from its parents. `tiers` may be left out in a file that holds desks or
    categories only and is :func:`joined` to another.

    Raises:
        ConfigurationError: the text is not TOML, or keys or values are wrong (every one is listed).
    """
    data = parse_toml(text.removeprefix("\ufeff"), file)
    faults = [
        _fault(
            file,
            key,
            sentence(
                "the key {key} is not known. {nearest}Known here: {known}",
                key=key,
                nearest=nearest(key, _KEYS),
                known=", ".join(_KEYS),
            ),
        )
        for key in data
        if key not in _KEYS
    ]
    tiers = _tiers(data.get("tiers", []), file, faults)
    items = {key: _items(data.get(key, []), key, file, tiers, faults) for key in _ITEMS}
    if faults:
        raise refusal(faults)
    origin = {
        f"{key}[{index}]": where for key in _ITEMS for index, where in enumerate(_lines(text, key, items, file))
    }
    divisions, desks, categories = (tuple(items[key]) for key in _ITEMS)
    read = TreeFile(tiers=tiers, divisions=_ranked(divisions), desks=desks, categories=categories)
    return Loaded(file=read, origin=origin)


def joined(base: Loaded, extra: Loaded) -> Loaded:
    """`base` (for example imported divisions) with the divisions, desks and categories of `extra` after it.

    `extra` may leave out its tiers, unless a category names one.

    Raises:
        ConfigurationError: both name tiers, and not the same.
    """
    tiers = base.file.tiers or extra.file.tiers
    if extra.file.tiers not in ((), tiers):
        theirs, ours = ", ".join(extra.file.tiers), ", ".join(tiers)
        raise ConfigurationError(
            "the tiers of the second file ({theirs}) are not those of the first ({ours})", theirs=theirs, ours=ours
        )
    counts = {
        "division": len(base.file.divisions),
        "desk": len(base.file.desks),
        "category": len(base.file.categories),
    }
    origin = dict(base.origin)
    for key, where in extra.origin.items():
        noun, _, index = key.rstrip("]").partition("[")
        origin[f"{noun}[{int(index) + counts[noun]}]"] = where
    file = TreeFile(
        tiers=tiers,
        divisions=_ranked((*base.file.divisions, *extra.file.divisions)),
        desks=(*base.file.desks, *extra.file.desks),
        categories=(*base.file.categories, *extra.file.categories),
    )
    return Loaded(file=file, origin=origin)


def dump_toml(file: TreeFile) -> str:
    """The file as TOML that :func:`load_toml` reads back as the same value; defaults are left out."""
    parts = [f"tiers = {_toml(list(file.tiers))}\n"]
    parts += [_block("division", msgspec.structs.asdict(d), without=("tier",)) for d in file.divisions]
    parts += [_block("desk", msgspec.structs.asdict(desk)) for desk in file.desks]
    for category in file.categories:
        values = msgspec.structs.asdict(category)
        if category.line is not None and 0 <= category.line_tier < len(file.tiers):
            values["line_tier"] = file.tiers[category.line_tier]
        parts.append(_block("category", values))
    return "\n".join(parts)


def _tiers(value: object, file: str, faults: list[Fault]) -> tuple[str, ...]:
    try:
        return msgspec.convert(value, tuple[str, ...])
    except msgspec.ValidationError:
        faults.append(_fault(file, "tiers", sentence('tiers is a list of names, such as ["city", "street"]')))
        return ()


def _items(value: object, key: str, file: str, tiers: Sequence[str], faults: list[Fault]) -> list[Any]:
    if not isinstance(value, list):
        faults.append(_fault(file, key, sentence("write [[{key}]], with two brackets", key=key)))
        return []
    items = []
    for index, entry in enumerate(value):
        try:
            items.append(msgspec.convert(entry, _ITEMS[key]).value(tiers))
        except (msgspec.ValidationError, UnfitError) as error:
            if isinstance(error, UnfitError):
                wrong = Misfit(error.reason, ".line_tier")
            else:
                wrong = misfit(error, _ITEMS[key])
            code = entry.get("code") if isinstance(entry, Mapping) else None
            name = f" (code {code!r})" if code else ""
            faults.append(_fault(file, f"{key}[{index}]{wrong.path}{name}", wrong.reason))
    return items


def _fault(file: str, key: str, reason: Sentence) -> Fault:
    return Fault(
        code="file",
        where=f"{file}: {key}",
        zh=reason.zh,
        en=reason.en,
        todo_zh="改正这一项",
        todo_en="correct this key",
    )


def _lines(text: str, key: str, items: Mapping[str, Sequence[object]], file: str) -> list[str]:
    """Where each `[[key]]` stands; the parser keeps no lines, so headers are counted, or the key named."""
    header = re.compile(rf"\s*\[\[\s*{key}\s*\]\]")
    found = [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]
    if len(found) == len(items[key]):
        return [f"{file}:{number}" for number in found]
    return [f"{file}: {key}[{index}]" for index in range(len(items[key]))]


def _ranked(divisions: Iterable[Division]) -> tuple[Division, ...]:
    """The divisions with their tiers, counted along their parents; 0 where the parents end nowhere."""
    divisions = tuple(divisions)
    parents = {d.code: d.parent for d in divisions}
    tiers = {code: 0 for circle in circles(parents) for code in circle}
    for start in parents:
        walked = []
        code: str | None = start
        while code is not None and code in parents and code not in tiers:
            walked.append(code)
            code = parents[code]
        tier = tiers[code] + 1 if code in tiers else 0
        for depth, below in enumerate(reversed(walked)):
            tiers[below] = tier + depth
    return tuple(msgspec.structs.replace(d, tier=tiers[d.code]) for d in divisions)


_DEFAULTS: dict[str, object] = {
    "parent": None,
    "unknown": False,
    "superior": None,
    "line": None,
    "served": Served.AMQP,
    "active": True,
    "redirect": None,
    "level": 0,
    "calendar": None,
    "accounts": (),
    "line_tier": 1,
    "also": (),
    "problem_days": None,
    "group_name": "",
}


def _block(key: str, values: Mapping[str, object], without: Sequence[str] = ()) -> str:
    lines = [f"[[{key}]]"]
    for name, value in values.items():
        if name not in without and (name not in _DEFAULTS or value != _DEFAULTS[name]):
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's strings, numbers and lists are TOML's as well, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
