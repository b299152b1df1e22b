"""The whole product of states and moves, each tried on a real row of both databases."""

from collections.abc import Callable
from typing import Final, get_args

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, LedgerFault, by_hand, mail_tables, messages, sending, uncertain
from ledger.message_rows import Claimed, MessageRow
from ledger.row_machine import MOVES, Move, State
from tests.ledger.given import CLOCK, LATER, LIVE, a_message_on_wire, present, to_wire


def _claim(connection: Connection, row: MessageRow) -> bool:
    return isinstance(sending.claim(connection, row.id, row.fence, LIVE, CLOCK, LATER), Claimed)


# How each move is made on a row, and whether it says that it was made.
MAKE: Final[dict[Move, Callable[[Connection, MessageRow], bool]]] = {
    "claim": _claim,
    "to_wire": to_wire,
    "accepted": lambda conn, row: sending.accepted(conn, row.id, row.attempt, "provider-1", CLOCK, LATER),
    "failed": lambda conn, row: sending.failed(conn, row.id, row.attempt, "bad_request", None, LATER),
    "unknown": lambda conn, row: sending.unknown(conn, row.id, row.attempt, "no_answer", None, LATER),
    "retry": lambda conn, row: sending.retry(conn, row.id, row.attempt, "channel_busy", None, LATER),
    "give_back": lambda conn, row: sending.give_back(
        conn, row.id, row.attempt, "quiet_hours", None, None, CLOCK, LATER
    ),
    "cancel": lambda conn, row: messages.cancel(conn, row.id, "stage_left", LATER),
    "expire": lambda conn, row: messages.expire(conn, row.id, "too_late", LATER),
    "requeue": lambda conn, row: messages.requeue(conn, row.id, LATER) is not None,
    "refresh": lambda conn, row: messages.refresh(conn, row.id, plan_version="v2"),
    "resend": lambda conn, row: uncertain.resend(conn, row.id, LATER),
    "ask": lambda conn, row: uncertain.ask(conn, row.id, LATER),
    "mark_sent": lambda conn, row: uncertain.mark_sent(conn, row.id, LATER),
    "drop": lambda conn, row: uncertain.drop(conn, row.id, LATER),
    "letter": lambda conn, row: by_hand.printed(conn, row, "desk", "Subject", "<p></p>", "t1", CLOCK, LATER),
    "prove": lambda conn, row: uncertain.prove(conn, row.id, 1, LATER),
}
# Written out, not computed: what each state may become, and by what. A claimed row here is under a live lease.
LEGAL: Final[dict[State, dict[Move, State]]] = {
    "queued": {
        "claim": "claimed",
        "cancel": "cancelled",
        "expire": "expired",
        "refresh": "queued",
        "letter": "accepted",
        "prove": "accepted",
    },
    "claimed": {
        "to_wire": "on_wire",
        "retry": "retry",
        "give_back": "queued",
        "cancel": "cancelled",
        "expire": "expired",
        "refresh": "claimed",
        "prove": "accepted",
    },
    "on_wire": {
        "accepted": "accepted",
        "failed": "failed",
        "unknown": "unknown",
        "retry": "retry",
        "give_back": "queued",
        "prove": "accepted",
    },
    "accepted": {},
    "retry": {
        "claim": "claimed",
        "cancel": "cancelled",
        "expire": "expired",
        "refresh": "retry",
        "letter": "accepted",
        "prove": "accepted",
    },
    "unknown": {
        "accepted": "accepted",
        "failed": "failed",
        "resend": "retry",
        "ask": "review",
        "mark_sent": "accepted",
        "drop": "cancelled",
        "prove": "accepted",
    },
    "review": {"resend": "retry", "mark_sent": "accepted", "drop": "cancelled", "prove": "accepted"},
    "failed": {"prove": "accepted"},
    "cancelled": {"requeue": "queued", "letter": "accepted", "prove": "accepted"},
    "expired": {"requeue": "queued", "letter": "accepted", "prove": "accepted"},
}


@pytest.mark.parametrize("state", get_args(State))
def test_every_legal_move_is_made_and_every_other_leaves_the_row_as_it_was(ledger: Ledger, state: State) -> None:
    for number, (move, make) in enumerate(MAKE.items()):
        with ledger.write() as connection:
            row = in_state(connection, state, f"due_reminder:P{number}D@2027-03-08>applicant")
            made = make(connection, row)
            after = present(connection, row.id)
        assert made == (move in LEGAL[state]), f"{move} of a row that is {state}"
        if made:
            assert after.state == LEGAL[state][move]
        else:
            assert after == row


def in_state(connection: Connection, state: State, key: str) -> MessageRow:
    """A row that was on the wire, put into the state by hand; its lease is live where it has one."""
    row = a_message_on_wire(connection, key)
    if state == "claimed":
        again = sa.update(mail_tables.message).where(mail_tables.message.c.id == row.id)
        connection.execute(again.values(attempt=row.attempt + 1))
    else:
        connection.execute(
            sa.update(mail_tables.message).where(mail_tables.message.c.id == row.id).values(lease_until=None)
        )
    connection.execute(sa.update(mail_tables.message).where(mail_tables.message.c.id == row.id).values(state=state))
    return present(connection, row.id)


def test_the_table_of_moves_says_the_same_as_the_rows_do() -> None:
    told = {
        state: {move: arrow.target or state for move, arrow in MOVES.items() if state in arrow.sources}
        for state in get_args(State)
    }
    assert told["claimed"].pop("claim") == "claimed"  # when its lease is over
    assert told == LEGAL
    assert set(MOVES) == set(MAKE) == set(get_args(Move))


def test_every_state_can_be_reached_and_the_database_takes_no_other(ledger: Ledger) -> None:
    reached = {target for moves in LEGAL.values() for target in moves.values()}
    assert reached == set(get_args(State))
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
    with pytest.raises(LedgerFault), ledger.write() as connection:
        connection.execute(
            sa.update(mail_tables.message).where(mail_tables.message.c.id == row.id).values(state="sent")
        )
