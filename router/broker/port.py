"""What the router needs of a broker, whichever it is. Adapters: `rabbitmq` (pika) and `embedded` (kombu memory).

The law of the room: a broker carries word of the ledger. Losing every message in it loses no case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from router.core.telling.outbox import Fate, Outgoing

__all__ = ["Broker", "Consumer", "Delivery", "Fate", "Outgoing", "Publisher", "QueueState"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message that arrived; it stays the broker's until :meth:`Consumer.done`."""

    queue: str
    id: str
    type: str
    exchange: str
    key: str
    body: bytes
    headers: Mapping[str, object]
    #: The account the broker vouches for; None when the sender gave none.
    user_id: str | None
    redelivered: bool
    #: When its sender says it was sent, in Unix time of whole seconds (AMQP has no finer one); None: not said.
    timestamp_s: int | None = None
    #: The adapter's own handle.
    token: object


class Publisher(Protocol):
    """Sends batches with pipelined confirms. One thread at a time."""

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """Send all of `batch` and wait for every confirm; one fate per message, in order.

        A rejected or unrouted message never holds up its neighbours.

        Raises:
            UnreachableError: no connection could be had; nothing was sent.
        """
        ...

    def close(self) -> None:
        """Close the connection; idempotent."""
        ...


class Consumer(Protocol):
    """Takes batches of deliveries from some queues. One thread at a time."""

    @property
    def empty_at(self) -> Mapping[str, datetime | None]:
        """Queue → the latest `now` of a look that found nothing waiting in it; None: none did so far."""
        ...

    def receive(self, max_n: int, wait_s: float) -> list[Delivery]:
        """At most `max_n` deliveries; returns as soon as there is one, or empty after `wait_s` seconds.

        Raises:
            UnreachableError: the connection is gone and could not be made again within `wait_s`.
        """
        ...

    def look(self, now: datetime) -> None:
        """Ask, without waiting for the answer, which of its queues hold nothing; `empty_at` tells what came of it.

        A peek would count as a delivery, so only how many messages are ready is asked for. A queue that this
        consumer is not subscribed to, or of which it has something in its buffer, is not called empty.
        """
        ...

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge: they are on record. Those of a broken connection are skipped; they come again."""
        ...

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """Give back unhandled (a graceful stop); never used as a retry policy."""
        ...

    def close(self) -> None:
        """Stop consuming and close; what was not done goes back to its queue; idempotent."""
        ...


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator wants to know of a queue."""

    name: str
    ready: int
    consumers: int


class Broker(Protocol):
    """A broker and its connections."""

    #: Without secrets, for messages to people.
    name: str

    @property
    def reachable(self) -> bool:
        """Whether every connection that is in use stands; asks nobody."""
        ...

    def publisher(self) -> Publisher:
        """A publisher on a connection of its own."""
        ...

    def consumer(self, queues: Sequence[str], prefetch: int) -> Consumer:
        """A consumer on a connection of its own; `prefetch` is per queue set, in messages."""
        ...

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        """The state of queues by name, without needing a management API; a missing queue is left out.

        Raises:
            UnreachableError: the broker does not answer.
        """
        ...

    def close(self) -> None:
        """Close everything this broker opened."""
        ...
