"""Recovery: what the broker lost is sent again from the ledger alone, under the same ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from router.batch import outgoing
from router.broker.port import Fate
from router.core.case import Case
from router.core.messages import Message
from router.core.notices import ASSIGNED, assigned
from router.flow import RulesInForce
from router.ledger.port import Ledger
from router.sending import Sender

#: Hand-overs sent at once by `recover`.
_BATCH = 500


class Reconciler:
    """Sends hand-overs again that show no receipt, from the ledger alone: a confirm proves no processing."""

    def __init__(self, ledger: Ledger, rules: RulesInForce, sender: Sender, *, after_s: float = 3600.0) -> None:
        """`after_s`: seconds without a receipt or a sign of life after which a hand-over is sent again."""
        self._ledger = ledger
        self._rules = rules
        self._sender = sender
        self._after = timedelta(seconds=after_s)
        #: Hand-overs sent again and confirmed since the start.
        self.resent = 0

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Send again what has no receipt; returns how many hand-overs were confirmed.

        Each is left alone for as long again, sent or not: those of desks without a program, which never show a
        receipt, must not stand in front of the others.
        """
        cases = self._ledger.unreceived(now - self._after, limit)
        sent = self._resend(cases, now)
        with self._ledger.begin() as unit:
            unit.note_resent([case.id for case in cases], now)
        return sent

    def recover(self, now: datetime) -> int:
        """Send every open case's hand-over again: what a broker that lost its queues needs."""
        sent, held = 0, list[Case]()
        for case in self._ledger.all_cases(open_only=True):
            held.append(case)
            if len(held) == _BATCH:
                sent += self._resend(held, now)
                held.clear()
        return sent + self._resend(held, now)

    def _resend(self, cases: Sequence[Case], now: datetime) -> int:
        rules = self._rules({case.policy for case in cases})
        made = (
            outgoing(
                rules,
                frozenset(),
                Message(payload=assigned(rules, "resent")(case), kind=ASSIGNED, desk=case.lead),
                case,
                "",
                now,
            )
            for case in cases
        )
        messages = [message for message in made if message is not None]
        self._sender.send(messages)
        confirmed = sum(fate is Fate.CONFIRMED for fate in self._sender.collect(wait=True).values())
        self.resent += confirmed
        return confirmed
