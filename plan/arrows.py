"""The arrows of one process, asked by name: where an event or a deadline leads from a stage (plan.md A)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from plan.model import Arrow, ItemKind, Plan, Process
from plan.once import once


class Arrows:
    """An index over one process, never changed once it is made."""

    def __init__(self, process: Process) -> None:
        targets: dict[str, set[str]] = defaultdict(set)
        sources: dict[str, set[str]] = defaultdict(set)
        item_targets: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._out: dict[tuple[str, str], tuple[Arrow, bool]] = {}  # stage, name
        self._out_of_items: dict[tuple[str, str, str], Arrow] = {}  # kind, stage, name
        for stage in process.stages.values():
            for event, arrow in ({} if stage.final else {**process.anywhere, **stage.arrows}).items():
                targets[event].add(arrow.to)
                sources[event].add(stage.name)
                self._out[stage.name, event] = arrow, event not in stage.arrows
        for kind in process.items.values():
            for stage in kind.stages.values():
                for event, arrow in stage.arrows.items():
                    item_targets[event][kind.name].add(arrow.to)
                    self._out_of_items[kind.name, stage.name, event] = arrow
        self.process = process
        self.targets: Mapping[str, AbstractSet[str]] = dict(targets)  # name → stages that it leads to
        self.sources: Mapping[str, AbstractSet[str]] = dict(sources)  # name → stages that it leads from
        self.item_targets: Mapping[str, Mapping[str, AbstractSet[str]]] = {
            name: dict(kinds) for name, kinds in item_targets.items()
        }  # name → kind → stages

    def named(self, event: str) -> bool:
        """Whether any arrow of the process or of its items has this name."""
        return event in self.targets or event in self.item_targets

    def out_of(self, stage: str, event: str, opens: Callable[[Arrow], bool]) -> tuple[Arrow, bool] | None:
        """The arrow from a stage that is not final, if it opens, and whether it is one of `anywhere`."""
        found = self._out.get((stage, event))
        return found if found is not None and (found[0].if_ is None or opens(found[0])) else None

    def out_of_item(self, kind: str, stage: str, event: str, opens: Callable[[Arrow], bool]) -> Arrow | None:
        """The arrow from a stage of an item, if it opens."""
        arrow = self._out_of_items.get((kind, stage, event))
        return arrow if arrow is not None and (arrow.if_ is None or opens(arrow)) else None

    def kind_of(self, plan: Plan, event: str) -> ItemKind | None:
        """The kind of item that an event names: as declared, else the first whose arrows know the event."""
        declared = plan.events[event].item if event in plan.events else None
        if declared is not None:
            return self.process.items.get(declared)
        return next((self.process.items[kind] for kind in self.item_targets.get(event, ())), None)


@once
def arrows_of(plan: Plan, process: str) -> Arrows:
    """The arrows of one process of a plan."""
    return Arrows(plan.processes[process])
