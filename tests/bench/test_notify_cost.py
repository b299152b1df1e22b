"""The bench of sending, small: that both ways send every message, never what it costs."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bench.notify_cost import Bench, measure
from bench.taker import taker
from ledger.mail_tables import attempt, message, message_body, page_token


def test_the_parts_leave_in_the_ledger_what_notify_leaves(tmp_path: Path) -> None:
    with taker() as url:
        bench = Bench(tmp_path, url)
        bench.notify(*bench.installation.due("ada"))
        spent: dict[str, float] = dict.fromkeys(("claim", "render", "on the wire, text kept", "post", "accepted"), 0.0)
        bench.parts(bench.prepared("bob", {"reading the case": 0.0, "deciding once more": 0.0}), spent)
        left = sa.select(message.c.state, message.c.attempt, attempt.c.outcome, attempt.c.evidence).join(attempt)
        with bench.installation.ledger.read() as connection:
            rows = connection.execute(left).all()
            kept = [
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (message_body, page_token)
            ]
        bench.close()

    assert rows == [("accepted", 1, "accepted", "events")] * 2
    assert kept == [2, 2]
    assert all(seconds > 0 for seconds in spent.values())


def test_every_message_of_every_round_is_counted() -> None:
    found = measure(rounds=2, at_once=1)

    assert found.messages == 2
    assert found.ratio.median > 0  # of two rounds the quartiles say nothing
    assert set(found.beside) == {"reading the case", "deciding once more"}


def test_a_send_costs_the_ledger_no_more_statements_than_are_counted_here(tmp_path: Path) -> None:
    """Processor time differs from run to run; what is asked does not. Transactions are two of them each."""
    with taker() as url:
        bench = Bench(tmp_path, url)
        for warm in ("eva", "fay"):  # the plan is read, and the channel noted
            bench.notify(*bench.installation.due(warm))
        due, prepared = bench.installation.due("ada"), bench.prepared("bob", defaultdict(float))
        with counted() as ours:
            bench.notify(*due)
        with counted() as parts:
            bench.parts(prepared, defaultdict(float))
        bench.close()

    assert (len(ours), len(parts)) == (24, 14)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that is executed meanwhile."""
    found: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
