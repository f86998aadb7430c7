"""Alembic's entry: runs the migrations on the connection, and in the transaction, it is given."""

from alembic import context

from router.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things in place; Alembic copies the table.
    render_as_batch=True,
)
context.run_migrations()
