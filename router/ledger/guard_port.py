"""What is needed of a ledger to hold deadlines back: the brake, holds, when desks were last seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from router.core.case import Case
from router.core.guards import Guards, Hold


class Brake(msgspec.Struct, frozen=True, kw_only=True):
    """One time the brake was on: too many deadlines at once, or two clocks that do not agree."""

    seq: int = 0
    #: `storm`, `skew`, or `catch_up`: what had passed was let through by name, and the brake was never on.
    cause: str
    braked_at: datetime
    #: Deadlines due at once, as far as they were counted, and how many are let through.
    due: int
    threshold: int
    #: Seconds our clock was ahead of the database's.
    skew_s: float
    holds: bool = True
    #: `released` or `cancelled`, when, by whom and why; None while it holds.
    ended_how: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    reason: str | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """When a desk's program was last seen consuming, and when the desk last reported; None: never."""

    desk: str
    consuming_at: datetime | None
    reported_at: datetime | None


class GuardedLedger(Protocol):
    """The part of `port.Ledger` that says what holds deadlines back."""

    def guards(self, now: datetime) -> Guards:
        """As :meth:`Unit.guards`, with every hand-over that waits for a broker and none that did."""
        ...

    def brake(self) -> Brake | None:
        """The brake while it holds; None: it does not."""
        ...

    def brakes(self, limit: int) -> list[Brake]:
        """The last times it was on, the last first."""
        ...

    def put_brake_on(self, found: Brake) -> bool:
        """Put the brake on, for every process; False: it is on already."""
        ...

    def take_brake_off(self, how: str, *, by: str, reason: str, now: datetime) -> bool:
        """Take the brake off, `released` or `cancelled`; False: it was not on. What has passed goes through."""
        ...

    def let_through(self, found: Brake) -> None:
        """Note that what has passed by `ended_at` is let through though the brake was never on."""
        ...

    def due_at_once(self, now: datetime, limit: int) -> int:
        """Deadlines that take a case up, are due, wait to be handed out, and were not let through by name; at
        most `limit` are counted."""
        ...

    def busiest_minute(self, since: datetime) -> int:
        """Most escalations that fell into one minute since then, by their own instants."""
        ...

    def held(self, now: datetime) -> Iterator[Case]:
        """Cases whose next deadline has passed and is held back, oldest first, streamed."""
        ...

    def count_held(self, now: datetime) -> int:
        """Deadlines that take a case up and have passed."""
        ...

    def claimed(self, now: datetime, before: datetime) -> frozenset[str]:
        """Ids of cases whose deadline passed before `before` and is on lease at `now`, held back by nothing."""
        ...

    def holds(self) -> list[Hold]:
        """Every hold on record, over or not."""
        ...

    def restoring(self) -> Hold | None:
        """The restore that is under way, begun and not released; None: none is."""
        ...

    def put_hold(self, found: Hold) -> bool:
        """Put a hold on record; False: there is one of that id."""
        ...

    def release_hold(self, hold_id: str, *, by: str, now: datetime) -> bool:
        """Release a hold; False: there is none of that id that holds."""
        ...

    def hold_on(self, hold_id: str) -> None:
        """Let a hold that was released hold on, as if it had not been."""
        ...

    def seen(self) -> Mapping[str, Seen]:
        """Desk code → when it was last seen or heard of."""
        ...

    def note_consuming(self, desks: Collection[str], now: datetime) -> None:
        """The programs of these desks are consuming."""
        ...
