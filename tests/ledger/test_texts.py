import pytest

from ledger import Ledger, texts
from tests.ledger.given import LATER, NOW


@pytest.mark.parametrize("body", ["The scan of page 2 is blank.", "", "naïve — “日本” 🎓\nsecond line", "x" * 100_000])
def test_a_text_comes_back_to_the_letter(ledger: Ledger, body: str) -> None:
    with ledger.write() as connection:
        text_id = texts.put(connection, body, NOW)
    with ledger.read() as connection:
        assert texts.texts(connection, [text_id, "no-such-text"]) == {text_id: body}


def test_the_same_text_has_the_same_id_and_its_id_says_nothing_of_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        first, other, again = (texts.put(connection, body, at) for body, at in [("a", NOW), ("b", NOW), ("a", LATER)])
    assert first == again
    assert first != other
    with ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM text")
        assert texts.put(connection, "a", NOW) != first
