"""The demo's messenger: hands messages to the broker and takes from it exactly those that were sent.

A broker tells nobody that a queue will stay empty. So the courier notes every message that the broker confirmed,
by whoever it was published, and waits until each of them has arrived; in the order of publishing, whatever the
order of arrival, so that one seed is one history on every broker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from router.broker.envelope import encode
from router.broker.port import Broker, Consumer, Delivery, Fate, Outgoing, Publisher
from router.core.commands import ActorRole, Command
from router.core.lifecycle import tag_of
from router.core.territory import address
from router.core.territory.tree import Served, Tree
from router.errors import UnreachableError
from router.sending import Sender

#: One wait for a message, seconds, and how many in vain are enough.
_WAIT_S = 5.0
_WAITS = 6
#: Messages that may be on their way in one queue before any of them is acknowledged.
AT_ONCE = 256


class Post:
    """A set of queues: what was sent there and has not been fetched."""

    def __init__(self, broker: Broker, queues: Sequence[str], *, heard_at_once: bool = False) -> None:
        """Watch some queues.

        Args:
            broker: where they are.
            queues: by name.
            heard_at_once: acknowledge on receipt, as nothing has to be recorded first; then any number of messages
                may be on their way, else at most `AT_ONCE` in each queue.
        """
        self.queues = tuple(queues)
        self._heard_at_once = heard_at_once
        self._broker = broker
        self._consumer: Consumer | None = None
        #: Message id → position in the order of publishing.
        self._expected: dict[str, int] = {}

    def expect(self, message_id: str, position: int) -> None:
        """A message was confirmed."""
        self._expected.setdefault(message_id, position)

    def fetch(self) -> list[Delivery]:
        """All that is expected, in the order of publishing; empty when nothing is on its way.

        Raises:
            UnreachableError: the broker confirmed a message and does not deliver it.
        """
        got: list[tuple[int, Delivery]] = []
        in_vain = 0
        while self._expected:
            arrived = self._receive()
            in_vain = 0 if arrived else in_vain + 1
            if in_vain == _WAITS:
                missing = len(self._expected)
                raise UnreachableError(
                    "{missing} confirmed messages did not arrive", where=self._broker.name, missing=missing
                )
            for delivery in arrived:
                position = self._expected.pop(delivery.id, None)
                if position is not None:
                    got.append((position, delivery))
                if position is None or self._heard_at_once:  # None: redelivered, seen before
                    self.done([delivery])
        return [delivery for _, delivery in sorted(got, key=lambda one: one[0])]

    def _receive(self) -> list[Delivery]:
        if self._consumer is None:
            # A broker may share the prefetch out among the queues: each can hold all that we wait for.
            self._consumer = self._broker.consumer(self.queues, AT_ONCE * len(self.queues))
        return self._consumer.receive(AT_ONCE, _WAIT_S)

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge."""
        if self._consumer is not None:
            self._consumer.done(deliveries)

    def close(self) -> None:
        """Stop consuming."""
        if self._consumer is not None:
            self._consumer.close()


class Courier:
    """Three posts (intake and reports, due deadlines, desks) and the publishers that fill them."""

    def __init__(self, broker: Broker, tree: Tree) -> None:
        self._broker = broker
        self._position = 0
        self.arrivals = Post(broker, (address.INTAKE, address.REPORTS))
        self.due = Post(broker, [address.due_queue(tier) for tier in tree.tiers])
        #: Queue → desk code.
        self.desk_of = {address.desk_queue(d.code): d.code for d in tree if d.served is Served.AMQP}
        self.desks = Post(broker, list(self.desk_of), heard_at_once=True)
        self._posts = {
            address.INTAKE: self.arrivals,
            address.REPORTS: self.arrivals,
            address.DUE: self.due,
            **{address.tier_exchange(tree, tier): self.desks for tier in range(tree.depth)},
        }
        self._own = self.publisher()

    def publisher(self) -> Publisher:
        """A publisher whose messages are noted."""
        return _NotedPublisher(self._broker.publisher(), self)

    def sender(self) -> Sender:
        """A sender that waits for its confirms: what it sent can be fetched at once."""
        return Sender(self.publisher, background=False)

    def hand_in(self, commands: Sequence[Command], now: datetime) -> None:
        """Publish commands as channels and desks do.

        Raises:
            UnreachableError: the broker did not confirm one of them.
        """
        self._own.publish([_letter(command, now) for command in commands])

    def note(self, message: Outgoing, fate: Fate) -> None:
        """A message was published; anything but a confirm ends the demo.

        Raises:
            UnreachableError: the broker did not confirm it.
        """
        if fate is not Fate.CONFIRMED:
            raise UnreachableError(
                "a message to {exchange} was {fate}", where=self._broker.name, exchange=message.exchange, fate=fate
            )
        self._position += 1
        post = self._posts.get(message.exchange)
        if post is not None:
            post.expect(message.id, self._position)

    def close(self) -> None:
        """Close what was opened here."""
        self._own.close()
        for post in (self.arrivals, self.due, self.desks):
            post.close()


class _NotedPublisher:
    """A publisher that tells the courier what became of each message."""

    def __init__(self, publisher: Publisher, courier: Courier) -> None:
        self._publisher = publisher
        self._courier = courier

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """See :meth:`router.broker.port.Publisher.publish`."""
        fates = self._publisher.publish(batch, timeout_s)
        for message, fate in zip(batch, fates, strict=True):
            self._courier.note(message, fate)
        return fates

    def close(self) -> None:
        """Close the connection."""
        self._publisher.close()


def _letter(command: Command, now: datetime) -> Outgoing:
    actor = command.actor
    kind = tag_of(command).split(".")[1]
    by_desk = actor.role is ActorRole.DESK
    return Outgoing(
        id=command.id,
        exchange=address.REPORTS if by_desk else address.INTAKE,
        key=address.report_key(actor.id, kind) if by_desk else address.intake_key(actor.id, kind),
        type=tag_of(command),
        case_id=command.case_id,
        case_version=0,
        body=encode(command),
        timestamp=now,
    )
