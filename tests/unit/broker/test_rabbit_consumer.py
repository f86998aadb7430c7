"""Consuming from RabbitMQ, as far as it can be said without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pika.exceptions import ChannelClosedByBroker, ChannelWrongStateError
from structlog.testing import capture_logs

from router.broker.rabbit_consumer import RabbitConsumer
from router.outage import Outage


class DyingChannel:
    """A channel whose connection goes while it answers."""

    is_open = False

    def __init__(self) -> None:
        self.consumed: list[str] = []

    def add_on_close_callback(self, callback: Callable[..., None]) -> None:
        """The connection takes the channel with it: nobody is called."""
        assert callable(callback)

    def queue_declare(self, queue: str, *, passive: bool, callback: Callable[[object], None]) -> None:
        """The last frame that arrived."""
        assert passive
        callback(f"declared {queue}")

    def close(self) -> None:
        """Too late."""
        raise ChannelWrongStateError("channel is closing or closed")

    def basic_consume(self, queue: str, *_args: Any, **_more: Any) -> None:
        """Never asked of a channel that is gone."""
        self.consumed.append(queue)


class DyingConnection:
    """Gives out one channel."""

    is_open = True

    def __init__(self, channel: DyingChannel) -> None:
        self._channel = channel

    def channel(self, *, on_open_callback: Callable[[DyingChannel], None]) -> None:
        """Opened at once."""
        on_open_callback(self._channel)


def test_a_queue_that_is_found_while_the_connection_goes_disturbs_nobody() -> None:
    channel = DyingChannel()
    # Without its constructor, which starts a thread that connects.
    consumer: Any = RabbitConsumer.__new__(RabbitConsumer)
    consumer._channel, consumer._connection = channel, DyingConnection(channel)
    consumer._look_for(channel, "case.intake", 0.1)
    assert channel.consumed == []


class BareBroker:
    """A broker that nobody has applied a topology to: every queue that is asked for closes the channel."""

    is_open = True

    def __init__(self) -> None:
        self.ioloop = self
        self._closed: Callable[..., None] = print

    def channel(self, *, on_open_callback: Callable[[Any], None]) -> None:
        """Opened at once; it is the channel, too."""
        on_open_callback(self)

    def add_on_close_callback(self, callback: Callable[..., None]) -> None:
        """Who hears of it."""
        self._closed = callback

    def queue_declare(self, queue: str, **_more: Any) -> None:
        """There is none."""
        self._closed(self, ChannelClosedByBroker(404, f"NOT_FOUND - no queue '{queue}'"))

    def call_later(self, _delay_s: float, _callback: Callable[[], None]) -> None:
        """Never: the test ends first."""


def test_whoever_finds_no_queue_says_what_makes_it() -> None:
    consumer: Any = RabbitConsumer.__new__(RabbitConsumer)
    consumer._channel = consumer._connection = BareBroker()
    consumer._missing = {"case.intake": Outage("queue.missing", "queue.still_missing", "queue.found")}
    with capture_logs() as lines:
        consumer._look_for(consumer._channel, "case.intake", 0.1)
    assert [(one["event"], one["todo"]) for one in lines] == [
        ("queue.missing", "run: case-router topology apply"),
    ]
