"""Rows of a table of past cases become records; a row that cannot be read is listed, never dropped."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from router.core.commands import Place
from router.core.policies.matching import MATTER_TYPES
from router.errors import ConfigurationError, NotFoundError
from router.replay.mapping import Column, PlaceColumns, SourceMapping
from router.replay.mapping_file import missing_columns
from router.sentences import Sentence, UnfitError

_GZIP = b"\x1f\x8b"
#: The matter type of a row that names none: in doubt the resident complained.
_COMPLAINT = "complaint"


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one row says, as far as the mapping names it; None is absent."""

    source_id: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    channel: str | None
    category: str | None
    group: str | None
    matter_type: str
    #: Codes as mapped, one for each level below the top.
    division: tuple[str | None, ...]
    #: The desk's own name, whatever the spelling.
    desk: str | None
    place: Place | None

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the content: rows that say the same are one record."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).hexdigest()[:16]


class Unreadable(msgspec.Struct, frozen=True):
    """A row that could not be read."""

    #: The line of the file it ends at, from 1, as an editor counts.
    line: int
    #: Names the column and what is wrong with its cell.
    reason: Sentence


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table that was read."""

    records: tuple[Record, ...]
    unreadable: tuple[Unreadable, ...]
    #: Codes of a division from below the top → its name; of several names the first by alphabet.
    names: dict[tuple[str | None, ...], str]
    #: Cells of the matter type's column that the mapping does not know, and how often.
    unknown_matter_types: dict[str, int]


def read_table(path: Path, mapping: SourceMapping) -> Table:
    """Read a CSV file, packed with gzip or not.

    Raises:
        NotFoundError: there is no such file.
        ConfigurationError: it is empty, has not the mapping's encoding, or lacks a column that is mapped.
    """
    reader = _RowReader(mapping)
    records, unreadable = [], []
    for _, said in _read(path, reader, mapping):
        if isinstance(said, Record):
            records.append(said)
        else:
            unreadable.append(said)
    return reader.table(records, unreadable)


def read_rows(path: Path, mapping: SourceMapping) -> Iterator[tuple[int, Record | Unreadable]]:
    """Every row of a CSV file in order, one at a time, with the line it ends at; empty lines are no rows.

    Raises:
        NotFoundError: there is no such file.
        ConfigurationError: as :func:`read_table`.
    """
    return _read(path, _RowReader(mapping), mapping)


def _read(path: Path, reader: _RowReader, mapping: SourceMapping) -> Iterator[tuple[int, Record | Unreadable]]:
    with _opened(path, mapping) as lines:
        rows = csv.reader(lines, delimiter=mapping.delimiter, strict=True)
        header = _header(rows, mapping, str(path))
        for line, row in _rows(rows):
            yield line, (row if isinstance(row, Unreadable) else reader.take(line, header, row))


@contextmanager
def _opened(path: Path, mapping: SourceMapping) -> Iterator[IO[str]]:
    where = str(path)
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            # Line ends are left alone: a quoted cell may hold some.
            yield io.TextIOWrapper(
                gzip.GzipFile(fileobj=raw) if packed else raw, encoding=mapping.encoding, newline=""
            )
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=where) from error
    except UnicodeError as error:
        raise ConfigurationError(
            "the file is not {encoding}",
            where=where,
            todo="Name its encoding, with --encoding or in the mapping, for example gb18030.",
            encoding=mapping.encoding,
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise ConfigurationError("the file is packed, and damaged: {reason}", where=where, reason=error) from error


def _header(rows: Iterator[list[str]], mapping: SourceMapping, where: str) -> list[str]:
    try:
        header = [name.strip() for name in next(rows)]
    except StopIteration:
        raise ConfigurationError(
            "the file is empty", where=where, todo="Its first row names the columns."
        ) from None
    except csv.Error as error:
        raise ConfigurationError(
            "the row of column names cannot be read: {reason}", where=where, reason=error
        ) from error
    wrong = missing_columns(mapping, header, where)
    if wrong is not None:
        raise wrong
    return header


def _rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | Unreadable]]:
    """Rows with the line they end at; the reader goes on after one it cannot read."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            line: int = rows.line_num  # type: ignore[attr-defined]
            yield line, Unreadable(line, Sentence(str(error), str(error)))
        else:
            if row:
                yield rows.line_num, row  # type: ignore[attr-defined]


