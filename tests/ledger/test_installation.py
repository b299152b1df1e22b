from ledger import Ledger, installation
from ledger.installation import Installation
from tests.ledger.given import LATER, NOW


def test_a_ledger_belongs_to_the_first_installation_for_ever(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert installation.installation(connection) is None
        assert installation.create(connection, "inst-1", "development", True, NOW)
        assert not installation.create(connection, "inst-2", "production", False, LATER)
    with ledger.read() as connection:
        first = Installation(id="inst-1", environment="development", fast_forward=True, created_at=NOW)
        assert installation.installation(connection) == first
