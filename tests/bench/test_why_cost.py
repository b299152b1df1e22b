"""The bench on a small ledger: what it reads is what it thinks, and a scan would be noticed."""

from pathlib import Path

from bench.why_cost import run, scanned, text
from tests.postgres import Postgres


def test_it_measures_on_sqlite_and_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    for url in (f"sqlite:///{tmp_path / 'ledger.db'}", postgres.create("why_cost")):
        found = run(url, 20_000, rounds=20)
        assert found.statements > 10
        assert found.whole.low <= found.whole.median <= found.whole.high
        assert found.scans == ()
        assert "tables read whole: none" in text(found, explain=False)
        assert "person_id" in text(found, explain=True)


def test_a_table_that_is_read_whole_is_noticed() -> None:
    assert list(scanned(["SCAN message"])) == ["message"]
    assert list(scanned(["        ->  Seq Scan on attempt  (cost=0.00..1.00 rows=1 width=1)"])) == ["attempt"]
    by_index = ["SEARCH message USING INDEX ix_message_person_id_id (person_id=?)", "SCAN channel"]
    by_index.append("  ->  Index Scan using ix_person_merged_into on person  (cost=0.12..5.89 rows=1 width=196)")
    assert list(scanned(by_index)) == []
