"""What was measured in rounds, and how far the rounds differ."""

from collections.abc import Iterable
from statistics import median, quantiles

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """Of numbers, one a round: half of them lie between `low` and `high`."""

    model_config = ConfigDict(frozen=True)

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def spread(numbers: Iterable[float]) -> Spread:
    """At least one number."""
    given = list(numbers)
    if len(given) < 2:
        return Spread(median=median(given), low=min(given), high=max(given))
    low, middle, high = quantiles(given, n=4)
    return Spread(median=middle, low=low, high=high)
