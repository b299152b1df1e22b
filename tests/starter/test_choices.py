"""What somebody does not want is not wanted either by whom they were merged into."""

from datetime import timedelta

from ledger import Ledger, opt_outs
from ledger.opt_outs import ALL, Wishes
from starter.choices import inherit
from tests.ledger.given import LATER, NOW, a_message, a_person

BEFORE = NOW - timedelta(days=1)


def test_the_heir_does_not_want_what_was_not_wanted_by_the_other(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        a_person(connection, "ben")
        opt_outs.opt_out(connection, "ada", "cwe", "tip", "reader", NOW, row.id)
        opt_outs.opt_out(connection, "ada", "club", ALL, "reader", NOW)
        inherit(connection, "ada", "ben", "cli", LATER)
        assert opt_outs.wishes(connection, ["ben"], "cwe") == {"ben": Wishes(frozenset({"tip"}), {})}
        assert opt_outs.wishes(connection, ["ben"], "club") == {"ben": Wishes(frozenset({ALL}), {})}
        assert [row.message_id for row in opt_outs.of_person(connection, "ben")] == [None, row.id]


def test_what_the_heir_has_wanted_again_since_stays_wanted(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for person in ("ada", "ben"):
            a_person(connection, person)
        opt_outs.opt_out(connection, "ada", "cwe", "tip", "reader", NOW)
        for notification, instant in (("tip", LATER), ("news", BEFORE)):
            opt_outs.opt_out(connection, "ben", "cwe", notification, "reader", BEFORE - timedelta(days=1))
            opt_outs.opt_in(connection, "ben", "cwe", notification, "reader", instant)
        opt_outs.opt_out(connection, "ada", "cwe", "news", "reader", NOW)
        inherit(connection, "ada", "ben", "cli", LATER)
        assert opt_outs.wishes(connection, ["ben"], "cwe") == {"ben": Wishes(frozenset({"news"}), {"tip": LATER})}
