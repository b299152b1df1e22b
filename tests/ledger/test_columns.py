from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pydantic import JsonValue

from ledger import Ledger, audit, tables
from tests.ledger.given import NOW

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def put(ledger: Ledger, *instants: datetime) -> list[datetime]:
    """Writes a row for each instant, and reads them back in the database's order."""
    with ledger.write() as connection:
        for number, instant in enumerate(instants):
            row = {"id": str(number), "digest": str(number), "body": "", "created_at": instant}
            connection.execute(sa.insert(tables.text).values(row))
    with ledger.read() as connection:
        return list(
            connection.execute(sa.select(tables.text.c.created_at).order_by(tables.text.c.created_at)).scalars()
        )


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), id="the last microsecond of a year"),
        pytest.param(datetime(2026, 3, 1, 23, 59, 59, tzinfo=NEW_YORK), id="an evening behind UTC"),
        pytest.param(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), id="the second half past two of a fold"),
        pytest.param(datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))), id="a broken offset"),
        pytest.param(datetime(1026, 3, 1, tzinfo=UTC), id="long ago"),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(ledger: Ledger, given: datetime) -> None:
    [read] = put(ledger, given)
    assert read == given.astimezone(UTC)
    assert read.tzinfo is UTC


def test_instants_are_in_order_whatever_their_offsets_and_fractions(ledger: Ledger) -> None:
    ordered = [
        datetime(2026, 3, 1, 23, tzinfo=BERLIN),  # 22:00 UTC
        datetime(2026, 3, 1, 22, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 22, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 18, tzinfo=NEW_YORK),  # 23:00 UTC
    ]
    assert put(ledger, *reversed(ordered)) == ordered


def test_an_instant_without_an_offset_is_refused(ledger: Ledger) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="an instant needs an offset"):
        put(ledger, naive)
    with ledger.read() as connection:
        assert not connection.execute(sa.select(tables.text)).all()


def test_data_comes_back_with_its_types_and_its_letters(ledger: Ledger) -> None:
    data: dict[str, JsonValue] = {"z": [1, 1.0, True, None, "1"], "a": {"ü": "“日本”", "big": 2**53}}
    with ledger.write() as connection:
        audit.record(connection, "desk", "tried", "x", data, NOW)
    with ledger.read() as connection:
        [entry] = audit.entries(connection)
    assert repr(entry.detail) == repr({"a": {"big": 2**53, "ü": "“日本”"}, "z": [1, 1.0, True, None, "1"]})


def test_data_that_json_cannot_say_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"), ledger.write() as connection:
        audit.record(connection, "desk", "tried", "x", {"share": float("nan")}, NOW)


def test_ids_are_in_the_order_of_their_bytes(ledger: Ledger) -> None:
    ordered = ["A-2", "A.1", "B", "Z", "_a", "a", "b-1", "b1", "é"]
    with ledger.write() as connection:
        for subject in reversed(ordered):
            audit.record(connection, "desk", "tried", subject, {}, NOW)
    with ledger.read() as connection:
        column = tables.audit.c.subject
        assert list(connection.execute(sa.select(column).order_by(column)).scalars()) == ordered
