"""The brake: it holds above its threshold, lets pass below it, and what it held is released or cancelled whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.case_id import case_id_of
from router.core.commands import Accept, Actor, ActorRole, Resolve
from router.core.events import DeadlineCancelled, DeadlineMissed, Escalated, MilestoneStatus
from router.sla.brake import Limits, Watch
from router.sla.taking_back import Batch, cancel_held, escalations, undo
from router.waker import Waker
from tests.city import MONDAY
from tests.town import Town, town
from tests.unit.core.calendars import china

#: Monday 09:00 plus a day: when all of them are due.
DUE_AT = MONDAY + timedelta(days=1)
A_SECOND = timedelta(seconds=1)
#: Something that only tells somebody comes before what takes a case up.
REMINDING = """
name = "reminding"
calendar = "natural"
ladder = [{ step = "street" }, { step = "district", budget = "1d" }]
milestone = [
  { name = "look", within = "1h", satisfied_by = "closed", on_pass = "remind", track = "internal" },
  { name = "close", within = "1d", satisfied_by = "closed" },
]
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    with town(f"sqlite:///{tmp_path}/ledger.db") as built:
        yield built


def brake_on(here: Town, *, floor: int, factor: float = 10.0) -> Watch:
    """The town's clock obeys the brake from now on; its hand-turned clock is the database's, too."""
    watch = Watch(here.on.ledger, Limits(floor=floor, factor=factor, skew_s=10**9))
    here.waker = Waker(here.on.ledger, here.on.sender(background=False), guard=watch)
    return watch


def open_cases(here: Town, count: int, *, first: int = 0) -> None:
    messages = [here.appeal(first + number) for number in range(count)]
    for start in range(0, count, 1000):
        here.publish(messages[start : start + 1000])
        here.pump()


def escalated(here: Town) -> list[str]:
    return [entry.case_id for entry in here.on.ledger.all_entries("Escalated")]


def fall_due(here: Town) -> None:
    here.time = DUE_AT + A_SECOND
    here.wait(seconds=0)


def test_as_many_as_may_pass_go_up(here: Town) -> None:
    watch = brake_on(here, floor=8)
    open_cases(here, 8)
    fall_due(here)
    assert len(escalated(here)) == 8
    assert not watch.holds


def test_one_more_and_nothing_goes_up(here: Town) -> None:
    watch = brake_on(here, floor=8)
    open_cases(here, 9)
    fall_due(here)
    assert escalated(here) == []
    assert watch.holds
    brake = here.on.ledger.brake()
    assert brake is not None
    assert (brake.cause, brake.due, brake.threshold) == ("storm", 9, 8)
    # Hours later nothing has changed, and there is still one brake.
    here.wait(hours=5)
    assert escalated(here) == []
    assert [one.seq for one in here.on.ledger.brakes(10)] == [brake.seq]


def test_the_busiest_minute_of_the_last_thirty_days_raises_what_may_pass(here: Town) -> None:
    open_cases(here, 3)
    fall_due(here)  # three in one minute, without a brake
    assert len(escalated(here)) == 3
    brake_on(here, floor=2, factor=3.0)
    open_cases(here, 6, first=100)
    here.time = DUE_AT + timedelta(days=1, seconds=2)
    # The three of before are due again now, with the six: nine may pass.
    here.wait(seconds=0)
    assert here.on.ledger.brake() is None
    assert len(escalated(here)) == 3 + 3 + 6


def test_a_minute_longer_ago_than_thirty_days_counts_no_more(here: Town) -> None:
    open_cases(here, 3)
    fall_due(here)
    assert here.on.ledger.busiest_minute(DUE_AT) == 3
    assert here.on.ledger.busiest_minute(DUE_AT + A_SECOND) == 0


