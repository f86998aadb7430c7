"""The part of the ledger that says what holds deadlines back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.guards import Guards, Hold
from router.ledger import guarding, late
from router.ledger.database import Database
from router.ledger.guard_port import Brake, Seen

#: Rows fetched at once while everything is read through.
PAGE = 1000


class GuardedLedger:
    """The methods of `SqlLedger` about the brake, holds, and desks that were seen."""

    _database: Database

    def guards(self, now: datetime) -> Guards:
        """What holds deadlines back at `now`, and the outage windows that explain late reports."""
        with self._database.reading() as connection:
            found = guarding.guards(connection, now)
            return msgspec.structs.replace(found, undelivered=late.all_waiting(connection, now))

    def brake(self) -> Brake | None:
        """The brake while it holds; None: it does not."""
        with self._database.reading() as connection:
            return guarding.brake(connection)

    def brakes(self, limit: int) -> list[Brake]:
        """The last times it was on, the last first."""
        with self._database.reading() as connection:
            return guarding.brakes(connection, limit)

    def put_brake_on(self, found: Brake) -> bool:
        """Put the brake on, for every process; False: it is on already."""
        with self._database.writing() as connection:
            return guarding.put_on(connection, found)

    def take_brake_off(self, how: str, *, by: str, reason: str, now: datetime) -> bool:
        """Take the brake off, `released` or `cancelled`; False: it was not on."""
        with self._database.writing() as connection:
            return guarding.take_off(connection, how, by, reason, now)

    def let_through(self, found: Brake) -> None:
        """Note that what has passed by `ended_at` is let through though the brake was never on."""
        with self._database.writing() as connection:
            guarding.let_through(connection, found)

    def due_at_once(self, now: datetime, limit: int) -> int:
        """Deadlines that take a case up, are due and were not let through by name; at most `limit` are counted."""
        with self._database.reading() as connection:
            return guarding.due_at_once(connection, now, limit)

    def busiest_minute(self, since: datetime) -> int:
        """Most escalations that fell into one minute since then, by their own instants."""
        with self._database.reading() as connection:
            return guarding.busiest_minute(connection, since)

    def held(self, now: datetime) -> Iterator[Case]:
        """Cases whose next deadline has passed and is held back, oldest first, streamed."""
        with self._database.reading() as connection:
            braked = guarding.brake(connection) is not None
            yield from guarding.held(connection, now, braked=braked, page=PAGE)

    def count_held(self, now: datetime) -> int:
        """Deadlines that take a case up and have passed."""
        with self._database.reading() as connection:
            return guarding.count_held(connection, now)

    def claimed(self, now: datetime, before: datetime) -> frozenset[str]:
        """Ids of cases whose deadline passed before `before` and is on lease at `now`, held back by nothing."""
        with self._database.reading() as connection:
            return guarding.claimed(connection, now, before)

    def holds(self) -> list[Hold]:
        """Every hold on record, over or not."""
        with self._database.reading() as connection:
            return guarding.all_holds(connection)

    def restoring(self) -> Hold | None:
        """The restore that is under way; None: none is."""
        with self._database.reading() as connection:
            return guarding.restoring(connection)

    def put_hold(self, found: Hold) -> bool:
        """Put a hold on record; False: there is one of that id."""
        with self._database.writing() as connection:
            return guarding.put_hold(connection, found)

    def release_hold(self, hold_id: str, *, by: str, now: datetime) -> bool:
        """Release a hold; False: there is none of that id that holds."""
        with self._database.writing() as connection:
            return guarding.release_hold(connection, hold_id, by, now)

    def hold_on(self, hold_id: str) -> None:
        """Let a hold that was released hold on, as if it had not been."""
        with self._database.writing() as connection:
            guarding.hold_on(connection, hold_id)

    def seen(self) -> Mapping[str, Seen]:
        """Desk code → when it was last seen or heard of."""
        with self._database.reading() as connection:
            return guarding.seen(connection)

    def note_consuming(self, desks: Collection[str], now: datetime) -> None:
        """The programs of these desks are consuming."""
        with self._database.writing() as connection:
            guarding.note_seen(connection, desks, now, consuming=True)
