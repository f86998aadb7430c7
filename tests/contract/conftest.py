"""Fixtures of the ledger's suite: each of its tests runs over SQLite and over PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import KEY

Opener = Callable[[], SqlLedger]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that has no tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def ledger_url(empty_url: str) -> str:
    """URL of a database with this program's schema and nothing in it."""
    upgrade(empty_url)
    return empty_url


@pytest.fixture
def open_ledger(ledger_url: str) -> Iterator[Opener]:
    """Opens ledgers on one database, as several processes would; they are closed after the test."""
    with ExitStack() as stack:

        def open_one() -> SqlLedger:
            ledger = SqlLedger(ledger_url, key=KEY)
            stack.callback(ledger.close)
            return ledger

        yield open_one


@pytest.fixture
def ledger(open_ledger: Opener) -> SqlLedger:
    """A ledger with nothing in it."""
    return open_ledger()
