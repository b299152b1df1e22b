"""How a test run ends: no process left behind, no test skipped when that is asked for, and no abort at the exit."""

import atexit
import os
import sys
from typing import Final
from uuid import uuid4

import psutil
import pytest

MARK: Final = "WAYPOST_TEST_RUN"  # every process started below this run inherits it, orphans too
GRACE: Final = 2.0  # seconds that a process which was told to stop has to be gone


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a test that is skipped or expected to fail is an error")


def pytest_configure(config: pytest.Config) -> None:
    if _is_worker(config):
        return
    os.environ[MARK] = uuid4().hex
    config.pluginmanager.register(_EndOfRun(config), "end-of-run")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Registered first, so run last: after every other exit handler and before the interpreter comes down.

    A process that used a Temporal client aborts now and then in that last step (temporalio/sdk-python#300), which
    would turn a green run into status 134.
    """
    atexit.register(_leave, session, os.getpid())


def _leave(session: pytest.Session, pid: int) -> None:
    if os.getpid() != pid:
        return
    status = int(session.exitstatus)
    if status == 0 and getattr(sys, "last_value", None) is not None:  # pytest itself fell over after the last report
        status = int(pytest.ExitCode.INTERNAL_ERROR)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class _EndOfRun:
    """In the process that reports: counts skips and looks for processes that outlived the tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._no_skips = bool(config.getoption("--no-skips"))
        self._skipped: list[str] = []
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self._skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._skipped.append(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Runs when the fixtures and the xdist workers are gone."""
        left = _outlived()
        if left:
            self._fail(terminalreporter, "processes left behind (ended now)", left)
        if self._no_skips and self._skipped:
            self._fail(terminalreporter, "skipped, which --no-skips forbids", self._skipped)

    def _fail(self, reporter: pytest.TerminalReporter, title: str, lines: list[str]) -> None:
        reporter.section(title, red=True)
        for line in lines:
            reporter.line(line)
        if self._session is not None and self._session.exitstatus == pytest.ExitCode.OK:
            self._session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _outlived() -> list[str]:
    """Ends and describes every process of this run that is still there after the grace period."""
    _, alive = psutil.wait_procs(_ours(), timeout=GRACE)
    lines = []
    for process in alive:
        try:
            lines.append(f"{process.pid}: {' '.join(process.cmdline())}")
            process.kill()
        except psutil.NoSuchProcess:
            continue
    return lines


def _ours() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == os.environ[MARK]:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
