"""What a message's reports come to: columns of its row, which can be made anew from the reports at any time.

The outcome is a function of the set of reports: their order, copies and lateness change nothing. What is reported never
takes back what was reported; the one exception is a member of staff, whose last word counts.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping

from ledger import mail_tables, wake_ups
from ledger.message_rows import Delivery

MESSAGE: Final = mail_tables.message
EVENT: Final = mail_tables.provider_event
# Each outdoes those before it: a bounce may come days after the delivery, and a drop follows from a bounce.
RANKS: Final[tuple[Delivery, ...]] = ("processed", "deferred", "delivered", "dropped", "blocked", "bounced")
FAILED: Final[frozenset[Delivery]] = frozenset({"bounced", "blocked", "dropped", "undelivered"})
STAFF: Final = "staff"
SAID: Final[Mapping[str, Delivery]] = {"delivered": "delivered", "undelivered": "undelivered"}
COMPLAINED: Final = "complained"
UNNAMED: Final = "unclassified"
CLASS: Final = re.compile(r"[a-z_]{1,40}")  # our words for what failed; a provider's own may hold anything
AT_ONCE: Final = 400


class Reported(NamedTuple):
    """The part of a report that counts."""

    kind: str
    at: datetime
    machine: bool = False
    failure: str | None = None
    provider: str = "sendgrid"
    content: str = ""


class Projection(NamedTuple):
    """Columns of the message's row. Instants are the first of each; None: never reported."""

    delivery: Delivery | None = None
    failure: str | None = None
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    opened_at: datetime | None = None
    machine_opened_at: datetime | None = None
    clicked_at: datetime | None = None
    viewed_at: datetime | None = None
    complained_at: datetime | None = None
    unsubscribed_at: datetime | None = None


READ: Final = [MESSAGE.c[name] for name in ("id", "journey_id", "rule", "key", "fields", *Projection._fields)]
WHICH: Final = "message_id"  # names the row in an update of many; no column of it is called so


def project(reports: Iterable[Reported]) -> Projection:
    """What the reports of one message come to."""
    given = sorted(set(reports), key=lambda report: (report.at, report.content, report.kind))
    words = [report for report in given if report.provider == STAFF and report.kind in SAID]
    reached = [kind for kind in RANKS if any(report.kind == kind for report in given)]
    delivery = SAID[words[-1].kind] if words else reached[-1] if reached else None
    failing = [report for report in given if report.kind == delivery] if delivery in FAILED else []

    def first(*kinds: str, machine: bool | None = None) -> datetime | None:
        fitting = (report for report in given if report.kind in kinds and machine in {None, report.machine})
        return next((report.at for report in fitting), None)

    return Projection(
        delivery=delivery,
        failure=next((report.failure for report in failing if report.failure), None),
        delivered_at=first("delivered"),
        failed_at=first("bounced", "blocked", "dropped", "undelivered"),
        opened_at=first("opened", machine=False),
        machine_opened_at=first("opened", machine=True),
        clicked_at=first("clicked"),
        viewed_at=first("viewed"),
        complained_at=first(COMPLAINED),
        unsubscribed_at=first("unsubscribed", "group_unsubscribed"),
    )


def update(connection: Connection, messages: Collection[str], now: datetime) -> int:
    """Makes the rows of these messages say what their reports come to, and owes their journeys what they must hear.

    Says how many rows changed. In the transaction of the reports.
    """
    changed = 0
    wanted = sorted(set(messages))
    for begin in range(0, len(wanted), AT_ONCE):
        page = wanted[begin : begin + AT_ONCE]
        rows = sa.select(*READ).where(MESSAGE.c.id.in_(page)).order_by(MESSAGE.c.id).with_for_update(key_share=True)
        found = list(connection.execute(rows).mappings())
        reports = _reports(connection, page)
        projections = [(row, project(reports.get(row["id"], ()))) for row in found]
        different = [(row, projection) for row, projection in projections if _said(row, projection) != _stands(row)]
        _write(connection, different)
        for row, projection in different:
            if row["journey_id"] is not None:
                _owe(connection, row, projection, now)
        changed += len(different)
    return changed


def _reports(connection: Connection, messages: Collection[str]) -> Mapping[str, list[Reported]]:
    columns = (EVENT.c[name] for name in Reported._fields)
    query = sa.select(EVENT.c.message_id, *columns).where(EVENT.c.message_id.in_(messages))
    reports: dict[str, list[Reported]] = {}
    for message, *values in connection.execute(query):
        reports.setdefault(message, []).append(Reported(*values))
    return reports


def _said(row: RowMapping, projection: Projection) -> Projection:
    """What was never reported keeps what stands there: a page of ours may have written it."""
    said = {name: value for name, value in projection._asdict().items() if value is not None}
    if projection.delivery is not None:
        said["failure"] = projection.failure
    return _stands(row)._replace(**said)


def _stands(row: RowMapping) -> Projection:
    return Projection(*(row[name] for name in Projection._fields))


def _write(connection: Connection, projections: Iterable[tuple[RowMapping, Projection]]) -> None:
    """All in one statement, for each row the same columns."""
    given = [{WHICH: row["id"], **_said(row, projection)._asdict()} for row, projection in projections]
    if given:
        update = sa.update(MESSAGE).where(MESSAGE.c.id == sa.bindparam(WHICH))
        connection.execute(update.values({name: sa.bindparam(name) for name in Projection._fields}), given)


def _owe(connection: Connection, row: RowMapping, projection: Projection, now: datetime) -> None:
    """A failure is a fact of the journey, once a message; a delivery is told where a clock of it starts by that."""
    journey, message = row["journey_id"], row["id"]

    def failed(how: str, why: str) -> None:
        data: dict[str, JsonValue] = {"rule": row["rule"], "key": row["key"], "why": why}
        wake_ups.add(connection, journey, f"{message}.{how}", wake_ups.DELIVERY_FAILED, now, data)

    if projection.delivery in FAILED and row["delivery"] not in FAILED:
        why = projection.failure or str(projection.delivery)
        failed("failed", why if CLASS.fullmatch(why) else UNNAMED)
    if projection.complained_at is not None and row["complained_at"] is None:
        failed(COMPLAINED, COMPLAINED)
    if projection.delivered_at is not None and row["delivered_at"] is None and row["fields"].get("awaited"):
        wake_ups.add(connection, journey, f"{message}.delivered", "delivered", now)
