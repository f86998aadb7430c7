"""The roles as loops: consume and handle, or look at the clock and act, until told to stop.

When things fail
    A broker or database that does not answer is tried again with growing pauses, holding what was delivered: it is
    neither acknowledged nor given back, so nothing is requeued in circles. But RabbitMQ takes back by itself what
    nobody acknowledges for half an hour, again and again, and each time counts as a failed delivery: before that,
    what is held is given back once, and asked for again when the database takes something. Any other error ends
    the process, which its supervisor starts again; what was unacknowledged comes back by itself.

    Waiting is not being dead: a loop that tries again still beats, since killing it would bring no broker back.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import Protocol, TypeVar

import structlog
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_when_event_set,
    wait_random_exponential,
)
from tenacity.nap import sleep_using_event

from router.broker.port import Broker, Consumer, Delivery
from router.errors import RestoringError, UnreachableError
from router.flow import Router
from router.outage import Outage

log = structlog.get_logger()

#: Longest pause between two tries to reach a broker or database, and between two beats of a loop, seconds.
_LONGEST_PAUSE_S = 15.0

#: Seconds between two looks at which queues hold nothing: three small questions on a connection that is there.
_LOOK_EVERY_S = 5.0

#: A sender's clock may be ahead of ours by this much; a time further in the future says nothing about a message.
_AHEAD = timedelta(seconds=5)

#: How long what was delivered is held while the database is away; RabbitMQ's `consumer_timeout` is 30 minutes.
LONGEST_HOLD = timedelta(minutes=15)

_Result = TypeVar("_Result")


class Role(Protocol):
    """A loop that runs until its event is set."""

    name: str
    #: When the loop last came round; None before the first time.
    beat_at: datetime | None

    def run(self, stop: Event) -> None:
        """Run until `stop` is set, finish what is in hand, and close."""
        ...


def persist(step: Callable[[], _Result], stop: Event, role: Role, clock: Callable[[], datetime]) -> _Result | None:
    """`step`'s result, however long broker or database take to answer; None when told to stop before.

    Args:
        step: what to try; tried again when it raises `UnreachableError`.
        stop: ends the waiting.
        role: whose loop waits; it beats at every try.
        clock: gives the instant of a beat.
    """

    outage = Outage("role.waiting", "role.still_waiting", "role.went_on", role=role.name)

    def note(state: RetryCallState) -> None:
        now = role.beat_at = clock()
        error = state.outcome.exception() if state.outcome is not None else None
        where = error.where if isinstance(error, UnreachableError) else ""
        outage.down(now.timestamp(), where=where, **_why(error))

    retrying = Retrying(
        retry=retry_if_exception_type(UnreachableError),
        wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE_S),
        stop=stop_when_event_set(stop),
        sleep=sleep_using_event(stop),
        before_sleep=note,
        retry_error_callback=lambda _state: outage.forget(),
    )
    result = retrying(step)
    outage.up(clock().timestamp())
    return result


def _why(error: BaseException | None) -> dict[str, str]:
    """What a log says of waiting for something else than broker or database."""
    return {"why": error.what} if isinstance(error, RestoringError) else {}


class ConsumingRole:
    """Takes batches from queues and hands them to a router: the roles `router` and `sla`.

    It also knows how old its queues can be (`clear_until`): RabbitMQ tells nobody when a queue's oldest message
    was put there, but queues keep their order, so what waits was put there after what was taken, and after the
    last time nothing waited.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        router: Router,
        queues: Sequence[str],
        clock: Callable[[], datetime],
        *,
        batch: int,
        prefetch: int,
        wait_s: float,
        observe: Callable[[int, float], None] = lambda _deliveries, _seconds: None,
    ) -> None:
        """Put it together.

        Args:
            name: of the role.
            broker: where the queues are.
            router: its own.
            queues: to take from.
            clock: gives the instant of recording.
            batch: deliveries handled at once.
            prefetch: deliveries it may hold unacknowledged.
            wait_s: seconds to wait for the first delivery of a batch.
            observe: is told of each batch: deliveries, and seconds from receipt to acknowledgement.
        """
        self.name = name
        self.beat_at: datetime | None = None
        #: Queue → instant before which nothing that waits was put there; None: nothing is known yet. The keys
        #: never change, so that another thread may read them.
        self.clear_until: dict[str, datetime | None] = dict.fromkeys(queues)
        self._looked_at: datetime | None = None
        self._broker = broker
        self._router = router
        self._queues = queues
        self._clock = clock
        self._batch = batch
        self._prefetch = prefetch
        self._wait_s = wait_s
        self._observe = observe
        self._consumer: Consumer | None = None
        #: Deliveries were given back since the database was away.
        self._gave_back = False

    def run(self, stop: Event) -> None:
        """Consume until told to stop; the batch in hand is finished and acknowledged."""
        try:
            while not stop.is_set():
                deliveries = persist(self._receive, stop, self, self._clock)
                self.beat_at = self._clock()
                step = partial(self._handle, deliveries, self._clock()) if deliveries else self._flush
                persist(step, stop, self, self._clock)
        finally:
            self._close()

    def _receive(self) -> list[Delivery]:
        try:
            self._router.admit()
        except RestoringError:
            # What it holds is the restore's to take.
            self._close()
            self._consumer = None
            raise
        if self._consumer is None:
            if self._gave_back:
                self._router.try_ledger(self._clock())
                self._gave_back = False
            self._consumer = self._broker.consumer(self._queues, self._prefetch)
        self._look(self._consumer)
        return self._consumer.receive(self._batch, self._wait_s)

    def _look(self, consumer: Consumer) -> None:
        """Take down what the last look found, and look again now and then."""
        now = self._clock()
        for queue, at in consumer.empty_at.items():
            self._is_clear(queue, at)
        if self._looked_at is None or now - self._looked_at >= timedelta(seconds=_LOOK_EVERY_S):
            self._looked_at = now
            consumer.look(now)

    def _is_clear(self, queue: str, until: datetime | None) -> None:
        known = self.clear_until[queue]
        if until is not None and (known is None or known < until):
            self.clear_until[queue] = until

    def _handle(self, deliveries: Sequence[Delivery], since: datetime) -> None:
        begun_s = monotonic()
        try:
            self._router.handle(deliveries, self._clock())
        except UnreachableError as error:
            if self._clock() - since < LONGEST_HOLD and not isinstance(error, RestoringError):
                raise
            log.warning("role.gave_back", role=self.name, deliveries=len(deliveries))
            self._gave_back = True
            self._close()
            self._consumer = None
            return
        if self._consumer is not None:
            self._consumer.done(deliveries)
        # Only now: what is held when a process dies goes back to where it was.
        now = self._clock()
        for queue, last in {one.queue: one for one in deliveries}.items():
            self._is_clear(queue, sent_at(last, now))
        self._observe(len(deliveries), monotonic() - begun_s)

    def _flush(self) -> None:
        self._router.flush(self._clock())

    def _close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()


