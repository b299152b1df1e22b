"""A number before any speed-up: what one journey costs the engine, beside a workflow that does nothing else."""
