"""Whether nothing has happened to a program and one of its readers since they were read, asked by one statement."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables, tables

PROGRAM: Final = tables.plan_pointer.c
PERSON: Final = tables.person.c
OPT_OUT: Final = mail_tables.opt_out.c
SUPPRESSION: Final = mail_tables.suppression.c
UNTOUCHED: Final = (
    sa.select(PROGRAM.version, PERSON.revision, PROGRAM.closed_at)
    .select_from(tables.plan_pointer.join(tables.person, sa.true()))
    .where(
        PROGRAM.program == sa.bindparam("program"),
        PERSON.id == sa.bindparam("person"),
        ~sa.exists().where(OPT_OUT.person_id == PERSON.id, OPT_OUT.program == PROGRAM.program),
        ~sa.exists().where(SUPPRESSION.address == sa.bindparam("address")),
    )
)


def untouched(
    connection: Connection, program: str, version: str, closed: bool, person_id: str, revision: int, address: str
) -> bool:
    """The plan and the person's row are these, and neither a wish of theirs nor a suppression of the address was ever.

    True of nearly every reader, of whom nothing more need be read then. False says nothing but that one must look.
    """
    asked = {"program": program, "person": person_id, "address": address.casefold()}
    found = connection.execute(UNTOUCHED, asked).first()
    return found is not None and (found[0], found[1], found[2] is not None) == (version, revision, closed)
