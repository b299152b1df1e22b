"""One of several processes that write to a ledger at once: `python -m tests.ledger.writer URL NAME NUMBER`."""

import sys
from datetime import UTC, datetime

from ledger import audit, open_ledger
from ledger.schema import migrate

NOW = datetime(2026, 10, 5, tzinfo=UTC)


def write(url: str, name: str, number: int) -> None:
    """Migrates the ledger unless somebody did, then writes `number` times, reading first each time."""
    migrate(url)
    ledger = open_ledger(url)
    for _ in range(number):
        with ledger.write() as connection:
            written = len(audit.entries(connection, name))
            audit.record(connection, name, "counted", name, {"before": written}, NOW)
    ledger.close()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]))
