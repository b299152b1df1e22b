"""The whole bench, small: that it measures what it says, never how much of it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from bench.cost import KINDS, Cost
from bench.engine_cost import main

pytestmark = pytest.mark.soak  # a server and three workers for a quarter of a minute: the gate has the other benches


@pytest.fixture(scope="module")
def run() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.engine_cost", "--journeys", "2", "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


@pytest.fixture(scope="module")
def found(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert run.stdout, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_every_kind_has_every_cost_and_ours_a_ratio_of_each(found: dict[str, Any]) -> None:
    assert found["journeys"] == 2
    assert set(found["costs"]) == set(KINDS)
    assert set(found["ratios"]) == {"stubs to bare", "real to bare"}
    for figures in (*found["costs"].values(), *found["ratios"].values()):
        assert set(figures) == set(Cost.model_fields)
        assert all(value >= 0 for value in figures.values())
    assert found["parts_cpu_ms"] > 0


def test_the_bare_workflow_has_the_timers_and_activities_of_the_journey(found: dict[str, Any]) -> None:
    costs = found["costs"]

    assert {kind: (cost["timers"], cost["activities"]) for kind, cost in costs.items() if kind != "real"} == {
        "stubs": (5, 5),
        "bare": (5, 5),
        "bare_and_decisions": (5, 5),
    }
    assert costs["real"]["activities"] == 5
    assert costs["bare_and_decisions"]["events"] - costs["bare"]["events"] == 11  # at the start, and two a reminder
    assert costs["stubs"]["events"] <= 72


def test_the_status_says_whether_every_bar_passed(run: subprocess.CompletedProcess[str], found: dict[str, Any]) -> None:
    passed = [bar["measured"] <= bar["limit"] for bar in found["bars"]]

    assert [bar["passed"] for bar in found["bars"]] == passed
    assert found["passed"] == all(passed)
    assert run.returncode == (0 if all(passed) else 1)


def test_a_bench_of_no_journeys_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["--journeys", "0"])

    assert refusal.value.code == 2
    assert "--journeys is at least 1" in capsys.readouterr().err
