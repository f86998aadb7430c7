"""A bulletin for spreadsheets: RFC 4180, one table a file, nothing in it that a program would run.

A cell that begins like a formula is put behind an apostrophe (公式注入): a desk's or a category's name comes from
files that people edit, and Excel runs `=…` wherever it stands. Numbers are ours and stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from io import StringIO

from router.bulletin.table import Cell, Change, Rate, Table, Tenths, percent_tenths
from router.bulletin.words import Words

#: What a cell of the file is.
_Out = str | int | Decimal

#: What a spreadsheet takes for the beginning of a formula, also in full width and behind spaces.
_FORMULA = re.compile(r"^[\s\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def harmless(text: str) -> str:
    """A text cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def encoded(text: str, encoding: str) -> bytes:
    """A file's bytes: UTF-8 with the mark that Excel looks for, or GB 18030, which has every character too."""
    return text.encode("utf-8-sig" if encoding == "utf-8" else encoding)


def csv_text(rows: Iterable[Sequence[_Out]]) -> str:
    """Rows as RFC 4180 has them; lines end with CR LF."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def table_text(table: Table, words: Words) -> str:
    """One table as CSV."""
    return csv_text([_header(table, words), *(_row(table, row) for row in table.rows)])


def notes_text(table: Table) -> str:
    """Its title and what is said above it, for a file that has several."""
    return csv_text([(table.title,), *((note,) for note in table.notes)])


def _header(table: Table, words: Words) -> list[_Out]:
    found: list[_Out] = []
    for column in table.columns:
        found.append(f"{column.title} %" if column.rates or column.percent else column.title)
        if column.rates:
            found += [f"{column.title} {words(key)}" for key in ("numerator", "denominator")]
    return found


def _row(table: Table, row: Sequence[Cell]) -> list[_Out]:
    found: list[_Out] = []
    for column, cell in zip(table.columns, row, strict=True):
        found.append(cell_value(cell))
        if column.rates:
            found += [_exact(cell.part), cell.of] if isinstance(cell, Rate) else ["", ""]
    return found


def cell_value(cell: Cell) -> _Out:
    """Numbers as numbers: a percent without its sign, a change without a plus; what is none is empty or a word."""
    match cell:
        case Rate():
            return cell.unfit if cell.value is None else _tenths(percent_tenths(cell.value))
        case Tenths():
            return "" if cell.value is None else _tenths(cell.value)
        case Change():
            return cell.word if cell.by is None else _tenths(cell.by) if cell.tenths else cell.by
        case None:
            return ""
        case _:
            return cell


def _tenths(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)


def _exact(part: Fraction | int) -> _Out:
    """Weighed sums have one decimal: nine tenths a head."""
    return part if isinstance(part, int) else _tenths(int(part * 10))
