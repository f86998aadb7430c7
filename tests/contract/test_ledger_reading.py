"""The ledger's port over every database: reading everything through, receipts, versions, figures, plans."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, text

from router.broker.port import Fate
from router.core import events as e
from router.core.commands import Actor, ActorRole, Target, Task, TaskKind
from router.core.several.inspected import Inspections
from router.errors import RouterError
from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import (
    DISTRICT,
    KEY,
    STREET,
    accepted,
    ask,
    closing,
    engine_of,
    escalation,
    following,
    instant,
    opening,
    write,
)

# -- Reading everything


def test_cases_are_streamed_by_id_all_or_some(ledger: SqlLedger) -> None:
    writes = {name: opening(name) for name in ("c3", "C1", "c2", "c10")}
    write(ledger, *writes.values())
    write(ledger, closing(writes["c2"].case), escalation(writes["c3"].case))
    assert [case.id for case in ledger.all_cases()] == ["C1", "c10", "c2", "c3"]
    assert [case.id for case in ledger.all_cases(open_only=True)] == ["C1", "c10", "c3"]
    assert [case.id for case in ledger.all_cases(lead=STREET)] == ["C1", "c10", "c2"]
    assert [case.id for case in ledger.all_cases(open_only=True, lead=DISTRICT)] == ["c3"]


def test_entries_are_streamed_by_case_and_order_all_or_of_one_event(ledger: SqlLedger) -> None:
    two, one = opening("c2"), opening("c1")
    write(ledger, two, one)
    write(ledger, escalation(two.case))
    assert [(line.case_id, type(line.event).__name__) for line in ledger.all_entries()] == [
        ("c1", "Received"),
        ("c1", "Dispatched"),
        ("c2", "Received"),
        ("c2", "Dispatched"),
        ("c2", "DeadlineMissed"),
        ("c2", "Escalated"),
    ]
    assert [line.case_id for line in ledger.all_entries("Escalated")] == ["c2"]
    assert list(ledger.all_entries("Reopened")) == []


def test_a_stream_goes_on_while_others_write_and_may_be_left_early(ledger: SqlLedger) -> None:
    for start in range(0, 3000, 500):
        write(ledger, *(opening(f"c{n:05}") for n in range(start, start + 500)))
    stream = ledger.all_cases()
    assert next(stream).id == "c00000"
    write(ledger, opening("d1"))
    assert sum(1 for _ in stream) == 2999
    left = ledger.all_entries()
    next(left)
    left.close()  # type: ignore[attr-defined]
    assert write(ledger, opening("d2")) == set()


# -- Receipts


def test_a_lead_that_shows_no_receipt_is_found(ledger: SqlLedger) -> None:
    writes = [opening(f"c{n}") for n in range(4)]
    write(ledger, *writes)
    write(ledger, accepted(writes[1].case))
    with ledger.begin() as unit:
        unit.note_receipts({("c2", STREET): 1, ("c3", "somebody-else"): 1, ("nobody", STREET): 1})
    later = instant(hours=1)
    assert [case.id for case in ledger.unreceived(later, later, 10)] == ["c0", "c3"]
    assert [case.id for case in ledger.unreceived(later, later, 1)] == ["c0"]
    assert ledger.unreceived(instant(), instant(), 10) == []


def test_a_new_lead_must_show_a_receipt_of_its_own(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    with ledger.begin() as unit:
        unit.note_receipts({("c1", STREET): 1})
    write(ledger, escalation(new.case))
    with ledger.begin() as unit:
        unit.note_receipts({("c1", DISTRICT): 1})
    assert [case.id for case in ledger.unreceived(instant(days=6), instant(days=6), 10)] == ["c1"]
    with ledger.begin() as unit:
        unit.note_receipts({("c1", DISTRICT): 99})
    assert len(ledger.unreceived(instant(days=6), instant(days=6), 10)) == 1, (
        "a version that does not exist is no receipt"
    )
    with ledger.begin() as unit:
        unit.note_receipts({("c1", DISTRICT): 2})
    assert ledger.unreceived(instant(days=6), instant(days=6), 10) == []


def test_a_refused_report_is_a_sign_of_life(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    event = e.Refused(command="k", command_type="case.resolve.v1", code="wrong", data={})
    write(ledger, following(new.case, event, cause="k", actor=Actor(ActorRole.DESK, STREET)))
    assert ledger.unreceived(instant(hours=1), instant(hours=1), 10) == []


def test_an_older_receipt_changes_nothing(ledger: SqlLedger, ledger_url: str) -> None:
    new = opening("c1")
    write(ledger, new, accepted(new.case))
    for version in (2, 1):
        with ledger.begin() as unit:
            unit.note_receipts({("c1", STREET): version})
    assert ask(ledger_url, "select receipt_version from cases") == [(2,)]


# -- Versions


def test_a_version_never_changes(ledger: SqlLedger) -> None:
    ledger.put_version("tree", "1", b"one", instant())
    ledger.put_version("tree", "1", b"one", instant(hours=1))
    with pytest.raises(RouterError, match="versions never change"):
        ledger.put_version("tree", "1", b"other", instant())
    assert ledger.version("tree", "1") == b"one"


def test_one_version_of_each_kind_is_in_force(ledger: SqlLedger) -> None:
    assert ledger.current("tree") is None
    ledger.put_version("tree", "1", b"one", instant())
    ledger.put_version("tree", "2", b"two", instant(hours=1))
    ledger.put_version("tree", "3", b"three", instant(hours=2), current=False)
    ledger.put_version("policy", "1", b"p", instant())
    assert ledger.current("tree") == ("2", b"two")
    assert ledger.current("policy") == ("1", b"p")
    assert ledger.version("tree", "3") == b"three"
    assert ledger.version("tree", "4") is None
    ledger.put_version("tree", "1", b"one", instant(hours=3))
    assert ledger.current("tree") == ("1", b"one")


# -- Figures


def test_figures_of_an_empty_ledger_are_zero_or_none(ledger: SqlLedger) -> None:
    assert dict(ledger.counts(instant())) == {
        "cases_open": 0,
        "projects_open": 0,
        "tasks_open": 0,
        "received_last_minute": 0,
        "due_next_hour": 0,
        "overdue": 0,
        "oldest_overdue_at_s": None,
        "outbox": 0,
        "outbox_oldest_s": None,
        "parked": 0,
    }


def test_figures_say_how_things_stand(ledger: SqlLedger) -> None:
    writes = [opening("c1"), opening("c2"), opening("c3", due_at=instant(days=5, minutes=30)), opening("c4")]
    write(ledger, *writes)
    write(ledger, closing(writes[3].case))
    counts = ledger.counts(instant(days=5, seconds=20))
    assert counts["cases_open"] == 3
    assert counts["overdue"] == 2
    assert counts["oldest_overdue_at_s"] == 20
    assert counts["due_next_hour"] == 1
    assert counts["outbox"] == 4
    assert counts["outbox_oldest_s"] == 5 * 86400 + 20
    assert counts["received_last_minute"] == 0
    assert ledger.counts(instant(seconds=30))["received_last_minute"] == 4


def test_the_clock_is_aware(ledger: SqlLedger) -> None:
    assert ledger.clock().utcoffset() is not None
    assert ledger.clock() >= ledger.clock().replace(microsecond=0)


def test_the_name_holds_no_password(ledger: SqlLedger, ledger_url: str) -> None:
    password = engine_of(ledger_url).url.password
    assert password is None or password not in ledger.name
    assert KEY.hex() not in ledger.name


def test_the_ledger_can_be_closed_twice(ledger: SqlLedger) -> None:
    ledger.close()
    ledger.close()


def test_an_error_in_the_middle_is_said_in_our_words(ledger: SqlLedger) -> None:
    with pytest.raises(RouterError, match="the database refused"), ledger._database.reading() as connection:
        connection.execute(text("select * from nowhere"))


# -- Queries


def test_no_query_about_some_rows_reads_a_table_through(tmp_path: Path) -> None:
    """On SQLite, which tells its plan without statistics; the statements are the same on both."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    ledger = SqlLedger(url, key=None)
    asked: list[tuple[str, Any]] = []
    engine = ledger._database._engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    ask_everything(ledger)
    with engine.connect() as connection:
        statements = [
            statement for statement in asked if statement[0].startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
        ]
        for statement, values in statements:
            given = values[0] if isinstance(values, list) else values
            plan = connection.exec_driver_sql(f"explain query plan {statement}", given).fetchall()
            steps = [row[3] for row in plan if re.match(r"SCAN (cases|entries|outbox|contacts|parked)$", row[3])]
            assert steps == [], statement
    assert len(statements) > 15, "the test listens"
    ledger.close()


