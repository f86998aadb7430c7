"""Roles as loops: an outage is waited out alive, whatever it is that does not answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, NoReturn

import pytest

from router.broker.embedded import EmbeddedBroker
from router.cli.health import ALIVE_S, examine, stuck
from router.errors import UnreachableError
from router.flow import Router
from router.roles import ConsumingRole, Role, TickingRole

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
#: Longest pause between two tries, as the loops have it.
PAUSE_S = 15.0


class TurningStop(Event):
    """A stop that nobody waits for: each wait turns the clock on, and the outage ends the loop after two hours."""

    def __init__(self) -> None:
        super().__init__()
        self.time = NOON
        self.looks: list[Callable[[], None]] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Turn the clock on by the longest pause there is, whatever `timeout` says."""
        assert timeout is None or timeout <= PAUSE_S
        self.time += timedelta(seconds=PAUSE_S)
        for look in self.looks:
            look()
        if self.time - NOON > timedelta(hours=2):
            self.set()
        return self.is_set()

    def now(self) -> datetime:
        """What the hand-turned clock shows."""
        return self.time


class DeadBroker(EmbeddedBroker):
    """Nothing of it answers."""

    def consumer(self, queues: Sequence[str], prefetch: int) -> NoReturn:
        """Nobody hears anything."""
        raise UnreachableError(f"no answer: {queues}, {prefetch}")

    def queues(self, names: Sequence[str]) -> NoReturn:
        """Nobody says."""
        raise UnreachableError(f"no answer: {names}")


class IdleRouter(Router):
    """Gets no deliveries."""

    def __init__(self) -> None:
        """Needs nothing."""

    def flush(self, now: datetime, *, wait: bool = True) -> bool:
        """Nothing was sent."""
        assert now > NOON
        assert wait
        return False


def consuming(clock: Callable[[], datetime]) -> Role:
    """A loop whose broker is away."""
    return ConsumingRole(
        "router", DeadBroker(), IdleRouter(), ["case.intake"], clock, batch=10, prefetch=10, wait_s=0.1
    )


def ticking(clock: Callable[[], datetime]) -> Role:
    """A loop whose database is away."""

    def tick(_now: datetime) -> bool:
        raise UnreachableError("no answer")

    return TickingRole("clock", tick, clock, pause_s=1.0)


def resting(clock: Callable[[], datetime]) -> Role:
    """A loop that looks once an hour."""
    return TickingRole("retention", lambda _now: False, clock, pause_s=3600.0)


@pytest.mark.parametrize("make", [consuming, ticking, resting])
def test_a_loop_that_waits_out_an_outage_or_its_own_pause_is_alive_all_along(
    make: Callable[[Callable[[], datetime]], Role],
) -> None:
    stop = TurningStop()
    role = make(stop.now)
    found: list[list[str]] = []
    stop.looks.append(lambda: found.append(stuck([role], NOON, stop.now())))
    role.run(stop)
    assert len(found) * PAUSE_S > 2 * ALIVE_S
    assert not any(found)


def test_a_process_whose_broker_is_away_is_not_ready() -> None:
    report = examine({"broker": lambda: str(DeadBroker().queues(["case.intake"]))})
    assert not report.ready


def test_a_loop_that_is_stuck_is_still_found() -> None:
    role = ticking(lambda: NOON)
    role.beat_at = NOON
    assert stuck([role], NOON, NOON + timedelta(seconds=ALIVE_S + 1)) == ["clock"]


class Held:
    """A consumer that has one delivery whenever it is asked; notes when it is closed."""

    def __init__(self, closed: list[datetime], clock: Callable[[], datetime]) -> None:
        self._closed = closed
        self._clock = clock

    def receive(self, _max_n: int, _wait_s: float) -> list[str]:
        """It was not acknowledged."""
        return ["delivery"]

    def close(self) -> None:
        """It goes back to its queue."""
        self._closed.append(self._clock())


class HoldingBroker(EmbeddedBroker):
    """Gives a `Held` whenever somebody wants to consume."""

    def __init__(self, closed: list[datetime], clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.made = 0
        self._closed = closed
        self._clock = clock

    def consumer(self, queues: Sequence[str], prefetch: int) -> Any:
        """A new one."""
        assert queues
        assert prefetch
        self.made += 1
        return Held(self._closed, self._clock)


class StoppedRouter(IdleRouter):
    """Its database is away."""

    def handle(self, deliveries: Sequence[object], now: datetime) -> NoReturn:
        """Nothing is recorded."""
        raise UnreachableError(f"no answer: {deliveries}, {now}")

    def try_ledger(self, now: datetime) -> NoReturn:
        """Nor is nothing."""
        raise UnreachableError(f"no answer: {now}")


def test_what_is_held_over_a_long_outage_of_the_database_is_given_back_once() -> None:
    stop, closed = TurningStop(), list[datetime]()
    broker = HoldingBroker(closed, stop.now)
    ConsumingRole(
        "router", broker, StoppedRouter(), ["case.intake"], stop.now, batch=10, prefetch=10, wait_s=0.1
    ).run(stop)
    assert stop.time - NOON > timedelta(hours=2)
    assert broker.made == len(closed) == 1, "an outage costs one delivery, not one each half hour"
    assert closed[0] - NOON < timedelta(minutes=30), "before the broker takes it back by itself"
