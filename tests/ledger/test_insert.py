"""Many rows at once, of which some may be there already."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
import sqlalchemy as sa

from ledger import Ledger
from ledger.insert import insert_new
from ledger.mail_tables import provider_event

COLUMNS: Final = (
    "id",
    "at",
    "received_at",
    "machine",
    "raw",
    "attempt",
    "content",
    "kind",
    "provider",
    "provider_kind",
)
AT: Final = datetime(2027, 3, 1, 9, 0, 0, 123456, UTC)


def row(name: str, **given: Any) -> tuple[Any, ...]:
    usual = {"id": name, "at": AT, "received_at": AT, "machine": False, "raw": None, "attempt": None, "content": name}
    return tuple((usual | {"kind": "opened", "provider": "sendgrid", "provider_kind": "open"} | given).values())


def kept(ledger: Ledger) -> list[dict[str, Any]]:
    with ledger.read() as connection:
        query = sa.select(*(provider_event.c[name] for name in COLUMNS)).order_by(provider_event.c.id)
        return [dict(each) for each in connection.execute(query).mappings()]


def test_what_is_there_already_is_passed_by_and_what_is_new_is_counted(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert insert_new(connection, provider_event, COLUMNS, [row("a"), row("b")]) == 2
        assert insert_new(connection, provider_event, COLUMNS, [row("b"), row("c"), row("d", content="a")]) == 1
        assert insert_new(connection, provider_event, COLUMNS, []) == 0
    assert [each["id"] for each in kept(ledger)] == ["a", "b", "c"]


def test_of_two_rows_with_one_key_the_first_is_kept(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert insert_new(connection, provider_event, COLUMNS, [row("z", content="c"), row("a", content="c")]) == 1
    assert [each["id"] for each in kept(ledger)] == ["z"]


def test_every_value_reads_back_as_it_was_given(ledger: Ledger) -> None:
    raw = {"what": 'a "quoted" \\ text, äöü\n', "deep": [1, 2.5, None, True, {"a": "{}"}]}
    given = row(
        "a",
        machine=True,
        raw=raw,
        attempt=2**31 - 1,
        provider_kind="it's",
        at=AT.astimezone(timezone(timedelta(hours=2))),
    )
    with ledger.write() as connection:
        insert_new(connection, provider_event, COLUMNS, [given, row("b")])
    first, second = kept(ledger)
    assert tuple(first.values()) == given
    assert tuple(second.values()) == row("b")


def test_an_instant_without_an_offset_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="an offset"), ledger.write() as connection:
        insert_new(connection, provider_event, COLUMNS, [row("a", at=datetime(2027, 3, 1))])  # noqa: DTZ001
    assert kept(ledger) == []
