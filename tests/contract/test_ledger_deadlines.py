"""The ledger's port over every database: which cases are due, and who has been handed them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from router.core import events as e
from router.ledger.port import Due
from router.ledger.sql import SqlLedger
from tests.contract.conftest import Opener
from tests.contract.ledger_ground import DUE_AT, STREET, closing, escalation, following, instant, opening

LEASE_S = 60.0
A_MOMENT = timedelta(microseconds=1)


def test_a_deadline_is_due_strictly_after_its_instant(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.write([opening("c1")])
    assert ledger.claim_due(DUE_AT, 10, LEASE_S) == []
    assert ledger.claim_due(DUE_AT + A_MOMENT, 10, LEASE_S) == [
        Due(case_id="c1", milestone="resolve", due_at=DUE_AT, tier="street")
    ]


def test_the_oldest_deadlines_are_claimed_first_and_no_more_than_asked_for(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.write([opening(f"c{n}", due_at=instant(hours=9 - n)) for n in range(6)])
    later = instant(days=1)
    assert [due.case_id for due in ledger.claim_due(later, 4, LEASE_S)] == ["c5", "c4", "c3", "c2"]
    assert [due.case_id for due in ledger.claim_due(later, 4, LEASE_S)] == ["c1", "c0"]
    assert ledger.claim_due(later, 4, LEASE_S) == []


def test_a_lease_runs_out(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.write([opening("c1")])
    claimed_at = DUE_AT + timedelta(seconds=1)
    assert len(ledger.claim_due(claimed_at, 10, LEASE_S)) == 1
    runs_out_at = claimed_at + timedelta(seconds=LEASE_S)
    assert ledger.claim_due(runs_out_at - A_MOMENT, 10, LEASE_S) == []
    assert len(ledger.claim_due(runs_out_at + A_MOMENT, 10, LEASE_S)) == 1


def test_another_next_deadline_frees_the_case(ledger: SqlLedger) -> None:
    new = opening("c1")
    with ledger.begin() as unit:
        unit.write([new])
    now = DUE_AT + timedelta(seconds=1)
    ledger.claim_due(now, 10, LEASE_S)
    with ledger.begin() as unit:
        unit.write([escalation(new.case, next_due_at=DUE_AT + timedelta(milliseconds=500))])
    assert [(due.milestone, due.tier) for due in ledger.claim_due(now, 10, LEASE_S)] == [("step-1", "district")]


def test_whatever_leaves_the_deadline_leaves_the_lease(ledger: SqlLedger) -> None:
    new = opening("c1")
    with ledger.begin() as unit:
        unit.write([new])
    now = DUE_AT + timedelta(seconds=1)
    ledger.claim_due(now, 10, LEASE_S)
    with ledger.begin() as unit:
        unit.write([following(new.case, e.ProgressReported(desk=STREET))])
    assert ledger.claim_due(now, 10, LEASE_S) == []


def test_a_case_with_nothing_running_is_never_due(ledger: SqlLedger) -> None:
    closed, free = opening("c1"), opening("c2", due_at=None)
    with ledger.begin() as unit:
        unit.write([closed, free])
        unit.write([closing(closed.case)])
    assert ledger.claim_due(instant(days=999), 10, LEASE_S) == []
    assert ledger.next_due_at() is None


def test_the_earliest_deadline_is_known(ledger: SqlLedger) -> None:
    assert ledger.next_due_at() is None
    first = opening("c1", due_at=instant(hours=2))
    with ledger.begin() as unit:
        unit.write([first, opening("c2", due_at=instant(hours=3))])
    assert ledger.next_due_at() == instant(hours=2)
    with ledger.begin() as unit:
        unit.write([closing(first.case)])
    assert ledger.next_due_at() == instant(hours=3)


def test_ten_thousand_due_in_one_second_are_all_claimed_in_batches(ledger: SqlLedger) -> None:
    for start in range(0, 10_000, 1000):
        numbers = range(start, start + 1000)
        due_at = {n: DUE_AT + timedelta(microseconds=100 * n) for n in numbers}
        with ledger.begin() as unit:
            unit.write([opening(f"c{n:05}", due_at=due_at[n], sent=0) for n in numbers])
    now = DUE_AT + timedelta(seconds=2)
    claimed: list[str] = []
    for _ in range(20):
        batch = ledger.claim_due(now, 500, LEASE_S)
        assert len(batch) == 500
        claimed += [due.case_id for due in batch]
    assert claimed == [f"c{n:05}" for n in range(10_000)]
    assert ledger.claim_due(now, 500, LEASE_S) == []


def test_claimers_at_the_same_time_share_the_work(open_ledger: Opener) -> None:
    with open_ledger().begin() as unit:
        unit.write([opening(f"c{n:03}") for n in range(400)])
    together = threading.Barrier(4)

    def claim_all(ledger: SqlLedger) -> list[str]:
        together.wait(timeout=30)
        mine: list[str] = []
        while batch := ledger.claim_due(instant(days=6), 20, LEASE_S):
            mine += [due.case_id for due in batch]
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(claim_all, [open_ledger() for _ in range(4)]))
    assert sorted(case_id for share in shares for case_id in share) == [f"c{n:03}" for n in range(400)]
