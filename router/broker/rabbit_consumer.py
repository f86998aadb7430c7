"""Consuming from RabbitMQ: deliveries wait in a buffer for the caller's thread, acks go out a batch at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import pika
import structlog
from pika.channel import Channel
from pika.exceptions import AMQPError, ChannelClosedByBroker, ChannelWrongStateError

from router.broker.port import Delivery
from router.broker.rabbit_acks import Acks
from router.broker.rabbit_link import ChannelOwner
from router.errors import UnreachableError
from router.outage import Outage

log = structlog.get_logger(__name__)

#: First and longest pause before asking again for a queue that is not there, or for a channel that was closed.
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

#: A look at a queue counts this long after the channel was opened: RabbitMQ 3.x says for a few seconds after a
#: restart that nothing is ready, while it still reads a long queue.
SETTLED_S = 8.0

#: What pika hands over, with the queue it came from; made a Delivery on the caller's thread.
_Arrival = tuple[str, pika.spec.Basic.Deliver, pika.BasicProperties, bytes]


#: What makes the queues that roles consume: whoever starts a role on a bare broker reads it in the log.
_TODO = "run: case-router topology apply"


class Token(NamedTuple):
    """A delivery's handle: tags count from 1 on each channel, so they mean something on their own one only."""

    generation: int
    tag: int


