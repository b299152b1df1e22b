"""The soak: which tests it runs, and the page that it writes."""

from datetime import UTC, datetime

import pytest

from tests.reliability import Row, line, page

SCENARIOS = """
    import pytest
    from hypothesis import given, settings, strategies as st
    from tests.reliability import Row

    def test_quick(): pass

    @pytest.mark.soak
    def test_long(reliability):
        reliability(Row("worker killed at every step", runs=40, lost=0, duplicates=0))

    @pytest.mark.soak
    def test_long_and_bad(reliability):
        reliability(Row("ledger away for ten minutes", runs=200, lost=1, duplicates=0))
        assert False

    @given(st.just(1))
    def test_property(number):
        assert settings().max_examples == {examples}
"""


def run(pytester: pytest.Pytester, examples: int, *options: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nmarkers = soak: long")
    pytester.makepyfile(SCENARIOS.format(examples=examples))
    return pytester.runpytest_subprocess("-p", "tests.conftest", "-p", "no:asyncio", *options)


def test_the_long_tests_are_left_out_of_an_ordinary_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOAK", raising=False)

    run(pytester, 100).assert_outcomes(passed=2, deselected=2)


@pytest.mark.soak
def test_the_soak_runs_them_and_the_properties_and_writes_the_page(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOAK", "1")

    result = run(pytester, 2000, "--reliability", "page.md", "-n", "1")

    result.assert_outcomes(passed=2, failed=1)
    assert (pytester.path / "page.md").read_text().splitlines()[-2:] == [
        "| ledger away for ten minutes | 200 | 1 | 0 | failed |",
        "| worker killed at every step | 40 | 0 | 0 | passed |",
    ]


def test_the_page_says_when_and_with_which_versions() -> None:
    written = page([line(Row("flood", 100, 0, 0), "passed")], datetime(2026, 12, 1, tzinfo=UTC))

    assert "Last run 2026-12-01: temporalio " in written
    assert written.endswith("| --- | ---: | ---: | ---: | --- |\n| flood | 100 | 0 | 0 | passed |\n")
