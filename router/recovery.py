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
    """Sends hand-overs again that show no receipt, from the ledger alone: a confirm proves no processing.

    A desk whose program is dead takes nothing: what it was sent waits in its queue, and each repeat waits beside
    it. So a hand-over is sent again after an hour, after two more, four, eight, and then once a day; how often is
    on record with the case, and a new lead begins anew.
    """

    def __init__(self, ledger: Ledger, rules: RulesInForce, sender: Sender, *, after_s: float = 3600.0) -> None:
        """`after_s`: seconds without a receipt or a sign of life after which a hand-over is sent again."""
        self._ledger = ledger
        self._rules = rules
        self._sender = sender
        self._after = timedelta(seconds=after_s)
        #: The last case looked at in the pass that is under way; None: the next look begins one.
        self._beyond: Case | None = None
        #: Hand-overs sent again and confirmed since the start.
        self.resent = 0

    def run_once(self, now: datetime, limit: int = 500) -> bool:
        """Look at the next `limit` cases without a receipt; whether this pass has more of them.

        A pass goes from the oldest assignment to the newest, so that cases which never show a receipt stand in
        nobody's way. What no broker answered for counts as not sent; it is for the next pass.
        """
        cases = self._ledger.unreceived(now - self._after, now, limit, self._beyond)
        unanswered = self._resend(cases, now)
        with self._ledger.begin() as unit:
            unit.note_resent([case.id for case in cases if case.id not in unanswered], now, self._after)
        more = len(cases) == limit and not unanswered
        self._beyond = cases[-1] if more else None
        return more

    def recover(self, now: datetime) -> int:
        """Send every open case's hand-over again: what a broker that lost its queues needs.

        Returns:
            How many were confirmed.
        """
        before, held = self.resent, list[Case]()
        for case in self._ledger.all_cases(open_only=True):
            held.append(case)
            if len(held) == _BATCH:
                self._resend(held, now)
                held.clear()
        self._resend(held, now)
        return self.resent - before

    def _resend(self, cases: Sequence[Case], now: datetime) -> set[str]:
        """Send; returns ids of the cases of which the broker said nothing."""
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
        fates = self._sender.collect(wait=True)
        self.resent += sum(fate is Fate.CONFIRMED for fate in fates.values())
        return {message.case_id for message in messages if fates.get(message.id) is Fate.UNKNOWN}
