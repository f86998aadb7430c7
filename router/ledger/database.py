"""A database that can be reached: its engine, its transactions, and its errors in our words.

When things fail
    A lost connection, a lock that is not let go, a database that is shutting down: `UnreachableError`; the
    transaction did not happen, or (when the connection broke during the commit) nobody knows; whoever asks
    again finds out from the ledger, since every command has an id. What the database says about a row is cut
    to its first sentence: the rest quotes the row, and a citizen's text with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Connection, Engine, create_engine, event, exc as sa, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry
from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_random

from router.errors import ConfigurationError, RouterError, UnreachableError
from router.sentences import Sentence, sentence

#: How long a writer waits for another one before it gives up, in seconds; a batch takes a fraction of one.
BUSY_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 5
#: A figure that takes longer than this would be old before it is read.
LONGEST_QUESTION_S = 30

_SQLITE = "sqlite"
_POSTGRESQL = "postgresql+psycopg"

#: SQLSTATE classes in which a transaction failed though nothing is wrong with it: connection, rollback
#: (deadlock, serialisation), resources, intervention by an operator, the system, a lock not had in time.
_TRANSIENT_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
#: A copy that only reads: where a failover is under way, the one that writes comes back.
_READ_ONLY = "25006"


class Database:
    """An engine and how transactions begin on it.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://user:password@host/name`.

    Raises:
        ConfigurationError: the URL is none of these.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        #: The URL without its password.
        self.name = parsed.render_as_string(hide_password=True)
        self.is_sqlite = parsed.drivername == _SQLITE
        self._engine = _sqlite_engine(parsed) if self.is_sqlite else _postgresql_engine(parsed)
        # SQLite lets one writer in; inside one process they queue here, which is fairer than its busy handler.
        self._turn = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises.

        Raises:
            UnreachableError: the database does not answer, or another writer did not let go in time.
        """
        with self._in_turn(), self.translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, on one snapshot where it is streamed; it waits for no writer.

        Raises:
            UnreachableError: the database does not answer.
        """
        with self.translated(), self._engine.connect() as connection:
            yield connection.execution_options(reads_only=True)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """As :meth:`reading`, and every question is answered of one and the same moment.

        Raises:
            UnreachableError: the database does not answer, or a question took too long.
        """
        with self.translated(), self._engine.connect() as connection:
            if self.is_sqlite:
                yield connection.execution_options(reads_only=True)
                return
            connection.execution_options(isolation_level="REPEATABLE READ")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{LONGEST_QUESTION_S}s'")
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Say the library's errors in ours."""
        try:
            yield
        except sa.TimeoutError:
            raise self._unreachable(sentence("no connection was free in time")) from None
        except sa.DBAPIError as error:
            if is_transient(error):
                raise self._unreachable(first_sentence(error)) from error
            raise RouterError(
                "the database refused: {reason}", where=self.name, reason=first_sentence(error)
            ) from None
        except sa.StatementError as error:
            # A value that is none of the column's (an instant without a zone): the caller's mistake, as it is.
            raise (error.orig or error) from None

    def close(self) -> None:
        """Close all connections; idempotent."""
        self._engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise self._unreachable(sentence("another writer of this process did not let go"))
        try:
            yield
        finally:
            self._turn.release()

    def _unreachable(self, what: str | Sentence) -> UnreachableError:
        return UnreachableError(
            "the database does not answer: {reason}",
            where=self.name,
            todo="Check that it runs and can be reached; what was not recorded is tried again.",
            reason=what,
        )


def is_transient(error: sa.DBAPIError) -> bool:
    """Whether the same transaction may well succeed later."""
    if error.connection_invalidated:
        return True
    state = sqlstate(error)
    if state is not None:
        return state[:2] in _TRANSIENT_CLASSES or state == _READ_ONLY
    # Without a code: the client's own trouble with the connection, or SQLite's with the file or its lock; but
    # what SQLite calls by its general name is a statement that is wrong.
    is_statement = getattr(error.orig, "sqlite_errorname", None) == "SQLITE_ERROR"
    return isinstance(error, sa.OperationalError | sa.InterfaceError) and not is_statement


def is_duplicate(error: sa.DBAPIError) -> bool:
    """Whether a uniqueness stood in the way."""
    name = getattr(error.orig, "sqlite_errorname", None)
    return sqlstate(error) == "23505" or name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def sqlstate(error: sa.DBAPIError) -> str | None:
    """The five characters in which PostgreSQL says what happened; None from SQLite or the client."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def first_sentence(error: sa.DBAPIError) -> str:
    """What the database said, without the row it may quote after it."""
    diagnosis = getattr(error.orig, "diag", None)
    primary: str | None = getattr(diagnosis, "message_primary", None)
    return primary or str(error.orig).strip().partition("\n")[0]


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except sa.ArgumentError:
        raise ConfigurationError("the ledger's URL cannot be read", todo=_FORMS) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername=_POSTGRESQL)
    where = parsed.render_as_string(hide_password=True)
    if parsed.drivername not in {_SQLITE, _POSTGRESQL}:
        raise ConfigurationError(
            "no ledger speaks {drivername}", where=where, todo=_FORMS, drivername=parsed.drivername
        )
    if parsed.drivername == _SQLITE and parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError("a ledger in memory would be lost with the process", where=where, todo=_FORMS)
    return parsed


_FORMS = "Use sqlite:///path/of/file.db or postgresql+psycopg://user:password@host/name."


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_S}s",
        },
        # A connection that died while it lay in the pool is replaced before it is used.
        pool_pre_ping=True,
        hide_parameters=True,
        # msgspec has written the JSON already, and will read it.
        json_serializer=_as_it_is,
        json_deserializer=_as_it_is,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(raw: Any, _entry: ConnectionPoolEntry) -> None:
    # Arrays travel in binary: as text, every quote in every JSON would be escaped one by one, which takes
    # four fifths of the time of a batch.
    raw.adapters.register_dumper(list, ListBinaryDumper)


def _as_it_is(value: Any) -> Any:
    return value


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver's own idea of when a transaction begins is switched off: `_begin_sqlite` says it.
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    # Switching to WAL needs the file for itself, and SQLite does not wait its turn for that.
    for attempt in Retrying(
        retry=retry_if_exception_message(match=".*is locked"),
        wait=wait_random(0.01, 0.1),
        stop=stop_after_delay(BUSY_TIMEOUT_S),
        reraise=True,
    ):
        with attempt:
            cursor.execute("PRAGMA journal_mode = WAL")
    # A commit that was acknowledged survives a loss of power.
    cursor.execute("PRAGMA synchronous = FULL")
    # 32 MB instead of 4: a batch is up to 1 MB, and pages that are written again and again are copied once.
    cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    # 32 MB instead of 2, in KiB: the index of commands is asked at random, and each miss reads a page.
    cursor.execute("PRAGMA cache_size = -32768")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot be upgraded while another writes: take the turn
    # to write at once.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
