"""Alembic's entry: runs the migrations on the connection, and in the transaction, it is given."""

from alembic import context

# The tables of the figures come after all others: with them the metadata has every table.
from router.ledger.count_schema import tallies

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tallies.metadata,
    # SQLite cannot alter most things in place; Alembic copies the table.
    render_as_batch=True,
)
context.run_migrations()
