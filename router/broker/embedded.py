"""The broker of the embedded default: kombu's memory transport behind the broker's port, in one process.

What it holds is gone with the process; the ledger sends it again. It is no oracle for what RabbitMQ does: no
limits, no dead-lettering, and a confirm means only that the message lies in its queues.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kombu.connection import Connection

from router.broker.declare import declare
from router.broker.memory import Store, transport_of
from router.broker.port import Delivery, Fate, Outgoing, QueueState
from router.broker.topology import Topology
from router.errors import UnreachableError


class EmbeddedBroker:
    """Implements :class:`router.broker.port.Broker`; two of them never see each other's messages.

    Any number of threads may publish and consume, each with a publisher or consumer of its own.
    """

    name = "embedded (memory of this process)"
    #: Never: memory has no alarm. The attribute is there for whoever shows a broker's state.
    blocked = False

    def __init__(self) -> None:
        self._store = Store()
        self._transport = transport_of(self._store)
        self._opened: list[EmbeddedPublisher | EmbeddedConsumer] = []

    def declare(self, topology: Topology) -> None:
        """Make exchanges, queues and bindings; again with a new tree adds what is new and keeps the rest."""
        with self._store.changed, self.connection() as connection:
            self._store.alternates.update(topology.alternates)
            declare(connection.default_channel, topology, lambda _what, _done, _all: None)

    def connection(self) -> Connection:
        """A kombu connection into this broker, for a tier service hosted in this process."""
        return Connection("memory://", transport=self._transport)

    @property
    def reachable(self) -> bool:
        """It is in this process: always."""
        return True

    def publisher(self) -> EmbeddedPublisher:
        """A publisher for one thread."""
        publisher = EmbeddedPublisher(self._store, self.connection())
        self._opened.append(publisher)
        return publisher

    def consumer(self, queues: Sequence[str], prefetch: int) -> EmbeddedConsumer:
        """A consumer for one thread."""
        consumer = EmbeddedConsumer(self._store, self.connection(), queues, prefetch)
        self._opened.append(consumer)
        return consumer

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        """The state of queues by name; a missing one is left out."""
        with self._store.changed:
            return [
                QueueState(name=name, ready=len(self._store.lines[name]), consumers=self._store.consumers[name])
                for name in names
                if name in self._store.lines
            ]

    def close(self) -> None:
        """Close what was opened and forget every message; idempotent."""
        for opened in self._opened:
            opened.close()
        self._opened.clear()
        with self._store.changed:
            self._store.lines.clear()
            self._store.state.clear()
            self._store.indexes.clear()


class EmbeddedPublisher:
    """Implements :class:`router.broker.port.Publisher`."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store = store
        self._connection = connection
        self._channel = connection.channel()

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:  # noqa: ARG002 - the port's
        """See :meth:`router.broker.port.Publisher.publish`; never waits, so `timeout_s` has no meaning here.

        Raises:
            UnreachableError: this publisher was closed.
        """
        if self._channel.closed:
            raise UnreachableError("the publisher was closed", where=EmbeddedBroker.name)
        # One batch at a time: whoever waits for messages is woken once, with all of them there.
        with self._store.changed:
            return [self._publish(message) for message in batch]

    def _publish(self, message: Outgoing) -> Fate:
        channel = self._channel
        if not channel.route(message.exchange, message.key):
            # kombu knows no `mandatory` and drops what it cannot route without a word.
            return Fate.UNROUTED if message.mandatory else Fate.CONFIRMED
        prepared = channel.prepare_message(
            message.body,
            content_type="application/json",
            headers={"case-version": message.case_version, **message.headers},
            properties={
                "message_id": message.id,
                "correlation_id": message.case_id,
                "type": message.type,
                "timestamp": int(message.timestamp.timestamp()),
                "user_id": message.user_id,
                "delivery_mode": 2,
            },
        )
        channel.basic_publish(prepared, message.exchange, message.key)
        return Fate.CONFIRMED

    def close(self) -> None:
        """Close the channel; idempotent."""
        self._channel.close()
        self._connection.release()


class EmbeddedConsumer:
    """Implements :class:`router.broker.port.Consumer`."""

    def __init__(self, store: Store, connection: Connection, queues: Sequence[str], prefetch: int) -> None:
        self._store = store
        self._connection = connection
        self._queues = list(queues)
        self.empty_at: dict[str, datetime | None] = dict.fromkeys(queues)
        self._channel = connection.channel()
        self._channel.basic_qos(prefetch_count=prefetch)
        #: Tags of what was handed out and is not done.
        self._held: set[int] = set()
        with store.changed:
            store.consumers.update(self._queues)

    def receive(self, max_n: int, wait_s: float) -> list[Delivery]:
        """See :meth:`router.broker.port.Consumer.receive`.

        Raises:
            UnreachableError: this consumer was closed.
        """
        with self._store.changed:
            self._store.changed.wait_for(self._may_take, wait_s)
            if self._channel.closed:
                raise UnreachableError("the consumer was closed", where=EmbeddedBroker.name)
            room = min(max_n, self._channel.qos.can_consume_max_estimate())
            taken: list[Delivery] = []
            for queue in self._queues:
                while len(taken) < room and (message := self._channel.basic_get(queue)) is not None:
                    taken.append(_delivery(message, queue))
            # The queue looked at last is first next time, so that a busy one does not starve the others.
            self._queues.append(self._queues.pop(0))
            self._held.update(delivery.token for delivery in taken)  # type: ignore[misc]
            return taken

    def _may_take(self) -> bool:
        if self._channel.closed:
            return True
        waiting = any(self._store.lines.get(queue) for queue in self._queues)
        return waiting and self._channel.qos.can_consume_max_estimate() > 0

    def look(self, now: datetime) -> None:
        """See :meth:`router.broker.port.Consumer.look`; the answer is there at once."""
        with self._store.changed:
            for queue in self._queues:
                if queue in self._store.lines and not self._store.lines[queue]:
                    self.empty_at[queue] = now

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """See :meth:`router.broker.port.Consumer.done`."""
        with self._store.changed:
            for tag in self._let_go(deliveries):
                self._channel.basic_ack(tag)

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """See :meth:`router.broker.port.Consumer.again`; they go back in their old order."""
        with self._store.changed:
            for tag in reversed(self._let_go(deliveries)):
                self._channel.basic_reject(tag, requeue=True)

    def _let_go(self, deliveries: Sequence[Delivery]) -> list[Any]:
        tags = [delivery.token for delivery in deliveries if delivery.token in self._held]
        self._held.difference_update(tags)
        return tags

    def close(self) -> None:
        """Give back what was not done and close; idempotent."""
        with self._store.changed:
            if self._channel.closed:
                return
            self._channel.close()
            self._store.consumers.subtract(self._queues)
            self._store.changed.notify_all()
        self._connection.release()


def _delivery(message: Any, queue: str) -> Delivery:
    properties, info = message.properties, message.delivery_info
    return Delivery(
        queue=queue,
        id=properties["message_id"] or "",
        type=properties["type"] or "",
        exchange=info["exchange"],
        key=info["routing_key"],
        body=message.body or b"",
        headers=message.headers,
        user_id=properties["user_id"],
        redelivered=info.get("redelivered", False),
        timestamp_s=properties.get("timestamp"),
        token=message.delivery_tag,
    )
