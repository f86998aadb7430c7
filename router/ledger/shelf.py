"""Versions of trees, policy sets, calendars, bulletins: put once, never changed; of some kinds one is in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, inspect, select, update

from router.errors import ConflictError
from router.ledger import schema, sets
from router.ledger.columns import Instant
from router.ledger.database import Database

_versions = schema.versions
_current = schema.current_versions

#: The body of one version.
BODY = select(_versions.c.body).where(
    _versions.c.kind == bindparam("kind"), _versions.c.version == bindparam("version")
)
#: Version and body in force.
IN_FORCE = (
    select(_current.c.version, _versions.c.body)
    .join(_versions, (_versions.c.kind == _current.c.kind) & (_versions.c.version == _current.c.version))
    .where(_current.c.kind == bindparam("kind"))
)
#: Puts another version in force.
PUT_IN_FORCE = (
    update(_current)
    .where(_current.c.kind == bindparam("of_kind"))
    .values(version=bindparam("version"), since=bindparam("since", type_=Instant))
)


def put(connection: Connection, kind: str, version: str, body: bytes, now: datetime, *, current: bool) -> None:
    """Store a version; the same again changes nothing.

    Raises:
        ConflictError: there is such a version, with another body.
    """
    row = {"kind": kind, "version": version, "body": body, "put_at": now}
    if not sets.insert_new(connection, _versions, [row]) and get(connection, kind, version) != body:
        raise ConflictError(
            "{kind} {version} is on record with other content, and versions never change",
            todo="Give what you have a version of its own.",
            kind=kind,
            version=version,
        )
    if current:
        sets.insert_new(connection, _current, [{"kind": kind, "version": version, "since": now}])
        connection.execute(PUT_IN_FORCE, {"of_kind": kind, "version": version, "since": now})


def get(connection: Connection, kind: str, version: str) -> bytes | None:
    """The body of one version; None when it is unknown."""
    body: bytes | None = connection.scalar(BODY, {"kind": kind, "version": version})
    return body


def in_force(connection: Connection, kind: str) -> tuple[str, bytes] | None:
    """Version and body in force; None when there is none."""
    row = connection.execute(IN_FORCE, {"kind": kind}).first()
    return (row.version, row.body) if row else None


def in_force_at(url: str, kind: str) -> tuple[str, bytes] | None:
    """As :func:`in_force`, of a database whose schema may be an earlier one; None too where it is empty.

    Raises:
        UnreachableError: the database does not answer.
    """
    database = Database(url)
    try:
        with database.reading() as connection:
            there = inspect(connection).has_table(_current.name)
            return in_force(connection, kind) if there else None
    finally:
        database.close()
