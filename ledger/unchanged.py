"""Whether nothing has happened to a program and a reader since they were read, as a condition for a statement."""

from typing import Final, NamedTuple

import sqlalchemy as sa

from ledger import mail_tables, tables

PROGRAM: Final = tables.plan_pointer.c
PERSON: Final = tables.person.c
OPT_OUT: Final = mail_tables.opt_out.c
SUPPRESSION: Final = mail_tables.suppression.c


class AsRead(NamedTuple):
    """A program and a reader as they were read, for `UNTOUCHED`; `address` is in small letters."""

    program: str
    version: str
    closed: bool
    person_id: str
    revision: int
    address: str

    def bound(self) -> dict[str, str | bool | int]:
        """The values that the condition asks for."""
        return {f"read_{name}": value for name, value in self._asdict().items()}


# The plan and the person's row are these, and neither a wish of theirs nor a suppression of the address was ever. True
# of nearly every reader, of whom nothing more need be read then. False says nothing but that one must look.
UNTOUCHED: Final = (
    sa.exists()
    .select_from(tables.plan_pointer.join(tables.person, sa.true()))
    .where(
        PROGRAM.program == sa.bindparam("read_program"),
        PROGRAM.version == sa.bindparam("read_version"),
        PROGRAM.closed_at.is_not(None) == sa.bindparam("read_closed", type_=sa.Boolean),
        PERSON.id == sa.bindparam("read_person_id"),
        PERSON.revision == sa.bindparam("read_revision"),
        ~sa.exists().where(OPT_OUT.person_id == PERSON.id, OPT_OUT.program == PROGRAM.program),
        ~sa.exists().where(SUPPRESSION.address == sa.bindparam("read_address")),
    )
)
