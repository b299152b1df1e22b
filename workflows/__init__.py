"""One file per workflow type. Imports temporalio, pydantic and `wire` only; activities are called by name."""
