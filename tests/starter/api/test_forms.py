import time
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from starter.api.forms import fields

IN_PARTS = 'multipart/form-data; boundary="b"'
URLENCODED = "application/x-www-form-urlencoded"
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=20))
def test_what_a_browser_sends_is_what_is_read(pairs: list[tuple[str, str]]) -> None:
    expected: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        expected[name] = (*expected.get(name, ()), value)
    assert fields(URLENCODED, urlencode(pairs).encode()) == expected


@given(
    content_type=st.one_of(st.text(max_size=40), st.text(max_size=20).map("multipart/form-data; {}".format)),
    body=st.binary(max_size=300),
)
@example(content_type="multipart/form-data", body=b"a=1")
@example(content_type="multipart/form-data;0*", body=b"")
@example(content_type=IN_PARTS, body=b"--b\r\n\r\n--b--")
@example(content_type=IN_PARTS, body=b"--b\r\nContent-Disposition: form-data; name*=x''a\r\n\r\n\xff\r\n--b--")
@example(content_type=URLENCODED, body=b"%ff=%00&" * 1500)
def test_no_body_is_too_strange_to_be_read(content_type: str, body: bytes) -> None:
    assert isinstance(fields(content_type, body), dict)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", f"{URLENCODED}-not"])
def test_what_is_no_form_has_no_fields(content_type: str) -> None:
    assert fields(content_type, b"List-Unsubscribe=One-Click") == {}


def test_a_form_in_parts_is_read_as_well() -> None:
    parts = ((b"want", b"a"), (b"want", b"\xc3\xa9"), (b"optional", b"chosen"))
    head = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(head % part for part in parts) + b"--b--\r\n"
    assert fields(IN_PARTS, body) == {"want": ("a", "é"), "optional": ("chosen",)}


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: " + b"x;" * 30_000,
        b"Content-Disposition: form-data; name=a\r\nContent-Disposition: " + b"(" * 60_000,
        b"Content-Disposition: form-data" + b"; a=b" * 12_000,
        b"Content-Disposition: form-data; name=a" + b"\r\n b" * 15_000,
        b"Content-Disposition: " + b" " * 60_000,
    ],
    ids=["an encoding", "comments", "parameters", "folds", "spaces"],
)
def test_no_form_in_parts_keeps_the_server_from_everything_else(head: bytes) -> None:
    began = time.process_time()
    fields(IN_PARTS, b"--b\r\n" + head + b"\r\n\r\nx\r\n--b--\r\n")
    assert time.process_time() - began < 0.2


def test_a_form_in_parts_ends_with_its_boundary_and_has_no_more_fields_than_any_of_ours() -> None:
    part = b"--b\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n"
    assert fields(IN_PARTS, part + b"--b--\r\n" + part) == {"a": ("x",)}
    assert len(fields(IN_PARTS, part * 1_500)["a"]) == 1_000
