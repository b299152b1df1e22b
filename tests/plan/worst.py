"""Plan files that would take long or much if anything in the loader were not bounded. Run as a module: a report."""

import resource
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Final

from plan.document import DEEPEST, LARGEST
from plan.load import load

HEAD: Final = "program: x\ntitle: X\ntimezone: UTC\nsender: {name: X, email: a@example.org}\n"
PROCESS: Final = """\
processes:
  p:
    start: a
    deadlines: {d: {after: created, plus: 1 year}}
    stages: {a: {go: b, d: c}}
"""
RULE: Final = "notifications:\n  r: {purpose: announcement, to: applicant, on: created}\n"
WHOLE: Final = HEAD + PROCESS + RULE
ROOM: Final = LARGEST - 2000


def alike(count: int) -> list[str]:
    """Names of the same letters in another order: each has to be compared with each."""
    random = Random(1)
    return ["n" + "".join(random.sample("abcdefghij" * 6, 60)) for _ in range(count)]


def rules(count: int, parts: str, more: str = "") -> str:
    written = (f"  r{n}: {{purpose: announcement, to: applicant, {parts.format(n=n)}}}\n" for n in range(count))
    return f"{HEAD}{more or PROCESS}notifications:\n{''.join(written)}"


def clocks(deadlines: Iterator[str], stages: str = "{a: {go: b}}") -> str:
    written = "".join(f"      {line}\n" for line in deadlines)
    return f"processes:\n  p:\n    start: a\n    stages: {stages}\n    deadlines:\n{written}"


def told(count: int) -> str:
    return f"told: {{{', '.join(f'n{n}: number' for n in range(count))}}}\n"


WORST: Final = {
    "one long word": WHOLE.replace("applicant", "a" * ROOM),
    "one long key": f"? {'k' * ROOM}\n: x\n{WHOLE}",
    "one long number": WHOLE.replace("1 year", f"{'9' * ROOM} days"),
    "one long duration": WHOLE.replace("1 year", "1 year " * (ROOM // 7)),
    "one long list of roles": WHOLE.replace("applicant", " or ".join(f"r{n}" for n in range(ROOM // 10))),
    "one long condition": WHOLE.replace("on: created", f"on: created, if: '{'(' * ROOM}'"),
    "one long link": f"{WHOLE}links: {{a: 'https://a.example/{'{x}' * (ROOM // 3)}'}}\n",
    "escapes": WHOLE.replace("title: X", f'title: "{chr(92)}x41"'.replace("x41", f"x41{chr(92)}" * (ROOM // 5) + "n")),
    "comments": "#\n" * (ROOM // 2) + WHOLE,
    "documents": "---\n" * (ROOM // 4),
    "brackets": "a: " + "[" * ROOM,
    "braces": "{a: " * (ROOM // 4),
    "just deep enough": "a: " + "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2),
    "a flat list": f"a: [{'x,' * (ROOM // 2)}]",
    "a flat mapping": "".join(f"k{n}: \n" for n in range(ROOM // 10)),
    "a bomb of aliases": "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9 if n else 'x'}]\n" for n in range(30)),
    "anchors": WHOLE + "".join(f"k{n}: &a{n} x\n" for n in range(4000)),
    "doubled keys": WHOLE + "k: x\n" * 4000,
    "unknown keys": WHOLE + "".join(f"{name}: x\n" for name in alike(3000)),
    "unknown roles among many": HEAD
    + PROCESS
    + f"staff: {{{', '.join(f'{name}: [a@example.org]' for name in alike(800))}}}\nnotifications:\n"
    + "".join(f"  r{n}: {{purpose: request, to: x{name}, on: created}}\n" for n, name in enumerate(alike(900)[800:])),
    "many names alike": HEAD
    + RULE
    + f"processes:\n  p:\n    start: a\n    stages: {{a: {{{', '.join(f'{name}: b' for name in alike(3000))}}}}}\n"
    + f"events: {{{', '.join(f'{name}: ' for name in reversed(alike(290)))}}}\n",
    "clocks in a row": HEAD
    + RULE
    + clocks(f"d{n}: {{after: {f'd{n - 1}' if n else 'created'}, plus: 1 day}}" for n in range(1500)),
    "clocks in a circle": HEAD + RULE + clocks(f"d{n}: {{after: d{(n + 1) % 1500}, plus: 1 day}}" for n in range(1500)),
    "clocks that count from themselves": HEAD
    + RULE
    + clocks(f"d{n}: {{after: d{n}, plus: 1 day}}" for n in range(1500)),
    "many offsets": WHOLE.replace(
        "on: created", f"before: d, offsets: [{', '.join(f'{n} days' for n in range(9000))}]"
    ),
    "offsets shared by many": rules(
        450,
        "before: d, offsets: s",
        f"schedules: {{s: [{', '.join(f'{n + 1} days' for n in range(52))}]}}\n{PROCESS}",
    ),
    "many clocks for many rules": rules(
        500, "before: d{n}, offsets: 1 day", clocks(f"d{n}: {{after: created, plus: 9 days}}" for n in range(600))
    ),
    "many kinds of items": rules(
        350,
        "before: d, offsets: 1 day",
        clocks(
            iter([f"d: {{after: [{', '.join(f'e{n}' for n in range(350))}], plus: 1 day, per: item, until: x}}"]),
        )
        + "    items:\n"
        + "".join(f"      k{n}: {{start: s, stages: {{s: {{e{n}: t}}}}}}\n" for n in range(350)),
    ),
    "many conditions": rules(
        250, f"on: created, if: '{' && '.join(f'n{n} > {{n}}' for n in range(60))}'", PROCESS + told(900)
    ),
    "many conditions that never hold": rules(900, "on: created, if: '{n} > 1000'"),
    "conditions that loop": rules(
        250, "on: created, if: '" + "".join(f"[{'1,' * 30}1].all(x{n}, " for n in range(12)) + "false" + ")" * 12 + "'"
    ),
    "many words of what is allowed": rules(
        400,
        "on: created, if: 'now > now'",
        clocks(f"d{n}: {{after: created, plus: 1 day, allows: [w{n}]}}" for n in range(400)),
    ),
    "many processes": rules(
        300,
        "before: due, offsets: 1 hour, while: a",
        "processes:\n"
        + "".join(
            f"  p{n}: {{start: a, stages: {{a: {{go: b}}}}, deadlines: {{due: {{after: created, plus: 1 day}}}}}}\n"
            for n in range(250)
        ),
    ),
    "many steps of a fee": WHOLE
    + told(900)
    + f"fees: {{f: [{', '.join(f'{{amount: 1.00 USD, from: d, if: n{n} > 1}}' for n in range(800))}]}}\n",
    "rules that correct each other": rules(130, f"corrects: [{', '.join(f'r{n}' for n in range(60))}, r{{n}}]"),
}


def report() -> None:
    """One line a file: name, seconds of processor time; at last the megabytes that all of them added."""
    load(WHOLE, "warm")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, text in WORST.items():
        began = time.process_time()
        load(text, "plan.yaml")
        sys.stdout.write(f"{time.process_time() - began:.2f}\t{name}\n")
    sys.stdout.write(f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024}\tmegabytes\n")


if __name__ == "__main__":
    report()
