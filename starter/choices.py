"""What people want of a program's optional notifications: what there is to choose, and writing down what they chose."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger import opt_outs, plans, suppressions
from ledger.opt_outs import ALL, Wishes
from ledger.suppressions import Cause
from plan.load import read_back
from plan.model import Plan, Rule
from plan.words import name_words
from starter.waking import wake_person

CAUSE: Final = "opt_out"  # of the wake-ups
BY_READER: Final = "reader"
LIFTED: Final[tuple[Cause, ...]] = ("complained", "unsubscribed")  # by the reader's own word, gravest first
ASKED: Final = "asked for mail again on a page of ours"


class Choice(NamedTuple):
    """One optional notification. `title` is for people."""

    name: str
    title: str
    wanted: bool


class Choices(NamedTuple):
    """What somebody may choose in a program. `all_off` outweighs every choice, and lets them be as they are."""

    program_title: str
    optional: tuple[Choice, ...]
    mandatory: tuple[str, ...]  # titles
    all_off: bool


def choices(connection: Connection, person: str, program: str, roles: frozenset[str]) -> Choices:
    """In the order of the plan; of the notifications that are live, those to somebody in one of the roles."""
    plan = _plan(connection, program)
    unwanted = opt_outs.wishes(connection, [person], program).get(person, Wishes()).unwanted
    mine = [rule for rule in plan.rules.values() if rule.state == "live" and roles & set(rule.to)] if plan else []
    optional = [Choice(rule.name, title(rule), rule.name not in unwanted) for rule in mine if rule.optional]
    return Choices(
        program_title=program_title(connection, program),
        optional=tuple(optional),
        mandatory=tuple(title(rule) for rule in mine if not rule.optional),
        all_off=ALL in unwanted,
    )


def program_title(connection: Connection, program: str) -> str:
    """What people call the program."""
    plan = _plan(connection, program)
    return plan.title if plan else name_words(program)


def title(rule: Rule) -> str:
    """The rule's name as a person would read it: due_reminder is Due reminder."""
    words = name_words(rule.name)
    return f"{words[:1].upper()}{words[1:]}"


def choose(
    connection: Connection,
    person: str,
    program: str,
    wanted: Mapping[str, bool],
    by: str,
    now: datetime,
    message_id: str | None = None,
) -> bool:
    """Writes down which notifications are wanted, `*` for all optional ones, and wakes the person's open journeys.

    False: that was known, and nothing was written. `message_id`: by whose link it was said.
    """
    changed = False
    for notification, yes in wanted.items():
        if yes:
            changed |= opt_outs.opt_in(connection, person, program, notification, by, now)
        else:
            changed |= opt_outs.opt_out(connection, person, program, notification, by, now, message_id)
    if changed:
        wake_person(connection, person, CAUSE, now)
    return changed


def inherit(connection: Connection, person: str, heir: str, by: str, now: datetime) -> None:
    """What somebody does not want their heir does not want either, unless the heir has wanted it again since.

    For a merge, in its transaction: wishes are kept by person, and deciding asks for those of the heir alone.
    """
    for row in opt_outs.of_person(connection, person):
        said = opt_outs.wishes(connection, [heir], row.program).get(heir, Wishes())
        again = said.again.get(row.notification)
        if again is None or again < row.since:
            choose(connection, heir, row.program, {row.notification: False}, by, now, row.message_id)


def standing_against(connection: Connection, address: str) -> Cause | None:
    """The gravest reason not to write to the address that its reader alone can take back."""
    rows = suppressions.active(connection, [address]).get(address.casefold(), ())
    causes = {row.cause for row in rows}
    return next((cause for cause in LIFTED if cause in causes), None)


def welcome_back(connection: Connection, address: str, now: datetime) -> bool:
    """The reader's own word that mail is wanted again: complaint and unsubscribing are lifted. False: neither stood.

    Everybody with this address is looked at again.
    """
    if not suppressions.lift(connection, address, LIFTED, BY_READER, ASKED, now):
        return False
    suppressions.look_again(connection, [address], CAUSE, now)
    return True


def _plan(connection: Connection, program: str) -> Plan | None:
    """None: the program has none that this build can read; people may say all the same what they do not want."""
    version = plans.current_version(connection, program)
    return None if version is None else _read(version, plans.source(connection, version))


@lru_cache(maxsize=16)
def _read(version: str, source: str) -> Plan | None:
    plan = read_back(source, version)
    return plan if isinstance(plan, Plan) else None
