"""Publishing to RabbitMQ: a whole batch in flight, every confirm accounted for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import partial

import pika
import structlog
from pika.channel import Channel
from pika.exceptions import AMQPError, ChannelClosedByBroker, ChannelWrongStateError

from router.broker.port import Fate, Outgoing
from router.broker.rabbit_confirms import Confirms
from router.broker.rabbit_link import ChannelOwner
from router.errors import UnreachableError
from router.outage import Outage

log = structlog.get_logger(__name__)

#: Messages encoded in one go, before the loop may write to the socket and read confirms.
_SLICE = 100
_NOT_FOUND = 404
_PERSISTENT = 2


def properties_of(message: Outgoing) -> pika.BasicProperties:
    """The message's envelope in AMQP properties.

    No priority: RabbitMQ 4.3 takes a missing one for 4, and a number would overtake or be overtaken.
    """
    return pika.BasicProperties(
        content_type="application/json",
        delivery_mode=_PERSISTENT,
        message_id=message.id,
        correlation_id=message.case_id,
        type=message.type,
        timestamp=int(message.timestamp.timestamp()),
        user_id=message.user_id,
        headers={"case-version": message.case_version, **message.headers},
    )


class RabbitPublisher(ChannelOwner):
    """Implements :class:`router.broker.port.Publisher`.

    When things fail: a broken connection is made again by itself; what the broker had not answered for is
    `UNKNOWN` and to be sent again by the caller. A channel that owes confirms at the time limit is discarded, so
    that no late answer is taken for a later message's.
    """

    def __init__(self, parameters: Sequence[pika.connection.Parameters], where: str, outage: Outage) -> None:
        # A channel is there when it is in confirm mode and nothing is wrong with it.
        super().__init__(parameters, "publisher", outage)
        self._where = where
        self._changed = threading.Condition()
        #: Whether the broker has stopped reading (a memory or disk alarm).
        self.blocked = False
        self._reason = "not connected yet"
        self._confirms: Confirms | None = None
        #: Why the broker closed the channel under the present batch.
        self._refusal: ChannelClosedByBroker | None = None
        #: Delivery tag of the last message written on the channel.
        self._tag = 0
        self._link.start()

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """See :meth:`router.broker.port.Publisher.publish`.

        A message for which the broker closes the channel (no such exchange, not allowed, a forged user id) is
        found by sending the unanswered part of the batch again in smaller pieces: UNROUTED when its exchange
        does not exist, else REJECTED. Its neighbours may arrive twice, with the same id.

        Raises:
            UnreachableError: no connection could be had within `timeout_s`; nothing was sent.
        """
        give_up_at_s = time.monotonic() + timeout_s
        fates = [Fate.UNKNOWN] * len(batch)
        pieces = deque([list(range(len(batch)))] if batch else [])
        untouched = True
        while pieces and (untouched or time.monotonic() < give_up_at_s):
            piece = pieces.popleft()
            confirms = Confirms([batch[index] for index in piece])
            if not self._send(confirms, give_up_at_s) and untouched and not self.blocked:
                raise UnreachableError(
                    "the broker cannot be reached: {reason}",
                    where=self._where,
                    todo="Start it or correct its URL; what was to be sent stays in the outbox.",
                    reason=self._reason,
                )
            untouched = False
            if self._refusal is not None:
                pieces.extendleft(reversed(self._narrow(confirms, piece, self._refusal)))
            for index, fate in zip(piece, confirms.fates, strict=True):
                fates[index] = fate or Fate.UNKNOWN
        return fates

    # -- on the caller's thread --

    def _send(self, confirms: Confirms, give_up_at_s: float) -> bool:
        """Send and wait for the answers; False when nothing was written before the time was up."""
        while True:
            channel = self._await_channel(confirms, give_up_at_s)
            if channel is None:
                return False
            self._link.call(partial(self._write, channel, confirms, 0))
            with self._changed:
                left_s = give_up_at_s - time.monotonic()
                self._changed.wait_for(lambda: self._confirms is not confirms, left_s)
                in_time = self._confirms is not confirms
                self._confirms = None
                if not in_time:
                    self._channel = None
            if not in_time:
                log.warning("broker.owes_confirms", owed=confirms.left, blocked=self.blocked)
                self._link.call(partial(self._discard, channel))
            if in_time and not confirms.written and confirms.left:
                continue  # the connection broke before the first byte: there may be time for another one
            return True

    def _await_channel(self, confirms: Confirms, give_up_at_s: float) -> Channel | None:
        """The channel, with `confirms` as the batch it works on; None when there is none in time."""
        with self._changed:
            self._changed.wait_for(
                lambda: (self._channel is not None and not self.blocked) or self._link.closing,
                max(0.0, give_up_at_s - time.monotonic()),
            )
            if self._channel is None or self.blocked or self._link.closing:
                self._refusal = None
                return None
            self._confirms, self._refusal = confirms, None
            return self._channel

    def _narrow(self, confirms: Confirms, piece: Sequence[int], refusal: ChannelClosedByBroker) -> list[list[int]]:
        """Smaller pieces to send again after the broker closed the channel; settles what is found."""
        open_places = [place for place, fate in enumerate(confirms.fates) if fate is None]
        exchanges = dict.fromkeys(confirms.batch[place].exchange for place in open_places)
        by_exchange = [
            [place for place in open_places if confirms.batch[place].exchange == exchange]
            for exchange in exchanges
        ]
        if len(by_exchange) == 1 and (refusal.reply_code == _NOT_FOUND or len(open_places) == 1):
            fate = Fate.UNROUTED if refusal.reply_code == _NOT_FOUND else Fate.REJECTED
            log.warning("broker.refused_messages", count=len(open_places), reason=refusal.reply_text)
            for place in open_places:
                confirms.settle(place, fate)
            return []
        if len(by_exchange) > 1:
            return [[piece[place] for place in places] for places in by_exchange]
        half = len(open_places) // 2
        halves = (open_places[:half], open_places[half:])
        return [[piece[place] for place in places] for places in halves if places]

    # -- on the I/O thread --

    def opened(self, connection: pika.SelectConnection) -> None:
        """A connection stands: watch for alarms and open a channel."""
        self._connection = connection
        connection.add_on_connection_blocked_callback(lambda _connection, _frame: self._note(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda _connection, _frame: self._note(blocked=False))
        self._open_channel()

    def lost(self, reason: str) -> None:
        """The connection is gone: what was not answered will not be."""
        with self._changed:
            self._connection = None
            self._channel = None
            self._confirms = None
            self.blocked = False
            self._reason = reason
            self._changed.notify_all()

    def _note(self, *, blocked: bool) -> None:
        log.warning("broker.blocked" if blocked else "broker.unblocked")
        with self._changed:
            self.blocked = blocked
            self._changed.notify_all()

    def _on_channel(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._on_channel_closed)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(
            partial(self._on_answer, channel), callback=lambda _frame: self._on_ready(channel)
        )

    def _on_ready(self, channel: Channel) -> None:
        with self._changed:
            self._tag = 0
            self._channel = channel
            self._changed.notify_all()

    def _on_channel_closed(self, channel: Channel, reason: Exception) -> None:
        if not isinstance(reason, ChannelClosedByBroker):
            return  # we closed it, or the whole connection went
        with self._changed:
            if self._channel is channel:
                self._channel = None
                self._refusal = reason
                self._confirms = None
                self._changed.notify_all()
        self._open_channel()

    def _discard(self, channel: Channel) -> None:
        if channel.is_open:
            channel.close()
            self._open_channel()

    def _write(self, channel: Channel, confirms: Confirms, start: int) -> None:
        """Write one slice of the batch, then let the loop breathe before the next."""
        if self._confirms is not confirms or not self._is_current(channel):
            return
        batch = confirms.batch
        stop = min(start + _SLICE, len(batch))
        for index in range(start, stop):
            message = batch[index]
            try:
                channel.basic_publish(
                    message.exchange, message.key, message.body, properties_of(message), message.mandatory
                )
            except ChannelWrongStateError:
                return  # its close callback settles the batch
            except (AMQPError, UnicodeError) as error:
                # Nothing was written: a key of more than 255 bytes, a value no header can carry.
                log.warning("message.cannot_be_sent", id=message.id, reason=type(error).__name__)
                confirms.settle(index, Fate.REJECTED)
            else:
                self._tag += 1
                confirms.write(index, self._tag)
        if stop < len(batch):
            self._link.call(partial(self._write, channel, confirms, stop))
        self._finish(confirms)

    def _on_answer(self, channel: Channel, frame: pika.frame.Method) -> None:
        confirms = self._confirms
        if confirms is None or not self._is_current(channel):
            return
        method = frame.method
        fate = Fate.CONFIRMED if isinstance(method, pika.spec.Basic.Ack) else Fate.REJECTED
        confirms.answer(method.delivery_tag, multiple=method.multiple, fate=fate)
        self._finish(confirms)

    def _on_return(
        self,
        channel: Channel,
        method: pika.spec.Basic.Return,
        properties: pika.BasicProperties,
        _body: bytes,
    ) -> None:
        if self._confirms is not None and self._is_current(channel):
            self._confirms.give_back(properties.message_id, method.exchange, method.routing_key)

    def _finish(self, confirms: Confirms) -> None:
        if confirms.left == 0:
            with self._changed:
                if self._confirms is confirms:
                    self._confirms = None
                    self._changed.notify_all()
