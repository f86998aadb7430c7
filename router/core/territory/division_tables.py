"""Divisions (区划) out of tables: the national code tables, one per level, or one table with a parent column.

Pure: the text comes in, a tree file comes out. Rows are keyed on codes, since names repeat all over the
country. No row is left out silently: what cannot be placed is an error that names file and row.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from router.core.territory.division_checks import circles
from router.core.territory.division_faults import Fault, fault
from router.core.territory.tree import Division, TreeFile
from router.errors import ConfigurationError, NotFoundError, UsageError
from router.sentences import Sentence, sentence

#: What the national tables call a level that exists on paper only.
DUMMY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
#: Tiers by depth for a table that does not name them.
USUAL_TIERS = {
    1: ("city",),
    2: ("city", "street"),
    3: ("city", "district", "street"),
    4: ("city", "district", "street", "community"),
}
_NATIONAL_PARENTS = (("areaCode", "street"), ("cityCode", "district"), ("provinceCode", "city"))
_NATIONAL_TIERS = ("province", "city", "district", "street")


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A tree file as it was read, not completed, and where each of its items stood."""

    file: TreeFile
    #: `division[0]`, `desk[3]`, … to `file:row`; see :func:`router.core.territory.divisions.check`.
    origin: dict[str, str]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The names of the columns of a table."""

    code: str = "code"
    name: str = "name"
    #: None: the table has no parents, it is the topmost level.
    parent: str | None = "parent"

    @classmethod
    def parse(cls, text: str) -> Columns:
        """Read `code=…,name=…,parent=…`; an empty parent (`parent=`) means the topmost level.

        Raises:
            UsageError: a part is not one of these three.
        """
        given = dict.fromkeys(("code", "name", "parent"), "")
        parts = [part.partition("=") for part in text.split(",") if part.strip()]
        for key, equals, value in parts:
            if key.strip() not in given or not equals:
                raise UsageError(
                    "{text!r} is not a column mapping",
                    todo="Write code=COLUMN,name=COLUMN,parent=COLUMN.",
                    text=key.strip(),
                )
            given[key.strip()] = value.strip()
        named = {key.strip() for key, _, _ in parts}
        parent = given["parent"] or (None if "parent" in named else "parent")
        return cls(code=given["code"] or "code", name=given["name"] or "name", parent=parent)


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One level of divisions: the text of a CSV file and how to read it."""

    #: The tier of its rows: province, city, district, street.
    tier: str
    #: The file's name, for messages.
    file: str
    text: str
    columns: Columns = Columns()


class _Row(msgspec.Struct, frozen=True):
    code: str
    name: str
    parent: str | None
    where: str


def decoded(raw: bytes, file: str, encoding: str | None = None) -> str:
    """The text of a file's bytes; a gzip file is unpacked, a byte order mark dropped.

    Args:
        raw: the file's content.
        file: its name, for the message.
        encoding: None tries UTF-8, then GB18030, which spreadsheets in China write.

    Raises:
        ConfigurationError: the bytes are not text of that encoding, or the encoding is unknown.
    """
    try:
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError) as error:
        raise ConfigurationError("the gzip file is damaged: {reason}", where=file, reason=error) from error
    tried = [encoding] if encoding else ["utf-8", "gb18030"]
    for name in tried:
        try:
            return raw.decode(name).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    raise ConfigurationError(
        "the file is not text in {tried}",
        where=file,
        todo="Name its encoding, e.g. gb18030.",
        tried=" or ".join(tried),
    )


class FaultyDivisionsError(ConfigurationError):
    """Files of divisions have faults; `faults` are all of them."""

    faults: tuple[Fault, ...] = ()


def refusal(faults: Sequence[Fault]) -> FaultyDivisionsError:
    """All `faults` as one error; its words are of the first 200 and how many more."""
    lines = [
        Sentence(f"  {one.where}: {one.en} ({one.todo_en})", f"  {one.where}：{one.zh}（{one.todo_zh}）")
        for one in faults[:200]
    ]
    if len(faults) > 200:
        lines.append(sentence("  … and {count} more", count=len(faults) - 200))
    error = FaultyDivisionsError(
        "{faults} in the divisions:\n{lines}",
        faults=sentence("1 fault") if len(faults) == 1 else sentence("{count} faults", count=len(faults)),
        lines=Sentence("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines)),
    )
    error.faults = tuple(faults)
    return error


def national_table(text: str, file: str) -> Table:
    """A table of the national codes, its level told by its header (`areaCode`, `cityCode`, `provinceCode`)."""
    header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])
    parent, tier = next((pair for pair in _NATIONAL_PARENTS if pair[0] in header), (None, "province"))
    return Table(tier=tier, file=file, text=text, columns=Columns(parent=parent))


