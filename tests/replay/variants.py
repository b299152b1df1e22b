"""Recorded JSON as another version would have written it."""

from collections.abc import Iterator
from typing import Any, Final

LATER: Final = {"of_a_later_version": {"x": [1]}}
# The data of an event and the counts of upkeep: any names are allowed in them, so none is unknown.
FREE: Final = frozenset({"data", "found", "done"})


def with_unknown(value: Any) -> Any:
    """With a field of a later version in every object."""
    if isinstance(value, dict):
        return {key: part if key in FREE else with_unknown(part) for key, part in value.items()} | LATER
    if isinstance(value, list):
        return [with_unknown(part) for part in value]
    return value


def without_each(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """With one field removed, at any depth, in every way; each with the path of the field, such as `due.key`."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield f"{path}{name}", {key: other for key, other in value.items() if key != name}
            for removed, rest in without_each(part, f"{path}{name}."):
                yield removed, value | {name: rest}
    if isinstance(value, list):
        for position, part in enumerate(value):
            for removed, rest in without_each(part, path):
                yield removed, [*value[:position], rest, *value[position + 1 :]]
