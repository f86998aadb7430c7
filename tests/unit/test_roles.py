"""Roles as loops: an outage is waited out alive, whatever it is that does not answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import msgspec
import pytest
from structlog.testing import capture_logs

from router.app import installation, prepare
from router.broker.embedded import EmbeddedBroker
from router.broker.port import Delivery, Fate, Outgoing, Publisher
from router.cli.health import ALIVE_S, examine, stuck
from router.errors import UnreachableError
from router.flow import Router
from router.ledger.port import Ledger
from router.relay import Relay
from router.roles import ConsumingRole, Role, TickingRole, persist, sent_at
from router.sending import Sender
from router.settings import Settings
from tests.contract.ledger_ground import message, opening

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
        self.admit = lambda: None

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


def test_two_hours_of_waiting_are_two_dozen_lines_of_the_log() -> None:
    stop = TurningStop()
    with capture_logs() as lines:
        consuming(stop.now).run(stop)
    assert [line["event"] for line in lines[:2]] == ["role.waiting", "role.still_waiting"]
    assert {line["role"] for line in lines} == {"router"}
    assert len(lines) == 1 + 24, "one each five minutes, not one each try"


def test_a_role_that_got_what_it_waited_for_says_after_how_long() -> None:
    stop = TurningStop()
    role = ticking(stop.now)

    def step() -> str:
        if stop.now() - NOON < timedelta(minutes=2):
            raise UnreachableError("no answer", where="there")
        return "done"

    with capture_logs() as lines:
        assert persist(step, stop, role, stop.now) == "done"
    assert [(line["event"], line.get("lasted_s")) for line in lines] == [
        ("role.waiting", None),
        ("role.went_on", 120),
    ]


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
        self.empty_at: dict[str, datetime | None] = {}

    def look(self, now: datetime) -> None:
        """Nobody answers."""

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


class SteadyStop(TurningStop):
    """Turns the clock on by as long as somebody waits; ends after half an hour."""

    def wait(self, timeout: float | None = None) -> bool:
        """Turn the clock on."""
        assert timeout is not None
        self.time += timedelta(seconds=timeout)
        if self.time - NOON > timedelta(minutes=30):
            self.set()
        return self.is_set()


class AwayUntil:
    """A publisher of a broker that is away until an instant; notes what it then takes, and when."""

    def __init__(self, back_at: datetime, clock: Callable[[], datetime]) -> None:
        self.taken: list[tuple[str, datetime]] = []
        self._back_at = back_at
        self._clock = clock

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """Nothing can be had before."""
        assert timeout_s
        if self._clock() < self._back_at:
            raise UnreachableError("no answer")
        self.taken += [(message.id, self._clock()) for message in batch]
        return [Fate.CONFIRMED] * len(batch)

    def close(self) -> None:
        """Nothing to close."""


def left_in_the_outbox(ledger: Ledger) -> None:
    """A message that a router wrote down and could not send."""
    case = opening("c1")
    with ledger.begin() as unit:
        unit.write([msgspec.structs.replace(case, outgoing=(message("m1", case.case, at=NOON),))])


def test_the_relay_sends_within_a_quarter_of_a_minute_of_the_brokers_return(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    stop = SteadyStop()
    back_at = NOON + timedelta(minutes=21, seconds=17)
    broker = AwayUntil(back_at, stop.now)

    def publisher() -> Publisher:
        return broker

    with installation(settings, now=stop.now) as opened:
        left_in_the_outbox(opened.ledger)
        relay = Relay(opened.ledger, Sender(publisher, background=False))
        TickingRole("relay", lambda now: relay.run_once(now) > 0, stop.now, pause_s=1.0).run(stop)
    [(sent, at)] = broker.taken
    assert sent == "m1"
    assert at - back_at <= timedelta(seconds=16), "the longest pause, and one look of the relay"


# -- How old a queue can be


def arrived(queue: str, timestamp_s: int | None) -> Delivery:
    """A message that its sender says it sent then."""
    return Delivery(
        queue=queue,
        id="m",
        type="t",
        exchange="x",
        key="k",
        body=b"{}",
        headers={},
        user_id=None,
        redelivered=False,
        timestamp_s=timestamp_s,
        token=1,
    )


def test_the_time_a_sender_gives_is_taken_unless_it_cannot_be_true() -> None:
    noon_s = 1795492800  # 2026-11-24T04:00:00Z
    assert sent_at(arrived("q", noon_s - 90), NOON) == NOON - timedelta(seconds=90)
    assert sent_at(arrived("q", None), NOON) is None
    assert sent_at(arrived("q", noon_s + 3), NOON) == NOON, "a clock that is a little ahead: never after now"
    assert sent_at(arrived("q", noon_s + 3600), NOON) is None, "it says nothing about when it was sent"
    assert sent_at(arrived("q", noon_s * 1000), NOON) is None, "milliseconds are no seconds"
    assert sent_at(arrived("q", 2**64 - 1), NOON) is None


class Feed:
    """A consumer that hands out what it was given, one batch a call, and looks at its queues when asked."""

    def __init__(self, batches: list[list[Delivery]], stop: Event) -> None:
        self.batches = batches
        self.stop = stop
        self.empty_at: dict[str, datetime | None] = {}
        self.empty: set[str] = set()
        self.looks: list[datetime] = []

    def look(self, now: datetime) -> None:
        """Answers at once."""
        self.looks.append(now)
        self.empty_at.update(dict.fromkeys(self.empty, now))

    def receive(self, _max_n: int, _wait_s: float) -> list[Delivery]:
        """The next batch; after the last the loop ends."""
        if len(self.batches) == 1:
            self.stop.set()
        return self.batches.pop(0)

    def done(self, deliveries: Sequence[Delivery]) -> None:
        """They are on record."""

    def close(self) -> None:
        """Nothing to close."""


class TakingRouter(IdleRouter):
    """Takes everything, or nothing at all."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error

    def handle(self, deliveries: Sequence[object], now: datetime) -> dict[str, Any]:
        """On record."""
        assert deliveries
        assert now
        if self.error is not None:
            raise self.error
        return {}

    def flush(self, now: datetime, *, wait: bool = True) -> bool:
        """Nothing was sent."""
        return not (now and wait)


