"""Everything that figures are made of, read at one moment as it stands at an instant."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec

from router.core.counting.counted import RULES, Counted, Series
from router.ledger import counting
from router.ledger.count_port import Coloured, Known, OpenGroup, Snapshot, Waiting
from router.ledger.guard_port import Brake
from router.ledger.port import Beat
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import DUE_AT, OPENED_AT, STREET, ask, instant, letter, opening, tell, write
from tests.contract.test_ledger_counting import standing

DUE = Series(Counted.DUE, ("110101", "road"))
SECOND = timedelta(seconds=1)


def count(ledger: SqlLedger, **changes: object) -> None:
    """Put a case on record and keep a standing of it that has these changes."""
    case_id = str(changes.setdefault("case_id", "c1"))
    write(ledger, opening(case_id))
    with ledger.counting(10) as unit:
        unit.keep({case_id: Known(2, msgspec.structs.replace(standing(case_id), **changes))}, Counter({DUE: 1}))


def test_an_empty_ledger_has_nothing(ledger: SqlLedger) -> None:
    assert ledger.snapshot(OPENED_AT) == Snapshot(
        tallies=Counter(),
        open=(),
        coloured={},
        unescalated={},
        held={},
        outbox=Waiting(0, None),
        parked={},
        braked=False,
        beats={},
        uncounted=0,
    )


def test_cohorts_hold_what_is_due_by_the_instant(ledger: SqlLedger) -> None:
    count(ledger)
    assert ledger.snapshot(DUE_AT - SECOND).tallies[DUE] == 0
    assert ledger.snapshot(DUE_AT).tallies[DUE] == 1


def test_open_cases_are_grouped_and_overdue_only_after_the_instant(ledger: SqlLedger) -> None:
    count(ledger)
    count(ledger, case_id="c2", opened_at=OPENED_AT - timedelta(days=1))
    count(ledger, case_id="c3", is_open=False, colours=())
    count(ledger, case_id="c4", suspended=True, level=2, proposed=True, colours=())
    plain = OpenGroup(
        tier="street",
        district="110101",
        lead=STREET,
        suspended=False,
        level=0,
        proposed=False,
        cases=2,
        oldest=OPENED_AT - timedelta(days=1),
        overdue=0,
    )
    apart = msgspec.structs.replace(plain, suspended=True, level=2, proposed=True, cases=1, oldest=OPENED_AT)
    found = ledger.snapshot(DUE_AT)
    assert sorted(found.open, key=lambda one: one.level) == [plain, apart]
    late = ledger.snapshot(DUE_AT + SECOND)
    assert sorted(one.overdue for one in late.open) == [1, 2]


def test_a_colour_is_the_last_that_has_begun(ledger: SqlLedger) -> None:
    count(ledger)
    count(ledger, case_id="c2", is_open=False)
    place = ("street", "110101", STREET)
    assert ledger.snapshot(OPENED_AT - SECOND).coloured == {}
    assert ledger.snapshot(DUE_AT).coloured == {Coloured(*place, "green"): 1}
    assert ledger.snapshot(DUE_AT + SECOND).coloured == {Coloured(*place, "red"): 1}


def test_a_passed_deadline_waits_for_the_clock_unless_something_holds_it(
    ledger: SqlLedger, ledger_url: str
) -> None:
    write(ledger, opening("c1"), opening("c2"), opening("c3", due_at=DUE_AT + timedelta(days=1)))
    assert ledger.snapshot(DUE_AT).unescalated == {}
    found = ledger.snapshot(DUE_AT + SECOND)
    assert (found.unescalated, found.held) == ({"street": Waiting(2, DUE_AT)}, {})
    tell(ledger_url, "update cases set held = true where id = 'c1'")
    found = ledger.snapshot(DUE_AT + SECOND)
    assert (found.unescalated, found.held) == ({"street": Waiting(1, DUE_AT)}, {"street": 1})
    ledger.put_brake_on(Brake(cause="storm", braked_at=DUE_AT, due=2, threshold=1, skew_s=0.0))
    found = ledger.snapshot(DUE_AT + SECOND)
    assert (found.unescalated, found.held, found.braked) == ({}, {"street": 2}, True)


def test_a_deadline_that_only_tells_somebody_is_no_escalation_that_waits(
    ledger: SqlLedger, ledger_url: str
) -> None:
    write(ledger, opening("c1"))
    tell(ledger_url, "update cases set escalates = false, escalates_at = null")
    assert ledger.snapshot(DUE_AT + SECOND).unescalated == {}


def test_the_outbox_and_what_is_set_aside_are_counted(ledger: SqlLedger) -> None:
    write(ledger, opening("c1", sent=2))
    with ledger.begin() as unit:
        unit.park([letter("p1"), letter("p2", reason="forged"), letter("p3", reason="forged")])
    ledger.mark_replayed("p3", OPENED_AT)
    found = ledger.snapshot(OPENED_AT)
    assert found.outbox == Waiting(2, OPENED_AT)
    assert found.parked == {"unknown_case": 1, "forged": 1}
    assert found.uncounted == 1


def test_of_each_role_the_loop_furthest_behind_is_told_and_none_that_stopped(ledger: SqlLedger) -> None:
    def beat(instance: str, role: str, **after: float) -> Beat:
        at = instant(**after)
        return Beat(instance=instance, loop=role, queue="", role=role, started_at=at, beat_at=at)

    ledger.note_beats([beat("a", "sla", hours=2), beat("b", "sla", hours=1), beat("c", "router", hours=1)])
    ledger.stop_beats("c", instant(hours=2))
    assert ledger.snapshot(instant(hours=3)).beats == {"sla": instant(hours=1)}


def test_figures_are_counted_anew_by_other_rules_and_by_the_same_only_on_demand(
    ledger: SqlLedger, ledger_url: str
) -> None:
    count(ledger)
    with ledger.counting(10) as unit:
        assert unit.rules is None
    assert ledger.recount(outdated_only=True) == 1
    with ledger.counting(10) as unit:
        assert (unit.rules, unit.taken) == (RULES, 1)
    assert ledger.tallies() == Counter()
    assert ledger.recount(outdated_only=True) == 0
    tell(ledger_url, f"update tallies set number = {RULES - 1} where name = 'rules'")
    assert ledger.recount(outdated_only=True) == 1
    assert ledger.recount() == 1
    assert ask(ledger_url, "select number from tallies") == [(RULES,)]


def test_what_is_written_while_a_snapshot_is_read_is_in_none_of_its_parts(ledger: SqlLedger) -> None:
    count(ledger)
    with ledger._database.snapshot() as connection:
        before = counting.tallies(connection)
        count(ledger, case_id="c2")
        assert counting.tallies(connection) == before
        assert counting.uncounted(connection) == 0
    assert ledger.tallies()[DUE] == 2
