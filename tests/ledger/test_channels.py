from contextlib import closing
from datetime import timedelta

import pytest

from ledger import Ledger, channels
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