class _RowReader:
    """Reads rows one after another and gathers what they say."""

    def __init__(self, mapping: SourceMapping) -> None:
        self._mapping = mapping
        self._names: dict[tuple[str | None, ...], str] = {}
        self._unknown = Counter[str]()
        self._instants: dict[str, datetime] = {}

    def table(self, records: Sequence[Record], unreadable: Sequence[Unreadable]) -> Table:
        """What was read."""
        return Table(
            records=tuple(records),
            unreadable=tuple(unreadable),
            names=self._names,
            unknown_matter_types=dict(sorted(self._unknown.items())),
        )

    def take(self, line: int, header: Sequence[str], row: Sequence[str]) -> Record | Unreadable:
        """Read one row; cells that are missing at its end mean nothing."""
        try:
            if len(row) > len(header):
                raise UnfitError(
                    "it has {cells} cells, and there are {columns} columns", cells=len(row), columns=len(header)
                )
            if any("\0" in cell for cell in row):
                raise UnfitError("a cell holds a NUL character")
            return self._record(dict(zip(header, row, strict=False)))
        except UnfitError as error:
            return Unreadable(line, error.reason)
        except ValueError as error:
            return Unreadable(line, Sentence(str(error), str(error)))

    def _record(self, row: dict[str, str]) -> Record:
        mapping = self._mapping
        division = tuple(_cell(row, level.code) for level in mapping.divisions)
        record = Record(
            source_id=self._required(row, mapping.id),
            opened_at=self._instant(mapping.opened_at, self._required(row, mapping.opened_at)),
            due_at=self._optional_instant(row, mapping.due_at),
            closed_at=self._optional_instant(row, mapping.closed_at),
            channel=_cell(row, mapping.channel),
            category=_cell(row, mapping.category),
            group=_cell(row, mapping.group),
            matter_type=self._matter_type(row),
            division=division,
            desk=self._desk(row),
            place=_place(row, mapping.place),
        )
        self._note_names(row, division)
        return record

    def _required(self, row: dict[str, str], column: Column) -> str:
        cell = _cell(row, column)
        if cell is None:
            raise UnfitError("{name} is empty", name=column.name)
        return cell

    def _optional_instant(self, row: dict[str, str], column: Column | None) -> datetime | None:
        cell = _cell(row, column)
        return None if cell is None or column is None else self._instant(column, cell)

    def _instant(self, column: Column, cell: str) -> datetime:
        known = self._instants.get(cell)
        if known is None:
            try:
                known = self._instants[cell] = self._mapping.instant(cell)
            except UnfitError as error:
                raise UnfitError("{key}: {reason}", key=column.name, reason=error.reason) from error
        return known

    def _matter_type(self, row: dict[str, str]) -> str:
        cell = _cell(row, self._mapping.matter_type)
        if cell is None:
            return _COMPLAINT
        known = self._mapping.matter_types.get(cell)
        if known is None and cell in MATTER_TYPES:
            return cell
        if known is None:
            self._unknown[cell] += 1
        return known or _COMPLAINT

    def _desk(self, row: dict[str, str]) -> str | None:
        desk = self._mapping.desk
        if desk is None:
            return None
        name = _cell(row, desk.column)
        return None if name is None else desk.aliases.get(name, name)

    def _note_names(self, row: dict[str, str], division: tuple[str | None, ...]) -> None:
        for index, level in enumerate(self._mapping.divisions):
            path, name = division[: index + 1], _cell(row, level.name)
            if name is not None and None not in path:
                self._names[path] = min(name, self._names.get(path, name))


def _cell(row: dict[str, str], column: Column | None) -> str | None:
    return None if column is None else column.read(row.get(column.name))


def _place(row: dict[str, str], columns: PlaceColumns) -> Place | None:
    asset, address = _cell(row, columns.asset), _cell(row, columns.address)
    longitude, latitude = _degrees(row, columns.longitude), _degrees(row, columns.latitude)
    if longitude is None or latitude is None:
        longitude = latitude = None
    if asset is None and address is None and longitude is None:
        return None
    return Place(asset_id=asset, address_id=address, longitude=longitude, latitude=latitude, crs=columns.crs)


def _degrees(row: dict[str, str], column: Column | None) -> float | None:
    """A coordinate; one that is no number is absent, like a placeholder: the case is a problem of its own."""
    cell = _cell(row, column)
    try:
        degrees = float(cell) if cell is not None else None
    except ValueError:
        return None
    # NaN is unequal to itself and infinity lies on no map.
    return degrees if degrees is not None and abs(degrees) <= 360 else None
