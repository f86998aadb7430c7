"""Sending: hands stored messages to a publisher and gathers what became of them.

Pipelined: while one batch waits for its confirms the next is being decided. Nothing here is remembered over a
crash: what was not settled in the ledger is sent again by the relay, with the same id.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from router.broker.port import Fate, Outgoing, Publisher
from router.errors import UnreachableError
from router.tally import Tally

log = structlog.get_logger()

#: Batches on their way at once; more wait, which is what slows a router down to what its broker can take.
_IN_FLIGHT = 4


def _no_publisher() -> Publisher:
    raise UnreachableError("the embedded broker is in another process")


class Sender:
    """Sends batches through one publisher, in the background unless told otherwise. One caller at a time."""

    def __init__(self, publisher: Callable[[], Publisher], *, background: bool = True) -> None:
        """`publisher` is called at the first batch, so that a broker that is down stops nobody from starting."""
        self._make = publisher
        self._publisher: Publisher | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sender") if background else None
        self._flying: deque[tuple[Sequence[Outgoing], Future[list[Fate]]]] = deque()
        self._done: dict[str, Fate] = {}
        #: Attempts since the start, by what became of them.
        self.fates = Tally()
        #: Whether the last batch reached the broker.
        self.reachable = True

    @property
    def is_busy(self) -> bool:
        """Whether batches are on their way whose fates nobody has collected."""
        return bool(self._flying)

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Start sending; waits when too many batches are on their way."""
        if not batch:
            return
        if self._pool is None:
            self._note(batch, self._publish(batch))
            return
        while len(self._flying) >= _IN_FLIGHT:
            self._land()
        self._flying.append((batch, self._pool.submit(self._publish, batch)))

    def collect(self, *, wait: bool = False) -> dict[str, Fate]:
        """What became of messages since the last call, by id; with `wait`, of all that were sent."""
        while self._flying and (wait or self._flying[0][1].done()):
            self._land()
        done, self._done = self._done, {}
        return done

    def _land(self) -> None:
        batch, future = self._flying.popleft()
        self._note(batch, future.result())

    def _note(self, batch: Sequence[Outgoing], fates: Sequence[Fate]) -> None:
        self.fates.update(fates)
        self._done.update(zip((message.id for message in batch), fates, strict=True))

    def _publish(self, batch: Sequence[Outgoing]) -> list[Fate]:
        try:
            if self._publisher is None:
                self._publisher = self._make()
            fates = self._publisher.publish(batch)
        except UnreachableError as error:
            if self.reachable:
                log.debug("broker.unreachable", where=error.where, waiting=len(batch))
            self.reachable = False
            return [Fate.UNKNOWN] * len(batch)
        self.reachable = True
        return fates

    def close(self) -> None:
        """Wait for what is on its way and close the publisher; idempotent."""
        while self._flying:
            self._land()
        if self._pool is not None:
            self._pool.shutdown()
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None


class Leaving(Sender):
    """Sends nothing: the outbox has it, and somebody else's relay takes it from there."""

    def __init__(self) -> None:
        super().__init__(_no_publisher, background=False)

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Leave it where it is."""
