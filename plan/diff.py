"""What differs between two plans, in words that a manager reads. Nothing that differs in meaning goes unsaid."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pydantic import BaseModel

from plan.model import Arrow, BusinessCalendar, Deadline, Frozen, Mailbox, Plan, Process, Roll, Rule, SendWindow, Stage
from plan.period import Period
from plan.words import joined, length_words, name_words

SETTINGS: Final = (SendWindow, BusinessCalendar, Mailbox)  # of which what differs is said part by part
SAME: Final = "both say the same"


class Difference(Frozen):
    """One thing that differs: where, such as "notification welcome", and a sentence about it."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


def diff(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Everything that differs in meaning, the program's own settings first; empty when nothing does."""
    found = [
        *_fields("the program", before, after, {"version", "processes", "rules", "launched"}),
        *_named("process", before.processes, after.processes, _process),
        *_rules(before, after),
    ]
    return tuple(found)


def _rules(before: Plan, after: Plan) -> Iterator[Difference]:
    """A renamed notification is one and the same."""
    renamed = {name: rule.name for rule in after.rules.values() for name in rule.was if name in before.rules}
    for old, new in renamed.items():
        yield Difference(where=f"notification {new}", sentence=f"it was called {old} before")
    earlier = {renamed.get(name, name): rule for name, rule in before.rules.items()}
    yield from _named("notification", earlier, after.rules, _rule)


def _named(
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    differs: Callable[[str, Any, Any], Iterator[Difference]],
) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        where = f"{kind} {name}"
        if name not in after:
            yield Difference(where=where, sentence="is gone")
        elif name not in before:
            yield Difference(where=where, sentence=_new(after[name]))
        else:
            yield from differs(where, before[name], after[name])


def _process(where: str, before: Process, after: Process) -> Iterator[Difference]:
    inner = {"stages", "deadlines", "items", "name"}
    yield from _fields(where, before, after, inner)
    yield from _named(f"{where}, stage", before.stages, after.stages, _stage)
    yield from _named(f"{where}, deadline", before.deadlines, after.deadlines, _part)
    for name in dict.fromkeys((*before.items, *after.items)):
        at = f"{where}, item {name}"
        if name not in after.items or name not in before.items:
            yield Difference(where=at, sentence="is new" if name in after.items else "is gone")
            continue
        old, new = before.items[name], after.items[name]
        if old.start != new.start:
            yield Difference(where=at, sentence=f"begins as {name_words(new.start)}; so far as {name_words(old.start)}")
        yield from _named(f"{at}, stage", old.stages, new.stages, _stage)


def _stage(where: str, before: Stage, after: Stage) -> Iterator[Difference]:
    for name in dict.fromkeys((*before.arrows, *after.arrows)):
        old, new = before.arrows.get(name), after.arrows.get(name)
        if old == new:
            continue
        if new is None:
            yield Difference(where=where, sentence=f"{name} leads nowhere any more; so far {describe(old)}")
        else:
            so_far = f"; so far {describe(old)}" if old is not None else ""
            yield Difference(where=where, sentence=f"{name} leads {describe(new)}{so_far}")


def _rule(where: str, before: Rule, after: Rule) -> Iterator[Difference]:
    """When it goes out is said as a whole; the rest field by field."""
    said = {"name", "was", "to"}
    if when(before) != when(after):
        yield Difference(where=where, sentence=f"goes out {when(after)}; so far {when(before)}")
        said |= WHEN
    if before.to != after.to:
        yield Difference(where=where, sentence=f"goes to {' or '.join(after.to)}; so far to {' or '.join(before.to)}")
    yield from _fields(where, before, after, said)
    if lost := [name for name in before.was if name not in after.was]:
        yield Difference(where=where, sentence=f"no longer keeps the history of {joined(lost)}")


def _part(where: str, before: BaseModel, after: BaseModel) -> Iterator[Difference]:
    yield from _fields(where, before, after, {"name"})


def _fields(where: str, before: BaseModel, after: BaseModel, left_out: set[str]) -> Iterator[Difference]:
    for field in type(after).model_fields:
        old, new = getattr(before, field), getattr(after, field)
        if field in left_out or old == new:
            continue
        what = FIELDS.get(field, name_words(field.rstrip("_")))
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _entries(where, what, old, new)
        elif isinstance(old, SETTINGS) and isinstance(new, SETTINGS):
            yield from _fields(f"{where}, {what}", old, new, set())
        else:
            yield Difference(where=where, sentence=f"{what} {_change(old, new)}")


def _entries(where: str, what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        if key not in new:
            yield Difference(where=where, sentence=f"{what} {key} is gone")
        elif key not in old:
            yield Difference(where=where, sentence=f"{what} {key} {_new(new[key])}")
        elif old[key] != new[key]:
            yield Difference(where=where, sentence=f"{what} {key} {_change(old[key], new[key])}")


def _new(value: object) -> str:
    said = describe(value)
    return f"is new: {said}" if said else "is new"


def _change(old: object, new: object) -> str:
    said, before = describe(new), describe(old)
    if not before:
        return f"is {said} now" if said else "is set now"
    return f"is {said} instead of {before}" if said else f"is no longer {before}"


def when(rule: Rule) -> str:
    """When a notification goes out, as the rest of a sentence."""
    offsets = joined([describe(offset) for offset in rule.offsets])
    for trigger, direction in ((rule.before, "before"), (rule.after, "after")):
        if trigger is None:
            continue
        if rule.every is not None:
            return f"every {describe(rule.every)} {direction} {trigger}, {rule.limit} times at most"
        if rule.elapsed:
            return f"when {joined([f'{share} %' for share in rule.elapsed])} of {trigger} has gone by"
        if rule.within is not None:
            return f"on a day from {describe(rule.within[0])} to {describe(rule.within[1])} {direction} {trigger}"
        return f"{offsets} {direction} {trigger}"
    happened = {
        "at": rule.on,
        "when it is moved:": rule.moved,
        "on entering": rule.entered,
        "on leaving": rule.left,
        "as soon as": rule.becomes,
    }
    for words, name in happened.items():
        if name is not None:
            return f"{f'{offsets} after' if offsets else ''}{' ' if offsets else ''}{words} {name}" + _more(rule)
    if rule.idle is not None:
        what = rule.of or "the journey"
        return f"after {describe(rule.idle)} in which nobody touched {what}, {rule.repeat} times at most"
    return f"to correct {joined(rule.corrects)}"


def _more(rule: Rule) -> str:
    return (f" of {rule.of}" if rule.of else "") + (", also where it was true before" if rule.backfill else "")


def describe(value: object) -> str:
    """Any value of a plan in words; empty for none."""
    match value:
        case None | () | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case Period():
            return length_words(value)
        case timedelta():
            return length_words(Period(days=value.days, seconds=value.seconds))
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case Arrow():
            return (
                f"to {value.to}" + (f" for {value.of}" if value.of else "") + (f" if {value.if_}" if value.if_ else "")
            )
        case Rule():
            article = "an" if value.purpose[0] in "aeiou" else "a"
            return f"{article} {value.purpose} to {' or '.join(value.to)}, {when(value)}"
        case Deadline() | Roll() | BaseModel():
            parts = {name: describe(getattr(value, name)) for name in type(value).model_fields if name != "name"}
            default = {name: describe(field.default) for name, field in type(value).model_fields.items()}
            return ", ".join(
                f"{FIELDS.get(name, name_words(name.rstrip('_')))} {text}"
                for name, text in parts.items()
                if text and text != default.get(name)
            )
        case tuple() | list():
            return joined([describe(one) for one in value])
        case Mapping():
            return joined([f"{name}: {describe(one)}" for name, one in value.items()])
    return str(value)


def _arrow(arrow: Arrow) -> tuple[tuple[str, str | None], ...]:
    return ("to", arrow.to), ("for", arrow.of), ("if", arrow.if_)


WHEN: Final = frozenset(
    {"on", "before", "after", "moved", "entered", "left", "idle", "becomes", "backfill", "of", "repeat", "offsets"}
    | {"every", "limit", "within", "elapsed", "corrects"}
)
FIELDS: Final = {
    "to": "its reader",
    "if_": "its condition",
    "while_": "the stages in which it counts",
    "in_": "the processes in which it counts",
    "stages": "the process's stages in which it counts",
    "at": "its time of day",
    "covers": "its number on the checklist",
    "even_if": "what it goes out in spite of",
    "when_unknown": "what happens when nobody knows whether it arrived",
    "state": "its state",
    "why": "the reason for that",
    "plus": "its length",
    "business_days": "its length in business days",
    "after_sent": "the message that it counts from",
    "per_item": "one clock for each item",
    "until": "what answers it",
    "linger": "how long an ended journey still listens",
    "anywhere": "from anywhere,",
    "next": "what follows after",
    "window": "the send window",
    "opens": "its opening time",
    "closes": "its closing time",
    "spread": "the time over which messages are spread",
    "told": "the told field",
    "person": "the person's field",
    "events": "the event",
    "links": "the link",
    "staff": "the desk",
    "fees": "the fee",
}
