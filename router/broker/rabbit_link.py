"""A connection to RabbitMQ with an I/O thread of its own, made again whenever it breaks.

Law of the file: a `pika` connection, its channels and its loop are touched by the I/O thread only; everybody else
hands that thread a callback.
"""

from __future__ import annotations

import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

import pika
import structlog
from pika.channel import Channel
from pika.exceptions import AMQPError
from tenacity import Retrying, retry_if_exception_type, stop_when_event_set, wait_exponential, wait_random
from tenacity.nap import sleep_using_event

from router.outage import Outage

log = structlog.get_logger(__name__)

#: First and longest pause between two attempts to connect; a full restart of a node takes 5 to 10 seconds.
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
#: A connection that lived less than this counts as a failed attempt, so that one refused at once is not made
#: again in a tight loop.
SHORT_LIFE_S = 1.0
#: How long a graceful close may take before the connection is dropped: a broker under a memory alarm does not
#: read, not even a farewell.
CLOSE_TIMEOUT_S = 3.0


class Owner(Protocol):
    """Who uses a link; every method is called on the I/O thread."""

    def opened(self, connection: pika.SelectConnection) -> None:
        """A connection stands and has no channel yet."""
        ...

    def lost(self, reason: str) -> None:
        """The connection is gone, or could not be made; called once for each attempt."""
        ...


class _FailedAttemptError(Exception):
    """No connection could be had, or it broke at once."""


class Link:
    """Keeps one connection alive until it is closed.

    Args:
        parameters: where to connect, with heartbeat; several are tried in turn.
        role: for the thread's name and the log: `publisher`.
        owner: is told when the connection comes and goes.
        outage: the broker's, told when it cannot be had.
    """

    def __init__(
        self, parameters: Sequence[pika.connection.Parameters], role: str, owner: Owner, outage: Outage
    ) -> None:
        self._parameters = itertools.cycle(parameters)
        self._owner = owner
        self._outage = outage
        self._role = role
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._connection: pika.SelectConnection | None = None
        self._opened_at_s: float | None = None
        self._reason = ""
        self._thread = threading.Thread(target=self._run, name=f"rabbit-{role}", daemon=True)

    def start(self) -> None:
        """Start the I/O thread; it connects by itself."""
        self._thread.start()

    @property
    def closing(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closing.is_set()

    def call(self, callback: Callable[[], None]) -> None:
        """Have the I/O thread call `callback` soon; dropped when there is no connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.ioloop.add_callback_threadsafe(callback)

    def close(self) -> None:
        """Close gracefully and wait for the I/O thread; idempotent."""
        with self._lock:
            self._closing.set()
            if self._connection is not None:
                self._connection.ioloop.add_callback_threadsafe(self._say_farewell)
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_TIMEOUT_S * 2)

    # -- on the I/O thread --

    def _run(self) -> None:
        patiently = Retrying(
            retry=retry_if_exception_type(_FailedAttemptError),
            wait=wait_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S) + wait_random(0, FIRST_PAUSE_S),
            stop=stop_when_event_set(self._closing),
            sleep=sleep_using_event(self._closing),
            retry_error_callback=lambda _state: None,
        )
        while not self._closing.is_set():
            patiently(self._live)

    def _live(self) -> None:
        """Live through one connection, from its making to its end."""
        with self._lock:
            if self._closing.is_set():
                return
            connection = self._connection = self._new_connection()
        self._opened_at_s = None
        self._reason = "closed"
        try:
            connection.ioloop.start()
        except Exception as error:
            # The thread must outlive whatever a callback got wrong.
            self._reason = f"{type(error).__name__}: {error}"
            log.exception("broker.loop_failed", connection=self._role)
        finally:
            with self._lock:
                self._connection = None
            self._owner.lost(self._reason)
            connection.ioloop.close()
        self._judge()

    def _judge(self) -> None:
        lived_s = 0.0 if self._opened_at_s is None else time.monotonic() - self._opened_at_s
        if self._closing.is_set():
            self._outage.forget(self)
            return
        self._outage.down(time.monotonic(), self, connection=self._role, reason=self._reason)
        if lived_s < SHORT_LIFE_S:
            raise _FailedAttemptError

    def _new_connection(self) -> pika.SelectConnection:
        return pika.SelectConnection(
            next(self._parameters),
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_end,
            on_close_callback=self._on_end,
        )

    def _on_open(self, connection: pika.SelectConnection) -> None:
        self._opened_at_s = time.monotonic()
        log.debug("broker.connected", connection=self._role)
        self._outage.up(time.monotonic(), self)
        self._owner.opened(connection)

    def _on_end(self, connection: pika.SelectConnection, reason: BaseException | str) -> None:
        # pika's error for a refused connection says nothing but in its repr.
        self._reason = "closed" if self.closing else str(reason) or repr(reason)
        connection.ioloop.stop()

    def _say_farewell(self) -> None:
        connection = self._connection
        if connection is None:
            return
        # pika offers no public way to drop a connection that does not answer.
        connection.ioloop.call_later(CLOSE_TIMEOUT_S, connection._adapter_disconnect_stream)  # noqa: SLF001
        try:
            if not (connection.is_closing or connection.is_closed):
                connection.close()
        except AMQPError:
            connection.ioloop.stop()


class ChannelOwner(ABC):
    """Who works on one channel at a time, on a link of its own. Subclasses start the link when they are ready."""

    def __init__(self, parameters: Sequence[pika.connection.Parameters], role: str, outage: Outage) -> None:
        self._connection: pika.SelectConnection | None = None
        #: The channel to work on; None while there is none.
        self._channel: Channel | None = None
        self._link = Link(parameters, role, self, outage)

    @property
    def connected(self) -> bool:
        """Whether its connection stands; any thread may ask."""
        return self._connection is not None

    @property
    def closing(self) -> bool:
        """Whether it was closed, or is about to be."""
        return self._link.closing

    def close(self) -> None:
        """Close the connection; what was not done goes back to its queue; idempotent."""
        self._link.close()

    # -- on the I/O thread --

    @abstractmethod
    def opened(self, connection: pika.SelectConnection) -> None:
        """See :class:`Owner`."""

    @abstractmethod
    def lost(self, reason: str) -> None:
        """See :class:`Owner`."""

    @abstractmethod
    def _on_channel(self, channel: Channel) -> None:
        """A channel that was asked for is open."""

    def _open_channel(self) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.channel(on_open_callback=self._on_channel)

    def _is_current(self, channel: Channel) -> bool:
        return channel is self._channel
