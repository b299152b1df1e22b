from datetime import timedelta

from ledger import Ledger, audit, opt_outs
from ledger.opt_outs import ALL, Wishes
from tests.ledger.given import LATER, NOW, a_message, a_person


def test_opting_out_again_changes_nothing_and_is_noted_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        assert opt_outs.opt_out(connection, "ada", "cwe", "tip", "reader", NOW, row.id)
        assert not opt_outs.opt_out(connection, "ada", "cwe", "tip", "reader", LATER)
        assert opt_outs.wishes(connection, ["ada"], "cwe") == {"ada": Wishes(frozenset({"tip"}), {})}
        noted = [entry for entry in audit.entries(connection, "ada") if entry.action == "opted_out"]
        assert [entry.at for entry in noted] == [NOW]


def test_what_is_wanted_again_is_known_with_its_instant_and_can_be_unwanted_anew(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_person(connection)
        assert not opt_outs.opt_in(connection, "ada", "cwe", ALL, "reader", NOW)
        opt_outs.opt_out(connection, "ada", "cwe", ALL, "reader", NOW)
        assert opt_outs.opt_in(connection, "ada", "cwe", ALL, "reader", LATER)
        assert not opt_outs.opt_in(connection, "ada", "cwe", ALL, "reader", LATER + timedelta(days=1))
        assert opt_outs.wishes(connection, ["ada"], "cwe") == {"ada": Wishes(frozenset(), {ALL: LATER})}
        assert not opt_outs.of_person(connection, "ada")
        assert opt_outs.opt_out(connection, "ada", "cwe", ALL, "reader", LATER)
        assert opt_outs.wishes(connection, ["ada"], "cwe") == {"ada": Wishes(frozenset({ALL}), {})}


def test_programs_and_people_do_not_meet(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for person in ("ada", "ben"):
            a_person(connection, person)
        opt_outs.opt_out(connection, "ada", "cwe", "tip", "reader", NOW)
        opt_outs.opt_out(connection, "ada", "club", ALL, "reader", NOW)
        assert opt_outs.wishes(connection, ["ada", "ben"], "club") == {"ada": Wishes(frozenset({ALL}), {})}
        mine = [(row.program, row.notification) for row in opt_outs.of_person(connection, "ada")]
        assert mine == [("club", ALL), ("cwe", "tip")]
        assert not opt_outs.of_person(connection, "ben")
