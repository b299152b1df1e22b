import sqlalchemy as sa

from ledger import Ledger, audit, decisions, journeys, people, tables
from ledger.decisions import DecisionRow
from ledger.people import PersonRow
from tests.ledger.given import JOURNEY, LATER, NOW, a_journey, a_person

ADA = PersonRow(id="ada", email="ada@example.org", name="Ada", locale="fr-CA", attributes={"member": True})


def test_a_person_is_read_as_they_were_set_and_the_unknown_are_left_out(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert people.set_person(connection, ADA, "desk", NOW)
        people.set_person(connection, PersonRow(id="ben"), "desk", NOW)
    with ledger.read() as connection:
        assert people.person(connection, "ada") == ADA.model_copy(update={"revision": 1})
        assert people.person(connection, "zoe") is None
        assert set(people.people(connection, ["ada", "ben", "zoe"])) == {"ada", "ben"}
        assert people.people(connection, []) == {}


def test_only_a_difference_is_a_change_and_each_counts_one_revision(ledger: Ledger) -> None:
    moved = ADA.model_copy(update={"email": None, "attributes": {"member": False}})
    with ledger.write() as connection:
        changed = [people.set_person(connection, row, "desk", NOW) for row in (ADA, ADA, moved, moved)]
        now = people.person(connection, "ada")
    assert changed == [True, False, True, False]
    assert now == moved.model_copy(update={"revision": 2})


def test_the_audit_names_what_changed_and_never_its_value(ledger: Ledger) -> None:
    with ledger.write() as connection:
        people.set_person(connection, ADA, "desk", NOW)
        people.set_person(connection, ADA.model_copy(update={"email": "ada@example.net"}), "api", LATER)
        told = [(entry.by, entry.action, entry.detail) for entry in audit.entries(connection, "ada")]
    assert told == [("desk", "person_added", {}), ("api", "person_changed", {"changed": ["email"]})]


def test_role_holders_are_those_of_the_program_the_longest_first(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for holder in ("ada", "ben", "cy"):
            a_person(connection, holder)
        for program, role, holder, since in [
            ("cwe", "reviewer", "ada", LATER),
            ("cwe", "reviewer", "cy", NOW),
            ("cwe", "auditor", "ben", NOW),
            ("nurse", "reviewer", "ben", NOW),
        ]:
            row = {"program": program, "role": role, "person_id": holder, "since": since, "by": "desk"}
            connection.execute(sa.insert(tables.role_holder).values(row))
    with ledger.read() as connection:
        assert people.role_holders(connection, "cwe") == {"auditor": ("ben",), "reviewer": ("cy", "ada")}


def test_a_change_of_a_person_concerns_their_open_journeys_and_those_that_hold_a_message_for_them(
    ledger: Ledger,
) -> None:
    ended, holding, other = (f"journey:cwe:{p}:application:9" for p in ("ada", "ben", "cy"))
    waits = DecisionRow(
        key="answer_arrived#doc-17>reviewer.ada",
        notification="answer_arrived",
        to="reviewer.ada",
        person_id="ada",
        outcome="held",
        reason="no_address",
    )
    with ledger.write() as connection:
        for journey in (JOURNEY, ended, holding, other):
            a_journey(connection, journey)
        decisions.replace(connection, holding, [waits])
        decisions.replace(connection, other, [waits.model_copy(update={"outcome": "skipped"})])
        journeys.end(connection, ended, NOW)
    with ledger.read() as connection:
        assert people.open_journeys_of(connection, "ada") == {JOURNEY: True, holding: False}


def test_somebody_merged_is_whom_they_were_merged_into(ledger: Ledger) -> None:
    with ledger.write() as connection:
        rows = {person: a_person(connection, person, f"{person}@example.org") for person in ("ada", "ada2", "ada3")}
        for person, into in (("ada", "ada2"), ("ada2", "ada3")):
            people.set_person(connection, rows[person].model_copy(update={"merged_into": into}), "cli", NOW)
    with ledger.read() as connection:
        found = people.standing_for(connection, ["ada", "nobody"])
        assert {id_: row.id for id_, row in found.items()} == {"ada": "ada3", "ada2": "ada3", "ada3": "ada3"}
        assert people.known_as(connection, "ada3") == {"ada", "ada2", "ada3"}
        assert people.known_as(connection, "ada") == {"ada"}


def test_people_merged_in_a_circle_go_round_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for person, into in (("ada", "ben"), ("ben", "ada")):
            row = a_person(connection, person, f"{person}@example.org")
            people.set_person(connection, row.model_copy(update={"merged_into": into}), "cli", NOW)
    with ledger.read() as connection:
        assert {row.id for row in people.standing_for(connection, ["ada"]).values()} <= {"ada", "ben"}
        assert people.known_as(connection, "ada") == {"ada", "ben"}
