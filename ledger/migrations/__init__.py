"""The ledger's schema, step by step; `ledger.schema.migrate` runs the steps."""
