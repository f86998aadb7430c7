"""Counts what has changed: the one who turns entries into figures.

The law of the file: what is counted depends on the entries alone. In which order changes come, how often one is
reported, and where a process was stopped makes no difference.
"""

from __future__ import annotations

from collections import Counter

from router.core.counted import Counts
from router.core.happened import happened
from router.core.standing import settled, standing_of
from router.flow import RulesInForce
from router.ledger.count_port import CountingUnit, Known
from router.ledger.port import Ledger

#: Changes counted in one transaction.
BATCH = 500
#: Kind of the version that says that a ledger is a replay: recording times say nothing of its cases.
_REPLAY = "replay"


class Counting:
    """Keeps the figures of a ledger; one thread at a time."""

    def __init__(self, ledger: Ledger, rulebook: RulesInForce, *, batch: int = BATCH) -> None:
        """Put it together.

        Args:
            ledger: whose cases are counted.
            rulebook: gives the rules in force, and the policies that cases have had.
            batch: changes counted in one transaction.
        """
        self._ledger = ledger
        self._rulebook = rulebook
        self._batch = batch
        self._replayed: bool | None = None

    def run_once(self) -> int:
        """Count at most one batch of changes; returns how many were taken.

        Raises:
            UnreachableError: the database does not answer; nothing is counted then.
        """
        if self._replayed is None:
            self._replayed = self._ledger.current(_REPLAY) is not None
        with self._ledger.counting(self._batch) as unit:
            if unit.taken:
                self._count(unit, replayed=self._replayed)
            return unit.taken

    def run_through(self) -> int:
        """Count everything that waits; returns how many changes that were."""
        counted = 0
        while taken := self.run_once():
            counted += taken
        return counted

    def _count(self, unit: CountingUnit, *, replayed: bool) -> None:
        rules = self._rulebook(_policies(unit))
        counts: Counts = Counter()
        standings: dict[str, Known] = {}
        for case_id, entries in unit.changed.items():
            before = unit.known.get(case_id)
            found = happened(entries, rules, before.counted if before is not None else 0, replayed=replayed)
            standing = standing_of(found, rules)
            if standing is None:
                continue
            counts.update(found.counts)
            counts.update(settled(standing))
            if before is not None:
                counts.subtract(settled(before.standing))
            standings[case_id] = Known(len(entries), standing)
        unit.keep(standings, counts)


def _policies(unit: CountingUnit) -> set[str]:
    """Every policy that the cases have had."""
    return {
        policy
        for entries in unit.changed.values()
        for entry in entries
        if isinstance(policy := getattr(entry.event, "policy", None), str)
    }
