"""Whose ledger this is: a copied database must not mail anyone."""

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import tables
from ledger.insert import insert_unless_present
from plan.model import Frozen


class Installation(Frozen):
    """`fast_forward`: journeys of this installation may be taken through their calendar; set at its creation only."""

    id: str
    environment: str
    fast_forward: bool
    created_at: AwareDatetime


def create(connection: Connection, installation: str, environment: str, fast_forward: bool, now: AwareDatetime) -> bool:
    """False: the ledger belongs to an installation already, which stays as it is."""
    return insert_unless_present(
        connection,
        tables.installation,
        one=1,
        id=installation,
        environment=environment,
        fast_forward=fast_forward,
        created_at=now,
    )


def installation(connection: Connection) -> Installation | None:
    """The one this ledger was made for; None before `create`."""
    table = tables.installation.c
    query = sa.select(*(table[name] for name in Installation.model_fields))
    row = connection.execute(query).mappings().first()
    return None if row is None else Installation(**row)
