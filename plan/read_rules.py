"""Reads the notifications of a plan. What the names in them refer to is `plan.check`'s matter."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from plan.coverage import CHECKLIST
from plan.document import Entry, Node, Scalar, Sequence
from plan.model import EvenIf, Purpose, Rule
from plan.period import LONGEST_YEARS, Period
from plan.problem import clip, instead
from plan.reading import Keys, Reader
from plan.roles import canonical

TRIGGERS: Final = ("on", "before", "after", "moved", "entered", "left", "idle", "becomes", "corrects")
RULE: Final = Keys(
    "a notification",
    frozenset({"covers", "purpose", "optional", "to", *TRIGGERS, "offsets", "while", "stages", "in", "at"})
    | frozenset({"urgent", "lateness", "when_unknown", "state", "why", "if", "of", "repeat", "backfill", "within"})
    | frozenset({"every", "limit", "elapsed", "digest", "even_if", "was", "template"}),
)
LONGEST_MONTHS: Final = 12 * LONGEST_YEARS
_SHARE: Final = re.compile(r"([1-9][0-9]?) ?%")
MOST_REPEATS: Final = 52  # once a week for a year


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
    if "within" in values:
        found["within"] = read_within(reader, values["within"], after="after" in values)
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
    offsets: dict[Period, None] = {}
    for item in reader.items(node):
        if len(offsets) == MOST_REPEATS:
            reader.wrong(item.line, f"a notification has at most {MOST_REPEATS} offsets: write `every: 7 days`")
            break
        offset = reader.length(item)
        if offset in offsets:
            reader.wrong(item.line, f"the offset {offset} is listed twice: keep one")
        elif offset is not None:
            offsets[offset] = None
    return tuple(offsets)


def read_within(reader: Reader, node: Node, *, after: bool) -> tuple[Period, Period] | None:
    """Both ends of a span, in the order of time: `[120 days, 90 days]` before a deadline."""
    ends = [reader.length(item) for item in reader.items(node)]
    if len(ends) != 2:
        reader.wrong(node.line, "a span has two ends: write `within: [120 days, 90 days]`")
        return None
    first, last = ends
    if first is None or last is None:
        return None
    lengths = [(end.months * 30 + end.days) * (1 if after else -1) for end in (first, last)]
    if not (first.dated and last.dated) or lengths[0] >= lengths[1]:
        reader.wrong(node.line, "write both ends in days or more, the earlier date first")
        return None
    return first, last


def read_all_of(reader: Reader, node: Node, known: tuple[str, ...]) -> tuple[str, ...]:
    """Words out of a closed list."""
    return tuple(word for word in (reader.one_of(item, known) for item in reader.items(node)) if word is not None)


def read_shares(reader: Reader, node: Node) -> tuple[int, ...]:
    """Parts of a clock's length: `[50%, 95%]`."""
    shares: list[int] = []
    for item in reader.items(node):
        text = reader.text(item)
        share = _SHARE.fullmatch(text)
        if share is None and text:
            reader.wrong(item.line, f"`{clip(text)}` is no part of a clock's time: write a percentage from 1% to 99%")
        elif share is not None and int(share[1]) in shares:
            reader.wrong(item.line, f"the share {share[1]}% is listed twice: keep one")
        elif share is not None:
            shares.append(int(share[1]))
    return tuple(shares)


def read_lateness(reader: Reader, node: Node) -> Period:
    """How late a message may leave, in days or less."""
    span = reader.span(node)
    return Period(days=span.days, seconds=span.seconds)


RULE_FIELDS: Final[Mapping[str, tuple[str, Callable[[Reader, Node], Any]]]] = {
    **{key: (key, Reader.text) for key in TRIGGERS if key not in {"idle", "corrects"}},
    "idle": ("idle", Reader.length),
    "of": ("of", Reader.text),
    "repeat": ("repeat", lambda reader, node: reader.count(node, MOST_REPEATS)),
    "backfill": ("backfill", Reader.flag),
    "every": ("every", Reader.length),
    "elapsed": ("elapsed", read_shares),
    "limit": ("limit", lambda reader, node: reader.count(node, MOST_REPEATS)),
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
    "state": ("state", lambda reader, node: reader.one_of(node, ("live", "test", "draft", "off")) or "live"),
    "why": ("why", Reader.text),
    "if": ("if_", Reader.text),
    "digest": ("digest", Reader.span),
    "even_if": ("even_if", lambda reader, node: read_all_of(reader, node, get_args(EvenIf))),
    "corrects": ("corrects", Reader.words),
    "was": ("was", Reader.words),
    "template": ("template", Reader.text),
    "when_unknown": ("when_unknown", lambda reader, node: reader.one_of(node, ("resend", "review"))),
}


