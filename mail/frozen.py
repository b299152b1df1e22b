"""What every value that crosses the border of this room has in common."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, strict about names, and silent about its input in errors: it may hold an address."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
