"""What the people at a desk without a program read in the shell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.app import installation
from router.arrivals import direct
from router.core.case import Case
from router.core.timing.deadlines import wake_up
from router.ledger.sql import SqlLedger
from router.settings import Settings
from tests.unit.cli.conftest import Shell


@pytest.fixture
def told(shell: Shell) -> Shell:
    """A case whose time for signing has passed, and then its due date."""
    shell.open()
    shell.sql("delete from outbox")  # it was handed over: else its desk would lose nothing
    with installation(Settings(ledger=shell.ledger)) as here:
        now = here.now()
        router = here.leaving_router()
        for days in (3, 20):
            later = now + timedelta(days=days)
            due = here.ledger.claim_due(later, 10, 0.0)
            router.carry_out([direct(wake_up(d.case_id, d.milestone, d.due_at), "due") for d in due], later)
    return shell


def test_a_desk_reads_the_newest_of_each_case(told: Shell) -> None:
    (row,) = told("notices", "list", "--desk", "liuyin", "--json").json
    assert (row["desk"], row["kind"], row["sent_at"]) == ("liuyin", "taken", None)
    every = told("notices", "list", "--desk", "liuyin", "--all", "--json").json
    assert [(one["kind"], one["milestone"]) for one in every] == [("taken", ""), ("reminder", "accept")]
    assert told("notices", "list", "--desk", "hubin", "--json").json[0]["kind"] == "escalated"


def test_the_table_speaks_both_languages(told: Shell) -> None:
    assert "yours now: escalated" in told("notices", "list").out
    assert "提级到本单位" in told("notices", "list", lang="zh").out


def test_where_nobody_was_told_anything_it_says_so(shell: Shell) -> None:
    done = shell("notices", "list")
    assert (done.code, done.out, done.err.strip()) == (0, "", "no notices in these days")


def test_a_desk_that_is_not_there_is_named(told: Shell) -> None:
    done = told("notices", "list", "--desk", "nobody")
    assert (done.code, "nobody" in done.err) == (3, True)


def test_a_desk_that_does_the_work_of_the_subject_since_reads_no_more_of_a_closed_report(told: Shell) -> None:
    (case,) = {one["case"] for one in told("notices", "list", "--json").json}
    assert told("case", "correct", case, "--as", "supervision", "--subject-desk", "wanghu").code == 0
    assert told("case", "withdraw", case, "--as", "supervision", "--reason", "nothing in it").code == 0
    assert told("notices", "list", "--desk", "liuyin", "--json").json
    assert told("divisions", "redirect", "wanghu", "--to", "liuyin", "--json").json["moved"] == []
    assert told("notices", "list", "--desk", "liuyin", "--json").json == []
    assert not [one for one in told("notices", "list", "--json").json if one["desk"] == "liuyin"]


def test_each_case_is_read_once_however_much_was_told_of_it(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    one_case = SqlLedger.case

    def counted(ledger: SqlLedger, case_id: str) -> Case | None:
        read.append(case_id)
        return one_case(ledger, case_id)

    monkeypatch.setattr(SqlLedger, "case", counted)
    listed = told("notices", "list", "--all", "--json").json
    assert len(listed) > 2
    # Once for whoever sits here, once for what the list says.
    assert len(read) == 2
