"""What was learned since a bulletin was printed: its tables as they are now, beside those that were printed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.bulletin.table import Cell, Column, Look, Table
from router.bulletin.tables import Tables
from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin

#: What a figure is where its line is in one of the two alone.
_ABSENT = "–"


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """The bulletin that was printed."""

    bulletin: Bulletin
    at: datetime


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that differs, by where it stands."""

    table: str
    #: What its line is about.
    line: str
    #: Title of its column; empty: the whole line is new, or gone.
    column: str
    printed: Cell
    now: Cell


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """The printed one and the one of now."""

    #: None: this week was never printed.
    printed: Printed | None
    now: Bulletin

    def differences(self, words: Words) -> list[Difference]:
        """Every figure that differs, in the order of the tables; none for a week that was never printed."""
        if self.printed is None:
            return []
        before = {table.name: table for table in Tables(self.printed.bulletin, words).figures()}
        found: list[Difference] = []
        for table in Tables(self.now, words).figures():
            was = before.get(table.name)
            if was is not None:  # a ranking may be in one alone
                found += _between(was, table)
        return found

    def table(self, words: Words, tables: Tables) -> Table:
        """The same as a table, or the sentence that says why there is none."""
        found = self.differences(words)
        if self.printed is None:
            note = words("revision_unprinted")
        elif not found:
            note = words("revision_none")
        else:
            note = words("revision_note", printed=tables.wording.local(self.printed.at))
        return Table(
            name="revision",
            title=words("revision"),
            columns=(
                Column(words("figure")),
                Column(""),
                Column(words("was"), Look.NUMBER),
                Column(words("is_now"), Look.NUMBER),
            ),
            rows=tuple(
                (f"{one.table}: {one.line}" if one.line else one.table, one.column, one.printed, one.now)
                for one in found
            ),
            notes=(note,),
            keys=(0, 1),
        )


def _between(was: Table, now: Table) -> list[Difference]:
    lines_was, lines_now = _lines(was), _lines(now)
    found: list[Difference] = []
    for line in [*lines_now, *(line for line in lines_was if line not in lines_now)]:
        old, new = lines_was.get(line), lines_now.get(line)
        if old is None or new is None:
            found.append(_whole(now, line, old is None))
            continue
        found += [
            Difference(table=now.title, line=line, column=column.title, printed=a, now=b)
            for column, a, b in zip(now.columns, old, new, strict=True)
            if a != b
        ]
    return found


def _whole(table: Table, line: str, is_new: bool) -> Difference:  # noqa: FBT001 - the two ways there are
    absent, there = _ABSENT, "✓"
    return Difference(
        table=table.title,
        line=line,
        column="",
        printed=absent if is_new else there,
        now=there if is_new else absent,
    )


def _lines(table: Table) -> dict[str, tuple[Cell, ...]]:
    return {" ".join(str(row[at]) for at in table.keys): row for row in table.rows}
