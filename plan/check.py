"""Whether the names in a plan refer to something: in declarations and processes; `plan.check_rules` does notifications.

Names are looked up in the plan as it was read, lines in the document.
"""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from plan import document
from plan.conditions import fault, message_names, names
from plan.document import line_of
from plan.life import CREDITS, EARNED
from plan.model import OF_A_PERSON, RESERVED_EVENTS, Arrow, EventType, FieldSpec, Plan, Process, Stage
from plan.names import arrows, deadlines, item_kinds
from plan.problem import clip, instead
from plan.reading import Reader
from plan.roles import THIRD_PARTIES, givers, recipients
from plan.slips import Slips

LEADS: Final = OF_A_PERSON | frozenset(
    {"audit_selected", "cancel_requested", "all_answered", "touched", "delivery_failed"}
)  # reserved, fit for arrows
STARTS: Final = LEADS | {"created"}  # and fit to start or answer a clock


@dataclass(frozen=True)
class Case:
    """A plan as read, where its words stand, and the events that its `events:` declares."""

    reader: Reader
    root: document.Mapping
    plan: Plan
    declared: frozenset[str]
    slips: Slips = field(default_factory=Slips)

    def wrong(self, sentence: str, *path: str) -> None:
        """Note a problem at a place of the document."""
        self.reader.wrong(line_of(self.root, *path), sentence)

    def known(self, word: str, names: Collection[str], what: str, *path: str) -> bool:
        """Whether `word` is one of `names`; if not, a problem is noted. An empty word was noted when it was read."""
        found = word in names
        if word and not found:
            self.wrong(f"there is no {what} `{word}`: {instead(word, names)}", *path, word)
        return found

    def slip(self, word: str, names: AbstractSet[str], otherwise: str, *path: str) -> None:
        """Note a word that may be new here, but looks like a slip of the pen."""
        meant = self.slips.meant(word, names)
        if meant is not None:
            self.wrong(f"`{word}` is named nowhere else: did you mean `{meant}`? If not, {otherwise}", *path, word)

    @cached_property
    def known_now(self) -> dict[str, str]:
        """What a condition of now may speak of, with its type."""
        return names(self.plan, of_now=True) | message_names(self.plan)

    @cached_property
    def known_of_facts(self) -> dict[str, str]:
        """What a condition over facts alone may speak of, with its type."""
        return names(self.plan, of_now=False)

    @cached_property
    def deadlines(self) -> frozenset[str]:
        """The deadlines of all processes."""
        return deadlines(self.plan)

    @cached_property
    def givers(self) -> frozenset[str]:
        """Every role that a fact may come from or be shown to."""
        return givers(self.plan)

    @cached_property
    def recipients(self) -> frozenset[str]:
        """Every role that a notification may go to."""
        return recipients(self.plan)

    @cached_property
    def named(self) -> frozenset[str]:
        """Names that weigh more than one in `after:`, `until:` or `on:`: declared, of an arrow, or a deadline."""
        processes = self.plan.processes.values()
        stages = [s for p in processes for s in p.stages.values()]
        stages += [s for p in processes for kind in p.items.values() for s in kind.stages.values()]
        leading = {name for name, _ in arrows(stages)} | {name for p in processes for name in p.anywhere}
        return frozenset(leading | self.declared | self.deadlines)

    def written(self, *path: str) -> frozenset[str]:
        """The keys of the document's mapping at `path`."""
        node: document.Node = self.root
        for step in path:
            if not isinstance(node, document.Mapping) or step not in node.entries:
                return frozenset()
            node = node.entries[step].value
        return frozenset(node.entries) if isinstance(node, document.Mapping) else frozenset()


def check(case: Case) -> None:
    """Note everything that refers to nothing."""
    for event in case.plan.events.values():
        _event(case, event)
    for section, fields in (("person", case.plan.person), ("told", case.plan.told)):
        for name, spec in fields.items():
            _shown(case, spec, section, *name.split("."))
            if section == "told" and spec.type == "text":
                case.reader.later(line_of(case.root, section, *name.split(".")), "text in told")
    for process in case.plan.processes.values():
        _process(case, process)
    for name, steps in case.plan.fees.items():
        for step in steps:
            if isinstance(step.from_, str):
                case.known(step.from_, case.deadlines, "deadline", "fees", name)
            if step.if_ and (wrong := fault(step.if_, case.known_of_facts)):
                case.wrong(f"the condition `{clip(step.if_)}` cannot be used: {wrong}", "fees", name)


def _event(case: Case, event: EventType) -> None:
    here = ("events", event.name)
    if event.name in case.deadlines:
        case.wrong(f"`{event.name}` is a deadline too: events and deadlines share their names, rename one", *here)
    if event.name in RESERVED_EVENTS - {"audit_selected"}:
        case.wrong(f"`{event.name}` is an event of Waypost's own: use it without declaring it", *here)
    if event.item is not None:
        case.known(event.item, item_kinds(case.plan), "item", *here, "item")
    if event.by is not None:
        case.known(event.by, case.givers, "role", *here, "by")
    for name, spec in event.data.items():
        _shown(case, spec, *here, "data", name)


