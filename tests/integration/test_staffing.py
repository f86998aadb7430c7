"""Desks that nobody works for: the superior is told and the case stays; an outage of ours is nobody's fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from router.broker.port import Broker, Consumer, QueueState
from router.core.commands import Actor, ActorRole, ReportProgress
from router.core.events import Cause, Unstaffed
from router.core.territory.address import desk_queue
from router.errors import UnreachableError
from router.sla.staffing import Staffing
from tests.city import MONDAY
from tests.town import DAILY, Town, town
from tests.unit.core.calendars import china


class Consumers:
    """A broker that says who consumes, or does not answer."""

    def __init__(self, *desks: str) -> None:
        self.desks = set(desks)
        self.away = False

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        if self.away:
            raise UnreachableError("the broker does not answer")
        busy = {desk_queue(desk) for desk in self.desks}
        return [QueueState(name=name, ready=0, consumers=int(name in busy)) for name in names]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    with town(
        f"sqlite:///{tmp_path}/ledger.db",
    ) as built:
        yield built


def watched(here: Town, broker: Consumers) -> Staffing:
    return Staffing(here.on.ledger, here.on.rulebook, broker, here.on.router(background=False))  # type: ignore[arg-type]


def later(here: Town, look: Staffing, **span: float) -> int:
    """Let time pass, looking every minute, as the role does; returns of how many cases somebody was told."""
    end, told = here.time + timedelta(**span), 0
    while here.time < end:
        here.time += timedelta(minutes=1)
        told += look.run_once(here.time)
    return told


def noted(here: Town) -> list[Unstaffed]:
    events = (entry.event for entry in here.on.ledger.all_entries("Unstaffed"))
    return [one for one in events if isinstance(one, Unstaffed)]


def test_after_two_hours_of_silence_the_superior_is_told_once_and_the_case_stays(here: Town) -> None:
    broker = Consumers("willow", "lake", "plane", "canal", "bridge", "cloud")
    look = watched(here, broker)
    case_id = here.open(1)
    look.run_once(here.time)
    broker.desks.remove("willow")
    assert later(here, look, minutes=119) == 0
    assert later(here, look, minutes=1) == 1
    assert later(here, look, minutes=60) == 0
    (one,) = noted(here)
    assert (one.desk, one.superior, one.since, one.cause) == ("willow", "lake", MONDAY, Cause.UNSTAFFED)
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert (case.lead, case.escalations) == ("willow", 0)
    # The superior's queue has word of it.
    consumer: Consumer = here.on.broker.consumer([desk_queue("lake")], 10)
    assert [delivery.type for delivery in consumer.receive(10, 0.3)] == ["case.unstaffed.v1"]
    consumer.close()


def test_a_report_is_a_sign_of_life(here: Town) -> None:
    broker = Consumers("willow", "lake", "plane", "canal", "bridge", "cloud")
    look = watched(here, broker)
    case_id = here.open(1)
    look.run_once(here.time)
    broker.desks.remove("willow")
    later(here, look, minutes=90)
    willow = Actor(ActorRole.DESK, "willow")
    here.say("willow", ReportProgress(id="p", case_id=case_id, actor=willow, text="by hand"))
    assert later(here, look, minutes=119) == 0
    assert later(here, look, minutes=2) == 1


def test_nobody_is_expected_at_night(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=DAILY.replace('"natural"', '"cn"')) as here:
        broker = Consumers("willow", "lake", "plane", "canal", "bridge", "cloud")
        look = watched(here, broker)
        here.time = china(2026, 9, 21, 16, 30)  # an hour before closing
        here.open(1)
        look.run_once(here.time)
        broker.desks.remove("willow")
        assert later(here, look, hours=16) == 0  # Tuesday 08:30: half an hour before opening, or just then
        assert later(here, look, hours=3) == 1  # an hour of Monday, and an hour of Tuesday


def test_a_desk_that_never_consumed_is_not_unstaffed(here: Town) -> None:
    look = watched(here, Consumers("lake", "plane"))
    here.open(1)
    assert later(here, look, hours=6) == 0


def test_a_broker_that_is_down_or_just_back_says_nothing_about_desks(here: Town) -> None:
    broker = Consumers("willow", "lake", "plane", "canal", "bridge", "cloud")
    look = watched(here, broker)
    here.open(1)
    look.run_once(here.time)
    broker.desks.remove("willow")
    later(here, look, minutes=100)
    broker.away = True
    here.time += timedelta(minutes=30)
    with pytest.raises(UnreachableError):
        look.run_once(here.time)
    broker.away = False
    assert later(here, look, minutes=60) == 0
    assert later(here, look, minutes=62) == 1


def test_many_desks_of_a_tier_together_are_an_outage_with_one_alarm(
    here: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = Consumers("willow", "plane", "bridge", "lake", "canal", "cloud")
    look = watched(here, broker)
    here.open(1)
    look.run_once(here.time)
    broker.desks -= {"willow", "plane"}  # two of three streets
    assert later(here, look, minutes=150) == 0
    assert noted(here) == []
    assert (look.unstaffed, look.outages) == (2, 1)
    broker.desks |= {"plane"}
    # One of three alone is its own affair.
    assert later(here, look, minutes=1) == 1
    assert look.outages == 0


def test_who_was_seen_survives_a_restart(here: Town) -> None:
    broker = Consumers("willow", "lake", "plane", "canal", "bridge", "cloud")
    here.open(1)
    watched(here, broker).run_once(here.time)
    broker.desks.remove("willow")
    # A new process knows from the ledger that there once was a program, and waits for itself, too.
    look = watched(here, broker)
    assert later(here, look, minutes=120) == 0
    assert later(here, look, minutes=2) == 1


def test_the_embedded_broker_knows_who_consumes(here: Town) -> None:
    broker: Broker = here.on.broker
    consumer = broker.consumer([desk_queue("willow")], 10)
    look = Staffing(here.on.ledger, here.on.rulebook, broker, here.on.router(background=False))
    look.run_once(here.time)
    assert [code for code, seen in here.on.ledger.seen().items() if seen.consuming_at is not None] == ["willow"]
    consumer.close()
