"""Arithmetic of the bench: from what batches of workflows cost to ratios and bars. No clock, no process."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, computed_field

Kind = Literal["stubs", "real", "bare", "bare_and_decisions"]
KINDS: Final[tuple[Kind, ...]] = ("stubs", "real", "bare", "bare_and_decisions")

STUB_EVENTS: Final = 72
STUB_ACTIVITIES: Final = 5
STUB_CPU: Final = 1.5
REAL_BYTES: Final = 18 * 1024
REAL_CPU: Final = 1.2


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Shape(Frozen):
    """One history. Events of time skipping are counted nowhere: they come from the bench, not from the journey."""

    events: int
    timers: int
    activities: int
    history_bytes: int


class Batch(Frozen):
    """Workflows run at the same time. Seconds of the whole batch; `server` and `worker` are user and system time."""

    shapes: tuple[Shape, ...]
    server: float
    worker: float
    wall: float


class Round(Frozen):
    """One batch of each kind, as many workflows in each, one after the other.

    `parts`: seconds of processor time for the decides and notifies of as many journeys, called without Temporal.
    """

    batches: Mapping[Kind, Batch]
    parts: float


class Cost(Frozen):
    """Of one workflow: the median history, the mean of milliseconds. `wall_ms` is its share of the batch's time."""

    events: float
    timers: float
    activities: float
    history_bytes: float
    server_cpu_ms: float
    worker_cpu_ms: float
    wall_ms: float


class Bar(Frozen):
    """A limit of the design and what was measured; at most `limit` passes."""

    name: str
    limit: float
    measured: float

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def passed(self) -> bool:
        return self.measured <= self.limit


class Report(Frozen):
    """What `--json` prints. `ratios`: "ours to yardstick" → field of Cost → ratio, of times the median over rounds.

    `parts_cpu_ms`: the decides and notifies of one real journey without Temporal. `real_cpu`: worker CPU of real to
    bare and parts together. `kernel_cpu`, `real_kernel_cpu`: of stubs to bare_and_decisions, of real to that and parts;
    what is left above 1 is our own, since a decision in a local activity cannot be had for less.
    """

    journeys: int
    rounds: int
    reminders: int
    costs: Mapping[Kind, Cost]
    parts_cpu_ms: float
    ratios: Mapping[str, Mapping[str, float]]
    real_cpu: float
    kernel_cpu: float
    real_kernel_cpu: float
    bars: tuple[Bar, ...]

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def passed(self) -> bool:
        return all(bar.passed for bar in self.bars)


def report(rounds: Sequence[Round], reminders: int) -> Report:
    """Everything about rounds of equal size, at least one."""
    costs = {kind: _cost([each.batches[kind] for each in rounds]) for kind in KINDS}
    stubs = _ratios(rounds, costs, "stubs")
    real_cpu = _to_parts(rounds, "bare")
    journeys = sum(len(each.batches["real"].shapes) for each in rounds)
    return Report(
        journeys=journeys,
        rounds=len(rounds),
        reminders=reminders,
        costs=costs,
        parts_cpu_ms=1000 * sum(each.parts for each in rounds) / journeys,
        ratios={"stubs to bare": stubs, "real to bare": _ratios(rounds, costs, "real")},
        real_cpu=real_cpu,
        kernel_cpu=median(r.batches["stubs"].worker / r.batches["bare_and_decisions"].worker for r in rounds),
        real_kernel_cpu=_to_parts(rounds, "bare_and_decisions"),
        bars=(
            Bar(name="stubs: events", limit=STUB_EVENTS, measured=costs["stubs"].events),
            Bar(name="stubs: activities", limit=STUB_ACTIVITIES, measured=costs["stubs"].activities),
            Bar(name="stubs: worker CPU to bare", limit=STUB_CPU, measured=stubs["worker_cpu_ms"]),
            Bar(name="real: history bytes", limit=REAL_BYTES, measured=costs["real"].history_bytes),
            Bar(name="real: worker CPU to bare and parts", limit=REAL_CPU, measured=real_cpu),
        ),
    )


def _to_parts(rounds: Sequence[Round], yardstick: Kind) -> float:
    return median(r.batches["real"].worker / (r.batches[yardstick].worker + r.parts) for r in rounds)


def _cost(batches: Sequence[Batch]) -> Cost:
    shapes = [shape for batch in batches for shape in batch.shapes]
    return Cost(
        events=median(shape.events for shape in shapes),
        timers=median(shape.timers for shape in shapes),
        activities=median(shape.activities for shape in shapes),
        history_bytes=median(shape.history_bytes for shape in shapes),
        server_cpu_ms=fmean(1000 * batch.server / len(batch.shapes) for batch in batches),
        worker_cpu_ms=fmean(1000 * batch.worker / len(batch.shapes) for batch in batches),
        wall_ms=fmean(1000 * batch.wall / len(batch.shapes) for batch in batches),
    )


def _ratios(rounds: Sequence[Round], costs: Mapping[Kind, Cost], kind: Kind) -> dict[str, float]:
    """Times are compared within a round, so that a slower minute of the machine falls on both sides."""
    pairs = [(each.batches[kind], each.batches["bare"]) for each in rounds]
    counted = ("events", "timers", "activities", "history_bytes")
    ratios = {name: getattr(costs[kind], name) / getattr(costs["bare"], name) for name in counted}
    return ratios | {
        "server_cpu_ms": median(ours.server / bare.server for ours, bare in pairs),
        "worker_cpu_ms": median(ours.worker / bare.worker for ours, bare in pairs),
        "wall_ms": median(ours.wall / bare.wall for ours, bare in pairs),
    }
