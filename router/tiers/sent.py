"""What a program has sent, kept for a while: a ledger restored from a backup asks for what it does not know.

An SQLite database, in a file or in one without a name: SQLite puts that one on disk where it grows, and it goes
with the process. Several processes of one desk or channel share a file, since the broker brings the request to one
of them only. The file holds what was sent, personal data too: it is its owner's alone.

When things fail
    What cannot be kept (a full disk) is sent all the same, and `sent.not_kept` is in the log. The program dies:
    with a file nothing is forgotten; without one, what it sent is known to the ledger alone.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock

import msgspec
import structlog

from router.errors import ConfigurationError
from router.tiers.report import Report

log = structlog.get_logger(__name__)

#: What a database that cannot be used raises.
ERRORS = (sqlite3.Error, OSError)
#: A backup is made once a day at least.
KEEP = timedelta(days=2)
#: Messages kept at most, half a gigabyte of disk at a kilobyte each. The busiest program of a city of 56,000 cases
#: a day says four things of each within the two days that are asked for: 448,000.
MOST = 500_000
#: What is too old is forgotten once in so many messages.
_FORGET_EVERY = 500
#: Messages read from the database at once.
_PAGE = 500
#: Another process of the same program may be writing, seconds.
_BUSY_S = 5.0

#: A database that SQLite puts on disk when it grows, where nobody else can open it.
_UNNAMED = ""
_TABLES = """
create table if not exists sent (
  seq integer primary key, id text not null unique, said_at integer not null, exchange text not null,
  key text not null, type text not null, case_id text not null, body blob not null
);
create index if not exists sent_said_at on sent (said_at);
create table if not exists kept (since integer not null);
"""
#: The first time stands: saying it again makes it no later.
_NOTE = "insert or ignore into sent (id, said_at, exchange, key, type, case_id, body) values (?, ?, ?, ?, ?, ?, ?)"
_SINCE = (
    "select said_at, seq, id, exchange, key, type, case_id, body from sent "
    "where (said_at, seq) > (?, ?) order by said_at, seq limit ?"
)
_NEWEST_TOO_MANY = "select said_at from sent order by said_at desc limit 1 offset ?"


class Sent:
    """Reports by when they were first sent. Any thread may call it."""

    def __init__(self, file: str | Path | None = None, *, keep: timedelta = KEEP, most: int = MOST) -> None:
        """Nothing is opened before the first report.

        Args:
            file: path of the database; None: a temporary one without a name, forgotten with the process.
            keep: how long what was sent is kept; longer than a backup can be old.
            most: messages kept at most, the newest.
        """
        self._file = Path(file) if file is not None else None
        self._keep = keep
        self._most = most
        self._lock = RLock()
        self._database: sqlite3.Connection | None = None
        self._noted = 0

    def begin(self, now: datetime) -> None:
        """From now on nothing is missing, unless the file says so of an earlier instant.

        Raises:
            ConfigurationError: the file cannot be used.
        """
        try:
            self.kept_since(now)
        except ERRORS as error:
            raise ConfigurationError(
                "what is sent cannot be kept: {reason}",
                where=str(self._file),
                todo="Name a file in a folder that this program may write to.",
                reason=error,
            ) from error

    def note(self, report: Report, now: datetime) -> None:
        """Keep a report that is sent at `now`; one of the same id is kept as it was."""
        row = (report.id, _micros(now), report.exchange, report.key, report.type, report.case_id, report.body)
        try:
            with self._lock, self._opened(now) as database:
                database.execute(_NOTE, row)
                self._noted += 1
                if self._noted % _FORGET_EVERY == 0:
                    self._forget(database, now)
        except ERRORS as error:
            log.error("sent.not_kept", message=report.id, error=type(error).__name__)

    def since(self, since: datetime, now: datetime) -> Iterator[Report]:
        """What was sent from `since` on, in that order, each with the instant.

        Raises:
            sqlite3.Error, OSError: the database cannot be read (`ERRORS`).
        """
        beyond = (_micros(since), -1)
        while True:
            with self._lock, self._opened(now) as database:
                rows = database.execute(_SINCE, (*beyond, _PAGE)).fetchall()
            for at, seq, report_id, exchange, key, kind, case_id, body in rows:
                beyond = (at, seq)
                yield Report(
                    id=report_id,
                    exchange=exchange,
                    key=key,
                    type=kind,
                    case_id=case_id,
                    body=body,
                    said_at=_instant(at),
                )
            if len(rows) < _PAGE:
                return

    def kept_since(self, now: datetime) -> datetime:
        """From when on nothing is missing."""
        with self._lock, self._opened(now) as database:
            (since,) = database.execute("select since from kept").fetchone()
        return _instant(since)

    def close(self) -> None:
        """Close the database; what has no file is forgotten. Idempotent."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def _opened(self, now: datetime) -> sqlite3.Connection:
        if self._database is not None:
            return self._database
        if self._file is not None:
            self._file.touch(mode=0o600)
        database = sqlite3.connect(self._file or _UNNAMED, timeout=_BUSY_S, check_same_thread=False)
        database.executescript(_TABLES)
        with suppress(sqlite3.OperationalError):  # where it cannot be had, another journal serves as well
            database.execute("pragma journal_mode = wal")
        with database:
            database.execute(
                "insert into kept (since) select ? where not exists (select 1 from kept)", (_micros(now),)
            )
        self._database = database
        # Nobody has to close what a program keeps: it goes with it.
        weakref.finalize(self, database.close)
        return database

    def _forget(self, database: sqlite3.Connection, now: datetime) -> None:
        """Forget what is too old or too much; from when on nothing is missing moves with it."""
        (too_many,) = database.execute(_NEWEST_TOO_MANY, (self._most,)).fetchone() or (0,)
        until = max(_micros(now - self._keep), too_many + 1)
        if too_many >= _micros(now - self._keep):
            # A restore is told so (`kept_since`); whoever runs this program should know before.
            log.warning("sent.forgotten_early", most=self._most, kept_since=_instant(until))
        database.execute("delete from sent where said_at < ?", (until,))
        database.execute("update kept set since = max(since, ?)", (until,))


def _micros(at: datetime) -> int:
    """Microseconds since 1970; an exact number, unlike a float of seconds."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def resent(report: Report, restore: str) -> Report:
    """A report that is sent again for a restore."""
    return msgspec.structs.replace(report, resent_for=restore)
