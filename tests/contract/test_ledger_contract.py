"""The ledger's port over every database: what is written, by whom, and what is read back."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.core import events as e, history
from router.core.case import State
from router.errors import UnreachableError
from router.ledger.migrations import upgrade
from router.ledger.port import RowRefusedError
from router.ledger.sql import SqlLedger
from tests.contract.conftest import Opener
from tests.contract.ledger_ground import (
    DUE_AT,
    STREET,
    accepted,
    ask,
    closing,
    escalation,
    following,
    instant,
    opening,
    refusal,
    tell,
    write,
)
from tests.servers.postgres import PostgresCluster

# -- What was written is there


def test_a_case_is_read_back_as_it_was_written(ledger: SqlLedger) -> None:
    new = opening("c1")
    assert write(ledger, new) == set()
    assert ledger.case("c1") == new.case
    assert ledger.case_by_source("hotline", "c1") == new.case
    assert ledger.entries("c1") == list(new.entries)


def test_what_does_not_exist_is_none_or_empty(ledger: SqlLedger) -> None:
    assert ledger.case("nobody") is None
    assert ledger.case_by_source("hotline", "nobody") is None
    assert ledger.entries("nobody") == []
    with ledger.begin() as unit:
        assert unit.cases(["nobody"]) == {}
        assert unit.cases([]) == {}
        assert unit.answers(["nobody"]) == {}
        assert unit.answers([]) == {}
        assert unit.write([]) == set()
        assert unit.unpark_waiting([], instant()) == []


def test_any_history_replays_to_the_case_that_is_stored(ledger: SqlLedger) -> None:
    steps = [opening("c1")]
    steps.append(accepted(steps[-1].case))
    steps.append(escalation(steps[-1].case, next_due_at=instant(days=9)))
    steps.append(refusal(steps[-1].case, "late"))
    steps.append(closing(steps[-1].case))
    for step in steps:
        assert write(ledger, step) == set()
    stored = ledger.case("c1")
    assert history.advance(None, ledger.entries("c1")) == stored == steps[-1].case
    assert stored is not None
    assert stored.state is State.CLOSED


def test_escalations_at_the_deadline_are_counted_by_plain_sql(ledger: SqlLedger, ledger_url: str) -> None:
    first, second = opening("c1"), opening("c2")
    write(ledger, first, second)
    write(ledger, escalation(first.case))
    query = (
        "select count(*) from entries e join cases c on c.id = e.case_id "
        "where e.type = 'Escalated' and e.event_at = c.due_at"
    )
    assert ask(ledger_url, query) == [(1,)]


def test_a_unit_sees_the_cases_it_asks_for(ledger: SqlLedger) -> None:
    one, two = opening("c1"), opening("c2")
    write(ledger, one, two)
    with ledger.begin() as unit:
        assert unit.cases({"c1", "c2", "c3"}) == {"c1": one.case, "c2": two.case}


def test_a_text_in_any_language_comes_back(ledger: SqlLedger) -> None:
    words = "路面塌陷 🕳 “quoted” \\ {curly} % ' ; -- \u2028 end"
    new = opening("c1", words=words)
    write(ledger, new)
    assert ledger.entries("c1")[0].text == words
    assert ledger.case("c1") == new.case


# -- Answers


def test_an_accepted_command_is_answered_from_the_ledger(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    signed = accepted(new.case, cause="k1")
    write(ledger, signed)
    with ledger.begin() as unit:
        answers = unit.answers(["k1", "k2"])
    assert set(answers) == {"k1"}
    assert (answers["k1"].case_id, answers["k1"].version, answers["k1"].refused) == ("c1", 2, None)


def test_a_refused_command_is_answered_with_its_code_and_data(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    write(ledger, refusal(new.case, "k1"))
    with ledger.begin() as unit:
        answer = unit.answers(["k1"])["k1"]
    assert (answer.version, answer.refused, dict(answer.data)) == (1, "not_lead", {"desk": "other"})


def test_who_must_not_know_of_a_case_is_not_told_its_version(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    write(ledger, refusal(new.case, "k1", "unknown_case"))
    with ledger.begin() as unit:
        assert unit.answers(["k1"])["k1"].version == 0


def test_a_refusal_stays_one_beside_other_entries_of_its_command(ledger: SqlLedger) -> None:
    first, second = opening("c1"), opening("c2")
    write(ledger, first, second)
    refused = e.Refused(command="k", command_type="case.resolve.v1", code="not_lead", data={})
    progress = e.ProgressReported(desk=STREET)
    write(ledger, following(first.case, progress, refused, cause="k1"))
    write(ledger, following(second.case, refused, progress, cause="k2"))
    with ledger.begin() as unit:
        answers = unit.answers(["k1", "k2"])
    assert [answers[cause].refused for cause in ("k1", "k2")] == ["not_lead", "not_lead"]


# -- Two who decide at once


def test_who_decided_on_an_old_version_loses_and_the_neighbours_do_not(
    open_ledger: Opener, ledger_url: str
) -> None:
    here, there = open_ledger(), open_ledger()
    one, two = opening("c1"), opening("c2")
    write(here, one, two)
    assert write(there, accepted(one.case)) == set()
    late = following(one.case, e.ProgressReported(desk=STREET), cause="late", sent=1)
    assert write(here, late, accepted(two.case)) == {"c1"}
    stored = here.case("c1")
    assert stored is not None
    assert stored.state is State.ACCEPTED
    assert len(here.entries("c2")) == 3
    assert ask(ledger_url, "select count(*) from entries where cause = 'late'") == [(0,)]
    assert ask(ledger_url, "select count(*) from outbox where id = 'late/0'") == [(0,)]


def test_a_case_that_is_not_there_cannot_be_changed(ledger: SqlLedger) -> None:
    assert write(ledger, accepted(opening("c1").case)) == {"c1"}
    assert ledger.entries("c1") == []


def test_a_case_is_opened_once(open_ledger: Opener) -> None:
    here, there = open_ledger(), open_ledger()
    first = opening("c1")
    assert write(here, first) == set()
    assert write(there, opening("c1"), opening("c2")) == {"c1"}
    assert here.case("c1") == first.case
    assert len(here.entries("c1")) == 2
    assert here.case("c2") is not None


def test_a_source_id_stands_for_one_case(ledger: SqlLedger) -> None:
    assert write(ledger, opening("c1", source_id="s")) == set()
    assert write(ledger, opening("c2", source_id="s"), opening("c3")) == {"c2"}
    assert write(ledger, opening("c4", source_id="t"), opening("c5", source_id="t")) == {"c5"}
    assert [case.id for case in ledger.all_cases()] == ["c1", "c3", "c4"]


def test_a_command_is_recorded_once_even_if_it_leaves_the_version(ledger: SqlLedger) -> None:
    one, two = opening("c1"), opening("c2")
    write(ledger, one, two)
    assert write(ledger, refusal(one.case, "k1")) == set()
    assert write(ledger, refusal(one.case, "k1"), accepted(two.case)) == {"c1"}
    assert len(ledger.entries("c1")) == 3
    assert len(ledger.entries("c2")) == 3


def test_of_two_cases_that_claim_one_command_in_a_batch_the_first_has_it(ledger: SqlLedger) -> None:
    assert write(ledger, opening("c1", cause="k"), opening("c2", cause="k")) == {"c2"}
    assert ledger.case("c2") is None


def test_of_many_who_race_for_one_version_exactly_one_wins(open_ledger: Opener) -> None:
    ledgers = [open_ledger() for _ in range(4)]
    case = opening("c1").case
    write(ledgers[0], opening("c1"))
    for _ in range(8):
        together = threading.Barrier(len(ledgers))

        def race(ledger: SqlLedger, case: object = case, together: threading.Barrier = together) -> set[str]:
            step = following(case, e.ProgressReported(desk=STREET))  # type: ignore[arg-type]
            together.wait(timeout=30)
            return write(ledger, step)

        with ThreadPoolExecutor(len(ledgers)) as pool:
            lost = list(pool.map(race, ledgers))
        assert sorted(map(len, lost)) == [0, 1, 1, 1]
        stored = ledgers[0].case("c1")
        assert stored is not None
        assert stored.version == case.version + 1
        case = stored
    assert history.advance(None, ledgers[0].entries("c1")) == case


def test_batches_over_the_same_cases_in_any_order_do_not_block_each_other(open_ledger: Opener) -> None:
    ids = [f"c{n:02}" for n in range(30)]
    orders = [ids, ids[::-1], ids[::2] + ids[1::2], ids[15:] + ids[:15]]
    together = threading.Barrier(len(orders))

    def run(order: Sequence[str]) -> set[str]:
        ledger = open_ledger()
        together.wait(timeout=30)
        lost = write(ledger, *(opening(case_id) for case_id in order))
        with ledger.begin() as unit:
            cases = unit.cases(order)
        write(ledger, *(accepted(cases[case_id]) for case_id in order))
        return set(order) - lost

    with ThreadPoolExecutor(len(orders)) as pool:
        won = list(pool.map(run, orders))
    assert sorted(case_id for part in won for case_id in part) == ids
    for case in open_ledger().all_cases():
        assert history.advance(None, open_ledger().entries(case.id)) == case


# -- Several commands for one case


def test_several_writes_of_one_case_become_one_row_and_all_entries(ledger: SqlLedger, ledger_url: str) -> None:
    first = opening("c1")
    second = accepted(first.case)
    third = refusal(second.case, "no")
    fourth = following(third.case, e.ProgressReported(desk=STREET), sent=2)
    other = opening("c2")
    assert write(ledger, first, other, second, third, fourth) == set()
    assert ledger.case("c1") == fourth.case
    assert [line.event for line in ledger.entries("c1")] == [
        line.event for step in (first, second, third, fourth) for line in step.entries
    ]
    assert ask(ledger_url, "select count(*) from outbox where case_id = 'c1'") == [(3,)]


def test_of_several_writes_decided_on_an_old_version_none_is_written(ledger: SqlLedger) -> None:
    new = opening("c1")
    write(ledger, new)
    write(ledger, accepted(new.case))
    one = following(new.case, e.ProgressReported(desk=STREET))
    two = following(one.case, e.ProgressReported(desk=STREET))
    assert write(ledger, one, two) == {"c1"}
    assert len(ledger.entries("c1")) == 3


def test_writes_of_one_case_that_do_not_follow_each_other_are_a_mistake(ledger: SqlLedger) -> None:
    new = opening("c1")
    with pytest.raises(ValueError, match="not on the write before it"):
        write(ledger, new, accepted(accepted(new.case).case))
    assert ledger.case("c1") is None


def test_entries_of_one_case_that_share_cause_and_ordinal_are_a_mistake(ledger: SqlLedger) -> None:
    new = opening("c1", cause="k")
    with pytest.raises(ValueError, match="share cause and ordinal"):
        write(ledger, new, accepted(new.case, cause="k"))
    assert ledger.case("c1") is None


# -- Rows that cannot be kept


@pytest.mark.parametrize("words", ["half\ud800", "nul\0"])
def test_a_text_no_database_can_hold_costs_one_case(ledger: SqlLedger, words: str) -> None:
    writes = [opening(f"c{n}", words=words if n == 5 else "") for n in range(9)]
    with ledger.begin() as unit:
        with pytest.raises(RowRefusedError) as refused:
            unit.write(writes)
        assert refused.value.case_id == "c5"
        assert words not in str(refused.value)
        assert unit.write([step for step in writes if step.case.id != "c5"]) == set()
    assert [case.id for case in ledger.all_cases()] == [f"c{n}" for n in range(9) if n != 5]


def test_a_row_the_database_refuses_is_found_among_its_neighbours(ledger: SqlLedger) -> None:
    write(ledger, opening("c3"))
    writes = [opening(f"c{n}") for n in range(9)]
    wrong = writes[6].case
    wrong.lead = ""  # contradicts its state, which a CHECK holds
    with ledger.begin() as unit:
        with pytest.raises(RowRefusedError) as refused:
            unit.write(writes)
        assert refused.value.case_id == "c6"
        assert "路面" not in str(refused.value)
        assert unit.write([step for step in writes if step.case.id != "c6"]) == {"c3"}
    assert len(list(ledger.all_cases())) == 8


@pytest.mark.parametrize(
    "change",
    [
        "state = 'gone'",
        "state = 'closed'",
        "closed_at = opened_at",
        "next_milestone = null",
        "wake_at = null",
        "lead = ''",
        "version = 0",
    ],
)
def test_the_database_itself_holds_what_a_row_must_be(ledger: SqlLedger, ledger_url: str, change: str) -> None:
    write(ledger, opening("c1"))
    with pytest.raises(Exception, match=r"(?i)check constraint"):
        tell(ledger_url, f"update cases set {change}")


def test_an_instant_without_a_zone_is_a_mistake(ledger: SqlLedger) -> None:
    naive = DUE_AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="needs a time zone"):
        ledger.claim_due(naive, 10, 60)
    with pytest.raises(ValueError, match="needs a time zone"):
        write(ledger, opening("c1", due_at=naive))
    assert ledger.case("c1") is None


# -- All or nothing


def test_what_raises_leaves_nothing(ledger: SqlLedger) -> None:
    def half_way() -> None:
        with ledger.begin() as unit:
            unit.write([opening("c1")])
            raise KeyError

    with pytest.raises(KeyError):
        half_way()
    assert ledger.case("c1") is None
    assert ledger.counts(instant())["outbox"] == 0


_DIES_BEFORE_THE_COMMIT = """
import os, sys
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import opening

