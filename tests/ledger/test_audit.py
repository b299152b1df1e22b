from ledger import Ledger, audit
from tests.ledger.given import LATER, NOW


def test_entries_are_read_in_the_order_of_their_writing_by_subject_and_in_pages(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for by, action, subject, at in [
            ("portal", "added", "ada", NOW),
            ("desk", "added", "ben", NOW),
            ("api", "changed", "ada", LATER),
        ]:
            audit.record(connection, by, action, subject, {"changed": ["zone"]}, at)
    with ledger.read() as connection:
        everything = audit.entries(connection)
        assert [(entry.by, entry.action, entry.subject, entry.at) for entry in everything] == [
            ("portal", "added", "ada", NOW),
            ("desk", "added", "ben", NOW),
            ("api", "changed", "ada", LATER),
        ]
        assert audit.entries(connection, "ada") == [everything[0], everything[2]]
        assert audit.entries(connection, limit=1) == everything[:1]
        assert audit.entries(connection, after=everything[0].id) == everything[1:]
        assert everything[0].detail == {"changed": ["zone"]}