def feeding(feed: Feed, router: Router, now: Callable[[], datetime]) -> ConsumingRole:
    """A loop on two queues that gets what `feed` hands out."""

    class Feeding(EmbeddedBroker):
        def consumer(self, queues: Sequence[str], prefetch: int) -> Any:
            assert queues
            assert prefetch
            return feed

    queues = ["case.intake", "case.reports"]
    return ConsumingRole("router", Feeding(), router, queues, now, batch=10, prefetch=10, wait_s=0.1)


def test_what_was_taken_says_how_old_its_queue_can_be_and_nothing_of_the_other() -> None:
    stop, noon_s = Event(), 1795492800
    feed = Feed([[arrived("case.intake", noon_s - 40), arrived("case.intake", noon_s - 30)], []], stop)
    role = feeding(feed, TakingRouter(), lambda: NOON)
    role.run(stop)
    assert role.clear_until == {"case.intake": NOON - timedelta(seconds=30), "case.reports": None}


def test_an_older_time_takes_nothing_back() -> None:
    stop, noon_s = Event(), 1795492800
    feed = Feed([[arrived("case.intake", noon_s - 30)], [arrived("case.intake", noon_s - 900)], []], stop)
    role = feeding(feed, TakingRouter(), lambda: NOON)
    role.run(stop)
    assert role.clear_until["case.intake"] == NOON - timedelta(seconds=30)


def test_what_was_taken_and_is_not_on_record_counts_as_waiting() -> None:
    stop, noon_s = Event(), 1795492800
    role = feeding(
        Feed([[arrived("case.intake", noon_s)], []], stop), TakingRouter(RuntimeError("boom")), lambda: NOON
    )
    with pytest.raises(RuntimeError):
        role.run(stop)
    assert role.clear_until["case.intake"] is None


def test_an_empty_queue_is_clear_and_is_looked_at_every_five_seconds() -> None:
    stop, times = Event(), iter(range(10_000))

    def second() -> datetime:
        """A second passes whenever somebody asks for the time."""
        return NOON + timedelta(seconds=next(times))

    feed = Feed([[] for _ in range(20)], stop)
    feed.empty = {"case.reports"}
    role = feeding(feed, TakingRouter(), second)
    role.run(stop)
    apart = [later - earlier for earlier, later in pairwise(feed.looks)]
    assert len(feed.looks) > 3
    assert min(apart) >= timedelta(seconds=5)
    assert role.clear_until["case.intake"] is None
    assert role.clear_until["case.reports"] in feed.looks[-2:]
