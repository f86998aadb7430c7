"""What is made of a database's errors."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import exc as sa

from router.ledger.database import first_sentence, is_duplicate, is_transient


def postgresql_error(kind: type[psycopg.Error], state: str) -> sa.DBAPIError:
    """An error as the library hands it on, with the state the server gave."""
    original = kind("what happened\nDETAIL:  Failing row contains (路面有坑).")
    original.sqlstate = state
    return sa.DBAPIError.instance("select 1", {}, original, psycopg.Error)  # type: ignore[return-value]


def sqlite_error(kind: type[sqlite3.Error], name: str) -> sa.DBAPIError:
    """An error as the library hands it on, with the name SQLite gave."""
    original = kind("what happened")
    original.sqlite_errorname = name
    return sa.DBAPIError.instance("select 1", {}, original, sqlite3.Error)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("state", "transient"),
    [
        ("40P01", True),
        ("57P01", True),
        ("08006", True),
        ("53300", True),
        ("55P03", True),
        ("25006", True),
        ("22021", False),
    ],
)
def test_postgresql_says_by_a_code_whether_to_try_again(state: str, *, transient: bool) -> None:
    assert is_transient(postgresql_error(psycopg.OperationalError, state)) is transient


@pytest.mark.parametrize(
    ("name", "transient"), [("SQLITE_BUSY", True), ("SQLITE_FULL", True), ("SQLITE_ERROR", False)]
)
def test_sqlite_says_by_a_name_whether_to_try_again(name: str, *, transient: bool) -> None:
    assert is_transient(sqlite_error(sqlite3.OperationalError, name)) is transient


def test_a_duplicate_is_told_from_another_broken_constraint() -> None:
    assert is_duplicate(postgresql_error(psycopg.IntegrityError, "23505"))
    assert not is_duplicate(postgresql_error(psycopg.IntegrityError, "23514"))
    assert is_duplicate(sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_UNIQUE"))
    assert is_duplicate(sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_PRIMARYKEY"))
    assert not is_duplicate(sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_CHECK"))


def test_what_a_database_says_is_cut_before_it_quotes_the_row() -> None:
    assert first_sentence(postgresql_error(psycopg.IntegrityError, "23514")) == "what happened"
