"""The core touches no clock, no randomness, no machine and no engine."""

import ast
from pathlib import Path

import pytest

import plan

MODULES = sorted(Path(plan.__file__).parent.glob("**/*.py"))
OUTSIDE = {
    "activities", "aiohttp", "asyncio", "httpx", "io", "ledger", "logging", "mail", "os", "pathlib", "random",
    "requests", "secrets", "sendgrid", "shutil", "smtplib", "socket", "sqlalchemy", "sqlite3", "starter", "subprocess",
    "sys",
    "tempfile", "temporalio", "threading", "time", "urllib.request", "uuid",
    "workflows",
}  # fmt: skip
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
DOORS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}


def impurities(source: str) -> list[str]:
    """Imports from outside, calls of clocks and doors to the machine, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [f"{node.value.id}.{node.attr}"] if (node.value.id, node.attr) in CLOCKS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = [node.func.id] if node.func.id in DOORS else []
        found += [
            f"{getattr(node, 'lineno', 0)}: {name}"
            for name in names
            if {name, name.partition(".")[0]} & (OUTSIDE | DOORS) or tuple(name.split(".")) in CLOCKS
        ]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_core_is_pure(module: Path) -> None:
    assert impurities(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import random as luck",
        "from temporalio import workflow",
        "from sqlalchemy.engine import Engine",
        "def f():\n    import time\n",
        "from datetime import datetime\nnow = datetime.now()",
        "today = date.today",
        "open('plan.yaml')",
    ],
)
def test_the_guard_sees_what_it_guards_against(source: str) -> None:
    assert impurities(source)


def test_every_module_was_looked_at() -> None:
    assert {"decide", "lifecycle", "calendar"} <= {path.stem for path in MODULES}