def from_tables(tables: Sequence[Table], root: str | None = None) -> Loaded:
    """One city (or district, or province) out of tables with one level each, in any order.

    `root` is the code as the tables write it, or filled up with zeros to six digits: `3713` and `371300`
    are Linyi, `50` and `500000` Chongqing. Its tier is the first tier of the tree. A level that exists on
    paper only is dissolved when it fills the whole tier below the root: Chongqing's 5001 and 5002 go, and
    its districts lie directly below the city; Dongguan's one district goes, and its tree has two tiers.
    In the tree of a whole province such a level stays where others are real, since the depth is fixed.

    Raises:
        ConfigurationError: faults in the tables (every one is listed).
        NotFoundError: no table has `root`.
        UsageError: the tables have several roots and none is named, or nothing lies below the root.
    """
    order = {tier: index for index, tier in enumerate(_NATIONAL_TIERS)}
    tables = sorted(tables, key=lambda table: order.get(table.tier, len(order)))
    faults: list[Fault] = []
    levels = [_rows(table.text, table.file, table.columns, faults) for table in tables]
    faults += _orphans(levels)
    if faults:
        raise refusal(faults)
    top, first = _find_root(levels, root)
    kept = [[first], *_below(first.code, levels[top + 1 :])]
    tiers = [table.tier for table in tables[top:]]
    _dissolve(kept, tiers)
    return _loaded(kept, tiers)


def from_parent_table(
    text: str,
    file: str,
    columns: Columns | None = None,
    *,
    tiers: Sequence[str] | None = None,
    root: str | None = None,
) -> Loaded:
    """A tree out of one table with a parent column; the rows may stand in any order.

    Args:
        text: the CSV text.
        file: its name, for messages.
        columns: None means `code,name,parent`.
        tiers: names of the tiers from the root down; None takes the usual ones for the depth found.
        root: the code to start from; None takes the one row without a parent.

    Raises:
        ConfigurationError: faults in the table (every one is listed).
        NotFoundError: no row has the code `root`.
        UsageError: several rows have no parent and no root is named, or too few tiers are.
    """
    faults: list[Fault] = []
    rows = _rows(text, file, columns or Columns(), faults)
    faults += _loose(rows)
    if faults:
        raise refusal(faults)
    tops = [row for row in rows if row.parent is None]
    _, first = _find_root([rows], root) if root else _find_root([tops], None)
    by_parent = _by_parent(rows)
    kept = [[first]]
    while below := [child for row in kept[-1] for child in by_parent.get(row.code, ())]:
        kept.append(below)
    named = list(tiers) if tiers else list(USUAL_TIERS.get(len(kept), ()))
    if len(named) < len(kept):
        raise UsageError(
            "the table is {count} levels deep, but {named} tiers are named",
            where=file,
            todo="Name one tier for each level.",
            count=len(kept),
            named=len(named),
        )
    return _loaded(kept, named)


def _rows(text: str, file: str, columns: Columns, faults: list[Fault]) -> list[_Row]:
    """The rows, each code once. What is wrong with one is added to `faults`, and the others are read all the same:
    whoever corrects a table wants to know of everything at once.
    """
    rows: dict[str, _Row] = {}
    for where, cells in _cells(text, file, columns):
        code, name = _cell(cells, columns.code), _cell(cells, columns.name)
        if not code or not name:
            faults.append(fault("empty-cell", where, column=columns.name if code else columns.code))
        parent = _cell(cells, columns.parent) if columns.parent else ""
        if code in rows:
            faults.append(fault("duplicate-code", where, code=code, first=rows[code].where))
        elif code:
            rows[code] = _Row(code, name, parent or None, where)
    return list(rows.values())


def _cells(text: str, file: str, columns: Columns) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Each row with its place, `file:line`."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        absent = [name for name in (columns.code, columns.name, columns.parent) if name and name not in header]
        if absent:
            there = ", ".join(header) or "-"
            raise refusal([fault("no-column", f"{file}:1", column=name, there=there) for name in absent])
        for cells in reader:
            yield f"{file}:{reader.line_num}", cells
    except csv.Error as error:
        raise ConfigurationError(
            "this is not CSV: {reason}", where=f"{file}:{reader.line_num}", reason=error
        ) from error


