import pytest

from starter.ids import check_cycle, check_event, check_person
from starter.refusal import Refused


@pytest.mark.parametrize("good", ["p-1001", "A.b_c-9", "x" * 64])
def test_an_opaque_id_is_taken_as_it_is(good: str) -> None:
    assert check_person(good) == good


@pytest.mark.parametrize("bad", ["", "x" * 65, "a b", "a:b", "a/b", ".hidden", "_own", "é", "a\n"])
def test_other_person_ids_are_refused(bad: str) -> None:
    with pytest.raises(Refused, match="is not 1 to 64 letters"):
        check_person(bad)


def test_something_that_looks_like_an_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(Refused, match="looks like an address") as error:
        check_person("ada@example.org")
    assert "ada@" not in str(error.value)


def test_a_cycle_is_shorter() -> None:
    assert check_cycle("2026-spring") == "2026-spring"
    with pytest.raises(Refused, match="cycle"):
        check_cycle("x" * 25)


def test_a_leading_underscore_is_kept_for_events_without_an_id() -> None:
    with pytest.raises(Refused, match="event id"):
        check_event("_7")
