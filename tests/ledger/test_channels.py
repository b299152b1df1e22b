from contextlib import closing
from datetime import timedelta

import pytest

from ledger import Ledger, channels
from ledger.channels import ChannelRow
from tests.ledger.given import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("ledger", ["postgresql"], indirect=True)
def test_acceptances_do_not_wait_in_line_for_the_state_of_their_channel(ledger: Ledger) -> None:
    with ledger.write() as connection:
        channels.accepted(connection, "sendgrid", NOW)
    with ledger.write() as one, closing(ledger.with_wait(SECOND)) as at_once:
        channels.accepted(one, "sendgrid", NOW + SECOND)
        with at_once.write() as other:
            channels.accepted(other, "sendgrid", NOW + SECOND)


def down(ledger: Ledger, wait: timedelta = timedelta(0)) -> ChannelRow:
    """SendGrid's channel, shut for so long."""
    with ledger.write() as connection:
        channels.shut_for(connection, "sendgrid", "down", "the key was refused", wait, NOW)
        row = channels.shut(connection, "sendgrid")
    assert row is not None
    return row


def test_only_a_channel_that_is_not_up_is_shut(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert channels.shut(connection, "sendgrid") is None
        channels.accepted(connection, "sendgrid", NOW)
        assert channels.shut(connection, "sendgrid") is None
    assert down(ledger).state == "down"


def test_the_probe_of_a_channel_is_one_message_s_when_the_wait_is_over(ledger: Ledger) -> None:
    waiting, over = down(ledger, timedelta(minutes=1)), down(ledger)
    with ledger.write() as connection:
        assert channels.probe(connection, waiting) is not None  # whatever it knew, the channel's own wait is over
        assert channels.probe(connection, over) is None
    down(ledger, timedelta(minutes=1))
    with ledger.write() as connection:
        assert channels.probe(connection, over) is None


def test_a_probe_that_is_given_back_is_the_next_message_s_at_once(ledger: Ledger) -> None:
    row = down(ledger)
    with ledger.write() as connection:
        first = channels.probe(connection, row)
        assert first is not None
        channels.give_back(connection, first)
        assert channels.probe(connection, row) is not None


def test_a_probe_gives_nothing_back_of_a_channel_that_was_shut_anew(ledger: Ledger) -> None:
    row = down(ledger)
    with ledger.write() as connection:
        late = channels.probe(connection, row)
    assert late is not None
    down(ledger, timedelta(minutes=10))
    with ledger.write() as connection:
        channels.give_back(connection, late)
        assert channels.probe(connection, row) is None