def sent_at(delivery: Delivery, now: datetime) -> datetime | None:
    """When a message was sent, by its sender, never after `now`; None when that is not said or cannot be."""
    try:
        said = datetime.fromtimestamp(delivery.timestamp_s, UTC) if delivery.timestamp_s is not None else None
    except (ValueError, OverflowError, OSError):  # in milliseconds: a year that no calendar has
        return None
    return None if said is None or said > now + _AHEAD else min(said, now)


class TickingRole:
    """Does something again and again: the roles `relay`, `clock` and `audit`."""

    def __init__(
        self, name: str, tick: Callable[[datetime], bool], clock: Callable[[], datetime], *, pause_s: float
    ) -> None:
        """`tick` says whether there is more to do at once; else the role waits `pause_s` seconds."""
        self.name = name
        self.beat_at: datetime | None = None
        #: Raises `RestoringError` while only a restore may work on the ledger; asked before each tick.
        self.admit: Callable[[], object] = lambda: None
        self._tick = tick
        self._clock = clock
        self._pause_s = pause_s

    def beat(self) -> None:
        """A sign of life in the midst of a long tick."""
        self.beat_at = self._clock()

    def run(self, stop: Event) -> None:
        """Tick until told to stop."""
        while not stop.is_set():
            more = persist(self._tick_once, stop, self, self._clock)
            self.beat()
            if not more:
                self._pause(stop)

    def _tick_once(self) -> bool:
        self.admit()
        return self._tick(self._clock())

    def _pause(self, stop: Event) -> None:
        """Wait for the next tick, alive: whoever looks once an hour is not stuck in between."""
        left_s = self._pause_s
        while left_s > 0 and not stop.wait(min(left_s, _LONGEST_PAUSE_S)):
            left_s -= _LONGEST_PAUSE_S
            self.beat()


def run_roles(roles: Sequence[Role], stop: Event) -> None:
    """Run roles in threads until `stop` is set or one of them dies, which stops the others.

    Raises:
        RuntimeError: a role died; its error is in the log.
    """
    died: list[str] = []

    def run(role: Role) -> None:
        try:
            role.run(stop)
        except Exception:
            log.exception("role.died", role=role.name)
            died.append(role.name)
        finally:
            stop.set()

    threads = [Thread(target=run, args=(role,), name=role.name, daemon=True) for role in roles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if died:
        raise RuntimeError(f"the role {died[0]} died")


def stop_on_signals(stop: Event) -> None:
    """SIGTERM and SIGINT ask for a graceful stop: finish the batch in hand, acknowledge, close."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
