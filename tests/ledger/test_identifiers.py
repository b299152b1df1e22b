from uuid import UUID

from ledger.identifiers import uuid7

MILLISECOND = 1_000_000
AT = 1_791_200_000_123 * MILLISECOND


def test_an_id_is_a_uuid_of_version_7_that_holds_its_millisecond() -> None:
    made = UUID(uuid7(AT))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == AT // MILLISECOND


def test_ids_sort_by_the_time_they_were_made_within_a_millisecond_too() -> None:
    moments = [AT, AT + 250, AT + MILLISECOND - 1, AT + MILLISECOND, AT + 5000 * MILLISECOND]
    ids = [uuid7(moment) for moment in moments]
    assert ids == sorted(ids)


def test_two_ids_of_one_instant_differ() -> None:
    assert uuid7(AT) != uuid7(AT)
