"""The names that the clocks of one process listen to: what starts them, what answers them, what makes them pause."""

from collections.abc import Mapping
from typing import NamedTuple

from plan.clocks import begins_by
from plan.model import Deadline, Plan
from plan.once import once


class Cues(NamedTuple):
    """`starting` in the order of the plan; a clock that waits for a delivery hears its event too."""

    starting: Mapping[str, tuple[Deadline, ...]]
    answering: frozenset[str]
    paused: frozenset[str]  # the clocks that stand still while another one runs


@once
def cues(plan: Plan, process: str) -> Cues:
    """Those of one process of a plan."""
    deadlines = plan.processes[process].deadlines.values()
    starting: dict[str, tuple[Deadline, ...]] = {}
    for deadline in deadlines:
        for name in dict.fromkeys((*begins_by(deadline), *deadline.after)):
            starting[name] = (*starting.get(name, ()), deadline)
    answering = frozenset(name for deadline in deadlines for name in deadline.until)
    return Cues(starting, answering, frozenset(name for deadline in deadlines for name in deadline.pauses))