def test_a_clock_that_differs_from_the_databases_puts_it_on(here: Town) -> None:
    watch = Watch(here.on.ledger, Limits(floor=8, skew_s=5.0))
    ours = here.on.ledger.clock()
    assert watch.lets_pass(ours + timedelta(seconds=3))
    assert not watch.lets_pass(ours - timedelta(seconds=60))
    brake = here.on.ledger.brake()
    assert brake is not None
    assert brake.cause == "skew"
    assert brake.skew_s == pytest.approx(-60, abs=5)
    # Another process obeys it, and so does this one once its clock is right.
    assert not Watch(here.on.ledger, Limits()).lets_pass(here.on.ledger.clock())


def test_while_it_holds_a_desk_goes_on_and_loses_no_case(here: Town) -> None:
    brake_on(here, floor=1)
    open_cases(here, 3)
    fall_due(here)
    case_id = case_id_of("hotline", "0")
    willow = Actor(ActorRole.DESK, "willow")
    here.say("willow", Accept(id="accept-0", case_id=case_id, actor=willow))
    here.say("willow", Resolve(id="resolve-0", case_id=case_id, actor=willow))
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert (case.lead, case.is_open) == ("willow", False)
    assert escalated(here) == []


def test_a_wake_up_that_was_on_its_way_when_the_brake_came_changes_nothing(here: Town) -> None:
    open_cases(here, 3)
    here.time = DUE_AT + A_SECOND
    assert here.waker.run_once(here.time) == 3  # on the queue, not handled yet
    Watch(here.on.ledger, Limits(floor=1)).lets_pass(here.time - timedelta(days=400))  # some other process's clock
    here.pump()
    assert escalated(here) == []
    assert here.router.tally.counted()["held"] == 3
    assert here.on.ledger.take_brake_off("released", by="li", reason="looked", now=here.time)
    here.wait(seconds=1)
    assert len(escalated(here)) == 3


def test_a_storm_that_was_held_and_released_escalates_each_case_once(here: Town) -> None:
    watch = brake_on(here, floor=200)
    open_cases(here, 10_000)
    fall_due(here)
    assert escalated(here) == []
    assert here.on.ledger.count_held(here.time) == 10_000
    here.on.ledger.take_brake_off("released", by="li", reason="a real storm", now=here.time)
    here.wait(minutes=1)
    found = escalated(here)
    assert len(found) == len(set(found)) == 10_000
    assert not watch.holds
    assert {entry.event_at for entry in here.on.ledger.all_entries("Escalated")} == {DUE_AT}
    # What falls due after the release is looked at anew: the next day's storm is held.
    here.time = DUE_AT + timedelta(days=1, seconds=1)
    open_cases(here, 1, first=20_000)
    watch = brake_on(here, floor=200, factor=0.5)
    here.wait(seconds=0)
    assert watch.holds


def test_what_is_cancelled_counts_as_not_missed_and_has_a_working_day(here: Town) -> None:
    brake_on(here, floor=2)
    open_cases(here, 5)
    fall_due(here)
    done = cancel_held(here.on.ledger, here.router, by="li", reason="日历有误", now=here.time)
    assert (done.accepted, done.refused) == (5, {})
    assert here.on.ledger.brake() is None
    # Tuesday 09:00:01 on the natural calendar: the end of Wednesday, 24:00 in the city.
    moved_to = china(2026, 9, 24, 0)
    for case in here.on.ledger.all_cases():
        assert case.lead == "willow"
        assert [(m.due_at, m.status) for m in case.milestones] == [(moved_to, MilestoneStatus.RUNNING)]
        assert case.due_at == moved_to
    events = [entry.event for entry in here.on.ledger.all_entries("DeadlineCancelled")]
    assert len(events) == 5
    assert all(isinstance(one, DeadlineCancelled) and one.by == "li" for one in events)
    assert list(here.on.ledger.all_entries("DeadlineMissed")) == []
    # A second time there is nothing to cancel; the new instant is a deadline like any other.
    assert cancel_held(here.on.ledger, here.router, by="li", reason="again", now=here.time).accepted == 0
    here.waker = Waker(here.on.ledger, here.on.sender(background=False))
    here.time = moved_to + A_SECOND
    here.wait(seconds=0)
    assert len(escalated(here)) == 5
    (one, *_) = [entry.event for entry in here.on.ledger.all_entries("DeadlineMissed")]
    assert isinstance(one, DeadlineMissed)
    assert one.due_at == moved_to


