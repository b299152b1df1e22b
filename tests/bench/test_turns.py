from bench.turns import spread


def test_half_of_the_rounds_lie_between_low_and_high() -> None:
    found = spread([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0])

    assert (found.low, found.median, found.high) == (2.0, 4.0, 6.0)


def test_one_round_has_no_spread() -> None:
    found = spread([2.0])

    assert (found.low, found.median, found.high) == (2.0, 2.0, 2.0)
