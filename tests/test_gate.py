"""The gate itself, run on small suites in processes of their own."""

import psutil
import pytest

LEAVES_A_PROCESS = """
    import subprocess, sys

    def test_starts_one():
        command = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        child.stdout.readline()
        with open("pid", "w") as file:
            file.write(str(child.pid))
        globals()["kept"] = child  # not collected, so not warned about
"""
SKIPS = """
    import pytest

    def test_runs(): pass

    @pytest.mark.skip(reason="no reason at all")
    def test_does_not(): pass
"""
ABORTS_AT_EXIT = """
    import os, sys

    class Abort:
        def __del__(self, abort=os.abort): abort()

    sys.lives_until_the_interpreter_comes_down = Abort()

    def test_result(): assert {}
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder whose tests run under this gate, whatever plugins the outer run has."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]")
    return pytester


def run(suite: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    suite.makepyfile(source)
    return suite.runpytest_subprocess("-p", "tests.gate", "-p", "no:asyncio", *options)


def test_a_process_left_behind_fails_the_run_and_is_ended(suite: pytest.Pytester) -> None:
    result = run(suite, LEAVES_A_PROCESS, "-n", "1")  # an orphan: its parent, the worker, is gone

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*processes left behind*", "*signal.pause()*", "*1 passed*"])
    pid = int((suite.path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_skipped_test_is_an_error_where_that_is_asked_for(suite: pytest.Pytester) -> None:
    result = run(suite, SKIPS, "--no-skips")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*--no-skips*", "*test_does_not*", "*1 passed, 1 skipped*"])


def test_a_run_that_falls_over_after_its_last_report_has_failed(suite: pytest.Pytester) -> None:
    suite.makeconftest("def pytest_unconfigure(): raise ValueError('too late')")

    assert run(suite, "def test_runs(): pass").ret == pytest.ExitCode.INTERNAL_ERROR


@pytest.mark.parametrize(("outcome", "status"), [(True, pytest.ExitCode.OK), (False, pytest.ExitCode.TESTS_FAILED)])
def test_an_abort_while_the_interpreter_comes_down_does_not_change_the_status(
    suite: pytest.Pytester, outcome: bool, status: pytest.ExitCode
) -> None:
    assert run(suite, ABORTS_AT_EXIT.format(outcome)).ret == status
