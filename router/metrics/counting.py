"""Counts what has changed: the one who turns entries into figures.

The law of the file: what is counted depends on the entries alone. In which order changes come, how often one is
reported, and where a process was stopped makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from router.core.counted import Counts
from router.core.happened import happened
from router.core.problem_counts import sighting_in, swept_again
from router.core.problems import Sighting, Windows
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

    def __init__(
        self, ledger: Ledger, rulebook: RulesInForce, *, batch: int = BATCH, windows: Windows | None = None
    ) -> None:
        """Put it together.

        Args:
            ledger: whose cases are counted.
            rulebook: gives the rules in force, and the policies that cases have had.
            batch: changes counted in one transaction.
            windows: how long a problem stays the same after its resolution; None: as the replay in the ledger has
                it, or thirty days. Other ones than before need `recount`.
        """
        self._ledger = ledger
        self._rulebook = rulebook
        self._batch = batch
        self._windows = windows or _windows_of(ledger)
        self._replayed = ledger.current(_REPLAY) is not None

    def run_once(self) -> int:
        """Count at most one batch of changes; returns how many were taken.

        Raises:
            UnreachableError: the database does not answer; nothing is counted then.
        """
        with self._ledger.counting(self._batch) as unit:
            if unit.taken:
                self._count(unit)
            return unit.taken

    def run_through(self) -> int:
        """Count everything that waits; returns how many changes that were."""
        counted = 0
        while taken := self.run_once():
            counted += taken
        return counted

    def _count(self, unit: CountingUnit) -> None:
        rules = self._rulebook(_policies(unit))
        counts: Counts = Counter()
        standings: dict[str, Known] = {}
        sightings: list[Sighting] = []
        for case_id, entries in unit.changed.items():
            before = unit.known.get(case_id)
            found = happened(entries, rules, before.counted if before is not None else 0, replayed=self._replayed)
            standing = standing_of(found, rules)
            if standing is None:
                continue
            counts.update(found.counts)
            counts.update(settled(standing))
            if before is not None:
                counts.subtract(settled(before.standing))
            standings[case_id] = Known(len(entries), standing)
            sighting = sighting_in(found, entries, rules)
            if sighting is not None:
                sightings.append(sighting)
        counts.update(self._link(unit, sightings))
        unit.keep(standings, counts)

    def _link(self, unit: CountingUnit, new: Sequence[Sighting]) -> Counts:
        """Sweep the link keys that changed cases have or had again; what that adds to the figures."""
        before = unit.sightings()
        touched = [*before.values(), *new]
        keys = {one.link_key for one in touched if one.link_key is not None}
        alone = {one.case_id for one in touched}
        unit.keep_sightings(new)
        old = unit.problems(keys, alone)
        found, counts = swept_again(before.values(), new, unit.linked(keys), old, self._windows)
        unit.replace_problems(old, found)
        return counts


class _Replay(msgspec.Struct):
    """What a replay says of problems."""

    window_s: float
    windows_s: dict[str, float]


def _windows_of(ledger: Ledger) -> Windows:
    found = ledger.current(_REPLAY)
    if found is None:
        return Windows()
    said = msgspec.json.decode(found[1], type=_Replay)
    by_group = {group: timedelta(seconds=window_s) for group, window_s in said.windows_s.items()}
    return Windows(timedelta(seconds=said.window_s), by_group)


def _policies(unit: CountingUnit) -> set[str]:
    """Every policy that the cases have had."""
    return {
        policy
        for entries in unit.changed.values()
        for entry in entries
        if isinstance(policy := getattr(entry.event, "policy", None), str)
    }
