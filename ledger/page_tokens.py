"""Keys to the reader's own pages: each opens one page of one message, and the ledger keeps only its hash.

128 random bits cannot be guessed, so the hash needs no salt and no work factor, and whoever reads the ledger, a backup
or the kept text of a message can open nobody's page.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import mail_tables
from plan.model import Frozen

TABLE: Final = mail_tables.page_token
KEEP: Final = sa.insert(TABLE)
WELL_FORMED: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits in base64url, RFC 4648

Purpose = Literal["view", "unsubscribe", "preferences"]

LIFETIME: Final[Mapping[Purpose, timedelta]] = {
    # A year's notice is looked up when the next one comes; the engine keeps histories as long.
    "view": timedelta(days=400),
    # A certification cycle of three years: who finds an old message at its end still gets rid of the next.
    "unsubscribe": timedelta(days=1100),
    "preferences": timedelta(days=1100),
}


class PageToken(Frozen):
    """What a token opens: the page `purpose` of this message, until `expires_at` on the wall's clock.

    `attempt` is the hand-over that carried it, so whoever has it proves that this one arrived.
    """

    purpose: Purpose
    message_id: str
    attempt: int
    created_at: AwareDatetime
    expires_at: AwareDatetime


def new_token() -> str:
    """22 characters of A–Z, a–z, 0–9, `-` and `_`. It is shown to its reader and to nobody else."""
    return secrets.token_urlsafe(16)


def keep(connection: Connection, message_id: str, attempt: int, tokens: Mapping[Purpose, str], now: datetime) -> None:
    """Makes the tokens good; in the transaction that puts their message on the wire."""
    rows = [
        {
            "digest": _digest(token),
            "purpose": purpose,
            "message_id": message_id,
            "attempt": attempt,
            "created_at": now,
            "expires_at": now + LIFETIME[purpose],
        }
        for purpose, token in tokens.items()
    ]
    if rows:
        connection.execute(KEEP, rows)


def find(connection: Connection, token: str, purpose: Purpose, now: datetime) -> PageToken | None:
    """None: the token is not one of ours, is for another page, or its time is over."""
    if WELL_FORMED.fullmatch(token) is None:
        return None
    columns = (TABLE.c[name] for name in PageToken.model_fields)
    query = sa.select(*columns).where(
        TABLE.c.digest == _digest(token), TABLE.c.purpose == purpose, TABLE.c.expires_at > now
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else PageToken(**row)


def _digest(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()
