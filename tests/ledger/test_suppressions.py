from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, audit, mail_tables, people, suppressions, wake_ups
from ledger.people import PersonRow
from tests.ledger.given import JOURNEY, LATER, NOW, a_journey, a_message, a_person

TWIN = "journey:cwe:twin:application:1"


def woken(connection: Connection) -> list[tuple[str, str]]:
    return sorted((each.journey_id, each.cause) for each in wake_ups.pending(connection))


def test_each_source_gives_a_cause_once_and_lifting_ends_it_whatever_the_source(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert suppressions.suppress(connection, "Ada@Example.org", "bounced", "event", "sendgrid", NOW)
        assert not suppressions.suppress(connection, "ada@example.org", "bounced", "event", "sendgrid", LATER)
        assert suppressions.suppress(connection, "ada@example.org", "bounced", "sendgrid", "sendgrid", LATER)
        lifted = suppressions.lift(connection, "ADA@example.org", ["bounced"], "desk", "called", LATER)
        assert sorted(row.source for row in lifted) == ["event", "sendgrid"]
        assert not suppressions.active(connection, ["ada@example.org"])
        assert [row.lifted_why for row in suppressions.ever(connection, ["ada@example.org"])] == ["called", "called"]
        [entry] = audit.entries(connection, lifted[0].id)
        assert (entry.by, entry.action) == ("desk", "suppression_lifted")
        assert suppressions.suppress(connection, "ada@example.org", "bounced", "event", "sendgrid", LATER)


def test_one_source_can_be_lifted_alone(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for source in ("event", "sendgrid"):
            suppressions.suppress(connection, "ada@example.org", "bounced", source, "sendgrid", NOW)
        suppressions.lift(connection, "ada@example.org", ["bounced"], "sendgrid", "gone", LATER, "sendgrid")
        standing = suppressions.active(connection, ["ada@example.org"])["ada@example.org"]
    assert [row.source for row in standing] == ["event"]


def test_all_that_stands_is_read_over_many_pages_and_what_was_lifted_when_asked(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for n in range(suppressions.PAGE + 2):
            suppressions.suppress(connection, f"p-{n}@example.org", "staff", "staff", "desk", NOW)
        suppressions.lift(connection, "p-1@example.org", ["staff"], "desk", "called", LATER)
        standing, every = list(suppressions.every(connection)), list(suppressions.every(connection, lifted=True))
    assert (len(standing), len(every)) == (suppressions.PAGE + 1, suppressions.PAGE + 2)
    assert len({row.id for row in every}) == len(every)


def test_everybody_who_has_the_address_is_looked_at_again_under_any_of_their_ids(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        a_journey(connection, TWIN)
        row = PersonRow(id="ada2", email="Ada@Example.org")
        people.set_person(connection, row, "test", NOW)
        people.set_person(connection, PersonRow(id="twin", email=None, merged_into="ada2"), "test", NOW)
        people.set_person(connection, PersonRow(id="ada", email="other@example.org"), "test", NOW)
        assert suppressions.look_again(connection, ["ada@example.org"], "lifted", NOW) == 1
        assert woken(connection) == [(TWIN, "lifted")]


def test_a_desk_that_waits_for_an_address_is_looked_at_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        a_person(connection, "ben", "ben@example.org")
        table = mail_tables.message
        of_desk = {"person_id": None, "to": "desk", "held_reason": "address_suppressed", "held_at": NOW}
        connection.execute(sa.update(table).where(table.c.id == row.id).values(of_desk))
        assert suppressions.look_again(connection, ["desk@example.org"], "lifted", NOW + timedelta(1)) == 1
        assert woken(connection) == [(JOURNEY, "lifted")]
        connection.execute(sa.update(table).where(table.c.id == row.id).values(state="accepted"))
        assert suppressions.look_again(connection, ["desk@example.org"], "lifted", NOW) == 0
