"""The house rules that a machine can hold: arrows, purity, names, sizes, and what no tracked file may say."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("activities", "ledger", "mail", "plan", "starter", "workflows")
FIRST_PARTY = {*ROOMS, "bench", "programs", "tests", "worker"}

# What a pure room may import from outside. A new entry is a decision: see docs/decisions.
CORE = {"cel_expr_python", "holidays", "pydantic", "yaml"}
KERNEL = {"pydantic", "temporalio"}
PURE_STANDARD_LIBRARY = {
    "asyncio", "bisect", "calendar", "collections", "contextlib", "dataclasses", "datetime", "decimal", "difflib",
    "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "html", "itertools", "json", "math", "operator",
    "re", "string", "textwrap", "types", "typing", "unicodedata", "urllib", "zlib", "zoneinfo",
    "importlib.resources",  # data of installed packages: the time-zone database
}  # fmt: skip
IMPURE_CALLS = {"breakpoint", "eval", "exec", "hash", "input", "open", "print"}  # hash differs by process
ACROSS_ROOMS = {"replay", "survival"}  # recorded histories; whole installations that are killed, stopped or reset
SAYS_NOTHING = {"base", "common", "helper", "helpers", "misc", "shared", "stuff", "util", "utils"}

# Written so that this file does not match itself.
PRIVATE = re.compile(
    r"/wor[k]/|/roo[t]/|/hom[e]/|/User[s]/|/tm[p]/[a-z]"
    r"|pyp[i]\.org|pythonhoste[d]|registry\.npmj[s]|deb\.debia[n]|proxy\.golan[g]"
)
UNFINISHED = re.compile(
    r"\b(TOD[O]|FIXM[E]|XX[X]|NotImplemente[d]Error)\b|pragma: n[o] cover|unittest\.moc[k]|MagicMoc[k]"
)


def python_files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from (ROOT / room).rglob("*.py")


def tracked_files() -> list[Path]:
    """Everything that git tracks or would track; outside a checkout (an unpacked archive) every file but .venv's."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        return [path for line in listing.stdout.splitlines() if (path := ROOT / line).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path.relative_to(ROOT), content.decode("utf-8")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_arrow_points_inward() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout
    assert f"{len(contracts)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("room", "statement"),
    [
        ("plan", "import ledger"),
        ("plan", "import temporalio"),
        ("mail", "import plan"),
        ("workflows", "import plan"),
        ("ledger", "import mail"),
        ("activities", "import workflows.wire, workflows.strange"),
        ("starter", "import activities"),
        ("activities", "import worker"),
    ],
)
def test_an_arrow_that_points_outward_is_noticed(tmp_path: Path, room: str, statement: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for each in ROOMS:
        (tmp_path / each).mkdir()
        (tmp_path / each / "__init__.py").touch()
    (tmp_path / "workflows" / "wire.py").touch()
    (tmp_path / "workflows" / "strange.py").touch()
    (tmp_path / "activities" / "fine.py").write_text("import workflows.wire, plan, ledger, mail\n")
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / room / "wrong.py").write_text(f"{statement}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert "BROKEN" in result.stdout
    assert f"{room}.wrong" in result.stdout


@pytest.mark.parametrize(("room", "allowed"), [("plan", CORE), ("workflows", KERNEL)])
def test_a_pure_room_imports_nothing_that_touches_the_world(room: str, allowed: set[str]) -> None:
    known = allowed | PURE_STANDARD_LIBRARY | {room}
    for path in python_files(room):
        strange = {name for name in imports(tree(path)) if not {name, name.split(".")[0]} & known}
        assert not strange, path


@pytest.mark.parametrize("room", ["plan", "workflows"])
def test_a_pure_room_calls_nothing_that_differs_between_two_processes(room: str) -> None:
    for path in python_files(room):
        calls = {
            node.func.id
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & IMPURE_CALLS, path


def test_nobody_imports_the_wiring() -> None:
    for path in python_files(*ROOMS):
        assert "worker" not in set(imports(tree(path))), path


def test_every_module_is_named_after_what_it_knows() -> None:
    names = {
        part for path in python_files(*ROOMS, "bench", "tests") for part in path.relative_to(ROOT).with_suffix("").parts
    }

    assert not names & SAYS_NOTHING


def test_no_module_outgrows_three_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(*ROOMS, "bench", "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }

    assert not long


def test_the_tests_mirror_the_rooms() -> None:
    known = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/*.py")}

    assert known <= FIRST_PARTY | ACROSS_ROOMS


def test_no_file_names_a_machine_or_a_registry() -> None:
    said = [f"{path}: {match.group()}" for path, text in texts() for match in PRIVATE.finditer(text)]

    assert not said


def test_nothing_is_left_unfinished() -> None:
    marks = [
        f"{path}: {match.group()}"
        for path, text in texts()
        if path.suffix == ".py"
        for match in UNFINISHED.finditer(text)
    ]

    assert not marks


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    for path in python_files("tests"):
        for node in ast.walk(tree(path)):
            assert not (isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}), (
                path
            )