def check_parts(reader: Reader, entry: Entry, values: Mapping[str, Node], found: Mapping[str, Any]) -> None:
    """Whether the parts of a notification say when, to whom and for what."""
    name = clip(entry.key)
    for key, example in (("purpose", "reminder"), ("to", "applicant")):
        if key not in values:
            reader.wrong(entry.line, f"`{name}` has no `{key}`: write one such as `{key}: {example}`")
    check_trigger(reader, entry, values, found)
    check_offsets(reader, values, found)
    goes_with = {"of": "idle", "repeat": "idle", "backfill": "becomes", "limit": "every", "digest": "on"}
    for key, trigger in goes_with.items():
        if key == "of" and found.get("on") == "delivery_failed":
            continue
        if key in values and trigger not in values:
            reader.wrong(values[key].line, f"`{key}` goes with `{trigger}:`: leave it out")
    if found.get("state") == "off" and "why" not in values:
        reader.wrong(values["state"].line, f"`{name}` is off without a reason: write `why:` and a sentence")
    if "why" in values and found.get("state") != "off":
        reader.wrong(values["why"].line, "`why` says why a notification is off: leave it out, or write `state: off`")


def check_trigger(reader: Reader, entry: Entry, values: Mapping[str, Node], found: Mapping[str, Any]) -> None:
    """One trigger, and how long before or after it."""
    name = clip(entry.key)
    triggers = [key for key in TRIGGERS if key in values]
    if len(triggers) > 1:
        reader.wrong(values[triggers[1]].line, f"`{name}` has two triggers: keep `{triggers[0]}` or `{triggers[1]}`")
    elif not triggers:
        known = ", ".join(f"`{trigger}:`" for trigger in TRIGGERS[:-1])
        reader.wrong(entry.line, f"nothing sets off `{name}`: write one of {known} or `{TRIGGERS[-1]}:`")
    counted = triggers[:1] in (["before"], ["after"])
    if counted and not {"offsets", "within", "every", "elapsed"} & values.keys():
        reader.wrong(entry.line, f"`{name}` does not say how long {triggers[0]}: write `offsets: [30 days, 7 days]`")
    if "within" in values and (not counted or "offsets" in values):
        reader.wrong(values["within"].line, "`within` takes the place of `offsets` after `before:` or `after:`")
    if "elapsed" in values and (triggers[:1] != ["before"] or {"offsets", "within", "every"} & values.keys()):
        reader.wrong(values["elapsed"].line, "`elapsed` takes the place of `offsets` after `before:`")
    if "every" in values and (not counted or {"offsets", "within"} & values.keys()):
        reader.wrong(values["every"].line, "`every` takes the place of `offsets` after `before:` or `after:`")
    for key, count in (("every", found.get("limit", MOST_REPEATS)), ("idle", found.get("repeat", 1))):
        span = found.get(key)
        if span is not None and count * (span.months + span.days / 30 + span.seconds / 2_592_000) > LONGEST_MONTHS:
            reader.wrong(values[key].line, f"{count} times {span} is beyond any deadline: write a shorter one")
    if found.get("every") == Period():
        reader.wrong(values["every"].line, "no time at all never ends: write such as `every: 7 days`")
    if found.get("idle") == Period():
        reader.wrong(values["idle"].line, "no time at all is not idle: write such as `idle: 14 days`")


def check_offsets(reader: Reader, values: Mapping[str, Node], found: Mapping[str, Any]) -> None:
    """Offsets where the trigger can have them, and a time of day where they leave one open."""
    if "offsets" not in values:
        return
    line, offsets = values["offsets"].line, found.get("offsets", ())
    if "moved" in values:
        reader.wrong(line, "what a moved deadline triggers leaves at once: leave `offsets` out")
    for trigger in sorted({"idle", "becomes", "corrects"} & values.keys()):
        reader.wrong(line, f"`{trigger}` has no offsets: leave `offsets` out")
    if {"after", "on", "entered", "left"} & values.keys() and Period() in offsets:
        reader.wrong(line, "an offset of no time is no offset: write `on:` without `offsets`")
    if "at" in values and offsets and not any(offset.dated for offset in offsets):
        reader.wrong(values["at"].line, "offsets in hours or less keep their own time of day: leave `at` out")
