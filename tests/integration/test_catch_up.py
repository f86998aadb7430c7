"""Catching up after an outage: first how much, then everything in order, each at its own instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.events import ClocksRearmed, Escalated
from router.sla.auditor import Auditor
from router.sla.brake import Limits, Watch
from router.sla.catching_up import catch_up, survey
from router.sla.taking_back import Batch, escalations
from router.waker import Waker
from tests.city import MONDAY
from tests.town import Town, town


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    with town(f"sqlite:///{tmp_path}/ledger.db") as built:
        yield built


def run(here: Town):  # type: ignore[no-untyped-def]
    return catch_up(here.on.ledger, here.on.rulebook, here.router, by="li", reason="三天停机", now=here.time)


def outage(here: Town, cases: int) -> None:
    for number in range(cases):
        here.open(number)
    here.time = MONDAY + timedelta(days=3, hours=1)


def test_it_says_first_how_many_would_fall_due_and_writes_nothing(here: Town) -> None:
    outage(here, 4)
    found = survey(here.on.ledger, here.on.rulebook, here.time)
    assert (found.open_cases, found.overdue_cases, found.deadlines, found.without) == (4, 4, 4, 0)
    assert [(one.milestone, one.on_pass, one.count) for one in found.kinds] == [("close", "escalate", 4)]
    assert found.kinds[0].oldest_at == MONDAY + timedelta(days=1)
    assert list(here.on.ledger.all_entries("Escalated")) == []


def test_each_deadline_is_taken_at_its_own_instant_and_what_follows_from_it_too(here: Town) -> None:
    outage(here, 4)
    done = run(here)
    assert (done.taken, done.rearmed, done.held) == (12, 0, 0)
    for case in here.on.ledger.all_cases():
        went = [entry for entry in here.on.ledger.entries(case.id) if isinstance(entry.event, Escalated)]
        assert [(entry.event_at, entry.event.to_name) for entry in went] == [  # type: ignore[union-attr]
            (MONDAY + timedelta(days=1), "district"),
            (MONDAY + timedelta(days=2), "city"),
            (MONDAY + timedelta(days=3), "supervision-1"),
        ]
        assert case.next_due_at == MONDAY + timedelta(days=4)


def test_a_second_run_takes_nothing_and_the_clock_neither(here: Town) -> None:
    outage(here, 2)
    run(here)
    assert run(here).taken == 0
    before = len(list(here.on.ledger.all_entries()))
    here.wait(seconds=0)
    assert len(list(here.on.ledger.all_entries())) == before


def test_the_brake_does_not_hold_what_was_caught_up_and_undo_finds_it(here: Town) -> None:
    outage(here, 5)
    limits = Limits(floor=2, skew_s=10**9)
    done = run(here)
    here.waker = Waker(here.on.ledger, here.on.sender(background=False), guard=Watch(here.on.ledger, limits))
    here.wait(seconds=1)
    assert here.on.ledger.brake() is None
    (noted,) = here.on.ledger.brakes(10)
    assert (noted.seq, noted.cause, noted.ended_by) == (done.batch, "catch_up", "li")
    assert noted.ended_at is not None
    batch = Batch(since=noted.ended_at, until=here.time, due_before=noted.ended_at)
    assert len(escalations(here.on.ledger, batch)) == 15


def test_an_open_case_without_a_clock_gets_one_and_the_auditor_is_content(here: Town, tmp_path: Path) -> None:
    case_id = here.open(1)
    assert Auditor(here.on.ledger, here.on.rulebook).run_once(here.time).counts == {}
    with here.on.ledger._database.writing() as connection:
        (body,) = connection.exec_driver_sql("select body from cases").scalars()
        assert '"status":"running"' not in body  # running is the default, and is left out
        lost = body.replace('"on_pass":"escalate"', '"on_pass":"escalate","status":"superseded"')
        connection.exec_driver_sql(
            "update cases set body = ?, next_due_at = null, next_milestone = null, wake_at = null", (lost,)
        )
    assert Auditor(here.on.ledger, here.on.rulebook).run_once(here.time).counts == {"no_deadline": 1}
    assert survey(here.on.ledger, here.on.rulebook, here.time).without == 1
    assert run(here).rearmed == 1
    assert Auditor(here.on.ledger, here.on.rulebook).run_once(here.time).counts == {}
    events = [entry.event for entry in here.on.ledger.entries(case_id)]
    assert [one.reason for one in events if isinstance(one, ClocksRearmed)] == ["audit"]
    assert tmp_path
