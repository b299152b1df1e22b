"""The pages keep their word: samples run, commands and targets exist, links lead somewhere."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from starter.cli.commands import application
from starter.running import running
from tests.samples import Outcome, commands_named, run, samples
from tests.temporal_server import free_ports

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
WITH_SAMPLES = [page for page in PAGES if samples(page.read_text(encoding="utf-8"), page.name)]
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)")
MAKE = re.compile(r"`make (\w[\w-]*)|^    make (\w[\w-]*)", re.MULTILINE)
PLAIN = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Reader:
    """Somebody in a checkout with `waypost dev` running, who has done what README says."""

    folder: Path
    environment: dict[str, str]
    readme: list[Outcome]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "programs").symlink_to(ROOT / "programs")
    (folder / ".venv").symlink_to(sys.prefix)
    make = folder / "bin" / "make"
    make.parent.mkdir()
    # Targets are looked up and not made: this is `make test` already, and the demo has a test of its own.
    make.write_text(f'#!/bin/sh\nexec {shutil.which("make")} --dry-run --directory {ROOT} "$@"\n')
    make.chmod(0o755)
    environment = {**PLAIN, "PATH": f"{make.parent}:{BIN}:{os.environ['PATH']}"}
    port, ui_port, api_port = free_ports(3)
    command = [str(BIN / "waypost"), "dev", "--temporal-port", str(port), "--ui-port", str(ui_port)]
    command += ["--api-port", str(api_port)]
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            environment |= _addresses(folder, process)
            yield Reader(folder, environment, run(samples(text(README), "README.md"), folder, environment))
        finally:
            process.terminate()


def _addresses(folder: Path, process: subprocess.Popen[str]) -> dict[str, str]:
    printed: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        printed.append(line)
        if line.startswith("ready"):
            state = running(folder / ".waypost")
            assert state is not None
            return {"TEMPORAL_ADDRESS": state.temporal, "TEMPORAL_HTTP": state.http_api}
    raise AssertionError(f"waypost dev did not get ready: {''.join(printed)}")


@cache
def help_of(*words: str) -> str:
    """What the command says of itself, empty when there is none. --help goes before arguments that are missing."""
    result = CliRunner(env=PLAIN).invoke(application(), [*words, "--help"])
    return result.stdout if result.exit_code == 0 else ""


def wrong(command: str) -> str | None:
    """What does not exist of `waypost WORD… --option…`."""
    _, *arguments = shlex.split(command)
    words = list(takewhile(lambda each: not each.startswith("-"), arguments))[:2]
    said = help_of(*words)
    options = [each.partition("=")[0] for each in arguments if each.startswith("--")]
    missing = [each for each in options if each not in said]
    return None if said and not missing else f"{command}: {', '.join(missing) or 'no such command'}"


@pytest.mark.parametrize("page", WITH_SAMPLES, ids=named)
def test_every_sample_of_a_page_does_what_the_page_shows(page: Path, reader: Reader) -> None:
    shown = samples(text(page), named(page))

    outcomes = reader.readme if page == README else run(shown, reader.folder, reader.environment)

    assert len(outcomes) == len(shown)
    for sample, outcome in zip(shown, outcomes, strict=True):
        assert outcome.fits(sample), (sample, outcome)


@pytest.mark.parametrize("command", ["waypost dance", "waypost plan dance", "waypost list --dance"])
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    assert wrong(command)


def test_every_command_that_a_page_names_exists() -> None:
    commands = sorted(set().union(*(commands_named(text(page)) for page in PAGES)))

    assert commands
    assert not [problem for command in commands if (problem := wrong(command))]


def test_every_command_of_the_compose_file_exists() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load(text(ROOT / "docker-compose.yml"))["services"]
    ours = [service["command"] for service in services.values() if service["image"].startswith("waypost:")]

    assert ours
    assert not [problem for words in ours if (problem := wrong(shlex.join(["waypost", *words])))]


def test_every_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named_targets = {first or second for page in PAGES for first, second in MAKE.findall(text(page))}

    assert named_targets <= targets


def test_help_tells_of_every_target_that_a_newcomer_wants() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"^make (\w+)", told, re.MULTILINE)) == {
        "demo", "install", "test", "check", "soak", "bench", "format", "clean",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert not [target for target in LINK.findall(text(page)) if not (page.parent / target).exists()]


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    numbered = {page.name for page in folder.glob("[0-9]*.md")}

    assert numbered == set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", text(folder / "README.md")))
