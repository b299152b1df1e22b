"""What the queries behind `waypost why` cost on a ledger of a million messages, on both databases.

`python -m bench.why_cost [--messages N] [--explain] [--json]`. Status 1 when a median is over its bar, or when a
query reads a whole table of messages. On PostgreSQL it starts a server of its own, as the tests do.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from bench.big_ledger import BUSY, EACH, FIRST, NOW, fill
from bench.plan_cost import PLAN
from ledger import Ledger, open_ledger
from ledger.schema import migrate
from ledger.why import Asked, why
from plan.load import load
from plan.model import Plan
from tests.postgres import running

MESSAGES: Final = 1_000_000
ROUNDS: Final = 200
BAR: Final = 50.0  # milliseconds, median
LARGE: Final = {"message", "attempt", "provider_event", "journey", "person", "fact", "decision", "suppression"}


class Spread(BaseModel):
    """Milliseconds: the median, and the quartiles around it."""

    model_config = ConfigDict(frozen=True)

    median: float
    low: float
    high: float


class WhyCost(BaseModel):
    """`whole`: everything that `why` does, on rows that nobody has read before; `queries`: its statements, once more.

    `scans`: tables that a statement reads from end to end.
    """

    model_config = ConfigDict(frozen=True)

    database: str
    messages: int
    filled_s: float
    statements: int
    whole: Spread
    queries: Spread
    busy_ms: float
    scans: tuple[str, ...]
    explain: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.queries.median <= BAR and not self.scans


def measure(ledger: Ledger, plan: Plan, messages: int, rounds: int, filled_s: float) -> WhyCost:
    """Asks about people all over the ledger, then about the one with the most messages."""
    people = messages // EACH
    names = [f"p{FIRST + (n * (people // rounds) + 7) % people}" for n in range(rounds)]
    whole, queries = [], []
    said: list[tuple[str, Any]] = []
    with ledger.read() as connection:
        _ask(connection, plan, names[0])
        for name in names[1:]:
            with _statements(connection) as heard:
                whole.append(_timed(partial(_ask, connection, plan, name)))
            queries.append(_timed(partial(_again, connection, heard)))
            said = list(heard)
        busy = _timed(partial(_ask, connection, plan, BUSY))
        explained = list(_explained(connection, said))
    return WhyCost(
        database=connection.dialect.name,
        messages=messages,
        filled_s=filled_s,
        statements=len(said),
        whole=_spread(whole),
        queries=_spread(queries),
        busy_ms=busy,
        scans=tuple(sorted({table for _, plan_ in explained for table in scanned(plan_)})),
        explain=tuple("\n    ".join([statement, *plan_]) for statement, plan_ in explained),
    )


def _ask(connection: Connection, plan: Plan, person: str) -> None:
    found = why(connection, lambda *_: plan, Asked(person, NOW))
    if len(found) < EACH // 2:
        raise SystemExit(f"{person} has {len(found)} answers: the ledger is not what the bench thinks")


@contextmanager
def _statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Collects what is executed meanwhile."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _u: object, statement: str, parameters: Any, _x: object, _m: object) -> None:
        heard.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(connection, "before_cursor_execute", hear)


def _again(connection: Connection, said: Sequence[tuple[str, Any]]) -> None:
    for statement, parameters in said:
        connection.exec_driver_sql(statement, parameters).fetchall()


def _explained(connection: Connection, said: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    sqlite = connection.dialect.name == "sqlite"
    for statement, parameters in {statement: (statement, given) for statement, given in said}.values():
        rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters)
        yield " ".join(statement.split())[-160:], [str(row[-1]) for row in rows]


def scanned(lines: Sequence[str]) -> Iterator[str]:
    """Large tables that a plan of either database reads whole."""
    for line in lines:
        words = line.split()
        for before in ("SCAN", "on"):
            whole = before == "SCAN" or "Seq Scan" in line
            if before in words and whole and "USING" not in words:
                table = words[words.index(before) + 1]
                if table in LARGE:
                    yield table


def _timed(work: Callable[[], object]) -> float:
    before = perf_counter()
    work()
    return (perf_counter() - before) * 1000


def _spread(spent: Sequence[float]) -> Spread:
    low, middle, high = quantiles(spent, n=4)
    return Spread(median=middle, low=low, high=high)


def run(url: str, messages: int, rounds: int = ROUNDS) -> WhyCost:
    """Migrates and fills the empty database, then measures."""
    source = PLAN.read_text(encoding="utf-8")
    plan = load(source, PLAN.name)
    if not isinstance(plan, Plan):
        raise SystemExit(str(plan[0]))
    migrate(url)
    with closing(open_ledger(url, wait=timedelta(minutes=30))) as ledger:
        before = perf_counter()
        with ledger.write() as connection:
            fill(connection, plan, source, messages)
        filled = perf_counter() - before
        if url.startswith("postgresql"):
            with ledger.write() as connection:  # as its autovacuum does within a minute
                connection.exec_driver_sql("ANALYZE")
        return measure(ledger, plan, messages, rounds, filled)


def text(found: WhyCost, *, explain: bool) -> str:
    lines = [
        f"{found.database}: {found.messages:,} messages, filled in {found.filled_s:.0f} s",
        f"  the {found.statements} statements of one answer: {_words(found.queries)}; bar {BAR:g} ms",
        f"  the answer whole, on rows that nobody has read before: {_words(found.whole)}",
        f"  somebody with {found.messages // 50:,} messages: {found.busy_ms:.0f} ms",
        f"  tables read whole: {', '.join(found.scans) or 'none'}",
    ]
    return "\n".join([*lines, *(found.explain if explain else ())])


def _words(spread: Spread) -> str:
    return f"{spread.median:.1f} ms ({spread.low:.1f} to {spread.high:.1f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: both bars hold; 1: one does not."""
    parser = argparse.ArgumentParser("bench.why_cost", description="What the queries behind `waypost why` cost.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--explain", action="store_true", help="print how each database means to read")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, running() as postgres:
        found = [run(f"sqlite:///{Path(folder) / 'ledger.db'}", given.messages)]
        found.append(run(postgres.create("bench"), given.messages))
    if given.json:
        sys.stdout.write(f"{json.dumps([one.model_dump() for one in found], indent=2)}\n")
    else:
        for one in found:
            sys.stdout.write(f"{text(one, explain=given.explain)}\n")
    return 0 if all(one.passed for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
