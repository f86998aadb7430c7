"""A tier's own program, whichever side it is on: one queue to work from, and a connection to say something on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from router.broker.port import Delivery
from router.errors import ConfigurationError
from router.tiers.dispatching import Dispatching, Ending
from router.tiers.office import Outbound

#: Messages in hand at once. Few: at every stop the unhandled ones go back, which counts towards their limit.
PREFETCH = 20


class Program(ABC):
    """What :class:`router.tiers.desk.Desk` and :class:`router.tiers.channel.Channel` have in common."""

    def __init__(
        self, code: str, queue: str, dispatching: Dispatching, *, prefetch: int, aside_limit: int | None
    ) -> None:
        """Put it together.

        Args:
            code: of the desk or channel.
            queue: that it works from.
            dispatching: reaches its handlers.
            prefetch: messages in hand at once.
            aside_limit: messages set aside at which it stops; None: half of `prefetch`.

        Raises:
            ConfigurationError: `aside_limit` is more than can be in hand.
        """
        limit = max(1, prefetch // 2) if aside_limit is None else aside_limit
        if not 0 < limit <= prefetch:
            raise ConfigurationError(
                "aside_limit must be between 1 and {prefetch}", where=queue, prefetch=prefetch
            )
        self.code = code
        self.queue = queue
        self.prefetch = prefetch
        self.aside_limit = limit
        self._dispatching = dispatching

    @abstractmethod
    def check(self) -> None:
        """Refuse to work without the handler that matters: its messages would be acknowledged and done by nobody.

        Raises:
            ConfigurationError: there is none.
        """

    def run(self, url: str, *, stop: Event | None = None) -> None:
        """Work until told to stop: SIGTERM and SIGINT finish the handler at work, acknowledge and close.

        Args:
            url: `amqp[s]://user:password@host:port/vhost`; several nodes separated by `;`.
            stop: set it to stop from another thread.

        Raises:
            ConfigurationError: a handler is missing, or the broker does not take user and password.
            HandlersFailingError: the handlers fail message after message.
        """
        from router.tiers.inbound import serve

        self.check()
        serve(
            url,
            self.queue,
            self.handle,
            stop=stop or Event(),
            prefetch=self.prefetch,
            aside_limit=self.aside_limit,
        )

    def handle(self, delivery: Delivery, outbound: Outbound, stop: Event) -> Ending:
        """Handle one delivered message, on whatever transport it came (`router.tiers.dispatching`)."""
        return self._dispatching.handle(delivery, outbound, stop)

    @contextmanager
    def _speaking(self, url: str, stop: Event | None) -> Iterator[Outbound]:
        """A connection to say something outside a handler; everything is confirmed when the block ends.

        Raises:
            UnreachableError: given up; what was said may or may not have arrived.
        """
        from router.tiers.outbound import KombuOutbound

        outbound = KombuOutbound(url, stop or Event())
        try:
            yield outbound
            outbound.settle()
        finally:
            outbound.close()
