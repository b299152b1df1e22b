"""Alembic's entry: runs the steps on the connection, and in the transaction, that `ledger.schema` hands in."""

from alembic import context

# Without metadata: steps are written by hand, and a test compares what they build with ledger.tables.
context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
