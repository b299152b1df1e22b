"""What a journey costs beside a bare workflow with its timers and activities: `python -m bench.engine_cost`.

Status 1 when a bar of docs/performance.md is missed.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.cost import KINDS, Report, Round, report
from bench.installation import Installation
from bench.lab import Bench, lab
from bench.report import text
from starter.cli.exit import leave_after

REMINDERS: Final = 5  # as many as the plan in bench/program has
AT_ONCE: Final = 10  # workflows in a batch
WIDTH: Final = 120


async def measure(journeys: int, console: Console) -> Report:
    """Rounds of each kind in turn; every round begins with another kind, so that no kind always comes first."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "installation")
        try:
            with console.status("the server and the workers come up") as status:
                async with lab(Path(folder), KINDS, REMINDERS, installation) as benches:
                    installation.passage("warm-up")
                    rounds = []
                    sizes = _sizes(journeys)
                    for number, size in enumerate(sizes, 1):
                        status.update(f"round {number} of {len(sizes)}, {size} of each kind")
                        rounds.append(await _round(number, size, list(benches.values()), installation))
        finally:
            installation.close()
    return report(rounds, REMINDERS)


async def _round(number: int, size: int, benches: Sequence[Bench], installation: Installation) -> Round:
    first = number % len(benches)
    batches = {bench.kind: await bench.batch(size) for bench in (*benches[first:], *benches[:first])}
    parts = sum(installation.passage(f"parts-{number}-{n}") for n in range(size))
    return Round(batches=batches, parts=parts)


def _sizes(journeys: int) -> list[int]:
    """Rounds of equal size as far as it goes, AT_ONCE each at most."""
    rounds = -(-journeys // AT_ONCE)
    return [journeys // rounds + (n < journeys % rounds) for n in range(rounds)]


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every bar passed; 1: one is missed, or the bench could not run; 2: wrong flags."""
    parser = argparse.ArgumentParser("bench.engine_cost", description="What a journey costs beside a bare workflow.")
    parser.add_argument("--journeys", type=int, default=40, help="of each kind (40); ratios of few are rough")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args(arguments)
    if given.journeys < 1:
        parser.error("--journeys is at least 1")
    found = asyncio.run(measure(given.journeys, Console(stderr=True)))
    if given.json:
        sys.stdout.write(f"{found.model_dump_json(indent=2)}\n")
    else:
        Console(width=WIDTH).print(text(found))
    return 0 if found.passed else 1


if __name__ == "__main__":
    leave_after(main)
