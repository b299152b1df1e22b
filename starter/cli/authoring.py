"""`waypost plan new`: a plan of your own, begun from one that comes with Waypost."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from starter.authoring import QUESTIONS, defaults, write
from starter.cli.options import AsJson
from starter.cli.output import say, write_json
from starter.refusal import Refused

Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="K=V", help=f"Answers one of: {', '.join(q.name for q in QUESTIONS)}."),
]


def new(
    shipped: Annotated[str, typer.Option("--from", metavar="PROGRAM", help="The plan to begin with.")] = "cwe",
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="The new folder; by default the program's id.")] = None,
    answer: Answers = None,
    as_json: AsJson = False,
) -> int:
    """Asks ten questions and writes a plan with its templates into a new folder. Enter keeps what is in brackets.

    Example: waypost plan new --from cwe --to my-program --answer program=acme --answer title="Acme Certificate"
    """
    given = dict(_pair(text) for text in answer or [])
    if unknown := sorted(given.keys() - {question.name for question in QUESTIONS}):
        raise Refused(f"{unknown[0]!r} is none of the questions: {', '.join(q.name for q in QUESTIONS)}")
    answers = {**defaults(shipped), **given}
    if sys.stdin.isatty():
        for question in QUESTIONS:
            while question.name not in given:
                said = typer.prompt(question.words, default=answers[question.name], err=True).strip()
                if wrong := question.fault(said):
                    say(f"  {wrong}")
                    continue
                answers[question.name] = given[question.name] = said
    folder = to or Path(answers["program"])
    file = write(shipped, answers, folder)
    if as_json:
        write_json({"file": str(file), "answers": answers})
    else:
        say(f"{file} is ready; next: waypost plan preview {file} --process application --start 2026-10-05T10:00")
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Refused(f"--answer {text[:40]!r}: write it as question=answer")
    return name.strip(), value.strip()
