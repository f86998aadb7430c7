"""Unstaffed desks on a real RabbitMQ, with desks' programs that stop, start again, and lose their broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import pytest

from router.core.events import Unstaffed
from router.core.telling.messages import Assigned, Unstaffed as Told
from router.core.territory.address import desk_queue
from router.errors import UnreachableError
from router.sla.staffing import Staffing
from router.tiers import Desk, Office
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until
from tests.town import Town, town

pytestmark = [pytest.mark.amqp, pytest.mark.postgres]

DEADLINE_S = 60.0
STREETS = ("willow", "plane", "bridge")


class Offices:
    """The programs of some desks, each in a thread of its own, and what superiors were told."""

    def __init__(self, here: Town, url: str) -> None:
        self.here = here
        self.url = url
        self.told: list[tuple[str, str]] = []
        self._running: dict[str, tuple[threading.Event, threading.Thread]] = {}

    def start(self, *codes: str) -> None:
        """Start programs, and wait until they consume."""
        for code in codes:
            stop = threading.Event()
            thread = threading.Thread(target=partial(self._desk(code).run, self.url, stop=stop), daemon=True)
            thread.start()
            self._running[code] = (stop, thread)
        self.wait_for(1, *codes)

    def stop(self, *codes: str) -> None:
        """Stop programs in good order, and wait until the broker knows."""
        for code in codes:
            stop, thread = self._running.pop(code)
            stop.set()
            thread.join(DEADLINE_S)
        self.wait_for(0, *codes)

    def close(self) -> None:
        """Stop whoever runs."""
        for stop, _ in self._running.values():
            stop.set()
        for _, thread in self._running.values():
            thread.join(DEADLINE_S)

    def wait_for(self, consumers: int, *codes: str) -> None:
        """Wait until the broker says that so many consume each queue."""

        def is_so() -> bool:
            with suppress(UnreachableError):
                states = self.here.on.broker.queues([desk_queue(code) for code in codes])
                return [state.consumers for state in states] == [consumers] * len(codes)
            return False

        wait_until(is_so, deadline_s=DEADLINE_S, what=f"{consumers} consumers of {codes}")

    def _desk(self, code: str) -> Desk:
        desk = Desk(code, clock=lambda: self.here.time)

        @desk.on_assigned
        def leave(_case: Assigned, _office: Office) -> None:
            """Nobody works here."""

        @desk.on_unstaffed
        def note(told: Told, _office: Office) -> None:
            self.told.append((code, told.desk))

        return desk


@contextmanager
def at_work(ledger: str, url: str) -> Iterator[tuple[Town, Offices, Staffing]]:
    """A town with a program in each street and in the district of willow, and somebody who looks at them."""
    with town(ledger, url) as here:
        offices = Offices(here, url)
        try:
            offices.start(*STREETS, "lake")
            look = Staffing(here.on.ledger, here.on.rulebook, here.on.broker, here.on.router(background=False))
            here.open(1)
            look.run_once(here.time)
            yield here, offices, look
        finally:
            offices.close()


def later(here: Town, look: Staffing, minutes: int) -> int:
    """Let time pass, looking every ten minutes; returns of how many cases somebody was told."""
    told = 0
    for _ in range(minutes // 10):
        here.time += timedelta(minutes=10)
        told += look.run_once(here.time)
    here.pump()
    return told


def noted(here: Town) -> list[str]:
    """Desks that were put on record as unstaffed, in order."""
    events = (entry.event for entry in here.on.ledger.all_entries("Unstaffed"))
    return [one.desk for one in events if isinstance(one, Unstaffed)]


def test_a_program_that_stops_is_noticed_and_one_that_starts_again_is_at_work(
    database_url: str, amqp_url: str
) -> None:
    with at_work(database_url, amqp_url) as (here, offices, look):
        assert later(here, look, 240) == 0, "its program consumes, whether it says anything or not"
        offices.stop("willow")
        assert later(here, look, 110) == 0
        assert later(here, look, 10) == 1
        assert later(here, look, 60) == 0, "once a silence"
        wait_until(
            lambda: offices.told == [("lake", "willow")], deadline_s=DEADLINE_S, what="word for the district"
        )
        assert look.unstaffed == 1

        offices.start("willow")
        look.run_once(here.time)
        assert look.unstaffed == 0
        assert later(here, look, 240) == 0
        offices.stop("willow")
        assert later(here, look, 120) == 1, "another silence"
        assert noted(here) == ["willow", "willow"]
        case = here.on.ledger.case_by_source("hotline", "1")
        assert case is not None
        assert case.lead == "willow"


def test_two_streets_of_three_together_are_an_outage_and_nobody_is_told(database_url: str, amqp_url: str) -> None:
    with at_work(database_url, amqp_url) as (here, offices, look):
        offices.stop("willow", "plane")
        assert later(here, look, 180) == 0
        assert (look.unstaffed, look.outages) == (2, 1)
        offices.start("plane")
        assert look.run_once(here.time) == 1, "one of three alone is its own affair"
        assert look.outages == 0


def test_a_broker_that_was_away_is_held_against_nobody(database_url: str, private_rabbit: RabbitNode) -> None:
    with at_work(database_url, private_rabbit.amqp_url) as (here, offices, look):
        later(here, look, 60)
        private_rabbit.kill()
        here.time += timedelta(minutes=60)
        with pytest.raises(UnreachableError):
            look.run_once(here.time)
        private_rabbit.restart()
        # The programs come back by themselves.
        offices.wait_for(1, *STREETS, "lake")
        assert later(here, look, 240) == 0
        assert (look.unstaffed, noted(here)) == (0, [])
        # One that does not is noticed when the broker has answered for as long as it may be silent.
        offices.stop("willow")
        assert later(here, look, 110) == 0
        assert later(here, look, 10) == 1