def ask_everything(ledger: SqlLedger) -> None:
    """Every question that is about some rows only."""
    new, later = opening("c1"), instant(days=6)
    with ledger.begin() as unit:
        unit.answers(["k"])
        unit.cases(["c1"])
        unit.unpark_waiting(["c1"], later)
        unit.write([new])
        unit.write([accepted(new.case)])
        unit.write([opening("c1")])
        unit.note_receipts({("c1", STREET): 1})
        unit.settle({"a": Fate.CONFIRMED, "b": Fate.UNROUTED, "c": Fate.REJECTED}, later)
    ledger.claim_due(later, 10, 60)
    ledger.claim_outbox(later, 10, 60, 5)
    ledger.next_due_at()
    ledger.case("c1")
    ledger.case_by_source("hotline", "c1")
    ledger.entries("c1")
    ledger.unreceived(later, later, 10)
    ledger.cases_waited_for(10)
    ledger.parked_one("p")
    ledger.mark_replayed("p", later)
    ledger.forget_contacts(later)
    list(ledger.all_cases(open_only=True, lead=STREET))


def test_projects_and_inspectors_tasks_are_counted_apart_from_cases(ledger: SqlLedger) -> None:
    task = Task(kind=TaskKind.VISIT, targets=(Target(desk="s1"),), due_at=instant(days=1))
    kinds: dict[str, dict[str, Any]] = {
        "a case": {"text": 'it says "task":{'},
        "a project": {"channel": "project"},
        "a task": {"channel": "inspection", "inspections": Inspections(task=task)},
        "a finding": {"channel": "inspection"},
    }
    writes = []
    for number, changes in enumerate(kinds.values(), 1):
        one = opening(f"c{number}")
        writes.append(msgspec.structs.replace(one, case=msgspec.structs.replace(one.case, **changes)))
    write(ledger, *writes)
    counts = ledger.counts(instant())
    assert (counts["cases_open"], counts["projects_open"], counts["tasks_open"]) == (2, 1, 1)
