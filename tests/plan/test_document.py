"""YAML as plans write it: text scalars, lines, bounds, and nothing that repeats another place."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plan import document
from plan.document import DEEPEST, LARGEST, LONGEST_KEY, MOST, Mapping, Scalar, Sequence, line_of, read


def values(text: str) -> dict[str, str]:
    """The scalars at the top of a document."""
    root, faults = read(text)
    assert root is not None
    assert faults == ()
    return {e.key: e.value.text for e in root.entries.values() if isinstance(e.value, Scalar)}


def faults(text: str) -> list[str]:
    return [f"{fault.line}: {fault.sentence}" for fault in read(text)[1]]


def test_what_yaml_1_1_takes_for_something_else_stays_text() -> None:
    text = "on: off\nno: yes\nat: 20:00\nlast: 23:59:59\nday: 2026-12-31\nnumber: 010\nnothing: ~\n1: 2"
    expected = {"on": "off", "no": "yes", "at": "20:00", "last": "23:59:59", "day": "2026-12-31"}
    assert values(text) == {**expected, "number": "010", "nothing": "~", "1": "2"}


def test_quotes_comments_and_a_byte_order_mark_are_no_part_of_the_text() -> None:
    assert values("\ufeffa: \"x # y\"  # z\nb: 'it''s'") == {"a": "x # y", "b": "it's"}


def test_every_node_knows_its_line() -> None:
    root, _ = read("a: 1\nb:\n  c: [x,\n      y]\n  d: {e: f}\n")
    assert root is not None
    asked = [("a",), ("b",), ("b", "c"), ("b", "c", "y"), ("b", "d", "e"), ("b", "z", "q"), ("z",)]
    assert [line_of(root, *path) for path in asked] == [1, 2, 3, 4, 5, 2, 1]


def test_a_doubled_key_names_both_lines_and_the_rest_is_read() -> None:
    root, found = read("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}")
    assert root is not None
    assert list(root.entries) == ["a", "b", "c"]
    assert [f.line for f in found] == [3, 4]
    assert found[0].sentence == "`a` is written twice, in lines 1 and 3: keep one"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &x 1", "1: `&x` is an anchor: a plan has none, remove it"),
        ("a: 1\nb: *x", "2: `*x` repeats another place: write the value itself"),
        ("a: !!str 1", "1: a tag (`!…`) stands here: all values are text, remove it"),
        ("a: !thing {}", "1: a tag (`!…`) stands here: all values are text, remove it"),
        ("a: 1\n---\nb: 2", "2: a second document begins here: a plan is one document"),
        ("", "1: the file is empty: begin with `program:`"),
        ("# only words", "1: the file is empty: begin with `program:`"),
        ("- a", "1: a plan is a mapping of keys to values: begin with `program:`"),
        ("? {a: b}\n: c", "1: a key is one word: write `key: value`"),
        ("a: 1\nb: \x07", "2: the character U+0007 cannot stand in a plan: remove it"),
        ("a: \ud800", "1: the character U+D800 cannot stand in a plan: remove it"),
    ],
)
def test_what_a_plan_may_not_hold_is_named_with_its_line(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize("text", ["a: [", "a: 'x", "a: b: c", "a:\n  - b\n c: d", "%FOO\n", "a: @"])
def test_what_is_not_yaml_is_said_so(text: str) -> None:
    assert len(faults(text)) == 1
    assert ": this is not YAML: " in faults(text)[0]


def test_depth_is_bounded_before_anything_recurses() -> None:
    fitting = "a: " + "[" * (DEEPEST - 2) + "x" + "]" * (DEEPEST - 2)
    assert faults(fitting) == []
    for deeper in (f"a: [{fitting[3:]}]", "a: " + "[" * 200_000, "a: " + "{a: " * 50_000, "- " * 100_000):
        assert faults(deeper) == [f"1: this is nested more than {DEEPEST} levels deep"]


def test_size_is_bounded_in_bytes() -> None:
    assert faults("a: " + "é" * (LARGEST // 2 - 2)) == []
    assert faults("a: " + "é" * (LARGEST // 2)) == ["1: the file is larger than 256 KB: keep texts in templates"]


def test_the_number_of_values_is_bounded() -> None:
    assert faults("a: [" + "x," * (MOST - 3) + "]") == []
    assert faults("a: [" + "x,\n" * (MOST - 2) + "]") == [
        f"{MOST - 2}: the plan has more than 10,000 values: make it two programs, or say it in schedules"
    ]


def test_the_length_of_a_key_is_bounded() -> None:
    assert faults("k" * LONGEST_KEY + ": x") == []
    assert faults("a: x\n" + "k" * (LONGEST_KEY + 1) + ": x") == [
        f"2: `{'k' * 57}…` is longer than any key: write `key: value`"
    ]


@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@` \n\t,?~", max_size=40))
def test_any_text_is_a_document_or_has_a_fault(text: str) -> None:
    root, found = read(text)
    assert (root is None) <= bool(found)


words = st.sampled_from(["", "on", "a: b", "x", "'", "# no", "é"])


@given(st.recursive(words, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=6))
def test_what_yaml_writes_is_read_back(tree: object) -> None:
    text = yaml.safe_dump({"root": tree}, default_style='"', allow_unicode=True)
    root, found = read(text)
    assert found == ()
    assert root is not None
    assert plain(root) == {"root": tree}


def plain(node: document.Node) -> object:
    """The node without its lines."""
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {key: plain(entry.value) for key, entry in entries.items()}
