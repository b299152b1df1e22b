"""The merge fields of a message that belongs to no journey: what is known of its reader and of the program."""

from collections.abc import Mapping
from string import Formatter
from typing import Final
from urllib.parse import quote

from plan.facts import Person
from plan.model import Plan
from plan.words import value_words

ALWAYS: Final = frozenset({"applicant.first_name", "applicant.name", "program.title", "program.help"})
KNOWN: Final = frozenset({"program", "person"})  # what a link may name


def catalogue_alone(plan: Plan) -> frozenset[str]:
    """The merge fields that a message without a journey may use."""
    of_people = {f"person.{name}" for name in plan.person}
    return frozenset(ALWAYS | of_people | {f"links.{name}" for name in _links(plan)})


def fields_alone(plan: Plan, person_id: str, person: Person | None, name: str | None) -> dict[str, str]:
    """Every field of the catalogue as text for this reader; one without a value is empty."""
    whole = " ".join((name or "").split())
    known = person.attributes if person is not None else {}
    return {
        "applicant.first_name": whole.partition(" ")[0],
        "applicant.name": whole,
        "program.title": plan.title,
        "program.help": plan.sender.reply_to or plan.sender.email,
        **{f"person.{field}": value_words(spec, known.get(field)) for field, spec in plan.person.items()},
        **{
            f"links.{link}": url.format(program=quote(plan.program, safe=""), person=quote(person_id, safe=""))
            for link, url in _links(plan).items()
        },
    }


def _links(plan: Plan) -> Mapping[str, str]:
    """Links whose place in the portal follows from program and person alone."""
    return {name: url for name, url in plan.links.items() if _named(url) <= KNOWN}


def _named(url: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(url) if name is not None)
