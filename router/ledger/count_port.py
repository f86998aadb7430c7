"""What is needed of a ledger to keep the figures of its cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from router.core.counted import Counts
from router.core.events import Entry
from router.core.problems import LinkKey, Problem, Sighting
from router.core.standing import Standing


class Known(msgspec.Struct, frozen=True):
    """What the figures know of a case."""

    #: So many of its entries are counted.
    counted: int
    standing: Standing


class CountingUnit(Protocol):
    """One transaction of counting: what was taken is counted when the block ends, or waits as before."""

    @property
    def taken(self) -> int:
        """How many changes were taken; 0: everything is counted."""
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

    def recount(self) -> int:
        """Forget all figures and let every case be counted anew; returns how many cases."""
        ...
