"""The cases of the crash matrix: moments × what the provider does × when it reports × the plan's policy."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Final, NamedTuple

from tests.survival.attempts import Moment

MOMENTS: Final[tuple[Moment, ...]] = ("none", "A", "B", "C", "D", "E", "F", "away")
BEHAVIOURS: Final = (
    "accept",
    "accept_hang",
    "accept_reset",
    "accept_500",
    "hang",
    "slow",
    "429",
    "503",
    "400",
    "401",
)
REPORTS: Final = ("in_time", "late", "never")
POLICIES: Final = ("resend", "review")


class CrashCase(NamedTuple):
    """What happens to one message; `reports`: when the provider speaks of what it took."""

    moment: Moment
    behaviour: str
    reports: str
    policy: str


def every_case() -> list[CrashCase]:
    """The whole product."""
    return [CrashCase(*values) for values in product(MOMENTS, BEHAVIOURS, REPORTS, POLICIES)]


def pairwise(cases: Sequence[CrashCase]) -> Iterator[CrashCase]:
    """As few of the cases as needed for every pair of values of every two dimensions, chosen greedily."""
    missing = {pair for case in cases for pair in _pairs(case)}
    while missing:
        best = max(cases, key=lambda case: len(missing & _pairs(case)))
        missing -= _pairs(best)
        yield best


def _pairs(case: CrashCase) -> set[tuple[tuple[int, str], ...]]:
    return set(combinations(enumerate(case), 2))
