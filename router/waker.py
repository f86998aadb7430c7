"""The waker: of a deadline that has passed, word goes to a due queue; the deadline itself stays in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from router.broker.envelope import encode
from router.broker.port import Outgoing
from router.core.lifecycle import tag_of
from router.core.territory import address
from router.core.timing.deadlines import wake_up
from router.ledger.port import Ledger
from router.sending import Sender


class Guard(Protocol):
    """Looks at what is due before it is handed out."""

    def lets_pass(self, now: datetime) -> bool:
        """Whether deadlines that take a case up may be handed out at `now`."""
        ...


class Waker:
    """Finds deadlines that have passed and puts each on its tier's due queue; the ledger keeps them on lease."""

    def __init__(
        self, ledger: Ledger, sender: Sender, *, lease_s: float = 60.0, guard: Guard | None = None
    ) -> None:
        """Put it together.

        Args:
            ledger: has the deadlines.
            sender: its own.
            lease_s: seconds after which a wake-up that nobody handled is sent again.
            guard: looks at what is due first; None lets everything pass.
        """
        self._ledger = ledger
        self._sender = sender
        self._lease_s = lease_s
        self._guard = guard
        #: How late the oldest of the last claim was noticed, seconds.
        self.lateness_s = 0.0
        #: Deadlines put on a due queue since the start.
        self.woken = 0

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Wake at most `limit` cases whose next deadline is strictly before `now`; returns how many."""
        passing = self._guard is None or self._guard.lets_pass(now)
        due = self._ledger.claim_due(now, limit, self._lease_s, escalating=passing)
        self.lateness_s = max(((now - one.due_at) / timedelta(seconds=1) for one in due), default=0.0)
        wake_ups = [(wake_up(one.case_id, one.milestone, one.due_at), one.tier) for one in due]
        self._sender.send(
            [
                Outgoing(
                    id=command.id,
                    exchange=address.DUE,
                    key=address.due_key(tier),
                    type=tag_of(command),
                    case_id=command.case_id,
                    case_version=0,
                    body=encode(command),
                    timestamp=now,
                )
                for command, tier in wake_ups
            ]
        )
        # A wake-up is a hint: one that was not confirmed comes with the next lease.
        self._sender.collect(wait=True)
        self.woken += len(due)
        return len(due)
