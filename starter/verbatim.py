"""What providers sent of an event, word for word: read again from the post that brought it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ledger import webhook_posts
from ledger.reports import Report
from mail.sendgrid_events import read


def verbatim(connection: Connection, reports: Sequence[Report]) -> tuple[Report, ...]:
    """The same reports, each with everything it said in `raw`."""
    return tuple(report if report.raw is not None else _read_again(connection, report) for report in reports)


def _read_again(connection: Connection, report: Report) -> Report:
    found = webhook_posts.body_of(connection, report.id)
    if found is None:
        return report
    body, place = found
    return report.model_copy(update={"raw": read(body, report.received_at).events[place].raw})
