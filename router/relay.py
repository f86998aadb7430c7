"""The relay: sends what was stored and, for a crash or an outage, not sent."""

from __future__ import annotations

from datetime import datetime

from router.core.telling.outbox import Fate
from router.ledger.port import Ledger
from router.sending import Sender


class Relay:
    """Sends what a crash or an outage left in the outbox."""

    def __init__(self, ledger: Ledger, sender: Sender, *, lease_s: float = 30.0, grace_s: float = 5.0) -> None:
        """`grace_s`: seconds a router has to publish its own messages before the relay takes them."""
        self._ledger = ledger
        self._sender = sender
        self._lease_s = lease_s
        self._grace_s = grace_s
        #: Messages taken from the outbox since the start.
        self.claimed = 0

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Send one batch; returns how many were claimed, 0 when the outbox is empty.

        Raises:
            UnreachableError: the ledger does not answer.
        """
        claimed = self._ledger.claim_outbox(now, limit, self._lease_s, self._grace_s)
        if claimed:
            self.claimed += len(claimed)
            self._sender.send(claimed)
            fates = self._sender.collect(wait=True)
            with self._ledger.begin() as unit:
                unit.note_late([one for one in claimed if fates.get(one.id) is Fate.CONFIRMED], now)
                unit.settle(fates, now)
        return len(claimed)
