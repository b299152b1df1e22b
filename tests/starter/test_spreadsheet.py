import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from starter.spreadsheet import cell, write_rows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("", ""),
        (True, "true"),
        (7, "7"),
        ("due_reminder:P7D@2026-10-12>applicant", "due_reminder:P7D@2026-10-12>applicant"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1 555", "'+1 555"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
    ],
)
def test_no_cell_is_taken_for_a_formula(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_rows_are_written_as_the_standard_has_them_and_read_back_as_they_were() -> None:
    sink = io.StringIO(newline="")
    hard = ['a "quoted" word', "a, comma", "two\r\nlines", "Ünïcödé"]
    assert write_rows(sink, ("a", "b", "c", "d"), [hard, hard]) == 2
    assert sink.getvalue().startswith('a,b,c,d\r\n"a ""quoted"" word","a, comma","two\r\nlines",Ünïcödé\r\n')
    assert list(csv.reader(io.StringIO(sink.getvalue(), newline=""))) == [["a", "b", "c", "d"], hard, hard]


def test_rows_are_written_as_they_come() -> None:
    sink = io.StringIO(newline="")
    seen = []

    def rows() -> Iterator[list[object]]:
        for n in range(3):
            seen.append(sink.getvalue().count("\r\n"))
            yield [n, datetime(2026, 10, 5, tzinfo=UTC).isoformat()]

    assert write_rows(sink, ("n", "at"), rows()) == 3
    assert seen == [1, 2, 3]