class RabbitConsumer(ChannelOwner):
    """Implements :class:`router.broker.port.Consumer`.

    When things fail: a broken connection or channel is made again by itself, deliveries in the buffer are dropped
    with it and come again. A queue that is deleted, or missing from the start, is asked for with growing pauses,
    on a channel of its own so that the others' deliveries are not disturbed.
    """

    def __init__(
        self,
        parameters: Sequence[pika.connection.Parameters],
        where: str,
        queues: Sequence[str],
        prefetch: int,
        outage: Outage,
    ) -> None:
        super().__init__(parameters, "consumer", outage)
        self._where = where
        self._queues = tuple(queues)
        # Per consumer, since quorum queues know no limit per channel; together they make up what was asked for.
        self._prefetch = max(1, prefetch // max(1, len(self._queues)))
        self._arrived = threading.Condition()
        self._waiting = False
        #: Why there is no channel; None while there is one, and before the first attempt has ended.
        self._trouble: str | None = None
        # These belong to one channel and change together with it, under the condition.
        self._generation = 0
        self._buffer: deque[_Arrival] = deque()
        self._acks = Acks()
        self.empty_at: dict[str, datetime | None] = dict.fromkeys(self._queues)
        # The two below belong to the I/O thread.
        self._subscribed: set[str] = set()
        self._probe: Channel | None = None
        self._opened_at_s = 0.0
        self._missing = {
            name: Outage("queue.missing", "queue.still_missing", "queue.found", queue=name)
            for name in self._queues
        }
        #: Before the next channel; grows while the broker closes one after the other, say for want of a right.
        self._pause_s = FIRST_PAUSE_S
        self._link.start()

    # -- on the caller's thread --

    def receive(self, max_n: int, wait_s: float) -> list[Delivery]:
        """See :meth:`router.broker.port.Consumer.receive`. Returns what is there, so batches grow under load.

        Raises:
            UnreachableError: the connection is gone and could not be made again within `wait_s`.
        """
        buffer = self._buffer
        if not buffer:
            self._await_arrival(wait_s)
        with self._arrived:
            generation, buffer = self._generation, self._buffer
            count = min(max_n, len(buffer))
            arrivals = [buffer.popleft() for _ in range(count)]
            if not arrivals and self._trouble is not None:
                raise UnreachableError(
                    "the broker cannot be reached: {reason}",
                    where=self._where,
                    todo="Start it or correct its URL; what was not done comes again.",
                    reason=self._trouble,
                )
        return [_delivery(arrival, generation) for arrival in arrivals]

    def _await_arrival(self, wait_s: float) -> None:
        with self._arrived:
            self._waiting = True
            self._arrived.wait_for(lambda: self._buffer or self._link.closing, wait_s)
            self._waiting = False

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """See :meth:`router.broker.port.Consumer.done`; returns before the broker has heard of it."""
        self._settle(deliveries, give_back=False)

    def again(self, deliveries: Sequence[Delivery]) -> None:
        """See :meth:`router.broker.port.Consumer.again`."""
        self._settle(deliveries, give_back=True)

    def look(self, now: datetime) -> None:
        """See :meth:`router.broker.port.Consumer.look`."""
        self._link.call(partial(self._look, now))

    def _settle(self, deliveries: Sequence[Delivery], *, give_back: bool) -> None:
        with self._arrived:
            channel, generation = self._channel, self._generation
            tokens = [delivery.token for delivery in deliveries]
            tags = [token.tag for token in tokens if isinstance(token, Token) and token.generation == generation]
            frames = self._acks.settle(tags)
        if channel is not None and frames:
            self._link.call(partial(_tell, channel, frames, give_back=give_back))

    # -- on the I/O thread --

    def opened(self, connection: pika.SelectConnection) -> None:
        """A connection stands: open the channel for deliveries."""
        self._pause_s = FIRST_PAUSE_S
        self._connection = connection
        self._open_channel()

    def lost(self, reason: str) -> None:
        """The connection is gone, and everything that was not acknowledged with it."""
        self._connection = None
        self._drop_channel(reason)

    def _drop_channel(self, reason: str) -> None:
        with self._arrived:
            self._channel = None
            self._generation += 1
            self._buffer = deque()
            self._acks = Acks()
            self._trouble = reason
            self._arrived.notify_all()
        self._subscribed.clear()
        self._probe = None

    def _on_channel(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._on_channel_closed)
        channel.add_on_cancel_callback(partial(self._on_cancelled, channel))
        channel.basic_qos(prefetch_count=self._prefetch)
        with self._arrived:
            self._channel = channel
            self._trouble = None
        self._opened_at_s = time.monotonic()
        for queue in self._queues:
            self._look_for(channel, queue, FIRST_PAUSE_S)

    def _on_channel_closed(self, channel: Channel, reason: Exception) -> None:
        if not isinstance(reason, ChannelClosedByBroker) or not self._is_current(channel):
            return
        log.warning("broker.closed_channel", queues=self._queues, reason=reason.reply_text)
        self._drop_channel(reason.reply_text)
        if self._connection is not None:
            self._connection.ioloop.call_later(self._pause_s, self._open_channel)
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _look_for(self, channel: Channel, queue: str, pause_s: float) -> None:
        """Subscribe to `queue` once it is there; asking for a missing one closes the channel that asks."""
        if self._connection is None or not self._connection.is_open or not self._is_current(channel):
            return

        def ask(probe: Channel) -> None:
            probe.add_on_close_callback(missed)
            probe.queue_declare(queue, passive=True, callback=partial(found, probe))

        def found(probe: Channel, _frame: pika.frame.Method) -> None:
            _end(probe)
            if self._is_current(channel) and channel.is_open:
                channel.basic_consume(queue, partial(self._on_message, queue), consumer_tag=queue)
                self._subscribed.add(queue)
                self._missing[queue].up(time.monotonic())

        def missed(_probe: Channel, reason: Exception) -> None:
            if isinstance(reason, ChannelClosedByBroker) and self._connection is not None:
                self._missing[queue].down(time.monotonic(), reason=reason.reply_text, todo=_TODO)
                longer_s = min(pause_s * 2, LONGEST_PAUSE_S)
                self._connection.ioloop.call_later(pause_s, partial(self._look_for, channel, queue, longer_s))

        self._connection.channel(on_open_callback=ask)

    def _on_cancelled(self, channel: Channel, frame: pika.frame.Method) -> None:
        """The broker ended a subscription: the queue was deleted, or moved with its node."""
        queue = str(frame.method.consumer_tag)
        self._subscribed.discard(queue)
        log.warning("broker.ended_subscription", queue=queue)
        self._look_for(channel, queue, FIRST_PAUSE_S)

    def _look(self, now: datetime) -> None:
        """Ask how much waits, on a channel kept for it: asking for a queue that has gone closes the channel."""
        if self._connection is None or not self._connection.is_open or self._channel is None:
            return
        if time.monotonic() - self._opened_at_s < SETTLED_S:
            return
        if self._probe is None or not self._probe.is_open:
            self._connection.channel(on_open_callback=partial(self._count, now))
        else:
            self._count(now, self._probe)

    def _count(self, now: datetime, probe: Channel) -> None:
        self._probe = probe
        for queue in sorted(self._subscribed):
            probe.queue_declare(
                queue, passive=True, callback=partial(self._on_count, queue, now, self._generation)
            )

    def _on_count(self, queue: str, now: datetime, generation: int, frame: pika.frame.Method) -> None:
        with self._arrived:
            held = any(arrival[0] == queue for arrival in self._buffer)
            if frame.method.message_count == 0 and not held and generation == self._generation:
                self.empty_at[queue] = now

    def _on_message(
        self,
        queue: str,
        channel: Channel,
        method: pika.spec.Basic.Deliver,
        properties: pika.BasicProperties,
        body: bytes,
    ) -> None:
        if channel is not self._channel:
            return
        self._buffer.append((queue, method, properties, body))
        # The caller sets this before it looks into the buffer a last time, so nobody waits beside a full buffer.
        if self._waiting:
            with self._arrived:
                self._arrived.notify_all()


def _end(probe: Channel) -> None:
    try:
        probe.close()
    except ChannelWrongStateError:
        # The connection went while the answer was on its way, and the channel with it.
        log.info("channel.gone_already")


def _tell(channel: Channel, frames: Sequence[tuple[int, bool]], *, give_back: bool) -> None:
    """Send acks, or nacks that requeue. Not reject: from RabbitMQ 4.3 that counts towards the delivery limit."""
    try:
        for tag, multiple in frames:
            if give_back:
                channel.basic_nack(tag, multiple=multiple, requeue=True)
            else:
                channel.basic_ack(tag, multiple=multiple)
    except AMQPError:
        # The channel has just gone: the deliveries come again.
        log.info("acknowledgements.too_late", count=len(frames))


def _delivery(arrival: _Arrival, generation: int) -> Delivery:
    queue, method, properties, body = arrival
    return Delivery(
        queue=queue,
        id=properties.message_id or "",
        type=properties.type or "",
        exchange=method.exchange,
        key=method.routing_key,
        body=body,
        headers=properties.headers or {},
        user_id=properties.user_id,
        redelivered=method.redelivered,
        timestamp_s=properties.timestamp,
        token=Token(generation, method.delivery_tag),
    )
