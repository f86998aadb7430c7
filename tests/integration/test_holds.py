"""A hold over the whole way: the clock leaves its cases alone, a release lets go, and a late report is in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from router.core.commands import Actor, ActorRole, Resolve
from router.core.events import DeadlineMissed
from router.core.guards import Hold, HoldKind
from tests.city import MONDAY
from tests.town import DAILY, Town, town

DUE_AT = MONDAY + timedelta(days=1)
WILLOW = Actor(ActorRole.DESK, "willow")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    policy = DAILY.replace('min_in_hand = "0"', 'min_in_hand = "4h"')
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=policy) as built:
        yield built


def hold(
    here: Town, since: datetime, until: datetime | None = None, *, kind: str = "desk", what: str = "willow"
) -> str:
    made = Hold(id="hold-1", kind=HoldKind(kind), what=what, reason="停电", by="li", since=since, until=until)
    assert here.on.ledger.put_hold(made)
    return made.id


def test_what_is_held_is_handed_out_in_vain_once_and_then_left_alone(here: Town) -> None:
    case_id = here.open(1)
    other = here.open(2, division=("lake", "plane"))
    hold(here, here.time)
    here.time = DUE_AT + timedelta(seconds=1)
    here.wait(seconds=0)
    leads = {case.id: case.lead for case in here.on.ledger.all_cases()}
    assert leads == {case_id: "willow", other: "lake"}
    assert here.router.tally.counted()["held"] == 1
    # For minutes nobody touches it, and `status` does not take the clock for dead.
    here.time += timedelta(minutes=4)
    assert here.waker.run_once(here.time) == 0
    assert here.on.ledger.counts(here.time)["overdue"] == 0
    assert [case.id for case in here.on.ledger.held(here.time)] == [case_id]


def test_released_it_stays_in_hand_and_then_goes_up_with_the_outage_in_its_entry(here: Town) -> None:
    case_id = here.open(1)
    hold_id = hold(here, here.time)
    here.time = DUE_AT + timedelta(hours=3)
    here.wait(seconds=0)
    assert here.on.ledger.release_hold(hold_id, by="wang", now=here.time)
    released_at = here.time
    here.wait(hours=3, minutes=59)
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert (case.lead, case.next_due_at) == ("willow", released_at + timedelta(hours=4))
    here.wait(minutes=2)
    (entry,) = here.on.ledger.all_entries("DeadlineMissed")
    assert isinstance(entry.event, DeadlineMissed)
    assert (entry.event.outage, entry.event.charged_to) == ("hold-1", "willow")
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert case.lead == "lake"


def test_a_report_from_the_outage_is_in_time_though_it_comes_a_day_later(here: Town) -> None:
    case_id = here.open(1)
    here.time = DUE_AT + timedelta(minutes=1)
    here.wait(seconds=0)
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert case.lead == "lake"
    # What was wrong is known afterwards, and recorded then.
    hold(here, MONDAY + timedelta(hours=20), DUE_AT + timedelta(hours=20))
    here.time = DUE_AT + timedelta(days=1)
    report = Resolve(id="late", case_id=case_id, actor=WILLOW, at=DUE_AT - timedelta(minutes=30))
    here.say("willow", report)
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert case.closed_at == DUE_AT - timedelta(minutes=30)
    assert [entry.case_id for entry in here.on.ledger.all_entries("Overtaken")] == [case_id]


def test_a_hold_that_ends_by_itself_lets_go_within_five_minutes(here: Town) -> None:
    case_id = here.open(1)
    hold(here, here.time, DUE_AT + timedelta(minutes=1), kind="district", what="lake")
    here.time = DUE_AT + timedelta(seconds=1)
    here.wait(seconds=0)
    assert here.on.ledger.case(case_id).lead == "willow"  # type: ignore[union-attr]
    here.wait(minutes=6)
    # It stays in hand for four hours after the end of the hold.
    assert here.on.ledger.case(case_id).next_due_at == DUE_AT + timedelta(hours=4, minutes=1)  # type: ignore[union-attr]
