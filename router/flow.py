"""The flow: handle a batch, send what was stored, relay what is left, wake what is due. Read this first.

The law: stored before sent, recorded before acknowledged. A crash between any two lines below loses nothing and
repeats at most a message with the same id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from router.arrivals import Arrived, arrived_again, contact_ref, open_delivery, without_contact
from router.batch import Batch
from router.broker.envelope import Receipt, encode
from router.broker.port import Delivery, Outgoing
from router.core import address
from router.core.commands import Contact, Open
from router.core.deadlines import wake_up
from router.core.lifecycle import tag_of
from router.core.rules import Rules
from router.ledger.port import Answer, Ledger, Parked, Unit
from router.sending import Sender

#: How often a batch is decided again because another router was quicker with a case of it.
_ROUNDS = 20


class RulesInForce(Protocol):
    """Where the rules come from."""

    def __call__(self, policies: Collection[str] = ()) -> Rules:
        """The rules in force now, which also know the policy versions that running cases keep."""
        ...


class Router:
    """Decides batches of commands and sends what they lead to. One thread at a time; several at once are fine."""

    def __init__(
        self,
        ledger: Ledger,
        rules: RulesInForce,
        sender: Sender,
        *,
        channels: Collection[str] = (),
        strict_identity: bool = False,
    ) -> None:
        """Put it together.

        Args:
            ledger: where everything is stored.
            rules: gives the rules in force now.
            sender: sends what was stored.
            channels: source channels with a program that wants receipts, replies and outcomes.
            strict_identity: take a desk's word only from its own broker account.
        """
        self._ledger = ledger
        self._rules = rules
        self._sender = sender
        self._channels = frozenset(channels)
        self._strict = strict_identity
        #: What happened to commands since the start, by word (`router.batch.Batch.tally`).
        self.tally: Counter[str] = Counter()

    def handle(self, deliveries: Sequence[Delivery], now: datetime) -> dict[str, Answer]:
        """Take deliveries on record; when it returns they may be acknowledged.

        Returns:
            Command id → answer; parked messages have none.

        Raises:
            UnreachableError: the ledger does not answer; nothing may be acknowledged.
        """
        arrived: list[Arrived] = []
        receipts: dict[str, tuple[str, int]] = {}
        parked: list[Parked] = []
        for delivery in deliveries:
            found = open_delivery(delivery, now, strict=self._strict)
            if isinstance(found, Parked):
                parked.append(found)
                self.tally[found.reason] += 1
            elif isinstance(found, Receipt):
                receipts[found.case_id] = (found.desk, found.version)
            else:
                arrived.append(found)
        return self.carry_out(arrived, now, parked=parked, receipts=receipts)

    def carry_out(
        self,
        arrived: Sequence[Arrived],
        now: datetime,
        *,
        parked: Sequence[Parked] = (),
        receipts: Mapping[str, tuple[str, int]] | None = None,
    ) -> dict[str, Answer]:
        """Decide, store, send. Commands of cases that another router changed meanwhile are decided again."""
        answers: dict[str, Answer] = {}
        pending, rest = list(arrived), parked
        for _ in range(_ROUNDS):
            with self._ledger.begin() as unit:
                unit.settle(self._sender.collect(), now)
                if receipts:
                    unit.note_receipts(receipts)
                if rest:
                    unit.park(rest)
                batch, conflicts = self._decide(unit, pending, now)
            self.tally.update(batch.tally)
            self._sender.send([m for w in batch.writes if w.case.id not in conflicts for m in w.outgoing])
            pending = [one for one in pending if one.command.case_id in conflicts]
            answers.update((a.command, a) for a in batch.answers.values() if a.case_id not in conflicts)
            if not pending:
                break
            receipts, rest = None, ()
        else:
            self._give_up(pending, now)
        return answers

    def _decide(self, unit: Unit, arrived: Sequence[Arrived], now: datetime) -> tuple[Batch, set[str]]:
        if not arrived:
            return Batch(self._rules(), {}, {}, self._channels, now), set()
        self._keep_contacts(unit, arrived, now)
        cases = unit.cases({one.command.case_id for one in arrived})
        batch = Batch(
            self._rules({case.policy for case in cases.values()}),
            cases,
            unit.answers({one.command.id for one in arrived}),
            self._channels,
            now,
        )
        for one in arrived:
            batch.take(without_contact(one, self._ledger.keyed_hash))
        if batch.opened:
            for waiting in unit.unpark_waiting(batch.opened, now):
                again = arrived_again(waiting)
                if again is not None:
                    batch.answers.pop(again.command.id, None)
                    batch.take(again)
        if batch.parked:
            unit.park(batch.parked)
        return batch, unit.write(batch.writes) if batch.writes else set()

    def _keep_contacts(self, unit: Unit, arrived: Sequence[Arrived], now: datetime) -> None:
        contacts: dict[str, Contact] = {
            contact_ref(one.command): one.command.contact
            for one in arrived
            if isinstance(one.command, Open) and one.command.contact is not None
        }
        if contacts:
            unit.keep_contacts(contacts, now)

    def _give_up(self, pending: Sequence[Arrived], now: datetime) -> None:
        """Twenty lost races in a row are no race: keep the commands where an operator sees them."""
        with self._ledger.begin() as unit:
            unit.park([one.parked("failing", "another process kept changing the case", now) for one in pending])
        self.tally["failing"] += len(pending)

    def flush(self, now: datetime) -> None:
        """Record what became of the last messages sent; called when there is nothing else to do."""
        fates = self._sender.collect(wait=True)
        if fates:
            with self._ledger.begin() as unit:
                unit.settle(fates, now)


class Relay:
    """Sends what a crash or an outage left in the outbox, and looks after reports that wait for their case."""

    def __init__(self, ledger: Ledger, sender: Sender, *, lease_s: float = 30.0, grace_s: float = 5.0) -> None:
        """`grace_s`: seconds a router has to publish its own messages before the relay takes them."""
        self._ledger = ledger
        self._sender = sender
        self._lease_s = lease_s
        self._grace_s = grace_s

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Send one batch; returns how many were claimed, 0 when the outbox is empty.

        Raises:
            UnreachableError: the ledger does not answer.
        """
        claimed = self._ledger.claim_outbox(now, limit, self._lease_s, self._grace_s)
        if claimed:
            self._sender.send(claimed)
            with self._ledger.begin() as unit:
                unit.settle(self._sender.collect(wait=True), now)
        return len(claimed)


class Waker:
    """Finds deadlines that have passed and puts each on its tier's due queue; the ledger keeps them on lease."""

    def __init__(self, ledger: Ledger, sender: Sender, *, lease_s: float = 60.0) -> None:
        """`lease_s`: seconds after which a wake-up that nobody handled is sent again."""
        self._ledger = ledger
        self._sender = sender
        self._lease_s = lease_s
        #: How late the oldest of the last claim was noticed, seconds.
        self.lateness_s = 0.0

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Wake at most `limit` cases whose next deadline is strictly before `now`; returns how many."""
        due = self._ledger.claim_due(now, limit, self._lease_s)
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
        self._sender.collect(
            wait=True
        )  # a wake-up is a hint: one that was not confirmed comes with the next lease
        return len(due)
