"""Reads the notifications of a plan. What the names in them refer to is `plan.check`'s matter."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from plan.coverage import CHECKLIST
from plan.document import Entry, Node, Scalar, Sequence
from plan.model import Purpose, Rule
from plan.period import Period
from plan.problem import clip, instead
from plan.reading import Keys, Reader
from plan.roles import canonical

TRIGGERS: Final = ("on", "before", "after", "moved")
RULE: Final = Keys(
    "a notification",
    frozenset({"covers", "purpose", "optional", "to", *TRIGGERS, "offsets", "while", "stages", "in", "at"})
    | frozenset({"urgent", "lateness", "when_unknown"}),
    frozenset({"if", "state", "why", "entered", "left", "idle", "of", "repeat", "becomes", "backfill", "within"})
    | frozenset({"every", "limit", "digest", "even_if", "corrects", "was", "template", "history"}),
)
LATER_TRIGGERS: Final = frozenset({"entered", "left", "idle", "becomes", "within"})


def read_schedules(reader: Reader, node: Node) -> dict[str, tuple[Period, ...]]:
    """Named lists of offsets."""
    return {entry.key: read_offsets(reader, entry.value, {}) for entry in reader.named(node, "a schedule")}


def read_rule(reader: Reader, entry: Entry, schedules: Mapping[str, tuple[Period, ...]]) -> Rule:
    """The notification as far as it can be read."""
    values = reader.table(entry.value, RULE)
    found: dict[str, Any] = {"purpose": "announcement", "to": ()}
    found |= {name: read(reader, values[key]) for key, (name, read) in RULE_FIELDS.items() if key in values}
    if "offsets" in values:
        found["offsets"] = read_offsets(reader, values["offsets"], schedules)
    check_parts(reader, entry, values, found)
    return Rule(name=entry.key, **found)


def read_to(reader: Reader, node: Node) -> tuple[str, ...]:
    """`payer or applicant`: roles in order of fallback."""
    if isinstance(node, Sequence):
        reader.wrong(node.line, "`to` is one role, or roles that stand in for each other: write `payer or applicant`")
        return ()
    roles = tuple(canonical(" ".join(part.split())) for part in f" {reader.text(node)} ".split(" or "))
    if len(set(roles)) < len(roles):
        reader.wrong(node.line, "one role is named twice: keep one")
    return tuple(dict.fromkeys(role for role in roles if role))


def read_offsets(reader: Reader, node: Node, schedules: Mapping[str, tuple[Period, ...]]) -> tuple[Period, ...]:
    """A list of lengths of time, or the name of a schedule that is one."""
    if isinstance(node, Scalar) and node.text.strip() in schedules:
        return schedules[node.text.strip()]
    if isinstance(node, Scalar) and node.text.strip()[:1].isalpha() and not node.text.strip().startswith("P"):
        known = instead(node.text.strip(), schedules)
        reader.wrong(node.line, f"`{clip(node.text)}` is no schedule of this plan: {known}")
        return ()
    offsets: list[Period] = []
    for item in reader.items(node):
        offset = reader.length(item)
        if offset in offsets:
            reader.wrong(item.line, f"the offset {offset} is listed twice: keep one")
        elif offset is not None:
            offsets.append(offset)
    return tuple(offsets)


def read_lateness(reader: Reader, node: Node) -> Period:
    """How late a message may leave, in days or less."""
    span = reader.span(node)
    return Period(days=span.days, seconds=span.seconds)


RULE_FIELDS: Final[Mapping[str, tuple[str, Callable[[Reader, Node], Any]]]] = {
    **{key: (key, Reader.text) for key in TRIGGERS},
    "purpose": ("purpose", lambda reader, node: reader.one_of(node, get_args(Purpose)) or "announcement"),
    "to": ("to", read_to),
    "covers": ("covers", lambda reader, node: reader.one_of(node, CHECKLIST)),
    "while": ("while_", Reader.words),
    "stages": ("stages", Reader.words),
    "in": ("in_", Reader.words),
    "at": ("at", Reader.clock),
    "urgent": ("urgent", Reader.flag),
    "optional": ("optional", Reader.flag),
    "lateness": ("lateness", read_lateness),
    "when_unknown": ("when_unknown", lambda reader, node: reader.one_of(node, ("resend", "review"))),
}


def check_parts(reader: Reader, entry: Entry, values: Mapping[str, Node], found: Mapping[str, Any]) -> None:
    """Whether the parts of a notification say when, to whom and for what."""
    name = clip(entry.key)
    triggers = [key for key in TRIGGERS if key in values]
    keys = getattr(entry.value, "entries", {})
    for key, example in (("purpose", "reminder"), ("to", "applicant")):
        if key not in values:
            reader.wrong(entry.line, f"`{name}` has no `{key}`: write one such as `{key}: {example}`")
    if len(triggers) > 1:
        reader.wrong(values[triggers[1]].line, f"`{name}` has two triggers: keep `{triggers[0]}` or `{triggers[1]}`")
    elif not triggers and not LATER_TRIGGERS & set(keys):
        reader.wrong(entry.line, f"nothing sets off `{name}`: write `on:`, `before:`, `after:` or `moved:`")
    counted = triggers[:1] in (["before"], ["after"])
    if counted and "offsets" not in values and not {"every", "within"} & set(keys):
        reader.wrong(entry.line, f"`{name}` does not say how long {triggers[0]}: write `offsets: [30 days, 7 days]`")
    if triggers == ["moved"] and "offsets" in values:
        reader.wrong(values["offsets"].line, "what a moved deadline triggers leaves at once: leave `offsets` out")
    if triggers in (["after"], ["on"]) and Period() in found.get("offsets", ()):
        reader.wrong(values["offsets"].line, "an offset of no time is no offset: write `on:` without `offsets`")
    if "at" in values and found.get("offsets") and not any(offset.dated for offset in found["offsets"]):
        reader.wrong(values["at"].line, "offsets in hours or less keep their own time of day: leave `at` out")