def test_only_what_takes_a_case_up_is_held(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=REMINDING) as here:
        Watch(here.on.ledger, Limits()).lets_pass(here.time - timedelta(days=400))
        brake_on(here, floor=1)
        open_cases(here, 3)
        here.wait(hours=2)
        assert len(list(here.on.ledger.all_entries("Reminded"))) == 3
        here.wait(days=1)
        assert [entry for entry in here.on.ledger.all_entries() if isinstance(entry.event, Escalated)] == []


@pytest.mark.postgres
def test_a_held_storm_is_released_on_a_real_server(database_url: str) -> None:
    with town(database_url) as here:
        brake_on(here, floor=20)
        open_cases(here, 300)
        fall_due(here)
        assert escalated(here) == []
        assert here.on.ledger.count_held(here.time) == 300
        other = Watch(here.on.ledger, Limits(floor=20, skew_s=10**9))
        assert not other.lets_pass(here.time)
        here.on.ledger.take_brake_off("released", by="li", reason="looked", now=here.time)
        here.wait(minutes=1)
        assert len(set(escalated(here))) == len(escalated(here)) == 300


def test_a_wrong_release_is_undone_as_a_batch(here: Town) -> None:
    brake_on(here, floor=2)
    open_cases(here, 5)
    fall_due(here)
    brake = here.on.ledger.brake()
    assert brake is not None
    released_at = here.time
    here.on.ledger.take_brake_off("released", by="li", reason="looked right", now=released_at)
    here.wait(minutes=1)
    assert len(escalated(here)) == 5
    # One that went up by itself later is not of the batch.
    here.waker = Waker(here.on.ledger, here.on.sender(background=False))
    other = here.open(99)
    here.wait(days=1, seconds=1)
    batch = Batch(since=released_at, until=here.time, due_before=released_at)
    found = escalations(here.on.ledger, batch)
    assert {entry.case_id for entry in found} == {case_id_of("hotline", str(n)) for n in range(5)}
    done = undo(here.router, found, by="li", reason="日历有误", now=here.time)
    assert (done.accepted, done.refused) == (5, {})
    again = undo(here.router, found, by="li", reason="日历有误", now=here.time)
    assert again.accepted == 5  # answered as before, nothing new on record
    assert len(list(here.on.ledger.all_entries("EscalationUndone"))) == 5
    stays = here.on.ledger.case(other)
    assert stays is not None
    assert (stays.lead, stays.escalations) == ("lake", 1)


def test_a_storm_that_was_undone_raises_nothing(here: Town) -> None:
    open_cases(here, 5)
    fall_due(here)
    assert here.on.ledger.busiest_minute(DUE_AT) == 5
    found = escalations(here.on.ledger, Batch(since=here.time, until=here.time + timedelta(minutes=1)))
    undo(here.router, found[:4], by="li", reason="日历有误", now=here.time)
    assert here.on.ledger.busiest_minute(DUE_AT) == 1
    undo(here.router, found, by="li", reason="日历有误", now=here.time)
    assert here.on.ledger.busiest_minute(DUE_AT) == 0


def test_a_storm_behind_reminders_is_seen_before_the_reminders_are_out_of_the_way(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=REMINDING) as here:
        brake_on(here, floor=8)
        open_cases(here, 9)
        here.time = MONDAY + timedelta(days=3)
        # Three at a time: were only the next deadlines counted, the others would trickle through.
        while here.waker.run_once(here.time, 3):
            here.pump()
        assert len(list(here.on.ledger.all_entries("Reminded"))) == 9
        assert escalated(here) == []
        assert here.on.ledger.count_held(here.time) == 9
