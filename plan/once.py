"""What a plan alone decides is worked out once, not with every journey."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from plan.model import Plan

KEPT: Final = 256  # processes of plans in use, for each kind of work
Found = TypeVar("Found")


class _Same:
    """A plan by identity: to compare two plans by their content takes longer than most of the work."""

    __slots__ = ("plan",)

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __hash__(self) -> int:
        return id(self.plan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.plan is self.plan


def once(work: Callable[[Plan, str], Found]) -> Callable[[Plan, str], Found]:
    """`work` on a plan and the name of one of its processes, remembered for both; what it returns is for all."""
    remembered = lru_cache(KEPT)(lambda same, process: work(same.plan, process))

    def found(plan: Plan, process: str) -> Found:
        return remembered(_Same(plan), process)

    found.__doc__ = work.__doc__
    return found
