"""Recovery: what the broker lost is sent again from the ledger alone, under the same ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from router.broker.port import Fate, Outgoing
from router.core.case import Case
from router.core.rules import Rules
from router.core.telling.handed import concerns_others, hand_over_id, handed_to
from router.core.telling.hiding import bars
from router.core.telling.messages import Message
from router.core.telling.notices import ASSIGNED, assigned
from router.departures import outgoing
from router.flow import RulesInForce
from router.ledger.port import Ledger
from router.sending import Sender

#: Hand-overs sent at once by `recover`.
_BATCH = 500


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of hand-overs that were sent again."""

    made: int
    confirmed: int


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one batch of them."""

    made: int
    #: Ids of the cases of whose hand-overs the broker said nothing.
    unanswered: frozenset[str]


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
        unanswered = self._resend(cases, now).unanswered
        with self._ledger.begin() as unit:
            unit.note_resent([case.id for case in cases if case.id not in unanswered], now, self._after)
        more = len(cases) == limit and not unanswered
        self._beyond = cases[-1] if more else None
        return more

    def recover(self, now: datetime) -> Recovered:
        """Send every open case's hand-overs again: what a broker that lost its queues needs."""
        made, confirmed, held = 0, self.resent, list[Case]()
        for case in self._ledger.all_cases(open_only=True):
            held.append(case)
            if len(held) == _BATCH:
                made += self._resend(held, now).made
                held.clear()
        made += self._resend(held, now).made
        return Recovered(made=made, confirmed=self.resent - confirmed)

    def _resend(self, cases: Sequence[Case], now: datetime) -> Resent:
        """Send the hand-overs of cases: to their leads, and to whoever assists, watches or mediates."""
        rules = self._rules({case.policy for case in cases})
        messages = [message for case in cases for message in self._hand_overs(case, rules, now)]
        self._sender.send(messages)
        fates = self._sender.collect(wait=True)
        arrived = [name for name, fate in fates.items() if fate is Fate.CONFIRMED]
        self.resent += len(arrived)
        if arrived:
            with self._ledger.begin() as unit:
                unit.note_arrived(arrived, now)
        unanswered = {message.case_id for message in messages if fates.get(message.id) is Fate.UNKNOWN}
        return Resent(made=len(messages), unanswered=frozenset(unanswered))

    def _hand_overs(self, case: Case, rules: Rules, now: datetime) -> Iterator[Outgoing]:
        """Of one case; none to a desk without a program, nor to one that the case is kept from.

        Between a change of the tree and the reroute that follows it the lead itself may be such a desk.
        """
        lead = Message(payload=assigned(rules, "resent")(case), kind=ASSIGNED, desk=case.lead)
        made = outgoing(rules, frozenset(), lead, case, "", now)
        if made is not None and not bars(rules.tree, case, case.lead):
            yield made
        if not concerns_others(case, rules):
            return
        for one in handed_to(case, self._ledger.entries(case.id), rules):
            told = Message(payload=assigned(rules, one.reason, role=one.role)(case), kind=ASSIGNED, desk=one.desk)
            made = outgoing(rules, frozenset(), told, case, "", now)
            if made is not None:
                name = hand_over_id(case.id, one.version, one.role, one.desk, one.reason)
                yield msgspec.structs.replace(made, id=name)
