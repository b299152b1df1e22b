"""The published JSON Schema says of every plan what the loader says of its keys."""

import re
from pathlib import Path
from typing import Any

import pytest

from plan import document, read_dates, read_fees, read_fields, read_plan, read_process, read_rules
from plan.document import Mapping, Node, Scalar, Sequence
from plan.reading import Keys
from plan.schema import Schema, schema
from tests.plan.written import TEXT

ROOT = Path(__file__).parents[2]
PLANS = [*sorted((ROOT / "programs").glob("*/plan.yaml")), *sorted((ROOT / "tests/programs").glob("*.yaml"))]
TABLES = [
    value
    for module in (read_dates, read_fees, read_fields, read_plan, read_process, read_rules)
    for value in vars(module).values()
    if isinstance(value, Keys)
]
SCHEMA = schema()


def constructs(part: Any) -> dict[str, set[str]]:
    """What each construct of the schema is called, and its keys."""
    found: dict[str, set[str]] = {}
    if isinstance(part, dict):
        if "additionalProperties" in part and part["additionalProperties"] is False:
            found[part["description"]] = set(part["properties"])
        for value in part.values():
            found |= constructs(value)
    if isinstance(part, list):
        for value in part:
            found |= constructs(value)
    return found


def test_every_key_that_the_loader_knows_is_in_it_and_no_other() -> None:
    assert constructs({**SCHEMA, "description": "a plan"}) == {table.what: set(table.known) for table in TABLES}


def plain(node: Node) -> Any:
    """As an editor has it: every scalar a text."""
    match node:
        case Scalar():
            return node.text or None
        case Sequence():
            return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


def fits(value: Any, part: Schema) -> bool:
    """The few keywords that our schema is made of."""
    if "$ref" in part:
        return fits(value, SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
    if "anyOf" in part:
        return any(fits(value, one) for one in part["anyOf"])
    if "enum" in part:
        return value in part["enum"]
    if "const" in part:
        return bool(value == part["const"])
    if isinstance(value, dict):
        names = re.compile(part.get("propertyNames", {}).get("pattern", ""))
        more = part.get("additionalProperties")
        known = part.get("properties", {})
        return (
            part.get("type") == "object"
            and set(part.get("required", ())) <= value.keys()
            and all(key in known or isinstance(more, dict) for key in value)
            and all(names.search(key) for key in value)
            and all(fits(one, known.get(key, more)) for key, one in value.items())
        )
    if isinstance(value, list):
        return part.get("type") == "array" and all(fits(one, part["items"]) for one in value)
    kinds = [part.get("type")] if isinstance(part.get("type"), str) else part.get("type", [])
    if value is None:
        return "null" in kinds
    return "string" in kinds and re.search(part.get("pattern", ""), value) is not None


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.parent.name + "/" + file.stem)
def test_every_plan_of_ours_fits_it(file: Path) -> None:
    root, _ = document.read(file.read_text(encoding="utf-8"))
    assert isinstance(root, Mapping)
    assert fits(plain(root), SCHEMA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("purpose: announcement, to: applicant, on: created", "purpose: newsletter, to: applicant, on: created"),
        ("title: Certified", "tittle: Certified"),
        ("covers: N1,", "covers: N19,"),
        ('from: "08:00"', "from: morning"),
        ("linger: 30 days", "lingers: 30 days"),
    ],
)
def test_a_slip_does_not_fit(old: str, new: str) -> None:
    root, _ = document.read(TEXT)
    wrong, _ = document.read(TEXT.replace(old, new, 1))
    assert root is not None
    assert wrong is not None
    assert fits(plain(root), SCHEMA)
    assert not fits(plain(wrong), SCHEMA)
