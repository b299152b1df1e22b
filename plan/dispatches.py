"""What became of our own messages, as facts that clocks may wait for (plan.md 11, 12)."""

from collections.abc import Iterable, Iterator
from typing import Final

from plan.clocks import delivered, handed_over
from plan.facts import Fact, Sent
from plan.keys import parse
from plan.model import Process

LAST: Final = 2**52  # arrival numbers beyond everything that anybody reports
GONE: Final = frozenset({"sent", "unknown"})


def dispatches(process: Process, sent: Iterable[Sent]) -> Iterator[Fact]:
    """The first hand-over and each delivery of the messages that a deadline of the process names.

    Of a message about an item they are that item's.
    """
    counts = {d.after_sent for d in process.deadlines.values()}
    waits = {d.waits_for for d in process.deadlines.values()}
    if counts | waits <= {None}:
        return
    begun: set[tuple[str, str | None]] = set()
    for n, row in enumerate(sorted(sent, key=lambda row: (str(row.at), row.key))):
        key = parse(row.key)
        if key is None or row.state not in GONE or row.at is None:
            continue
        if key.rule in counts and (key.rule, key.item) not in begun:
            begun.add((key.rule, key.item))
            name = handed_over(key.rule)
            yield Fact(id=f"{name} {row.key}", type=name, at=row.at, heard_at=row.at, order=LAST + 2 * n, item=key.item)
        if key.rule in waits and row.delivered_at is not None:
            at, name = row.delivered_at, delivered(key.rule)
            yield Fact(id=f"{name} {row.key}", type=name, at=at, heard_at=at, order=LAST + 2 * n + 1, item=key.item)
