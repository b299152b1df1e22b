"""Reads what a plan declares of data: typed fields of persons, of events, and of what other systems tell."""

from collections.abc import Mapping
from typing import Final, get_args

from plan import document
from plan.document import Entry, Node, Scalar, Sequence
from plan.model import EventType, FieldSpec, FieldType
from plan.problem import clip
from plan.reading import FIELD, Keys, Reader
from plan.roles import canonical

SPEC: Final = Keys("a field", frozenset({"type", "choices", "shown"}))
EVENT: Final = Keys("an event", frozenset({"item", "by", "data"}))
TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)


def read_fields(reader: Reader, node: Node) -> dict[str, FieldSpec]:
    """Fields by name."""
    return {entry.key: read_field(reader, entry) for entry in reader.named(node, "a field", FIELD)}


def read_told(reader: Reader, node: Node) -> dict[str, FieldSpec]:
    """Told fields by name; a group's are dotted: `credits: {earned: number}` is credits.earned."""
    told: dict[str, FieldSpec] = {}
    for entry in reader.named(node, "a field", FIELD):
        if isinstance(entry.value, document.Mapping) and not SPEC.known & entry.value.entries.keys():
            told |= {f"{entry.key}.{name}": spec for name, spec in read_fields(reader, entry.value).items()}
        else:
            told[entry.key] = read_field(reader, entry)
    return told


def read_field(reader: Reader, entry: Entry) -> FieldSpec:
    """`number`, `[one, other]` or `{type: text, shown: reviewer}`."""
    if isinstance(entry.value, Sequence):
        return FieldSpec(type="choice", choices=reader.words(entry.value))
    values: Mapping[str, Node] = {"type": entry.value}
    if not isinstance(entry.value, Scalar):
        values = reader.table(entry.value, SPEC)
    choices = reader.words(values["choices"]) if "choices" in values else ()
    kind = reader.one_of(values["type"], TYPES) if "type" in values else "choice"
    if (kind == "choice") != bool(choices):
        name = clip(entry.key)
        reader.wrong(entry.line, f"a choice has a list and nothing else has one: write `{name}: [one, other]`")
    shown = tuple(dict.fromkeys(canonical(role) for role in reader.words(values["shown"]))) if "shown" in values else ()
    return FieldSpec(type=next((t for t in TYPES if t == kind), "id"), choices=choices, shown=shown)


def read_event(reader: Reader, entry: Entry) -> EventType:
    """A declared event; an empty value declares its name alone."""
    if isinstance(entry.value, Scalar) and not entry.value.text.strip():
        return EventType(name=entry.key)
    values = reader.table(entry.value, EVENT)
    return EventType(
        name=entry.key,
        item=reader.text(values["item"]) if "item" in values else None,
        by=canonical(reader.text(values["by"])) if "by" in values else None,
        data=read_fields(reader, values["data"]) if "data" in values else {},
    )