with SqlLedger(sys.argv[1], key=None).begin() as unit:
    assert unit.write([opening("c1"), opening("c2")]) == set()
    os._exit(9)
"""


def test_a_process_that_dies_before_the_commit_leaves_nothing(ledger: SqlLedger, ledger_url: str) -> None:
    dead = subprocess.run([sys.executable, "-c", _DIES_BEFORE_THE_COMMIT, ledger_url], check=False, timeout=60)
    assert dead.returncode == 9
    assert list(ledger.all_cases()) == []
    assert list(ledger.all_entries()) == []
    assert ledger.counts(instant())["outbox"] == 0
    assert write(ledger, opening("c1")) == set()


@pytest.mark.postgres
def test_a_connection_cut_before_the_commit_leaves_nothing(database_url: str) -> None:
    upgrade(database_url)
    ledger = SqlLedger(database_url, key=None)
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )

    def cut_off() -> None:
        with ledger.begin() as unit:
            unit.write([opening("c1")])
            ask(database_url, cut)

    try:
        with pytest.raises(UnreachableError):
            cut_off()
        assert ledger.case("c1") is None
        assert write(ledger, opening("c1")) == set()
    finally:
        ledger.close()


@pytest.mark.postgres
def test_what_was_committed_survives_the_servers_death_and_the_ledger_finds_it_again(
    private_postgres: PostgresCluster,
) -> None:
    url = private_postgres.new_database()
    upgrade(url)
    ledger = SqlLedger(url, key=None)
    new = opening("c1")
    write(ledger, new)
    private_postgres.kill()
    with pytest.raises(UnreachableError):
        ledger.case("c1")
    with pytest.raises(UnreachableError):
        write(ledger, opening("c2"))
    private_postgres.restart()
    assert ledger.case("c1") == new.case
    assert write(ledger, opening("c2")) == set()
    ledger.close()
