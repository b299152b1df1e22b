"""Whatever a plan file holds, the loader answers with a plan or with sentences, soon and in little memory."""

import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plan import read_dates, read_fees, read_fields, read_plan, read_process, read_rules
from plan.load import load, read_back
from plan.model import Plan
from plan.reading import MOST_PROBLEMS, Keys
from tests.plan.worst import WORST
from tests.plan.written import TEXT

ROOT: Final = Path(__file__).parents[2]
PLANS: Final = [
    TEXT,
    *(
        path.read_text(encoding="utf-8")
        for path in sorted(ROOT.glob("**/programs/**/*.yaml"))
        if path.name != "demo.yaml"
    ),
]
SECONDS: Final = 1.0  # of processor time; the worst of them takes a third of it
MEGABYTES: Final = 256  # that all of them together may add to the process
LONGEST_SENTENCE: Final = 2000

READERS: Final = (read_dates, read_fees, read_fields, read_plan, read_process, read_rules)
KEYS: Final = sorted(
    {key for m in READERS for value in vars(m).values() if isinstance(value, Keys) for key in value.known}
)
ODD: Final = [
    *(
        "",
        "~",
        "0",
        "-1",
        "1e999",
        "9" * 40,
        "0 days",
        "100 years",
        "101 years",
        "P0D",
        "x" * 300,
        "é",
        "a.b",
        "a b",
        "[x]",
    ),
    *("2026-12-31", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "24:00", "00:00", "true", "off", "yes"),
    *("created", "told", "due", "submitted", "all_answered", "delivery_failed", "applicant", "nobody", "staff", "item"),
    *("1 > 2", "credits.earned >= 30", "((((", "'", "person.member", "now > now", "stage == 'x'", "end of month"),
    *("anniversary of birth_date", "31 February", "29 February", "5 business days", "10%", "1000%", "{cycle}", "N1"),
]
NAMES: Final = st.sampled_from(
    [*KEYS, "due", "submitted", "in_progress", "applicant", "document", "welcome", "x" * 130]
)
VALUES: Final = st.recursive(
    st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


Place = tuple[dict[str, object] | list[object], str | int, object]  # where, under which key, what


def judged(text: str) -> None:
    """A plan, or not too many sentences of bounded length with lines of the file; a good plan is read back too."""
    found = load(text, "plan.yaml")
    if isinstance(found, Plan):
        assert read_back(text, "plan.yaml") == found
        return
    assert 0 < len(found) <= MOST_PROBLEMS + 1
    assert all(1 <= p.line <= text.count("\n") + 2 and 0 < len(p.sentence) <= LONGEST_SENTENCE for p in found)


def places(node: object) -> list[Place]:
    """Where something stands in a document."""
    found: list[Place] = []
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        if isinstance(node, dict | list):
            found.append((node, key, value))
        found += places(value)
    return found


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A plan that somebody wrote, with values exchanged, keys added, taken away and renamed in any place."""
    document = yaml.load(draw(st.sampled_from(PLANS)), Loader=yaml.BaseLoader)
    for _ in range(draw(st.integers(1, 3))):
        home, key, _ = draw(st.sampled_from(places(document)))
        deed = draw(st.sampled_from(["exchange", "swap", "swap", "add", "take", "rename", "repeat"]))
        if isinstance(home, list):
            home.insert(int(key), draw(VALUES))
        elif deed == "exchange":
            home[str(key)] = draw(VALUES)
        elif deed == "swap":
            home[str(key)] = deepcopy(draw(st.sampled_from(places(document)))[2])
        elif deed == "add":
            home[draw(NAMES)] = draw(VALUES)
        elif deed == "take":
            del home[str(key)]
        elif deed == "rename":
            home[draw(NAMES)] = home.pop(str(key))
        else:
            home[str(key)] = [home[str(key)]] * draw(st.integers(0, 60))
    return yaml.dump(document, sort_keys=False, Dumper=Plain)


class Plain(yaml.SafeDumper):
    """Writes what is repeated as often as it is, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@given(mutated())
def test_a_plan_with_anything_in_any_place_is_a_plan_or_sentences(text: str) -> None:
    judged(text)


@given(st.sampled_from(PLANS), st.data())
def test_a_plan_with_a_piece_of_another_is_a_plan_or_sentences(text: str, data: st.DataObject) -> None:
    lines, others = text.splitlines(keepends=True), data.draw(st.sampled_from(PLANS)).splitlines(keepends=True)
    at, begin = data.draw(st.integers(0, len(lines))), data.draw(st.integers(0, len(others)))
    judged("".join([*lines[:at], *others[begin : begin + data.draw(st.integers(1, 6))], *lines[at:]]))


@given(st.sampled_from(PLANS), st.integers(0, 12_000), st.binary(min_size=1, max_size=8))
def test_a_plan_with_any_bytes_in_it_is_a_plan_or_sentences(text: str, at: int, piece: bytes) -> None:
    data = text.encode()
    judged((data[:at] + piece + data[at:]).decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("name", WORST)
def test_the_worst_files_are_plans_or_sentences(name: str) -> None:
    judged(WORST[name])


def test_no_file_takes_a_second_or_much_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.plan.worst"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    *lines, memory = (line.split("\t") for line in done.stdout.splitlines())
    assert {name for _, name in lines} == set(WORST)
    assert {name: seconds for seconds, name in lines if float(seconds) > SECONDS} == {}
    assert int(memory[0]) < MEGABYTES
