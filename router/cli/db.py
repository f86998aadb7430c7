"""`case-router db`: the ledger's schema."""

from __future__ import annotations

import click

from router.cli.call import Call
from router.cli.grammar import Nouns
from router.cli.operating import require_operator
from router.cli.output import emit_fields, emit_json, tell
from router.cli.words import word
from router.errors import SchemaVersionError
from router.ledger import migrations
from router.ledger.shelf import in_force_at
from router.rulebook import TREE
from router.secret_files import ledger_url

db = Nouns("db")


@db.command("upgrade")
@click.pass_obj
def upgrade(call: Call) -> None:
    """Bring the schema to the version this program needs."""
    url = ledger_url(call.settings())
    require_operator(in_force_at(url, TREE))
    before = migrations.upgrade(url)
    if call.as_json:
        emit_json({"before": before.found, "after": before.needed, "changed": not before.is_current})
    elif before.is_current:
        tell(word("db_current", after=before.needed))
    else:
        tell(word("db_upgraded", before=before.found or word("db_empty"), after=before.needed))


@db.command("status")
@click.pass_obj
def status(call: Call) -> int:
    """Which version the ledger has and which is needed; 4 when they differ."""
    settings = call.settings()
    there = settings.ledger_file is None or settings.ledger_file.exists()
    found = migrations.schema_status(ledger_url(settings)) if there else migrations.nothing_there()
    if call.as_json:
        emit_json(
            {
                "found": found.found,
                "needed": found.needed,
                "current": found.is_current,
                "known": migrations.is_known(found),
            }
        )
    else:
        emit_fields([(word("db_found"), found.found or word("db_empty")), (word("db_needed"), found.needed)])
    if found.is_current:
        return 0
    if not call.as_json:
        tell(word("db_todo" if migrations.is_known(found) else "db_newer"))
    return SchemaVersionError.exit_code
