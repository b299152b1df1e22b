"""Reads one process of a plan: its stages, deadlines and items. What its names refer to is `plan.check`'s matter."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from plan import document
from plan.document import Entry, Node, Scalar
from plan.model import Arrow, AuditDraw, Deadline, ItemKind, Next, Process, Stage
from plan.names import AUDIT as AUDIT_KIND
from plan.period import Period
from plan.problem import clip
from plan.read_dates import read_plus, read_then
from plan.reading import Keys, Reader

PROCESS: Final = Keys(
    "a process",
    frozenset({"start", "deadlines", "stages", "anywhere", "items", "linger", "credits", "audit", "next"}),
)
DEADLINE: Final = Keys(
    "a deadline",
    frozenset({"date", "told", "after", "plus", "then", "if_closed", "at", "per", "until", "settle", "allows"})
    | frozenset({"pauses", "every", "waits_for"}),
)
ARROW: Final = Keys("an arrow", frozenset({"to", "of", "if"}))
NEXT: Final = Keys("the next journey", frozenset({"process", "after", "keep", "tells"}))
AUDIT: Final = Keys("an audit", frozenset({"share", "on", "seed", "item"}))
AFTER: Final = Keys("`after`", frozenset({"sent"}))
ITEM: Final = Keys("an item", frozenset({"start", "stages"}))
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%")


def read_process(reader: Reader, entry: Entry) -> Process:
    """The process as far as it can be read."""
    values = reader.table(entry.value, PROCESS)
    anywhere = read_arrows(reader, values["anywhere"]) if "anywhere" in values else {}
    stages = read_stages(reader, values["stages"], also=anywhere) if "stages" in values else {}
    deadlines = reader.named(values["deadlines"], "a deadline") if "deadlines" in values else ()
    items = reader.named(values["items"], "an item") if "items" in values else ()
    for key in (key for key in ("start", "stages") if key not in values):
        reader.wrong(entry.line, f"the process `{clip(entry.key)}` has no `{key}`: write `{key}: …`")
    return Process(
        name=entry.key,
        start=reader.text(values["start"]) if "start" in values else "",
        stages=stages,
        anywhere=anywhere,
        deadlines={d.key: read_deadline(reader, d) for d in deadlines},
        items={i.key: read_item(reader, i) for i in items},
        linger=reader.span(values["linger"]) if "linger" in values else timedelta(days=90),
        next={n.key: read_next(reader, n) for n in reader.named(values["next"], "a stage")} if "next" in values else {},
        audit=read_audit(reader, values["audit"]) if "audit" in values else None,
        credits="sum" if "credits" in values and reader.one_of(values["credits"], ("told", "sum")) == "sum" else "told",
    )


def read_stages(reader: Reader, node: Node, also: dict[str, Arrow]) -> dict[str, Stage]:
    """Stages by name; those that are only named as a target are added, as the final stages they are (plan.md 4)."""
    stages = {
        entry.key: Stage(name=entry.key, arrows=read_arrows(reader, entry.value))
        for entry in reader.named(node, "a stage")
    }
    arrows = [*also.values(), *(arrow for stage in stages.values() for arrow in stage.arrows.values())]
    return stages | {a.to: Stage(name=a.to) for a in arrows if a.to and a.to not in stages}


def read_arrows(reader: Reader, node: Node) -> dict[str, Arrow]:
    """Arrows by event or deadline; an empty value has none, which makes a stage final."""
    if isinstance(node, Scalar) and not node.text.strip():
        return {}
    return {entry.key: read_arrow(reader, entry) for entry in reader.named(node, "an event")}


def read_arrow(reader: Reader, entry: Entry) -> Arrow:
    """`event: stage`, or `event: {to: stage}`."""
    if not isinstance(entry.value, document.Mapping):
        return Arrow(to=reader.text(entry.value))
    values = reader.table(entry.value, ARROW)
    if "to" not in values:
        reader.wrong(entry.line, f"the arrow of `{clip(entry.key)}` leads nowhere: write `to:` and a stage")
    return Arrow(
        to=reader.text(values["to"]) if "to" in values else "",
        of=reader.text(values["of"]) if "of" in values else None,
        if_=reader.text(values["if"]) if "if" in values else None,
    )


def read_audit(reader: Reader, node: Node) -> AuditDraw | None:
    """`{share: 10%, on: submitted, seed: cwe-2026}`."""
    values = reader.table(node, AUDIT)
    for key, example in (("share", "10%"), ("on", "submitted"), ("seed", "cwe-2026")):
        if key not in values:
            reader.wrong(node.line, f"the audit has no `{key}`: write one such as `{key}: {example}`")
    if not {"share", "on", "seed"} <= values.keys():
        return None
    share = _PERCENT.fullmatch(reader.text(values["share"]))
    if share is None or float(share[1]) > 100:
        reader.wrong(values["share"].line, "the share is a percentage from 0% to 100%: write such as `10%`")
        return None
    item = reader.text(values["item"]) if "item" in values else AUDIT_KIND
    return AuditDraw(
        share=float(share[1]) / 100, on=reader.text(values["on"]), seed=reader.text(values["seed"]), item=item
    )


def read_next(reader: Reader, entry: Entry) -> Next:
    """`approved: renewal`, or `approved: {process: renewal, after: 30 days, keep: […], tells: {begins_on: due}}`."""
    if isinstance(entry.value, Scalar):
        return Next(process=reader.text(entry.value))
    values = reader.table(entry.value, NEXT)
    if "process" not in values:
        reader.wrong(entry.line, f"`{clip(entry.key)}` starts nothing: write `process:` and its name")
    return Next(
        process=reader.text(values["process"]) if "process" in values else "",
        after=reader.period(values["after"]) if "after" in values else Period(),
        keep=reader.words(values["keep"]) if "keep" in values else (),
        tells={e.key: reader.text(e.value) for e in reader.entries(values["tells"], "`tells`")}
        if "tells" in values
        else {},
    )


def read_item(reader: Reader, entry: Entry) -> ItemKind:
    """The small lifecycle of a kind of item."""
    values = reader.table(entry.value, ITEM)
    for key in (key for key in ("start", "stages") if key not in values):
        reader.wrong(entry.line, f"the item `{clip(entry.key)}` has no `{key}`: write `{key}: …`")
    return ItemKind(
        name=entry.key,
        start=reader.text(values["start"]) if "start" in values else "",
        stages=read_stages(reader, values["stages"], also={}) if "stages" in values else {},
    )


def read_deadline(reader: Reader, entry: Entry) -> Deadline:
    """A deadline; a bare date is a fixed one."""
    if isinstance(entry.value, Scalar):
        return Deadline(name=entry.key, fixed=reader.day(entry.value))
    values = reader.table(entry.value, DEADLINE)
    found = {name: read(reader, values[key]) for key, (name, read) in DEADLINE_FIELDS.items() if key in values}
    if "after" in values:
        found["after"], found["after_sent"] = read_after(reader, values["after"])
    if "plus" in values:
        found["plus"], found["business_days"] = read_plus(reader, values["plus"])
    elif found.get("every"):
        found["plus"] = found["every"]  # the first instance is one span after
    check_parts(reader, entry, values)
    return Deadline(name=entry.key, **found)


def read_after(reader: Reader, node: Node) -> tuple[tuple[str, ...], str | None]:
    """Names of events and deadlines, or the notification in `{sent: …}`."""
    if not isinstance(node, document.Mapping):
        return reader.words(node), None
    values = reader.table(node, AFTER)
    return (), reader.text(values["sent"]) if "sent" in values else None


def read_per(reader: Reader, node: Node) -> bool:
    """`per: item`; whatever else is written there was meant for it."""
    reader.one_of(node, ("item",))
    return True


DEADLINE_FIELDS: Final[Mapping[str, tuple[str, Callable[[Reader, Node], Any]]]] = {
    "date": ("fixed", Reader.day),
    "told": ("told", Reader.text),
    "every": ("every", Reader.length),
    "pauses": ("pauses", Reader.words),
    "waits_for": ("waits_for", Reader.text),
    "at": ("at", Reader.clock),
    "per": ("per_item", read_per),
    "until": ("until", Reader.words),
    "settle": ("settle", Reader.span),
    "then": ("then", read_then),
    "if_closed": ("if_closed", lambda reader, node: reader.one_of(node, ("stay", "next", "previous")) or "stay"),
    "allows": ("allows", Reader.words),
}


def check_parts(reader: Reader, entry: Entry, values: dict[str, Node]) -> None:
    """Whether the parts of a deadline make one date."""
    starts = [key for key in ("date", "told", "after") if key in values]
    if len(starts) > 1:
        reader.wrong(values[starts[1]].line, f"a deadline has one beginning: keep `{starts[0]}` or `{starts[1]}`")
    elif not starts:
        reader.wrong(entry.line, f"`{clip(entry.key)}` has no date: write `date:`, `told:` or `after:` with `plus:`")
    if starts == ["after"] and not {"plus", "every"} & values.keys():
        reader.wrong(entry.line, f"`{clip(entry.key)}` does not say how long after: write `plus: 30 days`")
    for key in ("every", "waits_for"):
        if key in values and "after" not in values:
            reader.wrong(values[key].line, f"`{key}` goes with `after:`: write what the clock counts from")
    if "plus" in values and "after" not in values:
        reader.wrong(values["plus"].line, "`plus` counts from `after:`: write what it counts from")
    if "then" in values and "after" not in values:
        reader.wrong(
            values["then"].line, "`then` rolls on what `after:` and `plus:` lead to: write what it counts from"
        )
    if "per" in values and "after" not in values:
        reader.wrong(values["per"].line, "a clock per item starts with an event: write `after:` and the event")
