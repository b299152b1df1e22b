"""Whether a reader can be written to: what of a person stands against it, and the words for that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from plan.facts import Person, Suppressed
from plan.model import Rule
from plan.outcomes import Held
from plan.recipients import Recipient

EVERYTHING: Final = "*"  # whoever opted out of this wants no optional notification of the program
SUPPRESSED: Final[Mapping[Suppressed, str]] = {
    "bounced": "mail to this address came back",
    "invalid": "the address cannot exist",
    "complained": "its reader reported a message as spam",
    "staff": "staff have stopped mail to this address",
}


def unwanted(rule: Rule, person: Person | None, leave_at: datetime) -> bool:
    """Whether the person had opted out of it when it was to leave, or still has; only of what is optional (31).

    What was to leave before it was wanted again stays unsaid, or its reader would get all of it at once.
    """
    if not rule.optional or person is None:
        return False
    names = (rule.name, EVERYTHING)
    if not person.opted_out.isdisjoint(names):
        return True
    return any(leave_at < person.wanted_again[name] for name in names if name in person.wanted_again)


def obstacle(rule: Rule, recipient: Recipient) -> tuple[Held, str | None] | None:
    """Why nothing can be sent there now, with a sentence where the reason does not explain itself."""
    if recipient.desk:
        return None
    if recipient.person_id is None:
        return "no_recipient", f"nobody holds the role {recipient.role}"
    return out_of_reach(recipient.person, even_on_hold="on_hold" in rule.even_if)


def out_of_reach(person: Person | None, *, even_on_hold: bool = False) -> tuple[Held, str | None] | None:
    """Why nothing can be sent to this person now, whatever it is."""
    if person is None:
        return "no_address", "the directory does not know this person"
    if person.on_hold and not even_on_hold:
        return "on_hold", None
    if person.address_digest is None:
        return "no_address", None
    if person.suppressed is not None:
        return "address_suppressed", SUPPRESSED[person.suppressed]
    return None
