"""One queue of RabbitMQ, consumed by kombu's ConsumerMixin, with the handling in a thread of its own.

The connection's thread takes deliveries in, keeps both connections alive and acknowledges; the worker's thread
handles, one delivery after another. A handler may take hours and cost nobody a heartbeat.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from time import monotonic
from typing import Any

import structlog
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.message import Message
from kombu.messaging import Consumer
from kombu.mixins import ConsumerMixin
from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception_type, wait_random_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from router.broker.port import Delivery
from router.broker.rabbitmq import without_secrets
from router.errors import UnreachableError
from router.tiers.dispatching import Ending, HandlersFailingError
from router.tiers.link import LINK_ERRORS, connection_to, open_link
from router.tiers.outbound import KombuOutbound
from router.tiers.report import Outbound

log = structlog.get_logger(__name__)

#: How long the connection's thread waits for the broker before it looks for finished work and at the heartbeat.
_POLL_S = 0.05
_BEAT_S = 1.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0

Handle = Callable[[Delivery, Outbound, threading.Event], Ending]


def serve(url: str, queue: str, handle: Handle, *, stop: threading.Event, prefetch: int, aside_limit: int) -> None:
    """Consume a queue until `stop` is set or, in the main thread, SIGTERM or SIGINT comes.

    Args:
        url: of the broker.
        queue: its name; it exists or will.
        handle: called for each delivery, in one thread; its reports are confirmed when it says `Ending.DONE`.
        stop: ends it: the delivery at work is finished and acknowledged, the others go back.
        prefetch: deliveries in hand at once.
        aside_limit: deliveries set aside at which it gives up.

    Raises:
        ConfigurationError: the broker does not take user and password.
        HandlersFailingError: too many deliveries were set aside.
    """
    outbound = KombuOutbound(url, stop)
    inbound = Inbound(url, queue, handle, outbound, stop=stop, prefetch=prefetch, aside_limit=aside_limit)
    try:
        with _stopped_by_signals(stop):
            inbound.work()
    finally:
        outbound.close()


class Inbound(ConsumerMixin):
    """Consumes one queue; see :func:`serve`."""

    def __init__(
        self,
        url: str,
        queue: str,
        handle: Handle,
        outbound: KombuOutbound,
        *,
        stop: threading.Event,
        prefetch: int,
        aside_limit: int,
    ) -> None:
        self._url, self._queue = url, queue
        self._handle, self._outbound = handle, outbound
        self._stop, self._prefetch, self._aside_limit = stop, prefetch, aside_limit
        self.connection = connection_to(url)
        self.should_stop = False
        #: Counts connections: a delivery of an earlier one can be neither begun nor acknowledged.
        self._generation = 0
        self._waiting: SimpleQueue[tuple[int, Message] | None] = SimpleQueue()
        self._finished: SimpleQueue[tuple[int, Message, Ending]] = SimpleQueue()
        self._worker = threading.Thread(target=self._handle_all, name=f"handler of {queue}", daemon=True)
        self._failure: BaseException | None = None
        self._aside = 0
        self._beaten_at_s = 0.0

    # -- the connection's thread -------------------------------------------------------------------------------

    def work(self) -> None:
        """Consume until told to stop; connections that break are made again with growing pauses."""
        self._worker.start()
        try:
            while not self.should_stop:
                try:
                    for _ in self.consume(limit=None, safety_interval=_POLL_S):  # type: ignore[no-untyped-call] # kombu's
                        pass
                except LINK_ERRORS as error:
                    log.warning("link.lost", queue=self._queue, what=_words_of(error))
                    self._generation += 1
                    self._stop.wait(_FIRST_PAUSE_S)
                except UnreachableError:
                    break
        finally:
            self._stop.set()
            self._waiting.put(None)
            self._worker.join()
        if self._failure is not None:
            raise self._failure

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        """Connect, however long it takes.

        Raises:
            UnreachableError: told to stop before that.
        """
        with connection_to(self._url) as connection:
            try:
                self._connecting()(open_link, connection, self._url)
            except RetryError:
                raise UnreachableError("stopped before the broker answered", where=self._where) from None
            yield connection

    def _connecting(self) -> Retrying:
        def tell(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome is not None else None
            log.warning(
                "link.waiting", queue=self._queue, where=self._where, what=_words_of(error), n=state.attempt_number
            )

        return Retrying(
            retry=retry_if_exception_type(LINK_ERRORS),
            stop=stop_when_event_set(self._stop),
            wait=wait_random_exponential(_FIRST_PAUSE_S, max=_LONGEST_PAUSE_S),
            sleep=sleep_using_event(self._stop),
            before_sleep=tell,
        )

    @property
    def _where(self) -> str:
        return without_secrets(self._url)

    def get_consumers(self, consumer: Callable[..., Consumer], _channel: Any) -> list[Consumer]:
        """Consume the queue as it is: this account may declare nothing."""
        queue = Queue(self._queue, no_declare=True)
        return [
            consumer(queues=[queue], on_message=self._arrived, prefetch_count=self._prefetch, auto_declare=False)
        ]

    def on_consume_ready(
        self,
        connection: Connection,
        channel: Any,  # noqa: ARG002 - the mixin's signature
        consumers: list[Consumer],
        **_: Any,
    ) -> None:
        """A new connection consumes: what an earlier one delivered comes again."""
        self._generation += 1
        self._aside = 0
        self._connected, self._consumers = connection, consumers
        log.info("link.consuming", queue=self._queue, where=self._where)

    def _arrived(self, message: Message) -> None:
        self._waiting.put((self._generation, message))

    def on_iteration(self) -> None:
        """Between two looks at the socket: acknowledge, beat, and end when the work at hand is done."""
        if self._stop.is_set():
            self._waiting.put(None)
            for consumer in self._consumers:
                consumer.cancel()
            # What the worker finished before it ended is in the queue by now.
            self.should_stop = not self._worker.is_alive()
        self._settle()
        if monotonic() - self._beaten_at_s >= _BEAT_S:
            self._beaten_at_s = monotonic()
            self._connected.heartbeat_check()
            self._outbound.beat()

    def _settle(self) -> None:
        while not self._finished.empty():
            generation, message, ending = self._finished.get()
            if generation != self._generation:
                continue
            if ending is Ending.DONE:
                message.ack()
            elif ending is Ending.REJECTED:
                message.reject(requeue=False)
            elif ending is Ending.ASIDE:
                self._set_aside()

    def _set_aside(self) -> None:
        self._aside += 1
        if self._aside >= self._aside_limit and self._failure is None:
            self._failure = HandlersFailingError(
                "the handler keeps failing: {aside} messages are set aside",
                where=self._queue,
                todo="Nothing was lost: they are back in the queue. Look for message.set_aside in the log.",
                aside=self._aside,
            )
            self._stop.set()

    # -- the worker's thread -----------------------------------------------------------------------------------

    def _handle_all(self) -> None:
        try:
            while (letter := self._waiting.get()) is not None and not self._stop.is_set():
                generation, message = letter
                if generation == self._generation:
                    ending = self._handle(_delivery(self._queue, message), self._outbound, self._stop)
                    self._finished.put((generation, message, ending))
        except BaseException as error:  # noqa: BLE001 - raised again by `work`, in the thread that was called
            self._failure = error
            self._stop.set()


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """In the main thread SIGTERM and SIGINT set `stop`; elsewhere signals are somebody else's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(_number: int, _frame: object) -> None:
        # Not here: the interrupted code may be inside the event, holding its lock.
        threading.Thread(target=stop.set, daemon=True).start()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words_of(error: BaseException | None) -> str:
    """What a library says of a broken link; it names hosts and queues, never a message's content."""
    return f"{type(error).__name__}: {error}"[:300]


def _delivery(queue: str, message: Message) -> Delivery:
    properties, info = message.properties or {}, message.delivery_info or {}
    body = message.body
    return Delivery(
        queue=queue,
        id=str(properties.get("message_id") or ""),
        type=str(properties.get("type") or ""),
        exchange=str(info.get("exchange") or ""),
        key=str(info.get("routing_key") or ""),
        body=body if isinstance(body, bytes) else str(body).encode(),
        headers=message.headers or {},
        user_id=properties.get("user_id"),
        redelivered=bool(info.get("redelivered")),
        token=message,
    )
