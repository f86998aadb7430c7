"""What is needed of a ledger to keep the figures of its cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from router.core.counting.counted import Counts
from router.core.counting.problems import LinkKey, Problem, Sighting
from router.core.counting.standing import Standing
from router.core.events import Entry


class Known(msgspec.Struct, frozen=True):
    """What the figures know of a case."""

    #: So many of its entries are counted.
    counted: int
    standing: Standing


class OpenGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Open cases that the gauges do not tell apart, but for their colours."""

    tier: str
    district: str
    #: Code of the desk that leads them; empty before the first dispatch.
    lead: str
    suspended: bool
    #: The supervision level they have reached; 0: none. And whether the next waits for its officer's word.
    level: int
    proposed: bool
    cases: int
    #: When the oldest was received.
    oldest: datetime
    #: How many of them are past their due date.
    overdue: int


class Coloured(NamedTuple):
    """Where open cases of one colour are."""

    tier: str
    district: str
    lead: str
    colour: str


class Waiting(msgspec.Struct, frozen=True):
    """Things that wait, and since when the oldest has; None: nothing waits."""

    count: int
    since: datetime | None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that figures are made of, of one moment of the ledger, as it stands at one instant."""

    #: What all counted cases add up to; in the due cohorts only what is due by the instant, and of problems also
    #: what the window that ends there has.
    tallies: Counts
    open: tuple[OpenGroup, ...]
    #: Open cases that have a colour at the instant.
    coloured: Mapping[Coloured, int]
    #: Tier → cases whose passed deadline should have taken them up, held by nothing.
    unescalated: Mapping[str, Waiting]
    #: Tier → cases whose passed deadline is held back.
    held: Mapping[str, int]
    outbox: Waiting
    #: Reason → messages set aside.
    parked: Mapping[str, int]
    braked: bool
    #: Role → when its loop that is furthest behind last came round.
    beats: Mapping[str, datetime]
    #: Changes on record that are not counted yet.
    uncounted: int


class CountingUnit(Protocol):
    """One transaction of counting: what was taken is counted when the block ends, or waits as before."""

    @property
    def taken(self) -> int:
        """How many changes were taken; 0: everything is counted."""
        ...

    @property
    def rules(self) -> int | None:
        """Version of the rules that everything so far was counted by; None: nothing is counted yet."""
        ...

    @property
    def changed(self) -> Mapping[str, Sequence[Entry]]:
        """Case id → all its entries, of the cases that were taken."""
        ...

    @property
    def known(self) -> Mapping[str, Known]:
        """Case id → what is known of those of them that were counted before."""
        ...

    def keep(self, standings: Mapping[str, Known], counts: Counts) -> None:
        """Store how the cases stand, and add to the tallies."""
        ...

    def leave(self, case_ids: Collection[str]) -> None:
        """These of the taken cases could not be counted: they wait again, behind the others."""
        ...

    def sightings(self) -> Mapping[str, Sighting]:
        """What the taken cases are to the problems, as they were counted before, by id."""
        ...

    def linked(self, keys: Collection[LinkKey]) -> Sequence[Sighting]:
        """All cases of these link keys."""
        ...

    def keep_sightings(self, new: Collection[Sighting]) -> None:
        """Store what cases are to the problems."""
        ...

    def problems(self, keys: Collection[LinkKey], alone: Collection[str]) -> Sequence[Problem]:
        """The problems of these keys, and of these cases that could not be linked."""
        ...

    def replace_problems(self, old: Sequence[Problem], new: Sequence[Problem]) -> None:
        """Put problems in the place of others."""
        ...


class CountedLedger(Protocol):
    """The part of `port.Ledger` that keeps the figures."""

    def counting(self, limit: int) -> AbstractContextManager[CountingUnit]:
        """Take at most `limit` changes that are not counted, oldest first. One process counts at a time, others
        wait.

        Raises:
            UnreachableError: the database does not answer.
        """
        ...

    def uncounted(self) -> int:
        """Changes on record that are not counted yet."""
        ...

    def tallies(self) -> Counts:
        """What all counted cases add up to."""
        ...

    def due_later(self, now: datetime) -> Counts:
        """The part of the tallies of due cohorts whose due date is after `now`."""
        ...

    def before_complaint(self, now: datetime) -> Counts:
        """Problems seen or resolved in the thirty days before `now`, and those of them, and of all time, that are
        resolved before complaint and still provisional; the rest of all time is in the tallies."""
        ...

    def snapshot(self, now: datetime) -> Snapshot:
        """Everything that figures are made of, as it stands at `now`.

        Raises:
            UnreachableError: the database does not answer, or too slowly.
        """
        ...

    def recount(self, *, outdated_only: bool = False) -> int:
        """Forget all figures and let every case be counted anew, by the rules of this program.

        Args:
            outdated_only: do nothing where rules as new as this program's have counted.

        Returns:
            How many cases are to be counted.
        """
        ...
