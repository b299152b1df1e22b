"""Reads what a plan says about fees: amounts in steps, each from a deadline's passing or a date on."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from plan.document import Mapping, Node
from plan.model import FeeStep, FieldSpec
from plan.problem import clip
from plan.reading import FIELD, Keys, Reader
from plan.values import value_fault

STEP: Final = Keys("a step of a fee", frozenset({"amount", "from", "if"}))
MONEY: Final = FieldSpec(type="money")


def read_fees(reader: Reader, node: Node) -> dict[str, tuple[FeeStep, ...]]:
    """Fees by name, each with its steps in the order written."""
    return {entry.key: tuple(_steps(reader, entry.value)) for entry in reader.named(node, "a fee", FIELD)}


def _steps(reader: Reader, node: Node) -> Iterator[FeeStep]:
    for n, item in enumerate(reader.items(node)):
        if not isinstance(item, Mapping):
            reader.wrong(item.line, "a fee is a list of steps: write `[{amount: 210.00 USD}, {from: due, amount: …}]`")
            continue
        values = reader.table(item, STEP)
        amount = reader.text(values["amount"]) if "amount" in values else ""
        if value_fault(MONEY, amount) is not None:
            reader.wrong(item.line, f"`{clip(amount)}` is no amount: write one such as `amount: 210.00 USD`")
        if n > 0 and not {"from", "if"} & values.keys():
            reader.wrong(item.line, "a later step says from when on, or for whom: write `from: due`, a date, or `if:`")
        yield FeeStep(
            amount=amount,
            from_=_from(reader, values["from"]) if "from" in values else None,
            if_=reader.text(values["if"]) if "if" in values else None,
        )


def _from(reader: Reader, node: Node) -> str | date:
    text = reader.text(node)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
