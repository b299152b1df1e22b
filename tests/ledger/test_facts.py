import pytest

from ledger import Ledger, LedgerFault, facts
from ledger.facts import FactRow
from tests.ledger.given import CLOCK, JOURNEY, NOW, a_journey

OTHER_JOURNEY = "journey:cwe:ben:application:1"


def a_fact(n: int, wake: int, fact_id: str | None = None, journey: str = JOURNEY) -> FactRow:
    return FactRow(
        journey_id=journey,
        id=fact_id or f"_{n}",
        n=n,
        wake=wake,
        type="document_insufficient",
        at=CLOCK,
        heard_at=NOW,
        item="doc-17",
        by="reviewer.rex",
        data={"reason": "illegible", "note": "text-1"},
        content_hash=f"hash-{n}",
    )


@pytest.fixture
def told(ledger: Ledger) -> list[FactRow]:
    """Facts of wakes 0 (the enrolment's) to 3, told in another order than they arrived."""
    rows = [a_fact(0, 0, "created"), a_fact(1, 1), a_fact(2, 2), a_fact(3, 2), a_fact(4, 3)]
    with ledger.write() as connection:
        a_journey(connection)
        for row in reversed(rows):
            facts.add(connection, row)
    return rows


def read(ledger: Ledger, journey: str = JOURNEY) -> list[FactRow]:
    with ledger.read() as connection:
        return list(facts.facts(connection, journey))


def test_facts_are_read_in_the_order_of_their_arrival(ledger: Ledger, told: list[FactRow]) -> None:
    assert read(ledger) == told
    with ledger.read() as connection:
        assert facts.by_id(connection, JOURNEY, "_3") == told[3]
        assert facts.by_id(connection, JOURNEY, "_9") is None
        assert facts.by_id(connection, OTHER_JOURNEY, "_3") is None


@pytest.mark.parametrize(("wake", "left"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 5)])
def test_deciding_a_wake_again_voids_what_it_and_later_ones_judged_but_never_the_enrolment(
    ledger: Ledger, told: list[FactRow], wake: int, left: int
) -> None:
    with ledger.write() as connection:
        a_journey(connection, OTHER_JOURNEY)
        facts.add(connection, a_fact(1, 3, journey=OTHER_JOURNEY))
        assert facts.void_from(connection, JOURNEY, wake) == len(told) - left
    assert read(ledger) == told[:left]
    assert len(read(ledger, OTHER_JOURNEY)) == 1


def test_a_voided_fact_may_be_told_again(ledger: Ledger, told: list[FactRow]) -> None:
    with ledger.write() as connection:
        facts.void_from(connection, JOURNEY, 3)
        facts.add(connection, told[-1])
    assert read(ledger) == told


@pytest.mark.parametrize("again", [a_fact(9, 9, "_1"), a_fact(1, 9, "_9")], ids=["the id", "the number"])
def test_neither_an_id_nor_a_number_is_used_twice(ledger: Ledger, told: list[FactRow], again: FactRow) -> None:
    with pytest.raises(LedgerFault), ledger.write() as connection:
        facts.add(connection, again)
    assert read(ledger) == told


def test_verdicts_are_written_where_they_changed(ledger: Ledger, told: list[FactRow]) -> None:
    early = "no arrow from in_review"
    with ledger.write() as connection:
        verdicts: dict[str, tuple[str, str | None]] = {"_1": ("accepted", None), "_2": ("waiting", early)}
        assert facts.set_verdicts(connection, JOURNEY, {**verdicts, "_9": ("accepted", None)}) == 1
        assert facts.set_verdicts(connection, JOURNEY, verdicts) == 0
    judged = [(row.verdict, row.reason) for row in read(ledger)]
    assert judged == [("accepted", None)] * 2 + [("waiting", early)] + [("accepted", None)] * 2
