"""The brake: when far too many deadlines fall due at once, or two clocks do not agree, nothing goes up until
somebody has looked.

A storm is nearly always ours: a wrong calendar, a clock that jumped, an outage. A case that went up wrongly has
been taken from an office in front of its superior; one that goes up an hour late has not.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from router.ledger.guard_port import Brake, GuardedLedger
from router.ledger.port import Ledger
from router.outage import Outage

log = structlog.get_logger()

#: At least so many escalations may fall due at once, in a city that has never had any.
FLOOR = 200
#: So many times the busiest minute may fall due at once.
FACTOR = 10.0
#: Our clock and the database's may differ by so many seconds.
SKEW_S = 5.0
#: How far back the busiest minute is looked for.
WINDOW = timedelta(days=30)
#: How long the busiest minute is believed, and how often what is held is counted again.
_FRESH = timedelta(hours=1)
_COUNT_EVERY = timedelta(seconds=15)


class Limits:
    """How many deadlines may fall due at once: data, not code."""

    def __init__(self, *, floor: int = FLOOR, factor: float = FACTOR, skew_s: float = SKEW_S) -> None:
        self.floor = floor
        self.factor = factor
        self.skew_s = skew_s

    def threshold(self, ledger: GuardedLedger, now: datetime) -> int:
        """How many may fall due at once at `now`."""
        return max(self.floor, int(self.factor * ledger.busiest_minute(now - WINDOW)))


class Watch:
    """Looks before each handing-out and puts the brake on; it is in the ledger, and several watches obey it."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        """`limits`: how many may pass at once."""
        self._ledger = ledger
        self._limits = limits
        self._threshold: tuple[datetime, int] | None = None
        self._outage = Outage("brake.holds", "brake.still_holds", "brake.off")
        self._counted_at: datetime | None = None
        #: Whether the brake held at the last look, and how many deadlines it held when they were last counted.
        self.holds = False
        self.held = 0

    def lets_pass(self, now: datetime) -> bool:
        """Whether deadlines that take a case up may be handed out; puts the brake on when they may not.

        Raises:
            UnreachableError: the ledger does not answer.
        """
        found = self._ledger.brake() or self._put_on(now)
        self.holds = found is not None
        if found is None:
            self.held, self._counted_at = 0, None
            self._outage.up(now.timestamp())
            return True
        if self._counted_at is None or now - self._counted_at >= _COUNT_EVERY:
            self._counted_at, self.held = now, self._ledger.count_held(now)
        self._outage.down(now.timestamp(), cause=found.cause, held=self.held, threshold=found.threshold)
        return False

    def note_skew(self, skew_s: float, now: datetime) -> None:
        """A process of ours whose clock is ahead of the database's by so much judges by it: too much, and nothing
        goes up, here or anywhere else.

        Raises:
            UnreachableError: the ledger does not answer.
        """
        if abs(skew_s) > self._limits.skew_s and self._ledger.brake() is None:
            self._hold_for_skew(skew_s, now)

    def _hold_for_skew(self, skew_s: float, now: datetime) -> Brake:
        return self._hold(Brake(cause="skew", braked_at=now, due=0, threshold=0, skew_s=skew_s))

    def _put_on(self, now: datetime) -> Brake | None:
        skew_s = (now - self._ledger.clock()) / timedelta(seconds=1)
        if abs(skew_s) > self._limits.skew_s:
            return self._hold_for_skew(skew_s, now)
        # Most looks end here: who has less than the floor need not know the busiest minute.
        if self._ledger.due_at_once(now, self._limits.floor + 1) <= self._limits.floor:
            return None
        threshold = self._threshold_at(now)
        due = self._ledger.due_at_once(now, threshold + 1)
        if due <= threshold:
            return None
        everything = self._ledger.count_held(now)
        return self._hold(Brake(cause="storm", braked_at=now, due=everything, threshold=threshold, skew_s=skew_s))

    def _hold(self, found: Brake) -> Brake:
        if self._ledger.put_brake_on(found):
            log.error(
                "brake.put_on",
                cause=found.cause,
                due=found.due,
                threshold=found.threshold,
                skew_s=round(found.skew_s, 3),
            )
        return found

    def _threshold_at(self, now: datetime) -> int:
        if self._threshold is None or now - self._threshold[0] >= _FRESH:
            self._threshold = (now, self._limits.threshold(self._ledger, now))
        return self._threshold[1]
