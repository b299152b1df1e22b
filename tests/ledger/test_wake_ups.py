from ledger import Ledger, wake_ups
from tests.ledger.given import JOURNEY, LATER, NOW, a_journey

OTHER_JOURNEY = "journey:cwe:ben:application:1"


def test_what_is_owed_stays_owed_until_it_is_told_oldest_first(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        a_journey(connection, OTHER_JOURNEY)
        wake_ups.add(connection, OTHER_JOURNEY, "w-2", "address_changed", LATER)
        wake_ups.add(connection, JOURNEY, "w-1", "address_changed", NOW)
        wake_ups.add(connection, JOURNEY, "w-3", "hold", LATER)

    def owed(limit: int = 500) -> list[str]:
        with ledger.read() as connection:
            return [wake_up.id for wake_up in wake_ups.pending(connection, limit)]

    assert owed() == ["w-1", "w-2", "w-3"]
    assert owed(limit=2) == ["w-1", "w-2"]
    with ledger.write() as connection:
        assert wake_ups.told(connection, "w-1", LATER)
        assert not wake_ups.told(connection, "w-1", LATER)
        assert not wake_ups.told(connection, "no-such-wake-up", LATER)
    assert owed() == ["w-2", "w-3"]


def test_adding_it_again_owes_nothing_new_even_when_it_was_told(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        assert wake_ups.add(connection, JOURNEY, "w-1", "hold", NOW)
        wake_ups.told(connection, "w-1", NOW)
        assert not wake_ups.add(connection, JOURNEY, "w-1", "hold", LATER)
        assert wake_ups.pending(connection) == []
