"""Every numbered meaning of docs/plan.md has a test that carries its number: `test_18_…`."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
NUMBERED: Final = re.compile(r"^\*\*(\d+)\.\*\* ", re.MULTILINE)
CARRIES: Final = re.compile(r"test_(\d\d)_[a-z]")
UNBUILT: Final = {35}  # versions for a part of the journeys


def meanings() -> list[int]:
    return [int(number) for number in NUMBERED.findall((ROOT / "docs" / "plan.md").read_text(encoding="utf-8"))]


def carried() -> set[int]:
    """The numbers that tests of the whole tree carry."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (number := CARRIES.match(node.name)):
                found.add(int(number[1]))
    return found


def test_meanings_are_numbered_from_one_to_thirty_six() -> None:
    assert meanings() == list(range(1, 37))


def test_every_meaning_has_a_test_with_its_number_and_no_test_another() -> None:
    assert carried() == set(meanings()) - UNBUILT