def _cell(cells: Mapping[str, str | None], column: str) -> str:
    return (cells.get(column) or "").strip()


def _orphans(levels: Sequence[Sequence[_Row]]) -> list[Fault]:
    """The rows whose parent is not in the level above."""
    faults = []
    for above, rows in pairwise(levels):
        codes = {row.code for row in above}
        faults += [_orphan(row) for row in rows if row.parent not in codes]
    return faults


def _loose(rows: Sequence[_Row]) -> list[Fault]:
    """The rows of a table with a parent column that lead to no row without a parent."""
    places = {row.code: row.where for row in rows}
    faults = [_orphan(row) for row in rows if row.parent and row.parent not in places]
    found = circles({row.code: row.parent for row in rows})
    return faults + [fault("parent-cycle", places[one[0]], cycle=" → ".join([*one, one[0]])) for one in found]


def _orphan(row: _Row) -> Fault:
    return fault("orphan", row.where, code=row.code, parent=row.parent or "(空 empty)")


def _find_root(levels: Sequence[Sequence[_Row]], root: str | None) -> tuple[int, _Row]:
    """The level and the row of the root."""
    if root is None:
        if len(levels[0]) != 1:
            some = ", ".join(f"{row.code} {row.name}" for row in levels[0][:3])
            raise UsageError(
                "the tables hold {count} roots ({some}, …), and a tree has one",
                todo="Name the city with --root CODE, for example --root 371300.",
                count=len(levels[0]),
                some=some,
            )
        return 0, levels[0][0]
    code = root.strip()
    shorter = [code] + [code[:length] for length in (4, 2) if len(code) == 6 and not code[length:].strip("0")]
    # Shortest first: 441900 is the city 4419 before it is the one district that stands for it.
    for wanted in reversed(shorter):
        for index, rows in enumerate(levels):
            for row in rows:
                if row.code == wanted:
                    return index, _real(row)
    raise NotFoundError("no division has the code {code}", todo="Look the code up in the tables.", code=code)


def _real(row: _Row) -> _Row:
    if row.name in DUMMY_NAMES and row.parent:
        raise UsageError(
            "{code} {name} is a level on paper, not a city",
            todo="Name {parent}, which it belongs to, or one of its districts.",
            code=row.code,
            name=row.name,
            parent=row.parent,
        )
    return row


def _by_parent(rows: Iterable[_Row]) -> dict[str | None, list[_Row]]:
    children: dict[str | None, list[_Row]] = {}
    for row in rows:
        children.setdefault(row.parent, []).append(row)
    return children


def _below(code: str, levels: Sequence[Sequence[_Row]]) -> list[list[_Row]]:
    parents = {code}
    kept = []
    for rows in levels:
        below = [row for row in rows if row.parent in parents]
        parents = {row.code for row in below}
        kept.append(below)
    return kept


def _dissolve(kept: list[list[_Row]], tiers: list[str]) -> None:
    """Take out the tier below the root while all of it is on paper only; changes both lists."""
    root = kept[0][0]
    while len(kept) > 1:
        stand_in = [row.name in DUMMY_NAMES for row in kept[1]]
        same = len(kept[1]) == 1 and kept[1][0].name == root.name
        if not (same or (stand_in and all(stand_in))):
            return
        # A municipality (直辖市) is a province whose one real city is itself: it takes the city's tier.
        del tiers[1 if same else 0]
        del kept[1]
        if len(kept) > 1:
            kept[1] = [msgspec.structs.replace(row, parent=root.code) for row in kept[1]]


def _loaded(kept: Sequence[Sequence[_Row]], tiers: Sequence[str]) -> Loaded:
    if len(tiers) < 2:
        raise UsageError("nothing lies below the root", todo="Name a division that has others below it.")
    divisions: list[Division] = []
    origin: dict[str, str] = {}
    for tier, rows in enumerate(kept):
        for row in rows:
            origin[f"division[{len(divisions)}]"] = row.where
            parent = row.parent if tier else None
            divisions.append(Division(code=row.code, name=row.name, tier=tier, parent=parent))
    return Loaded(file=TreeFile(tiers=tuple(tiers), divisions=tuple(divisions), desks=()), origin=origin)
