"""Roles as loops: an outage is waited out alive, whatever it is that does not answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import NoReturn

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
