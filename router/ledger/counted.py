"""The part of the ledger that keeps the figures of its cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from router.core.counting.counted import Counts
from router.ledger import counting, problems, standing_now
from router.ledger.count_port import Snapshot
from router.ledger.database import Database


class CountedLedger:
    """The methods of `SqlLedger` about figures."""

    _database: Database

    @contextmanager
    def counting(self, limit: int) -> Iterator[counting.SqlCountingUnit]:
        """Take at most `limit` changes that are not counted, oldest first; they are when the block ends.

        Raises:
            UnreachableError: the database does not answer.
        """
        with self._database.writing() as connection:
            yield counting.SqlCountingUnit(connection, limit)

    def uncounted(self) -> int:
        """Changes on record that are not counted yet."""
        with self._database.reading() as connection:
            return counting.uncounted(connection)

    def tallies(self) -> Counts:
        """What all counted cases add up to."""
        with self._database.reading() as connection:
            return counting.tallies(connection)

    def due_later(self, now: datetime) -> Counts:
        """The part of the tallies of due cohorts whose due date is after `now`."""
        with self._database.reading() as connection:
            return counting.due_later(connection, now)

    def before_complaint(self, now: datetime) -> Counts:
        """Problems of the last thirty days, and what is provisional; the rest of all time is in the tallies."""
        with self._database.reading() as connection:
            return problems.lately(connection, now)

    def snapshot(self, now: datetime) -> Snapshot:
        """Everything that figures are made of, as it stands at `now`."""
        with self._database.snapshot() as connection:
            return standing_now.snapshot(connection, now)

    def recount(self, *, outdated_only: bool = False) -> int:
        """Forget all figures and let every case be counted anew; returns how many cases."""
        with self._database.writing() as connection:
            return counting.recount(connection, outdated_only=outdated_only)
