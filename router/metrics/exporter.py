"""The role `metrics`: counts what has changed, computes the figures of cases, and has them ready for a scrape.

When things fail
    The ledger does not answer, or what is on record is not all counted yet (after a restart, a recount, a long
    outage): the last good figures are served, and say by `figures_last_success_timestamp_seconds` how old they
    are. A process that dies takes nothing along: its successor reads the same figures. Several of them count side
    by side, each change once, and show the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic

import structlog

from router.errors import RouterError, UnreachableError
from router.flow import RulesInForce
from router.ledger.port import Ledger
from router.metrics.cases import pipeline as p
from router.metrics.counting import BATCH, Counting
from router.metrics.exposition import families_of, family, text_of
from router.metrics.figures import Figures, figures
from router.metrics.scope import Scope
from router.roles import TickingRole

log = structlog.get_logger()

#: Counting goes on for so long before the role looks whether it should stop, seconds.
_COUNT_FOR_S = 10.0


class Exporter:
    """Keeps the figures of a ledger ready to be scraped; computed by one thread, read by any."""

    def __init__(
        self,
        ledger: Ledger,
        rulebook: RulesInForce,
        *,
        categories: Sequence[str] = (),
        at: datetime | None = None,
    ) -> None:
        """Put it together.

        Args:
            ledger: whose cases are counted.
            rulebook: gives the rules in force.
            categories: category groups to tell apart; empty: as many of the tree as fit.
            at: the instant that the figures are of; None: whenever they are computed.
        """
        self._ledger = ledger
        self._rulebook = rulebook
        self._categories = tuple(categories)
        self._at = at
        #: Called after each batch of changes.
        self.progress: Callable[[], None] = lambda: None
        self._counting: Counting | None = None
        self._text = b""
        self._computed_at: datetime | None = None
        self._took_s = 0.0
        self._errors = 0
        self._uncounted = 0

    def run_once(self, now: datetime) -> bool:
        """Count for a while, and compute the figures when everything is counted; True: there is more to count.

        Raises:
            UnreachableError: the ledger does not answer.
        """
        try:
            if not self.count(monotonic() + _COUNT_FOR_S):
                self._uncounted = self._ledger.uncounted()
                return True
            self.compute(now)
        except RouterError as error:
            self._errors += 1
            if isinstance(error, UnreachableError):
                raise
            # A tree or policies that are not there yet: the next look may find them.
            log.error("figures.failed", where=error.where, what=error.what)
        return False

    def count(self, until_s: float) -> bool:
        """Count until nothing waits, or until then (`time.monotonic`); whether nothing waits."""
        if self._counting is None:
            self._counting = Counting(self._ledger, self._rulebook)
        # What comes while this counts is the next look's.
        while self._counting.run_once() >= BATCH:
            self.progress()
            if monotonic() >= until_s:
                return False
        return True

    def compute(self, now: datetime) -> Figures:
        """Compute the figures and keep their text."""
        begun_s = monotonic()
        at = self._at or now
        rules = self._rulebook(())
        found = self._ledger.snapshot(at)
        made = figures(found, rules, Scope(rules, self._categories), at)
        self._text = text_of(families_of(made))
        self._uncounted = found.uncounted
        self._computed_at, self._took_s = now, monotonic() - begun_s
        return made

    def exposition(self) -> bytes:
        """The figures in Prometheus' text format, and how they are; asks nobody."""
        computed_at = self._computed_at.timestamp() if self._computed_at is not None else 0.0
        said = (
            (p.COLLECTED, computed_at),
            (p.COLLECTING, self._took_s),
            (p.COLLECT_ERRORS, self._errors),
            (p.BEHIND, self._uncounted),
        )
        return self._text + text_of(family(metric, {(): number}) for metric, number in said)


def metrics_role(exporter: Exporter, now: Callable[[], datetime], *, pause_s: float) -> TickingRole:
    """Computes the figures every `pause_s` seconds, the first as soon as everything is counted."""
    role = TickingRole("metrics", exporter.run_once, now, pause_s=pause_s)
    exporter.progress = role.beat
    return role
