"""Counts what has changed: the one who turns entries into figures.

The law of the file: what is counted depends on the entries alone. In which order changes come, how often one is
reported, and where a process was stopped makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256

import msgspec
import structlog

from router.core.counting.counted import RULES, Counts
from router.core.counting.happened import happened
from router.core.counting.problem_counts import sighting_in, swept_again, windows_in
from router.core.counting.problems import Sighting, Windows
from router.core.counting.standing import settled, standing_of
from router.core.events import Entry
from router.errors import ConfigurationError, RouterError, UnreachableError
from router.flow import RulesInForce
from router.ledger.count_port import CountingUnit, Known
from router.ledger.port import Ledger
from router.replayed import replay_in

log = structlog.get_logger()

#: Changes counted in one transaction.
BATCH = 500
#: Kind of the version that says by which windows the problems in the ledger were found.
_WINDOWS = "problem_windows"


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
        replay = replay_in(ledger)
        #: How long a problem stays the same after its resolution: as the replay in the ledger has it, else as the
        #: tree in force says.
        self._replay_windows = replay.windows if replay is not None else None
        self._replayed = replay is not None
        self._windows: Windows | None = None
        #: Cases that could not be counted, and of which that was said.
        self._failed: set[str] = set()

    def run_once(self) -> int:
        """Count at most one batch of changes; returns how many were counted.

        What older rules have counted is forgotten first, and counted anew. A case that cannot be counted waits as
        before, and its neighbours are counted.

        Raises:
            UnreachableError: the database does not answer; nothing is counted then.
            ConfigurationError: a newer program has counted; nothing is then.
        """
        windows = self._keep_windows()
        try:
            return self._count_once(windows)
        except _OutdatedError as outdated:
            cases = self._ledger.recount(outdated_only=True)
            if cases and outdated.rules is None:
                log.info("figures.first_count", cases=cases)
            elif cases:
                log.warning("figures.recount", cases=cases, because="rules")
            return self._count_once(windows)

    def _count_once(self, windows: Windows) -> int:
        with self._ledger.counting(self._batch) as unit:
            # Raised inside, so that what was taken waits as before.
            if (unit.rules or 0) < RULES:
                raise _OutdatedError(unit.rules)
            if unit.rules != RULES:
                raise ConfigurationError(
                    "the figures were counted by a newer program (rules {theirs}, this one has {ours})",
                    where=self._ledger.name,
                    todo="Run the newer program; or, to go back to this one: case-router figures recount.",
                    theirs=unit.rules,
                    ours=RULES,
                )
            failed = self._count(unit, windows) if unit.taken else ()
            return unit.taken - len(failed)

    def _keep_windows(self) -> Windows:
        """The windows in force; where figures were counted by others, every case is counted anew."""
        windows = self._replay_windows or windows_in(self._rulebook().tree)
        if windows != self._windows:
            body = msgspec.json.encode(windows, order="sorted")
            found = self._ledger.current(_WINDOWS)
            if body != (found[1] if found is not None else msgspec.json.encode(Windows(), order="sorted")):
                log.warning("figures.recount", cases=self._ledger.recount(), because="problem_days")
                version = sha256(body).hexdigest()[:12]
                self._ledger.put_version(_WINDOWS, version, body, self._ledger.clock())
            self._windows = windows
        return windows

    def run_through(self) -> int:
        """Count everything that waits; returns how many changes that were."""
        counted = 0
        while taken := self.run_once():
            counted += taken
        return counted

    def _count(self, unit: CountingUnit, windows: Windows) -> set[str]:
        """Count what was taken; returns the cases that could not be."""
        counts: Counts = Counter()
        standings: dict[str, Known] = {}
        sightings: list[Sighting] = []
        failed: set[str] = set()
        for case_id, entries in unit.changed.items():
            before = unit.known.get(case_id)
            try:
                rules = self._rulebook(_policies(entries))
                beyond = before.counted if before is not None else 0
                found = happened(entries, rules, beyond, replayed=self._replayed)
                standing, sighting = standing_of(found, rules), sighting_in(found, entries, rules)
            except UnreachableError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug must cost one case, not the figures of the city
                failed.add(case_id)
                self._note_failure(case_id, error)
                continue
            if standing is None:
                continue
            counts.update(found.counts)
            counts.update(settled(standing))
            if before is not None:
                counts.subtract(settled(before.standing))
            standings[case_id] = Known(len(entries), standing)
            if sighting is not None:
                sightings.append(sighting)
        counts.update(self._link(unit, sightings, failed, windows))
        unit.keep(standings, counts)
        unit.leave(failed)
        return failed

    def _note_failure(self, case_id: str, error: Exception) -> None:
        """Say it once for each case: it is tried again and again."""
        if case_id not in self._failed:
            self._failed.add(case_id)
            what = error.what if isinstance(error, RouterError) else type(error).__name__
            log.error("figures.case_failed", case=case_id, what=str(what))

    def _link(
        self, unit: CountingUnit, new: Sequence[Sighting], failed: Collection[str], windows: Windows
    ) -> Counts:
        """Sweep the link keys that changed cases have or had again; what that adds to the figures."""
        before = {case_id: one for case_id, one in unit.sightings().items() if case_id not in failed}
        touched = [*before.values(), *new]
        keys = {one.link_key for one in touched if one.link_key is not None}
        alone = {one.case_id for one in touched}
        unit.keep_sightings(new)
        old = unit.problems(keys, alone)
        found, counts = swept_again(before.values(), new, unit.linked(keys), old, windows)
        unit.replace_problems(old, found)
        return counts


class _OutdatedError(Exception):
    """Older rules have counted; None: nobody has."""

    def __init__(self, rules: int | None) -> None:
        super().__init__()
        self.rules = rules


def _policies(entries: Sequence[Entry]) -> set[str]:
    """Every policy that a case has had."""
    return {policy for entry in entries if isinstance(policy := getattr(entry.event, "policy", None), str)}
