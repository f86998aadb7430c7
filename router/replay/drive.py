"""Driving history through the real flow: published, consumed in batches, decided, recorded, acknowledged.

The clock is turned by hand and stands at as-of: that is when everything is put on record. What happened when is
in the commands; the flow fires a case's deadlines before each of them, and :meth:`Drive.run` those that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice

from router.broker.envelope import encode
from router.broker.port import Broker, Delivery, Fate, Outgoing, Publisher
from router.core.commands import Command, Open
from router.core.lifecycle import tag_of
from router.core.rules import Rules
from router.core.territory import address
from router.errors import CheckFailedError, ConfigurationError, ConflictError, UnreachableError
from router.flow import Router
from router.ledger.port import Ledger
from router.sending import Sender
from router.waker import Waker

#: Commands decided in one transaction.
BATCH = 256
#: Messages that are in the broker at once: enough that a batch is always waiting, few enough for any memory.
_IN_BROKER = 4 * BATCH
#: How often what was not confirmed is published again before the broker counts as unreachable.
_TRIES = 5
#: Seconds to wait for a message that is in the broker, and how often in vain before it counts as unreachable.
_WAIT_S = 1.0
_WAITS = 60

#: Called with what is being done, how much of it is, and how much there will be (0: unknown).
Progress = Callable[[str, int, int], None]


class Drive:
    """One replay on its way. One thread; close it when done."""

    def __init__(self, ledger: Ledger, broker: Broker, rules: Rules, as_of: datetime) -> None:
        """Connect.

        Args:
            ledger: claimed for this replay.
            broker: with the topology of the replay's tree, used by nobody else.
            rules: of the replay.
            as_of: where the clock stands, and what deadlines are fired up to.
        """
        self._ledger = ledger
        self._as_of = as_of
        self._queues = (address.INTAKE, address.REPORTS, *map(address.due_queue, rules.tree.tiers))
        self._publisher = _Tracked(broker.publisher())
        self._consumer = broker.consumer(self._queues, _IN_BROKER)
        # Every desk is served by the shell and no channel listens, so the router itself sends nothing.
        self._sender = Sender(broker.publisher, background=False)
        self._router = Router(ledger, lambda _policies=(): rules, self._sender)
        # Nobody else is there to be kept off by a lease; and on a clock that stands, one would never run out.
        self._waker = Waker(ledger, Sender(lambda: self._publisher, background=False), lease_s=-1.0)
        self._handled = 0

    @property
    def tally(self) -> dict[str, int]:
        """What happened to commands, by word."""
        return dict(sorted(self._router.tally.counted().items()))

    def run(self, commands: Sequence[Command], progress: Progress) -> None:
        """Send all of history, then fire every deadline strictly before as-of that is still armed.

        Raises:
            UnreachableError: the ledger or the broker does not answer.
            CheckFailedError: a command was not carried out; it is parked.
        """
        self._send(commands, lambda: progress("history", min(self._handled, len(commands)), len(commands)))
        history = self._handled
        moved = True
        while moved and self._waker.run_once(self._as_of, _IN_BROKER):
            accepted = self._router.tally["accepted"]
            self._drain(lambda: progress("deadlines", self._handled - history, 0))
            # When nothing moves any more, what is parked says why; asking again would go on for ever.
            moved = self._router.tally["accepted"] > accepted
        self._drain_repeats()
        self._require_all_carried_out()

    def _send(self, commands: Iterable[Command], tell: Callable[[], None]) -> None:
        """Publish in portions, handling what arrives whenever the broker holds enough.

        A report that came before its case waits for it, parked; one that came in the same batch is taken up at
        the end.
        """
        left = iter(commands)
        while portion := list(islice(left, BATCH)):
            self._publisher.publish([_message(command, self._as_of) for command in portion])
            while len(self._publisher.outstanding) > _IN_BROKER - BATCH:
                self._handle(self._receive())
                tell()
        self._drain(tell)
        while self._router.take_waiting(self._as_of):
            tell()

    def _drain(self, tell: Callable[[], None]) -> None:
        while self._publisher.outstanding:
            self._handle(self._receive())
            tell()

    def _receive(self) -> list[Delivery]:
        for _ in range(_WAITS):
            deliveries = self._consumer.receive(BATCH, _WAIT_S)
            if deliveries:
                return deliveries
        raise UnreachableError(
            "{count} confirmed messages do not arrive",
            todo="See that nobody else consumes this virtual host, and run the same command again.",
            count=len(self._publisher.outstanding),
        )

    def _handle(self, deliveries: Sequence[Delivery]) -> None:
        self._router.handle(deliveries, self._as_of)
        self._consumer.done(deliveries)
        self._publisher.outstanding.difference_update(delivery.id for delivery in deliveries)
        self._handled += len(deliveries)

    def _drain_repeats(self) -> None:
        """Take second copies of what was published twice, so that nothing is left in the broker."""
        while deliveries := self._consumer.receive(BATCH, 0.0):
            self._handle(deliveries)

    def _require_all_carried_out(self) -> None:
        parked = self._ledger.parked()
        if parked:
            first = parked[0]
            raise self._wrong(
                "{count} messages are parked; the first, {message_id}: {detail}",
                count=len(parked),
                message_id=first.message_id,
                detail=first.detail,
            )
        armed_at = self._ledger.next_due_at()
        if armed_at is not None and armed_at < self._as_of:
            raise self._wrong(
                "the deadline at {due} did not fire",
                due=armed_at.isoformat(),
            )

    def _wrong(self, what: str, **data: object) -> CheckFailedError:
        return CheckFailedError(
            what,
            where=self._ledger.name,
            todo="The figures would be wrong. Name a --ledger to keep, and see `case-router parked list` there.",
            **data,
        )

    def close(self) -> None:
        """Close every connection; idempotent."""
        self._consumer.close()
        self._sender.close()
        self._publisher.close()


def require_unused(broker: Broker, tiers: Sequence[str], *, resuming: bool) -> None:
    """See that no live router would take our messages, and that we would take none of others.

    Args:
        broker: with or without its topology.
        tiers: of the replay's tree.
        resuming: messages of this very replay may still lie there.

    Raises:
        ConflictError: the virtual host is in use.
    """
    for queue in broker.queues((address.INTAKE, address.REPORTS, *map(address.due_queue, tiers))):
        if queue.consumers or (queue.ready and not resuming):
            raise ConflictError(
                "the queue {name} is in use: {consumers} consumers, {ready} messages",
                where=broker.name,
                todo="Name a virtual host of the replay's own with --broker.",
                name=queue.name,
                consumers=queue.consumers,
                ready=queue.ready,
            )


class _Tracked:
    """A publisher that sends again what was not confirmed and knows what has not arrived yet."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        #: Ids of messages that are in the broker.
        self.outstanding: set[str] = set()

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """Publish until everything is confirmed; ids repeat, and a second copy changes nothing.

        Raises:
            UnreachableError: the broker does not confirm.
            ConfigurationError: no queue is bound for a message.
        """
        self.outstanding.update(message.id for message in batch)
        left = list(batch)
        for _ in range(_TRIES):
            fates = self._publisher.publish(left, timeout_s)
            if Fate.UNROUTED in fates:
                lost = left[fates.index(Fate.UNROUTED)]
                raise ConfigurationError(
                    "no queue is bound for {key} on {exchange}",
                    todo="Apply the topology of this replay, or let the replay apply it.",
                    key=lost.key,
                    exchange=lost.exchange,
                )
            left = [message for message, fate in zip(left, fates, strict=True) if fate is not Fate.CONFIRMED]
            if not left:
                return [Fate.CONFIRMED] * len(batch)
        raise UnreachableError(
            "the broker does not confirm {count} messages", todo="See its log.", count=len(left)
        )

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._publisher.close()


def _message(command: Command, now: datetime) -> Outgoing:
    """A command on its way to intake or reports, as its channel would send it."""
    if isinstance(command, Open):
        exchange, key = address.INTAKE, address.intake_key(command.channel, "open")
    else:
        exchange, key = address.REPORTS, address.report_key(command.actor.id, "resolve")
    return Outgoing(
        id=command.id,
        exchange=exchange,
        key=key,
        type=tag_of(command),
        case_id=command.case_id,
        case_version=0,
        body=encode(command),
        timestamp=now,
    )
