from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import Ledger, decisions
from ledger.decisions import DecisionRow
from tests.ledger.given import CLOCK, JOURNEY, a_journey

OTHER_JOURNEY = "journey:cwe:ben:application:1"
SEVEN = DecisionRow(
    key="due_reminder:P7D@2027-03-08>applicant",
    notification="due_reminder",
    to="applicant",
    outcome="scheduled",
    at=CLOCK,
)
ONE = SEVEN.model_copy(update={"key": "due_reminder:P1D@2027-03-08>applicant", "at": CLOCK + timedelta(days=6)})
PAST = ONE.model_copy(
    update={"key": "due_reminder:P30D@2027-03-08>applicant", "outcome": "skipped", "reason": "already_past"}
)
WAITS = DecisionRow(key=None, notification="receipt", to="payer", outcome="not_triggered", reason="payment_received")
ALSO_WAITS = WAITS.model_copy(update={"reason": "fee_waived"})


@pytest.fixture
def decided(ledger: Ledger) -> Ledger:
    with ledger.write() as connection:
        for journey in (JOURNEY, OTHER_JOURNEY):
            a_journey(connection, journey)
            assert decisions.replace(connection, journey, [WAITS, ONE, SEVEN, ALSO_WAITS]) == 4
    return ledger


def test_decisions_are_read_by_their_instant_those_without_last(decided: Ledger) -> None:
    with decided.read() as connection:
        assert decisions.decisions(connection, JOURNEY) == [SEVEN, ONE, ALSO_WAITS, WAITS]


@pytest.mark.parametrize(
    ("new", "touched"),
    [
        pytest.param([SEVEN, ONE, ALSO_WAITS, WAITS], 0, id="nothing is new"),
        pytest.param([SEVEN, ONE], 2, id="two are gone"),
        pytest.param([SEVEN, ONE, ALSO_WAITS, WAITS, PAST], 1, id="one has come"),
        pytest.param([SEVEN.model_copy(update={"detail": "moved"}), ONE, ALSO_WAITS, WAITS], 1, id="one differs"),
        pytest.param([PAST, SEVEN.model_copy(update={"outcome": "held"})], 5, id="all three"),
        pytest.param([], 4, id="all are gone"),
        pytest.param([SEVEN, SEVEN, ONE, ALSO_WAITS, WAITS], 0, id="one is said twice"),
    ],
)
def test_replacing_writes_the_difference_in_this_journey_alone(
    decided: Ledger, new: list[DecisionRow], touched: int
) -> None:
    written: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        written.extend([] if statement.startswith("SELECT") else [statement])

    with decided.write() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        assert decisions.replace(connection, JOURNEY, new) == touched
        sa.event.remove(connection, "before_cursor_execute", note)
        assert sorted(decisions.decisions(connection, JOURNEY), key=repr) == sorted(set(new), key=repr)
        assert len(decisions.decisions(connection, OTHER_JOURNEY)) == 4
    assert bool(written) == bool(touched)
