"""Where arrows lead: which stages a journey, or an item, can ever come to (plan.md A)."""

from collections.abc import Collection, Mapping

from plan.check import Case
from plan.model import Arrow, Process, Stage


def check_paths(case: Case) -> None:
    """Note every written stage that no path of arrows leads to; `stage_set` corrects and is no path."""
    for process in case.plan.processes.values():
        here = ("processes", process.name)
        _lost(case, process.start, reached(process), *here, "stages")
        for kind in process.items.values():
            _lost(case, kind.start, _reached(kind.start, kind.stages, {}), *here, "items", kind.name, "stages")


def reached(process: Process, without: Collection[str] = ()) -> frozenset[str]:
    """The stages that a journey can come to, if the arrows of the names in `without` lead nowhere."""
    return _reached(process.start, process.stages, process.anywhere, without)


def _reached(
    start: str, stages: Mapping[str, Stage], anywhere: Mapping[str, Arrow], without: Collection[str] = ()
) -> frozenset[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        stage = stages.get(name)
        if stage is not None and not stage.final:
            arrows = {**anywhere, **stage.arrows}
            waiting += [arrow.to for event, arrow in arrows.items() if event not in without]
    return frozenset(found)


def _lost(case: Case, start: str, found: frozenset[str], *path: str) -> None:
    for name in sorted(case.written(*path) - found):
        sentence = f"no arrows lead from `{start}` to `{name}`: write an arrow to it, or leave the stage out"
        case.wrong(sentence, *path, name)
