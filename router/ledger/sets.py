"""Many rows in one go: arrays on PostgreSQL, the driver's own loop on SQLite.

On PostgreSQL a statement per row costs two to three times as much as one over arrays. SQLite is a function
call away, so there the driver's loop is the fastest there is; the rows are prepared column by column here,
since the library prepares them parameter by parameter, which takes longer than the writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

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

#: Names of columns.
Names: TypeAlias = tuple[str, ...]


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


def put_all(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    keys: tuple[str, ...],
    added: tuple[str, ...] = (),
) -> int:
    """Insert rows, or set the columns of those whose keys are there; to the columns `added` the new number is
    added instead. No two rows share their keys."""
    return _run(
        connection,
        lambda table, names: _put_from_arrays(table, names, keys, added),
        lambda table, names: _put_one(table, names, keys, added),
        table,
        rows,
    )


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
def _compiled_for_sqlite(statement: Insert | Update, table: Table, names: Names) -> Any:
    """Its text, the places of its parameters among `names`, and how values of each of these are prepared."""
    dialect = sqlite.dialect(paramstyle="qmark")
    compiled = statement.compile(dialect=dialect)
    order = [names.index(parameter.removeprefix(_PREFIX)) for parameter in compiled.positiontup or ()]
    prepare = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    return str(compiled), order, prepare


@cache
def _insert_from_arrays(table: Table, names: Names) -> Insert:
    """Insert one row for each place in the arrays."""
    return insert(table).from_select(names, _as_rows(table, names))


@cache
def _insert_new_from_arrays(table: Table, names: Names) -> Insert:
    """Insert one row for each place in the arrays, passing over those that break a uniqueness."""
    return postgresql.insert(table).from_select(names, _as_rows(table, names)).on_conflict_do_nothing()


@cache
def _update_from_arrays(table: Table, names: Names) -> Update:
    """Update, for each place in the arrays, the row whose key stands there."""
    given = _given(table, names)
    key, *others = names
    values = {name: _as_stored(table, given, name) for name in others}
    return update(table).values(values).where(table.c[key] == given.c[key])


@cache
def _insert_one(table: Table, names: Names) -> Insert:
    """Insert one row."""
    return insert(table).values({name: bindparam(_PREFIX + name) for name in names})


@cache
def _insert_new_one(table: Table, names: Names) -> Insert:
    """Insert one row unless it breaks a uniqueness."""
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in names}
    return sqlite.insert(table).values(values).on_conflict_do_nothing()


@cache
def _put_from_arrays(table: Table, names: Names, keys: Names, added: Names) -> Insert:
    """Insert one row for each place in the arrays, or set that of its keys."""
    chosen = postgresql.insert(table).from_select(names, _as_rows(table, names))
    return chosen.on_conflict_do_update(index_elements=keys, set_=_set(table, chosen.excluded, names, keys, added))


@cache
def _put_one(table: Table, names: Names, keys: Names, added: Names) -> Insert:
    """Insert one row, or set that of its keys."""
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in names}
    chosen = sqlite.insert(table).values(values)
    return chosen.on_conflict_do_update(index_elements=keys, set_=_set(table, chosen.excluded, names, keys, added))


def _set(table: Table, excluded: Any, names: Names, keys: Names, added: Names) -> dict[str, Any]:
    """What becomes of the columns of a row that is there."""
    return {
        name: table.c[name] + excluded[name] if name in added else excluded[name]
        for name in names
        if name not in keys
    }


@cache
def _update_one(table: Table, names: Names) -> Update:
    """Update the row of one key."""
    key, *others = names
    values: dict[str, Any] = {name: bindparam(_PREFIX + name) for name in others}
    return update(table).values(values).where(table.c[key] == bindparam(_PREFIX + key))


def _as_rows(table: Table, names: Names) -> Any:
    given = _given(table, names)
    return select(*(_as_stored(table, given, name) for name in names))


def _given(table: Table, names: Names) -> TableValuedAlias:
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
