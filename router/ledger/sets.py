"""Many rows in one statement: arrays on PostgreSQL, the driver's own loop on SQLite.

On PostgreSQL a statement per row costs two to three times as much as one over arrays; SQLite is a function
call away, so there the loop is the fastest there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, Text, bindparam, cast, column, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from router.ledger.columns import JSON_TEXT
from router.ledger.rows import Row


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert those rows that break no uniqueness, in order; returns how many were inserted."""
    if not rows:
        return 0
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        return connection.execute(
            _insert_from_arrays(table, names), _arrays(names, rows), execution_options=_COUNTED
        ).rowcount
    return connection.execute(_insert_one(table, names), rows, execution_options=_COUNTED).rowcount


def update_by_key(connection: Connection, table: Table, key: str, rows: Sequence[Row]) -> int:
    """Set every other column of each row where `key` is the row's; returns how many rows were found."""
    if not rows:
        return 0
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        return connection.execute(_update_from_arrays(table, key, names), _arrays(names, rows)).rowcount
    prefixed = [{_PREFIX + name: value for name, value in row.items()} for row in rows]
    return connection.execute(_update_one(table, key, names), prefixed).rowcount


#: The library forgets how many rows an insert made unless it is asked to remember.
_COUNTED = {"preserve_rowcount": True}

#: Parameters of an update must not be named like the columns it sets.
_PREFIX = "new_"


def _arrays(names: Iterable[str], rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {_PREFIX + name: [row[name] for row in rows] for name in names}


@cache
def _insert_from_arrays(table: Table, names: tuple[str, ...]) -> Executable:
    """Insert one row for each place in the arrays, passing over those that break a uniqueness."""
    given = _given(table, names)
    rows = select(*(_as_stored(table, given, name) for name in names))
    return postgresql.insert(table).from_select(names, rows).on_conflict_do_nothing()


@cache
def _insert_one(table: Table, names: tuple[str, ...]) -> Executable:
    """Insert one row unless it breaks a uniqueness."""
    return sqlite.insert(table).values({name: bindparam(name) for name in names}).on_conflict_do_nothing()


@cache
def _update_from_arrays(table: Table, key: str, names: tuple[str, ...]) -> Executable:
    """Update, for each place in the arrays, the row whose key stands there."""
    given = _given(table, names)
    values = {name: _as_stored(table, given, name) for name in names if name != key}
    return update(table).values(values).where(table.c[key] == given.c[key])


@cache
def _update_one(table: Table, key: str, names: tuple[str, ...]) -> Executable:
    """Update the row of one key."""
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in names if name != key}
    return update(table).values(values).where(table.c[key] == bindparam(_PREFIX + key))


def _given(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    """The arrays side by side, as a table of their own."""
    arrays = [bindparam(_PREFIX + name, type_=postgresql.ARRAY(_sent_as(table.c[name]))) for name in names]
    columns = [column(name, _sent_as(table.c[name])) for name in names]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name="given")


def _sent_as(stored: Column[Any]) -> TypeEngine[Any]:
    # JSON travels as the text it is; an array of JSON would be taken apart and wrapped item by item.
    return Text() if stored.type is JSON_TEXT else stored.type


def _as_stored(table: Table, given: TableValuedAlias, name: str) -> Any:
    stored = table.c[name]
    return cast(given.c[name], stored.type) if stored.type is JSON_TEXT else given.c[name]
