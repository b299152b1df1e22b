"""What every test room shares: which tests run, how hard properties look, and how the run ends."""

import gc
import os

import pytest
from hypothesis import settings

from tests.browser import chromium

pytest_plugins = [
    "pytester",
    "tests.gate",
    "tests.postgres",
    "tests.ledger.opened",
    "tests.reliability",
    "tests.temporal_server",
]

# Their files take a second or two each, others up to half a minute: begun last, they leave no core idle at the end.
QUICK = frozenset({"activities", "ledger", "mail", "plan", "programs"})
SOAKING = os.environ.get("SOAK") == "1"

# The gate looks at the same examples everywhere, so that what fails for one fails for all; the soak looks for new ones.
# No deadline: the time an example takes on a busy machine says nothing about the code.
settings.register_profile("gate", deadline=None, derandomize=True, database=None)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile("soak" if SOAKING else "gate")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without SOAK=1 the long tests are left out; with it only they and the properties run.

    Those in a browser are left out where there is none, unless that would be a skip that is forbidden.
    """
    browsing = chromium() is not None or config.getoption("--no-skips")
    chosen = [item for item in items if _runs(item) and (browsing or item.get_closest_marker("browser") is None)]
    if len(chosen) < len(items):
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = sorted(chosen, key=lambda item: (-_patience(item), bool(QUICK.intersection(item.path.parent.parts))))


def pytest_collection_finish() -> None:
    """What the whole run keeps, thousands of tests and all modules, no garbage collection looks at again.

    The rest is looked through less often than by default: together a tenth of the time of a run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _patience(item: pytest.Item) -> float:
    """Seconds that a scenario of its own length may take: the longest begin first, and mostly wait."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


def _runs(item: pytest.Item) -> bool:
    long = item.get_closest_marker("soak") is not None
    is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return long or is_property if SOAKING else not long
