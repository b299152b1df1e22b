"""Samples in Markdown pages: `console` blocks as commands with what must come out, and the commands that pages name."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

FENCE: Final = re.compile(r"^(```+)(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE_SPAN: Final = re.compile(r"`(waypost [^`]+)`")
OPERATORS: Final = {"&", "&&", "|", "||", ";", ">", "<"}
BEGIN, END = "\x1e", "\x1f"  # ASCII's own record and unit separators; no command prints them
PATIENCE: Final = 100.0  # seconds for a whole page


@dataclass(frozen=True)
class Sample:
    """One command as a page shows it; `expected` is empty when the page shows no output."""

    place: str  # file:line
    command: str
    expected: str


@dataclass(frozen=True)
class Outcome:
    """What a sample really did."""

    status: int
    output: str

    def fits(self, sample: Sample) -> bool:
        """Status 0, and the whole output is as shown, `...` and `…` standing for anything."""
        parts = re.split(r"\.\.\.|…", sample.expected)
        shown = re.compile(".*".join(re.escape(part.strip()) for part in parts), re.DOTALL)
        return self.status == 0 and (not sample.expected or shown.fullmatch(self.output.strip()) is not None)


def samples(text: str, name: str) -> list[Sample]:
    """Every command of the page's `console` blocks, in order."""
    found: list[Sample] = []
    for first, language, body in _blocks(text):
        if language == "console":
            found += _commands(body, name, first)
    return found


def run(page: list[Sample], folder: Path, environment: Mapping[str, str]) -> list[Outcome]:
    """Runs the page in one shell, so that a variable set by one command is there for the next."""
    script = "".join(
        f"printf '{BEGIN}'\n{sample.command}\nprintf '{END}%d{END}' $?\n" for sample in page
    )  # a command that ends the shell leaves the rest without an outcome
    result = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", f"exec 2>&1\n{script}"],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    done = [part.split(END)[:2] for part in result.stdout.split(BEGIN)[1:]]
    return [Outcome(status=int(status), output=output) for output, status in done]


def commands_named(text: str) -> set[str]:
    """Every `waypost …` that the page runs, shows or names."""
    shown = [sample.command for sample in samples(text, "")]
    shown += [line for _, language, body in _blocks(text) if language == "sh" for line in _joined(body)]
    return {named for line in shown if (named := _waypost(line))} | set(CODE_SPAN.findall(FENCE.sub("", text)))


def _waypost(line: str) -> str:
    """The line as far as it is a call of `waypost`, from wherever; empty when it is none."""
    words = list(takewhile(lambda word: word not in OPERATORS, shlex.split(line, comments=True)))
    return shlex.join(["waypost", *words[1:]]) if words and Path(words[0]).name == "waypost" else ""


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(number of the first line inside, language, lines)"""
    for match in FENCE.finditer(text):
        yield text.count("\n", 0, match.start(3)) + 1, match.group(2), match.group(3).splitlines()


def _commands(body: list[str], name: str, first: int) -> Iterator[Sample]:
    place, command, expected = "", "", [""]
    for number, line in enumerate([*body, "$ "], start=first):
        if line.startswith("$ "):
            if command:
                yield Sample(place, command, "\n".join(expected))
            place, command, expected = f"{name}:{number}", line[2:], []
        elif line.startswith("> ") and not expected:
            command += "\n" + line[2:]
        else:
            expected.append(line)


def _joined(body: list[str]) -> list[str]:
    return "\n".join(body).replace("\\\n", " ").splitlines()
