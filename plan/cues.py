"""The names that the clocks of one process listen to: what starts them, and what answers them."""

from collections.abc import Mapping
from typing import NamedTuple

from plan.clocks import begins_by
from plan.model import Deadline, Plan
from plan.once import once


class Cues(NamedTuple):
    """`starting` in the order of the plan; a clock that waits for a delivery hears its event too."""

    starting: Mapping[str, tuple[Deadline, ...]]
    answering: frozenset[str]


@once
def cues(plan: Plan, process: str) -> Cues:
    """Those of one process of a plan."""
    deadlines = plan.processes[process].deadlines.values()
    starting: dict[str, tuple[Deadline, ...]] = {}
    for deadline in deadlines:
        for name in dict.fromkeys((*begins_by(deadline), *deadline.after)):
            starting[name] = (*starting.get(name, ()), deadline)
    return Cues(starting, frozenset(name for deadline in deadlines for name in deadline.until))
