"""Column types that read the same from both databases, and the one predicate that takes a list.

The law of the file: an instant is aware; on SQLite it is text of fixed width, so that it sorts and reads as one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

#: Identifiers sort by code point on both databases, whatever the server's locale: `order by` and the order in
#: which rows are locked agree everywhere.
ID: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")

#: JSON as msgspec wrote it: `json` on PostgreSQL, so that operators can reach into it, text on SQLite.
JSON_TEXT: TypeEngine[Any] = Text().with_variant(postgresql.JSON(), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware instant: `timestamptz` on PostgreSQL, `2026-03-02T09:30:00.000000Z` on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Hand an instant to the database.

        Raises:
            ValueError: it is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value.isoformat()}")
        if dialect.name == "postgresql":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Take an instant from the database, in UTC."""
        if value is None:
            return None
        found: datetime = value if dialect.name == "postgresql" else datetime.fromisoformat(value)
        return found.astimezone(UTC)


# The same few instants come again and again within a batch, and writing one takes a microsecond.
@lru_cache(maxsize=4096)
def instant_text(value: datetime) -> str:
    """The fixed-width UTC form of an aware instant."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


class _TextList(TypeDecorator[list[str]]):
    """A list of texts as one parameter: an array on PostgreSQL, a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return value
        return json.dumps(value)


class _Among(FunctionElement[Any]):
    """`column` is one of the texts of a list parameter: one statement text however long the list is."""

    # Not `Boolean`: on SQLite the library would then ask whether it ` = 1`, and no index answers that.
    type = NullType()
    name = "among"
    inherit_cache = True


def among(column: ColumnElement[Any], parameter: str) -> ColumnElement[Any]:
    """Whether `column` is in the list given as `parameter`."""
    return _Among(column, bindparam(parameter, type_=_TextList()))


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, given = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({given})"


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, given = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608  # both are compiled, not given
