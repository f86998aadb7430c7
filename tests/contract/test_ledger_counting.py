"""Keeping the figures of cases: what is taken is counted once, whatever ends in between."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from router.core.counting.counted import Counted, Counts, Series
from router.core.counting.standing import Standing
from router.core.policies.colours import Onset
from router.ledger.count_port import Known
from router.ledger.sql import SqlLedger
from tests.contract.conftest import Opener
from tests.contract.ledger_ground import DUE_AT, OPENED_AT, instant, opening

OPENED = Series(Counted.OPENED, ("110101", "road", "complaint"))


def standing(case_id: str = "c1") -> Standing:
    return Standing(
        case_id=case_id,
        district="110101",
        category="road",
        is_open=True,
        opened_at=OPENED_AT,
        due_at=DUE_AT,
        due_met=False,
        changed_due_at=DUE_AT,
        changed_met=False,
        due_desk="street-110101001",
        lead="street-110101001",
        tier="street",
        suspended=False,
        level=0,
        proposed=False,
        colours=(Onset(OPENED_AT, "green"), Onset(DUE_AT, "red", after=True)),
    )


def put(ledger: SqlLedger, *case_ids: str) -> None:
    with ledger.begin() as unit:
        unit.write([opening(case_id) for case_id in case_ids])


def test_a_written_case_is_taken_with_all_its_entries_and_only_once(ledger: SqlLedger) -> None:
    put(ledger, "c1", "c2")
    assert ledger.uncounted() == 2
    with ledger.counting(10) as unit:
        assert unit.taken == 2
        assert {case: len(entries) for case, entries in unit.changed.items()} == {"c1": 2, "c2": 2}
        assert unit.known == {}
    with ledger.counting(10) as unit:
        assert unit.taken == 0
    assert ledger.uncounted() == 0


def test_what_a_process_took_and_did_not_count_waits_as_before(ledger: SqlLedger) -> None:
    put(ledger, "c1")

    def die() -> None:
        with ledger.counting(10) as unit:
            unit.keep({"c1": Known(2, standing())}, Counter({OPENED: 1}))
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        die()
    assert ledger.uncounted() == 1
    assert not ledger.tallies()


def test_numbers_are_added_and_standings_replaced(ledger: SqlLedger) -> None:
    later = msgspec.structs.replace(standing(), is_open=False, due_met=True, changed_met=True, colours=())
    put(ledger, "c1")
    with ledger.counting(10) as unit:
        unit.keep({"c1": Known(2, standing())}, Counter({OPENED: 1}))
    with ledger.begin() as writing:
        writing.write([opening("c2")])
    with ledger.counting(10) as unit:
        unit.keep({"c1": Known(4, later)}, Counter({OPENED: 2}))
    assert ledger.tallies() == Counter({OPENED: 3})
    assert ledger.recount() == 2
    assert not ledger.tallies()


def test_a_case_that_is_taken_again_comes_with_what_is_known_of_it(open_ledger: Opener) -> None:
    ledger = open_ledger()
    put(ledger, "c1")
    known = Known(2, standing())
    with ledger.counting(10) as unit:
        unit.keep({"c1": known}, Counter())
    ledger.recount()
    with ledger.counting(10) as unit:
        assert unit.known == {}
        unit.keep({"c1": known}, Counter())
    with open_ledger().begin() as writing:
        writing.write([opening("c2")])
    with ledger.counting(10) as unit:
        assert set(unit.changed) == {"c2"}


def test_only_so_many_changes_are_taken_at_once_the_oldest_first(ledger: SqlLedger) -> None:
    put(ledger, "c2")
    put(ledger, "c1")
    with ledger.counting(1) as unit:
        assert set(unit.changed) == {"c2"}
    assert ledger.uncounted() == 1


def test_what_is_due_later_than_now_is_told_apart(ledger: SqlLedger) -> None:
    put(ledger, "c1")
    with ledger.counting(10) as unit:
        unit.keep({"c1": Known(2, standing())}, Counter())
    due: Counts = Counter(
        {
            Series(Counted.DUE, ("110101", "road")): 1,
            Series(Counted.DESK_DUE, ("street-110101001",)): 1,
            Series(Counted.DUE_CHANGED, ("110101",)): 1,
        }
    )
    assert +ledger.due_later(instant(days=4)) == due
    assert +ledger.due_later(DUE_AT) == Counter()
