"""Many rows in one go: arrays on PostgreSQL, the driver's own loop on SQLite.

On PostgreSQL a statement per row costs two to three times as much as one over arrays. SQLite is a function
call away, so there the driver's loop is the fastest there is; the rows are prepared column by column here,
since the library prepares them parameter by parameter, which takes longer than the writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from router.ledger.columns import JSON_TEXT
from router.ledger.rows import Row


def insert_all(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, in order.

    Raises:
        sqlalchemy.exc.IntegrityError: one of them breaks a constraint.
    """
    _run(connection, _insert_from_arrays, _insert_one, table, rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert those rows that break no uniqueness, in order; returns how many were inserted."""
    return _run(connection, _insert_new_from_arrays, _insert_new_one, table, rows)


def update_by_key(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Set the columns of each row where the first column is the row's; returns how many rows were found."""
    return _run(connection, _update_from_arrays, _update_one, table, rows)


#: The library forgets how many rows an insert made unless it is asked to remember.
_COUNTED = {"preserve_rowcount": True}

#: Parameters of an update must not be named like the columns it sets.
_PREFIX = "new_"


def _run(connection: Connection, on_postgresql: Any, on_sqlite: Any, table: Table, rows: Sequence[Row]) -> int:
    if not rows:
        return 0
    names = tuple(rows[0])
    by_column = [[row[name] for row in rows] for name in names]
    if connection.dialect.name == "postgresql":
        arrays = {_PREFIX + name: values for name, values in zip(names, by_column, strict=True)}
        return connection.execute(on_postgresql(table, names), arrays, execution_options=_COUNTED).rowcount
    text, order, prepare = _compiled_for_sqlite(on_sqlite(table, names), table, names)
    prepared = [
        values if one is None else [one(value) for value in values]
        for one, values in zip(prepare, by_column, strict=True)
    ]
    tuples = list(zip(*(prepared[place] for place in order), strict=True))
    return connection.exec_driver_sql(text, tuples, execution_options=_COUNTED).rowcount


@cache
def _compiled_for_sqlite(statement: Insert | Update, table: Table, names: tuple[str, ...]) -> Any:
    """Its text, the places of its parameters among `names`, and how values of each of these are prepared."""
    dialect = sqlite.dialect(paramstyle="qmark")
    compiled = statement.compile(dialect=dialect)
    order = [names.index(parameter.removeprefix(_PREFIX)) for parameter in compiled.positiontup or ()]
    prepare = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    return str(compiled), order, prepare


@cache
def _insert_from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    """Insert one row for each place in the arrays."""
    return insert(table).from_select(names, _as_rows(table, names))


@cache
def _insert_new_from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    """Insert one row for each place in the arrays, passing over those that break a uniqueness."""
    return postgresql.insert(table).from_select(names, _as_rows(table, names)).on_conflict_do_nothing()


@cache
def _update_from_arrays(table: Table, names: tuple[str, ...]) -> Update:
    """Update, for each place in the arrays, the row whose key stands there."""
    given = _given(table, names)
    key, *others = names
    values = {name: _as_stored(table, given, name) for name in others}
    return update(table).values(values).where(table.c[key] == given.c[key])


@cache
def _insert_one(table: Table, names: tuple[str, ...]) -> Insert:
    """Insert one row."""
    return insert(table).values({name: bindparam(_PREFIX + name) for name in names})


@cache
def _insert_new_one(table: Table, names: tuple[str, ...]) -> Insert:
    """Insert one row unless it breaks a uniqueness."""
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in names}
    return sqlite.insert(table).values(values).on_conflict_do_nothing()


@cache
def _update_one(table: Table, names: tuple[str, ...]) -> Update:
    """Update the row of one key."""
    key, *others = names
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in others}
    return update(table).values(values).where(table.c[key] == bindparam(_PREFIX + key))


def _as_rows(table: Table, names: tuple[str, ...]) -> Any:
    given = _given(table, names)
    return select(*(_as_stored(table, given, name) for name in names))


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
