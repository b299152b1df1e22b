"""The bench's findings as text, ratios before milliseconds: only those mean anything on another machine."""

from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bench.cost import KINDS, Cost, Report

NAMES: Final = {"stubs": "journey, stubs", "real": "journey, real", "bare": "bare", "bare_and_decisions": "bare + LA"}


def text(report: Report) -> RenderableType:
    return Group(_costs(report), Text(_notes(report)), _bars(report))


def _costs(report: Report) -> Table:
    title = f"One journey of {report.reminders} reminders; {report.journeys} of each kind in {report.rounds} rounds"
    table = Table("", *(NAMES[kind] for kind in KINDS), *(name.replace(" to ", " / ") for name in report.ratios))
    table.title = title
    for column in table.columns[1:]:
        column.justify = "right"
    for field in Cost.model_fields:
        values = (f"{getattr(report.costs[kind], field):,.0f}" for kind in KINDS)
        ratios = (f"{ratios[field]:.2f}" for ratios in report.ratios.values())
        table.add_row(field.replace("_", " "), *values, *ratios)
    return table


def _notes(report: Report) -> str:
    ours = f"{report.kernel_cpu:.2f} x bare + LA; with the real ones {report.real_kernel_cpu:.2f} x bare + LA + parts"
    return "\n".join(
        (
            "Events of time skipping are not counted. bare + LA: the bare workflow with a journey's local activities.",
            f"The decides and notifies of a real journey without Temporal (parts): {report.parts_cpu_ms:,.0f} ms.",
            f"What is ours: worker CPU with stubs is {ours}.",
        )
    )


def _bars(report: Report) -> Table:
    table = Table("bar", "at most", "measured", "")
    for bar in report.bars:
        table.add_row(bar.name, *_numbers((bar.limit, bar.measured)), "passed" if bar.passed else "missed")
    return table


def _numbers(values: Iterable[float]) -> Iterable[str]:
    return (f"{value:,.2f}".rstrip("0").rstrip(".") for value in values)
