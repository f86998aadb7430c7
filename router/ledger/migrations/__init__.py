"""The schema's versions: which one a database has, which one is needed, and the way from one to the other.

When things fail
    An upgrade is one transaction: it happened or it did not. Two that start at once wait for each other, and
    the second finds nothing left to do.
"""

from __future__ import annotations

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from router.errors import SchemaVersionError
from router.ledger.database import Database

#: Any number will do; it only has to be the same in every process that upgrades.
_UPGRADE_LOCK = 4_712_345


class SchemaStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database's schema stands."""

    #: The version the database has; None: it is empty.
    found: str | None
    #: The version this program was written for.
    needed: str

    @property
    def is_current(self) -> bool:
        return self.found == self.needed


def upgrade(url: str) -> SchemaStatus:
    """Bring a database to the version this program needs; returns where it stood before.

    Raises:
        SchemaVersionError: it is of a version this program does not know, most likely a later one.
        UnreachableError: the database does not answer.
    """
    database = Database(url)
    try:
        with database.writing() as connection:
            if not database.is_sqlite:
                # SQLite's transaction has the file to itself already.
                connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK})
            before = _status(connection)
            _require_known(before, database)
            command.upgrade(_config(connection), "head")
            return before
    finally:
        database.close()


def schema_status(url: str) -> SchemaStatus:
    """Which version a database has and which one is needed.

    Raises:
        UnreachableError: the database does not answer.
    """
    database = Database(url)
    try:
        with database.reading() as connection:
            return _status(connection)
    finally:
        database.close()


def nothing_there() -> SchemaStatus:
    """Where a database stands that is not there: asking an SQLite file that is missing would make it."""
    return SchemaStatus(found=None, needed=_needed())


def is_known(status: SchemaStatus) -> bool:
    """Whether this program could bring the schema to its own version; a later program's it cannot."""
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    return status.found is None or status.found in known


def require_current(database: Database) -> None:
    """Refuse a schema that is not this program's.

    Raises:
        SchemaVersionError: it says which version was found and which is needed.
        UnreachableError: the database does not answer.
    """
    with database.reading() as connection:
        status = _status(connection)
    _require_known(status, database)
    if not status.is_current:
        raise SchemaVersionError(
            "the ledger is of version {found}, version {needed} is needed"
            if status.found
            else "the ledger is empty, version {needed} is needed",
            where=database.name,
            todo="Run `case-router db upgrade`.",
            found=status.found,
            needed=status.needed,
        )


def _status(connection: Connection) -> SchemaStatus:
    return SchemaStatus(found=MigrationContext.configure(connection).get_current_revision(), needed=_needed())


def _needed() -> str:
    needed = ScriptDirectory.from_config(_config(None)).get_current_head()
    if needed is None:
        raise SchemaVersionError("this program has no schema of its own: its installation is broken")
    return needed


def _require_known(status: SchemaStatus, database: Database) -> None:
    if not is_known(status):
        raise SchemaVersionError(
            "the ledger is of version {found}, which this program does not know; it needs {needed}",
            where=database.name,
            todo="Install the program that made it, or a later one, and run its `case-router db upgrade`.",
            found=status.found,
            needed=status.needed,
        )


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "router.ledger:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
