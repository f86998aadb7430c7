"""Hosting: a desk inside a program that has a broker of its own, whichever it is; `up --desk module:attribute`.

The desk is the same object that `run` serves from RabbitMQ, handled by the same dispatching. What differs is a
broker without dead-lettering: what the desk gives up on it sends to `case.parked` itself, at once, where RabbitMQ
would bring it after the last delivery. From there it goes on record: `parked list`, `parked replay`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Event

import structlog
from tenacity import RetryError, Retrying, retry_if_exception_type, wait_random_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from router.broker.dead_letters import HANDLER_FAILING, REJECTED, dead_letter
from router.broker.port import Broker, Consumer, Delivery, Fate, Outgoing, Publisher
from router.errors import ConfigurationError, RouterError, UnreachableError
from router.tiers.desk import Desk
from router.tiers.dispatching import Ending, HandlersFailingError, kind_of
from router.tiers.report import Report

log = structlog.get_logger(__name__)

_WAIT_S = 0.5
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0


class PortOutbound:
    """Implements `router.tiers.office.Outbound` over the broker's port."""

    def __init__(self, publisher: Publisher, clock: Callable[[], datetime], stop: Event) -> None:
        """`stop` ends waiting for a broker that is away."""
        self._publisher = publisher
        self._clock = clock
        self._stop = stop
        self._pending: dict[str, Report] = {}

    def send(self, report: Report) -> None:
        """Send now if the broker is there; it is kept until confirmed."""
        self._pending[report.id] = report
        try:
            self._publish([report])
        except UnreachableError as error:
            log.info("reports.waiting", where=error.where, count=len(self._pending))

    def settle(self) -> None:
        """Wait until everything is confirmed.

        Raises:
            UnreachableError: the program was told to stop before that.
        """
        attempting = Retrying(
            retry=retry_if_exception_type(UnreachableError),
            stop=stop_when_event_set(self._stop),
            wait=wait_random_exponential(_FIRST_PAUSE_S, max=_LONGEST_PAUSE_S),
            sleep=sleep_using_event(self._stop),
        )
        try:
            attempting(self._settle_once)
        except RetryError:
            self._pending.clear()
            raise UnreachableError("stopped before the broker confirmed") from None

    def _settle_once(self) -> None:
        self._publish(list(self._pending.values()))
        if self._pending:
            raise UnreachableError("reports are not confirmed")

    def _publish(self, reports: list[Report]) -> None:
        if not reports:
            return
        now = self._clock()
        fates = self._publisher.publish([_outgoing(report, now) for report in reports])
        for report, fate in zip(reports, fates, strict=True):
            if fate is Fate.CONFIRMED:
                self._pending.pop(report.id, None)


def _outgoing(report: Report, now: datetime) -> Outgoing:
    return Outgoing(
        id=report.id,
        exchange=report.exchange,
        key=report.key,
        type=report.type,
        case_id=report.case_id,
        # A report is about a case, not of a version of it.
        case_version=0,
        body=report.body,
        timestamp=now,
        headers=report.headers,
    )


class Hosted:
    """A desk at work in somebody else's program: a loop for a thread of its own, or a step at a time."""

    def __init__(self, desk: Desk, broker: Broker, clock: Callable[[], datetime]) -> None:
        """Nothing is connected before the first step."""
        self.desk = desk
        self._broker = broker
        self._clock = clock
        self._stop = Event()
        self._consumer: Consumer | None = None
        self._publisher: Publisher | None = None
        self._outbound: PortOutbound | None = None
        self._aside = 0

    def run(self) -> None:
        """Work until :meth:`stop`; what was not handled goes back.

        Raises:
            HandlersFailingError: the handlers fail message after message.
        """
        try:
            while not self._stop.is_set():
                try:
                    self.run_once(_WAIT_S)
                except UnreachableError as error:
                    log.warning("desk.waiting", desk=self.desk.code, where=error.where)
                    self._stop.wait(_FIRST_PAUSE_S)
        finally:
            self.close()

    def run_once(self, wait_s: float = 0.0) -> int:
        """Handle what is there within `wait_s` seconds; returns how many messages.

        Raises:
            UnreachableError: the broker does not answer.
            HandlersFailingError: too many messages are set aside.
        """
        consumer, outbound = self._connected()
        deliveries = consumer.receive(self.desk.prefetch, wait_s)
        for delivery in deliveries:
            ending = Ending.LEFT if self._stop.is_set() else self.desk.handle(delivery, outbound, self._stop)
            if ending is Ending.LEFT:
                consumer.again([delivery])
            elif ending is Ending.DONE or self._gave_up(delivery, ending):
                consumer.done([delivery])
            if ending is Ending.ASIDE:
                self._count_aside()
        return len(deliveries)

    def _gave_up(self, delivery: Delivery, ending: Ending) -> bool:
        """Send it where RabbitMQ would; False when it did not arrive, and it stays unacknowledged."""
        reason = REJECTED if ending is Ending.REJECTED else HANDLER_FAILING
        if self._publisher is None:
            return False
        return self._publisher.publish([dead_letter(delivery, reason, self._clock())]) == [Fate.CONFIRMED]

    def stop(self) -> None:
        """Ask :meth:`run` to end when the message at work is handled; any thread may."""
        self._stop.set()

    def close(self) -> None:
        """Close both connections; idempotent."""
        if self._consumer is not None:
            self._consumer.close()
        if self._publisher is not None:
            self._publisher.close()
        self._consumer = self._publisher = self._outbound = None

    def _connected(self) -> tuple[Consumer, PortOutbound]:
        if self._consumer is None or self._outbound is None:
            self._consumer = self._broker.consumer([self.desk.queue], self.desk.prefetch)
            self._publisher = self._broker.publisher()
            self._outbound = PortOutbound(self._publisher, self._clock, self._stop)
        return self._consumer, self._outbound

    def _count_aside(self) -> None:
        self._aside += 1
        if self._aside >= self.desk.aside_limit:
            raise HandlersFailingError(
                "the handler keeps failing: {aside} messages are set aside",
                where=f"desk {self.desk.code}",
                todo="Nothing was lost: `case-router parked list` has them; message.set_aside is in the log.",
                aside=self._aside,
            )


def load_desk(name: str) -> Desk:
    """The desk of a user's module: `module:attribute`. The module may lie in the folder one is in.

    Args:
        name: as given to `up --desk`; the attribute is a `Desk`, or a function without arguments that makes one.

    Raises:
        ConfigurationError: there is no such module or attribute, it fails, or it is no desk.
    """
    module, _, attribute = name.partition(":")
    todo = "Write module:attribute, where the attribute is a router.tiers.Desk or a function that makes one."
    if not module or not attribute:
        raise ConfigurationError("this names no desk", where=name, todo=todo)
    # First, as `python -m` and celery have it; the installed command looks beside itself instead.
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(import_module(module), attribute, None)
        desk = found() if callable(found) and not isinstance(found, Desk) else found
    except RouterError:
        raise
    except Exception as error:
        raise ConfigurationError(
            "the module {module} cannot be loaded: {reason} ({kind})",
            where=name,
            todo="Correct it, or install what it needs; modules are looked for in {here} first.",
            module=module,
            reason=error,
            kind=kind_of(error),
            here=here,
        ) from error
    if desk is None:
        raise ConfigurationError(
            "the module {module} has no {attribute}", where=name, todo=todo, module=module, attribute=attribute
        )
    if not isinstance(desk, Desk):
        raise ConfigurationError("it is a {kind}, not a Desk", where=name, todo=todo, kind=type(desk).__name__)
    return desk
