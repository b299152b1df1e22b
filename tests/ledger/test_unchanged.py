"""What one statement can tell of a program and a reader: on both databases."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, opt_outs, people, plans, programs, suppressions
from ledger.unchanged import UNTOUCHED, AsRead
from tests.ledger.given import LATER, NOW, a_person

STRASSE = "Ada@Straße.example"


def as_read(connection: Connection, address: str = STRASSE, *, closed: bool = False) -> bool:
    """As somebody read them who found version 1 and Ada as she was added."""
    return untouched(connection, AsRead("cwe", "1", closed, "ada", 1, address.casefold()))


def untouched(connection: Connection, read: AsRead) -> bool:
    return bool(connection.execute(sa.select(UNTOUCHED), read.bound()).scalar_one())


def publish(connection: Connection, version: str) -> None:
    plans.publish(connection, "cwe", version, "", {}, "desk", NOW)


def suppress(connection: Connection, address: str) -> None:
    suppressions.suppress(connection, address, "bounced", "event", "test", NOW)


def move(connection: Connection) -> None:
    people.set_person(
        connection, people.people(connection, ["ada"])["ada"].model_copy(update={"zone": "UTC"}), "x", NOW
    )


def merge(connection: Connection) -> None:
    a_person(connection, "ada2")
    ada = people.people(connection, ["ada"])["ada"]
    people.set_person(connection, ada.model_copy(update={"merged_into": "ada2"}), "desk", NOW)


def opt_out(connection: Connection, program: str = "cwe", person: str = "ada") -> None:
    opt_outs.opt_out(connection, person, program, "tip", "ada", NOW)


def opt_out_and_in(connection: Connection) -> None:
    opt_out(connection)
    opt_outs.opt_in(connection, "ada", "cwe", "tip", "ada", LATER)


def suppress_and_lift(connection: Connection) -> None:
    suppress(connection, STRASSE)
    suppressions.lift(connection, STRASSE, ["bounced"], "desk", "called", LATER)


def nothing(_: Connection) -> None:
    """Of theirs."""


def something_of_others(connection: Connection) -> None:
    a_person(connection, "bob", "bob@example.org")
    suppress(connection, "bob@example.org")
    opt_out(connection, person="bob")
    opt_out(connection, program="club")
    plans.publish(connection, "club", "2", "", {}, "desk", NOW)


@pytest.mark.parametrize("happened", [nothing, something_of_others])
def test_a_reader_who_never_said_anything_is_untouched(ledger: Ledger, happened: Callable[[Connection], None]) -> None:
    with ledger.write() as connection:
        a_person(connection)
        publish(connection, "1")
        happened(connection)
        assert as_read(connection)


@pytest.mark.parametrize(
    "happened",
    [
        lambda connection: publish(connection, "2"),
        lambda connection: programs.close(connection, "cwe", "desk", None, NOW),
        move,
        merge,
        opt_out,
        opt_out_and_in,
        lambda connection: suppress(connection, "ADA@STRASSE.example"),
        suppress_and_lift,
    ],
    ids=["plan", "closure", "person", "merge", "opt-out", "opt-out and in", "suppression", "suppression lifted"],
)
def test_whoever_anything_happened_to_must_be_looked_at(ledger: Ledger, happened: Callable[[Connection], None]) -> None:
    with ledger.write() as connection:
        a_person(connection)
        publish(connection, "1")
        happened(connection)
        assert not as_read(connection)


def test_a_program_that_was_closed_when_it_was_read_is_untouched_until_it_opens(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_person(connection)
        publish(connection, "1")
        programs.close(connection, "cwe", "desk", None, NOW)
        assert as_read(connection, closed=True)
        programs.reopen(connection, "cwe", "desk", None, LATER)
        assert not as_read(connection, closed=True)


def test_of_a_person_or_a_program_that_nobody_knows_nothing_can_be_told(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_person(connection)
        assert not as_read(connection)
        publish(connection, "1")
        assert not untouched(connection, AsRead("cwe", "1", False, "bob", 1, STRASSE.casefold()))
