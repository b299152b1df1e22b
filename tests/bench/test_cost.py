from collections.abc import Mapping, Sequence

import pytest

from bench.cost import KINDS, Batch, Kind, Report, Round, Shape, report


def batch(worker: float, events: Sequence[int] = (72, 72), history_bytes: int = 16_000) -> Batch:
    shapes = tuple(Shape(events=n, timers=5, activities=5, history_bytes=history_bytes) for n in events)
    return Batch(shapes=shapes, server=0.2, worker=worker, wall=3.0)


def one_round(changed: Mapping[Kind, Batch], parts: float = 0.4) -> Round:
    usual: dict[Kind, Batch] = dict.fromkeys(KINDS, batch(worker=0.1))
    return Round(batches={**usual, **changed}, parts=parts)


def missed(found: Report) -> set[str]:
    return {bar.name for bar in found.bars if not bar.passed}


def test_costs_are_of_one_workflow() -> None:
    found = report([one_round({"stubs": batch(worker=0.1)}), one_round({"stubs": batch(worker=0.3)})], reminders=5)

    assert found.journeys == 4
    assert found.costs["stubs"].worker_cpu_ms == pytest.approx(100)
    assert found.costs["stubs"].server_cpu_ms == pytest.approx(100)
    assert found.costs["stubs"].wall_ms == pytest.approx(1500)
    assert found.parts_cpu_ms == pytest.approx(200)


def test_a_slow_round_does_not_move_a_ratio() -> None:
    rounds = [one_round({"stubs": batch(worker=0.12), "bare": batch(worker=0.1)}) for _ in range(4)]
    rounds.append(one_round({"stubs": batch(worker=9.0), "bare": batch(worker=0.1)}))

    assert report(rounds, reminders=5).ratios["stubs to bare"]["worker_cpu_ms"] == pytest.approx(1.2)


def test_real_journeys_are_laid_beside_the_bare_workflow_and_their_own_parts() -> None:
    found = report([one_round({"real": batch(worker=0.6), "bare": batch(worker=0.1)}, parts=0.4)], reminders=5)

    assert found.real_cpu == pytest.approx(1.2)


def test_the_kernel_is_laid_beside_the_bare_workflow_with_its_decisions() -> None:
    found = report([one_round({"stubs": batch(worker=0.22), "bare_and_decisions": batch(worker=0.2)})], reminders=5)

    assert found.kernel_cpu == pytest.approx(1.1)


def test_so_are_real_journeys_with_their_parts() -> None:
    found = report([one_round({"real": batch(worker=0.9), "bare_and_decisions": batch(worker=0.2)}, parts=0.4)], 5)

    assert found.real_kernel_cpu == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("batches", "bar"),
    [
        ({"stubs": batch(worker=0.1, events=(72, 73, 73))}, "stubs: events"),
        ({"stubs": batch(worker=0.151)}, "stubs: worker CPU to bare"),
        ({"real": batch(worker=0.1, history_bytes=18_433)}, "real: history bytes"),
        ({"real": batch(worker=0.601)}, "real: worker CPU to bare and parts"),
    ],
)
def test_a_bar_is_missed_by_little_more_than_its_limit(batches: dict[Kind, Batch], bar: str) -> None:
    within = one_round({"stubs": batch(worker=0.149), "real": batch(worker=0.599, history_bytes=18_432)})

    assert missed(report([within], reminders=5)) == set()
    found = report([one_round(batches)], reminders=5)

    assert missed(found) == {bar}
    assert not found.passed
