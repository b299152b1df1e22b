"""What a journey that has ended left unsent or in doubt: no journey sends it, so a copy does, or staff are asked."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import mail_tables, suppressions
from starter.ledgers import open_checked
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.starter.post import Case
from tests.until import until_now


@pytest.fixture
def case(run: Run, house: House) -> Iterator[Case]:
    """A person of the program, not enrolled yet."""
    with closing(open_checked(house.settings)) as ledger:
        yield Case(run, house, ledger)


def congratulated(case: Case) -> dict[str, Any]:
    """The last message of a journey, which has ended meanwhile."""
    case.enroll()
    assert case.run("tell", case.journey, "approved", "--wait").status == 0
    [message] = case.sent()
    until_now(lambda: case.run("show", case.journey, "--json").json["ended_at"] is not None)
    return message


def test_of_a_journey_that_has_ended_a_copy_leaves_in_place_of_the_message_that_is_to_be_sent_again(case: Case) -> None:
    message = congratulated(case)
    case.in_doubt(message)
    ran = case.run("message", "settle", message["id"], "--as", "resend", "--why", "lost", "--by", "desk-2", "--json")
    assert ran.status == 0, ran.err
    copied = case.sent()[-1]
    assert (ran.json["id"], ran.json["state"], ran.json["copy"]) == (message["id"], "cancelled", copied["id"])
    assert (copied["key"], copied["by"]) == (f"{message['key']}+1", "desk-2")
    assert case.mail(copied["id"])["Subject"] == "You have passed"


def test_of_a_journey_that_has_ended_nothing_is_settled_where_no_copy_may_leave(case: Case) -> None:
    message = congratulated(case)
    case.in_doubt(message)
    with case.ledger.write() as connection:
        suppressions.suppress(connection, case.address, "bounced", "event", "test", datetime.now(UTC))
    ran = case.run("message", "settle", message["id"], "--as", "resend", "--why", "lost")
    assert ran.err == (
        "its journey has ended, and a copy is not worth sending: mail to this address came back; settle it "
        f"--as not-sent, and waypost message resend {message['id']} --anyway sends it all the same\n"
    )
    assert [one["state"] for one in case.messages()] == ["review"]


def test_what_an_ended_journey_left_unsent_is_counted_and_sent_on_request(case: Case) -> None:
    message = congratulated(case)
    case.in_doubt(message, "retry")
    unmoved(case, message)
    refused = case.run("message", "resend", message["id"])
    assert "waypost reconcile --repair sends what such a one left" in refused.err
    ran = case.run("reconcile", "--json")
    [found] = [one for one in ran.json["findings"] if one["rule"] == "ownerless"]
    assert (ran.status, found["found"], found["mended"], found["examples"]) == (1, 1, 0, [message["id"]])
    assert "1 left as they are" in case.run("reconcile").out
    ran = case.run("reconcile", "--repair", "--json")
    [found] = [one for one in ran.json["findings"] if one["rule"] == "ownerless"]
    assert (found["found"], found["mended"]) == (1, 1)
    assert [one["key"] for one in case.sent() if one["state"] == "accepted"] == [f"{message['key']}+1"]


def unmoved(case: Case, message: dict[str, Any]) -> None:
    """As if nobody had touched it for a quarter of an hour."""
    table = mail_tables.message
    with case.ledger.write() as connection:
        before = datetime.now(UTC) - timedelta(minutes=15)
        connection.execute(sa.update(table).where(table.c.id == message["id"]).values(changed_at=before))
