"""Plans and their templates: read from files, checked, published, and read back from the ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import messages, plans, programs
from ledger.engine import Ledger
from mail import template
from mail.template import MAX_SOURCE
from plan.launching import launched
from plan.load import Use, load, read_back
from plan.model import Plan
from plan.problem import Problem
from plan.vanished import gone, vanished
from starter.refusal import Refused
from starter.waking import wake_program

SHIPPED: Final = Path(__file__).parent.parent / "programs"
TEMPLATES: Final = "templates"
MOST_BYTES: Final = 4 * MAX_SOURCE  # a template's most; a plan has less


class WrongPlan(Refused):
    """Every problem of a plan and its templates, one line each: `file:line: sentence`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PlanFiles(NamedTuple):
    """A plan that is fit to be published; `templates` by `rule.locale`."""

    plan: Plan
    source: str
    templates: Mapping[str, str]


class Published(BaseModel):
    """What publishing did: `changed` False when all of it counted already; `woken` journeys look at it again."""

    model_config = ConfigDict(frozen=True)

    program: str
    version: str
    changed: bool
    woken: int


def read_plan(file: Path, against: Path | None = None) -> PlanFiles:
    """The plan in `file` with the templates in the folder beside it. Raises WrongPlan with everything that is wrong.

    Wrong is also what is gone without `was` from the plan in `against`, which it is to follow.
    """
    source = _text(file)
    sources = {path.name: _text(path) for path in sorted((file.parent / TEMPLATES).glob("*.html"))}
    problems: list[str] = []
    used: dict[str, tuple[Use, ...]] = {}
    for name, text in sources.items():
        parsed = template.parse(text, str(file.parent / TEMPLATES / name))
        if isinstance(parsed, template.Template):
            used[name] = tuple(Use(*field) for field in template.names(parsed))
        else:
            problems.append(str(parsed))
    loaded = load(source, str(file), used)
    if not isinstance(loaded, Plan):
        problems = [*(str(problem) for problem in loaded), *problems]
    elif against is not None:
        problems += [f"{file}:1: {gone(name)}" for name in vanished(draft(against), loaded)]
    if problems or not isinstance(loaded, Plan):
        raise WrongPlan(tuple(problems))
    return PlanFiles(loaded, source, {name.removesuffix(".html"): text for name, text in sources.items()})


def draft(file: Path) -> Plan:
    """The plan in `file` without a look at its templates. Raises WrongPlan with everything that is wrong."""
    loaded = load(_text(file), str(file))
    if isinstance(loaded, Plan):
        return loaded
    raise WrongPlan(tuple(str(problem) for problem in loaded))


def publish(ledger: Ledger, files: PlanFiles, by: str) -> Published:
    """Makes it the one that counts, and writes which open journeys are to be woken, in one transaction.

    Raises Refused when a notification that has sent messages is gone without `was` or `off` (plan.md 34).
    """
    now = datetime.now(UTC)
    program, version = files.plan.program, files.plan.version
    with ledger.write() as connection:
        plans.hold(connection, program)
        before = programs.program(connection, program)
        if before is not None and before.closed_at is not None:
            raise Refused(f"{program} is closed, its rules are frozen; open it first: waypost program reopen {program}")
        earlier = read_back(plans.source(connection, before.version), program) if before is not None else None
        _forget_nothing(connection, files.plan)
        changed = plans.publish(connection, program, version, files.source, files.templates, by, now)
        if before is not None and isinstance(earlier, Plan):
            programs.launch(connection, program, launched(earlier, before.launched, files.plan, now))
        woken = wake_program(connection, program, f"plan:{version}", now) if changed else 0
    return Published(program=program, version=version, changed=changed, woken=woken)


def _forget_nothing(connection: Connection, plan: Plan) -> None:
    version = plans.current_version(connection, plan.program)
    before = read_back(plans.source(connection, version), version) if version is not None else None
    if isinstance(before, Plan):
        lost = [name for name in vanished(before, plan) if messages.any_left(connection, plan.program, name)]
        if lost:
            raise Refused("\n".join(gone(name) for name in lost))


def current_plan(connection: Connection, program: str) -> Plan:
    """The plan that counts. Raises Refused when the program is unknown or its plan is not for this build."""
    version = plans.current_version(connection, program)
    if version is None:
        known = ", ".join(sorted(plans.programs(connection))) or "none is published yet"
        raise Refused(f"there is no program {program!r}; known: {known}")
    loaded = read_back(plans.source(connection, version), f"{program} {version}")
    if not isinstance(loaded, Plan):
        raise Refused(f"the published plan of {program} is not for this version of Waypost: {_first(loaded)}")
    return loaded


def shipped() -> tuple[Path, ...]:
    """The plans that come with Waypost."""
    return tuple(sorted(SHIPPED.glob("*/plan.yaml")))


def _first(problems: tuple[Problem, ...]) -> str:
    return str(problems[0]) if problems else "no reason given"


def _text(file: Path) -> str:
    """The file's text; of one that has no end no more is read than shows it."""
    try:
        with file.open("rb") as opened:
            source = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    if len(source) > MOST_BYTES:
        raise WrongPlan((f"{file}:1: the file is larger than {MOST_BYTES // 1000} KB: nobody writes so much by hand",))
    try:
        return source.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise WrongPlan((f"{file}:{line}: this is not UTF-8 text: save the file as UTF-8",)) from None
