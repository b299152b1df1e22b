"""What is known of people, `--attribute name=value`, as the plans declare it under `person:`."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import plans
from plan.model import FieldSpec
from plan.problem import clip, instead
from plan.values import value_fault
from starter.cli.options import pairs, typed
from starter.plans import current_plan
from starter.refusal import Refused


def attributes(connection: Connection, given: Sequence[str]) -> dict[str, JsonValue]:
    """What a person is given, typed as the published plans say; as it comes while none is published.

    An empty text takes away what was known: None. Of plans that declare a name differently any may be meant. Raises
    Refused for a name that no plan declares.
    """
    said = pairs(given, "--attribute")
    texts = {name: text for name, text in said.items() if text}
    return {**dict.fromkeys(said.keys() - texts.keys()), **_declared(connection, texts)}


def _declared(connection: Connection, texts: Mapping[str, str]) -> dict[str, JsonValue]:
    programs = sorted(plans.programs(connection), reverse=True) if texts else []
    declared: dict[str, list[FieldSpec]] = {}
    for program in programs:
        for name, spec in current_plan(connection, program).person.items():
            declared.setdefault(name, []).append(spec)
    if not programs:
        return typed(texts, {})
    for name in texts:
        if name not in declared:
            known = instead(name, declared) if declared else "none has anything there"
            raise Refused(f"no published plan declares `{clip(name)}` under `person:`: {known}")
    return fitting(texts, {name: _meant(declared[name], name, text) for name, text in texts.items()})


def fitting(texts: Mapping[str, str], fields: Mapping[str, FieldSpec]) -> dict[str, JsonValue]:
    """The texts as their fields type them. Raises Refused, with the right form, for one that does not fit."""
    for name, text in texts.items():
        if (fault := _fault(fields[name], name, text)) is not None:
            raise Refused(f"`{name}` {fault}")
    return typed(texts, fields)


def _meant(specs: Sequence[FieldSpec], name: str, text: str) -> FieldSpec:
    return next((spec for spec in specs if _fault(spec, name, text) is None), specs[0])


def _fault(spec: FieldSpec, name: str, text: str) -> str | None:
    return value_fault(spec, typed({name: text}, {name: spec})[name])
