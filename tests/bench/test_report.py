from rich.console import Console

from bench.cost import report
from bench.report import text
from tests.bench.test_cost import batch, one_round


def test_every_bar_is_printed_with_its_verdict() -> None:
    console = Console(width=120)

    with console.capture() as printed:
        console.print(text(report([one_round({"stubs": batch(worker=0.2)})], reminders=5)))

    lines = printed.get().splitlines()
    assert [line.split("│")[-2].strip() for line in lines if "stubs: " in line] == ["passed", "passed", "missed"]
    assert any("worker cpu ms" in line and "2.00" in line for line in lines)