def _shown(case: Case, spec: FieldSpec, *path: str) -> None:
    for role in THIRD_PARTIES.intersection(spec.shown):
        case.wrong(f"a {role} is never told what was said: leave `{role}` out of `shown`", *path, "shown")
    for role in spec.shown:
        case.known(role, case.givers, "role", *path, "shown")


def _process(case: Case, process: Process) -> None:
    here = ("processes", process.name)
    stages = case.written(*here, "stages")
    case.known(process.start, process.stages, "stage", *here, "start")
    _arrows(case, process, Stage(name="", arrows=process.anywhere), stages, *here, "anywhere")
    for stage in process.stages.values():
        _arrows(case, process, stage, stages, *here, "stages", stage.name)
    for kind in process.items.values():
        item = (*here, "items", kind.name)
        stages = case.written(*item, "stages")
        case.known(kind.start, kind.stages, "stage", *item, "start")
        for stage in kind.stages.values():
            _arrows(case, process, stage, stages, *item, "stages", stage.name)
            for name, _ in arrows((stage,)):
                if name in process.deadlines and not process.deadlines[name].per_item:
                    case.wrong(
                        f"`{name}` is not a clock of items: write `per: item` there", *item, "stages", stage.name
                    )
    _audit(case, process)
    _credits(case, process)
    _next(case, process)


def _next(case: Case, process: Process) -> None:
    """A final stage starts a process, and carries over what that one can be told."""
    for stage, following in process.next.items():
        here = ("processes", process.name, "next")
        case.known(stage, process.stages, "stage", *here)
        if stage in process.stages and not process.stages[stage].final:
            case.wrong(f"`{stage}` is not final: only a journey's end starts the next", *here, stage)
        case.known(following.process, case.plan.processes, "process", *here, stage)
        for name in following.keep:
            case.known(name, case.plan.told, "told field", *here, stage, "keep")
        for name, deadline in following.tells.items():
            if case.known(name, case.plan.told, "told field", *here, stage, "tells"):
                kind = case.plan.told[name].type
                if kind != "date":
                    case.wrong(f"`{name}` is declared as {kind}: a deadline tells a date", *here, stage, "tells", name)
            case.known(deadline, process.deadlines, "deadline", *here, stage, "tells", name)
            if deadline in process.deadlines and process.deadlines[deadline].per_item:
                case.wrong(f"`{deadline}` is a clock of items: write one of the journey", *here, stage, "tells", name)
            if name in following.keep:
                case.wrong(f"`{name}` is kept and told anew: leave one of the two out", *here, stage, "tells", name)


def _audit(case: Case, process: Process) -> None:
    """The event that draws is one that the process hears, and what it opens is a kind of item."""
    draw = process.audit
    here = ("processes", process.name, "audit")
    if draw is None:
        return
    case.known(draw.item, process.items, "item", *here)
    if draw.on in RESERVED_EVENTS - {"created"} or draw.on in case.deadlines:
        case.wrong(f"`{draw.on}` cannot draw an audit: write an event of your own", *here, "on")
    elif draw.on != "created":
        case.known(draw.on, case.plan.events, "event", *here, "on")


def _credits(case: Case, process: Process) -> None:
    """Adding up needs somewhere to put the sum, and something to add."""
    if process.credits == "told":
        return
    here = ("processes", process.name, "credits")
    total = case.plan.told.get(EARNED)
    if total is None or total.type != "number":
        case.wrong(f"`credits: sum` needs `told: {{{EARNED.replace('.', ': {')}: number}}}}`: declare it", *here)
    granting = [e for e in case.plan.events.values() if e.item in process.items and CREDITS in e.data]
    if not any(event.data[CREDITS].type == "number" for event in granting):
        sentence = "`credits: sum` adds up a number that events of items carry: declare `data: {credits: number}`"
        case.wrong(sentence, *here)


def _arrows(case: Case, process: Process, stage: Stage, stages: frozenset[str], *path: str) -> None:
    for name, arrow in stage.arrows.items():
        here = (*path, name)
        _target(case, process, name, arrow, stages, *here)
        if arrow.if_ and (wrong := fault(arrow.if_, case.known_of_facts)):
            case.wrong(f"the condition `{clip(arrow.if_)}` cannot be used: {wrong}", *here, "if")
        if name in RESERVED_EVENTS - LEADS:
            case.wrong(f"`{name}` cannot lead to a stage: write an event of your own", *here)
        elif name in case.deadlines and name not in process.deadlines:
            case.wrong(f"`{name}` is a deadline of another process: give `{process.name}` one of its own", *here)
        elif name not in RESERVED_EVENTS | process.deadlines.keys():
            known = {*case.declared, *process.deadlines, *LEADS}
            case.slip(name, known, f"declare it: `events: {{{name}: }}`", *here)


def _target(case: Case, process: Process, name: str, arrow: Arrow, stages: frozenset[str], *path: str) -> None:
    if arrow.to not in stages:
        case.slip(arrow.to, stages, f"write it among the stages: `{arrow.to}: {{}}`", *path)
    if arrow.of is not None and name != "all_answered":
        case.wrong("`of` goes with `all_answered` alone: leave it out", *path, "of")
    elif arrow.of is not None:
        case.known(arrow.of, process.items, "item", *path, "of")
