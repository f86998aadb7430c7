"""The ledger's schema over every database: made by migrations, refused when it is another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from router.errors import ConfigurationError, SchemaVersionError, UnreachableError
from router.ledger import schema
from router.ledger.migrations import schema_status, upgrade
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import ask, engine_of, opening, tell

_CONSTRAINTS = {
    "sqlite": "select name, sql from sqlite_master where name not like 'sqlite%' and name <> 'alembic_version'",
    "postgresql": """
        select conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace and conname not like 'alembic%'
        union all
        select indexname, indexdef from pg_indexes where schemaname = 'public' and indexname not like 'alembic%'
    """,
}


def described(engine: Engine) -> dict[str, str]:
    """Every constraint and index by name, as the database itself tells it."""
    with engine.begin() as connection:
        found = connection.execute(text(_CONSTRAINTS[engine.dialect.name]))
        return {row[0]: row[1] for row in found}


def test_migrations_lead_from_nothing_to_the_tables_of_the_program(empty_url: str) -> None:
    upgrade(empty_url)
    engine = engine_of(empty_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_migrations_make_every_check_and_index_of_the_tables(empty_url: str) -> None:
    upgrade(empty_url)
    engine = engine_of(empty_url)
    by_migrations = described(engine)
    schema.metadata.drop_all(engine)
    schema.metadata.create_all(engine)
    by_tables = described(engine)
    engine.dispose()
    assert set(by_migrations) == set(by_tables)
    if engine.dialect.name == "postgresql":
        assert by_migrations == by_tables
    else:
        assert {name: statement_set(sql) for name, sql in by_migrations.items()} == {
            name: statement_set(sql) for name, sql in by_tables.items()
        }


def statement_set(sql: str | None) -> set[str]:
    """The lines of a definition, whatever their order: SQLite keeps the text it was given."""
    return {line.strip().rstrip(",") for line in (sql or "").splitlines()}


def test_an_empty_database_is_refused_with_the_way_out(empty_url: str) -> None:
    assert schema_status(empty_url).found is None
    with pytest.raises(SchemaVersionError) as refused:
        SqlLedger(empty_url, key=None)
    assert "empty" in str(refused.value)
    assert schema_status(empty_url).needed in str(refused.value)
    assert "case-router db upgrade" in str(refused.value)


def test_a_schema_of_another_version_is_refused_and_left_alone(ledger_url: str) -> None:
    tell(ledger_url, "update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaVersionError, match="9999"):
        SqlLedger(ledger_url, key=None)
    with pytest.raises(SchemaVersionError, match="9999"):
        upgrade(ledger_url)
    assert ask(ledger_url, "select version_num from alembic_version") == [("9999",)]


def test_upgrading_twice_changes_nothing(ledger_url: str) -> None:
    ledger = SqlLedger(ledger_url, key=None)
    with ledger.begin() as unit:
        unit.write([opening("c1")])
    before = upgrade(ledger_url)
    assert before.is_current
    assert schema_status(ledger_url).is_current
    assert ledger.case("c1") is not None
    ledger.close()


def test_upgrades_at_the_same_time_wait_for_each_other(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        before = list(pool.map(upgrade, [empty_url] * 4))
    assert sorted(status.is_current for status in before) == [False, True, True, True]
    assert schema_status(empty_url).is_current


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "no url"])
def test_a_url_that_is_no_ledgers_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SqlLedger(url, key=None)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(UnreachableError) as refused:
        SqlLedger("postgresql+psycopg://router:s3cret@127.0.0.1:1/ledger", key=None)
    assert "127.0.0.1:1/ledger" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert refused.value.exit_code == 6


def test_a_file_that_cannot_be_opened_does_not_answer() -> None:
    with pytest.raises(UnreachableError):
        SqlLedger("sqlite:////nowhere/at/all/ledger.db", key=None)
