"""A tier's own program, whichever side it is on: one queue to work from, and a connection to say something on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event

from router.broker.port import Delivery
from router.clock import clock as wall_clock
from router.errors import ConfigurationError, UnreachableError
from router.tiers.dispatching import Dispatching, Ending
from router.tiers.report import Outbound
from router.tiers.resending import Keeping, is_resend_wanted, say_again
from router.tiers.sent import Sent

#: Messages in hand at once. Few: at every stop the unhandled ones go back, which counts towards their limit.
PREFETCH = 20


class Program(ABC):
    """What :class:`router.tiers.desk.Desk` and :class:`router.tiers.channel.Channel` have in common."""

    def __init__(
        self,
        code: str,
        queue: str,
        dispatching: Dispatching,
        *,
        prefetch: int,
        aside_limit: int | None,
        sent: Sent | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Put it together.

        Args:
            code: of the desk or channel.
            queue: that it works from.
            dispatching: reaches its handlers.
            prefetch: messages in hand at once.
            aside_limit: messages set aside at which it stops; None: half of `prefetch`.
            sent: keeps what it sends, should the ledger be restored from a backup; None: until the process ends.
            clock: gives the instant at which something is said.

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
        self._sent = Sent() if sent is None else sent
        self._clock = clock

    #: What it is to the router: `desk` or `channel`.
    speaker: str

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
        self._begin()
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
        if is_resend_wanted(delivery):
            return self._say_again(delivery, outbound)
        return self._dispatching.handle(delivery, self._keeping(outbound), stop)

    def _begin(self) -> None:
        """From now on what is sent is kept."""
        self._sent.begin(self._clock())

    def _keeping(self, outbound: Outbound) -> Outbound:
        return Keeping(outbound, self._sent, self._clock)

    def _say_again(self, delivery: Delivery, outbound: Outbound) -> Ending:
        """The ledger was restored from a backup: send again what was sent since, and take hand-overs as new."""
        self._dispatching.forget_hand_overs()
        try:
            return say_again(
                delivery, outbound, self._sent, speaker=self.speaker, code=self.code, now=self._clock()
            )
        except UnreachableError:
            return Ending.LEFT

    @contextmanager
    def _speaking(self, url: str, stop: Event | None) -> Iterator[Outbound]:
        """A connection to say something outside a handler; everything is confirmed when the block ends.

        Raises:
            UnreachableError: given up; what was said may or may not have arrived.
        """
        from router.tiers.outbound import KombuOutbound

        outbound = KombuOutbound(url, stop or Event())
        try:
            yield self._keeping(outbound)
            outbound.settle()
        finally:
            outbound.close()
