"""The tree and the taxonomy that a table of past cases speaks of, keyed by the whole path of codes.

The same code may occur below two divisions: they are two divisions. Names are kept; nobody parses a code back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from router.core.territory.divisions import check, complete, unknown_code
from router.core.territory.tree import Category, Desk, DeskKind, Division, Served, TreeFile
from router.errors import ConfigurationError
from router.replay.mapping import DeskColumn, SourceMapping
from router.replay.records import Record, Table
from router.sentences import Sentence

#: What would make two paths look alike, or a path like the code of a completed tree's own desk.
_SPECIAL = re.compile(r"[%/:]")


def path_code(*parts: str | None) -> str:
    """The code of a path: `boston/14/503`; a missing part leaves its place empty, which no division has."""
    return "/".join(_SPECIAL.sub(lambda found: f"%{ord(found[0]):02X}", part or "") for part in parts)


def category_code(mapping: SourceMapping, record: Record) -> str | None:
    """The code of a record's category, below its group where the table has groups; None where it names none."""
    if record.category is None:
        return None
    if mapping.group is None:
        return record.category
    return path_code(record.group, record.category)


class Territory:
    """Where the records of a table lie: codes for what they name, and the tree of all of it."""

    def __init__(self, mapping: SourceMapping, table: Table) -> None:
        self._mapping = mapping
        self._names: Mapping[tuple[str | None, ...], str] = table.names
        self._records = table.records

    def division(self, record: Record) -> tuple[str | None, ...]:
        """Codes of a record's divisions, from below the top; None where it names none."""
        codes: list[str | None] = []
        for index, part in enumerate(record.division):
            named = path_code(self._mapping.top_code, *record.division[: index + 1])
            codes.append(None if part is None else named)
        return tuple(codes)

    def desk(self, record: Record) -> str | None:
        """Code of the desk a record names; that of no desk where it should name one and does not.

        None for a table without desks, and for a record whose division path is incomplete: what is missing there
        sends it to triage before any desk is tried.
        """
        desks = self._mapping.desk
        if desks is None or None in record.division:
            return None
        if record.desk is None:
            return unknown_code(path_code(self._mapping.top_code))
        return self._desk(desks, record, record.desk).code

    def _desk(self, desks: DeskColumn, record: Record, name: str) -> Desk:
        """The territorial desk where the division is called so, else a department (条) of that name."""
        tier = desks.tiers.get(name, desks.tier)
        path = record.division[:tier]
        division = path_code(self._mapping.top_code, *path)
        if name == self._name(path):
            return _desk(division, name, DeskKind.TERRITORIAL, division)
        return _desk(f"{division}:desk:{path_code(name)}", name, DeskKind.FUNCTIONAL, division)

    def _name(self, path: tuple[str | None, ...]) -> str:
        if not path:
            return self._mapping.top_name
        return self._names.get(path, path[-1] or "")

    def tree(self) -> TreeFile:
        """The tree of everything the records name, completed; every desk is served by the shell.

        Raises:
            ConfigurationError: it is not sound.
        """
        divisions = {division.code: division for division in self._divisions()}
        desks = {desk.code: desk for desk in self._desks()}
        categories = {category.code: category for category in self._categories()}
        file = complete(
            TreeFile(
                tiers=self._mapping.tiers,
                divisions=_sorted(divisions.values()),
                desks=tuple(desks[code] for code in sorted(desks)),
                categories=tuple(categories[code] for code in sorted(categories)),
            )
        )
        faults = check(file)
        if faults:
            raise ConfigurationError(
                Sentence(faults[0].en, faults[0].zh),
                where=faults[0].where,
                todo=Sentence(faults[0].todo_en, faults[0].todo_zh),
            )
        shell = tuple(msgspec.structs.replace(desk, served=Served.SHELL) for desk in file.desks)
        return msgspec.structs.replace(file, desks=shell)

    def districts(self) -> dict[str, str]:
        """Code of each division below the top → its code as the table has it."""
        if not self._mapping.divisions:
            return {}
        mapped = {record.division[0] for record in self._records}
        return {path_code(self._mapping.top_code, code): code for code in sorted(filter(None, mapped))}

    def _divisions(self) -> Iterator[Division]:
        top = path_code(self._mapping.top_code)
        yield Division(code=top, name=self._mapping.top_name, tier=0, parent=None)
        paths = {record.division[:tier] for record in self._records for tier in range(1, len(self._mapping.tiers))}
        for path in paths:
            if None not in path:
                yield Division(
                    code=path_code(self._mapping.top_code, *path),
                    name=self._name(path),
                    tier=len(path),
                    parent=path_code(self._mapping.top_code, *path[:-1]),
                )

    def _desks(self) -> Iterator[Desk]:
        desks = self._mapping.desk
        for record in self._records if desks is not None else ():
            if desks is not None and record.desk is not None and None not in record.division:
                yield self._desk(desks, record, record.desk)

    def _categories(self) -> Iterator[Category]:
        for record in self._records:
            code = category_code(self._mapping, record)
            if code is not None and record.category is not None:
                yield Category(code=code, name=record.category, group=record.group or record.category)


def _desk(code: str, name: str, kind: DeskKind, division: str) -> Desk:
    line = name if kind is DeskKind.FUNCTIONAL else None
    return Desk(code=code, name=name, kind=kind, division=division, superior=None, line=line)


def _sorted(divisions: Iterable[Division]) -> tuple[Division, ...]:
    return tuple(sorted(divisions, key=lambda division: (division.tier, division.code)))
