"""Everything that judging the occurrences of one journey needs, for one `decide`, with what conditions ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from plan.arrows import Arrows
from plan.conditions import Answer, allowances, evaluate, message_names, messages_of, names
from plan.dispatches import GONE
from plan.facts import People, Sent
from plan.keys import parse
from plan.life import Life
from plan.model import Plan

FAILED: Final = frozenset({"failed"})


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that judging needs, for one `decide`."""

    plan: Plan
    life: Life
    arrows: Arrows
    people: People
    sent: Mapping[str, Sent]
    now: datetime

    def consents(self, role: str) -> bool:
        """Whether the applicant agreed that whoever holds this role is told."""
        applicant = self.people.people.get(self.life.journey.person_id)
        return applicant is not None and role in applicant.consents

    def holds(self, condition: str, moment: datetime, item: str | None) -> Answer:
        """The condition with what was told by `moment`, and the applicant as known now.

        It speaks of the messages about `item`, and about no item; of an occurrence without an item, of all messages.
        """
        declared = names(self.plan, of_now=True)
        applicant = self.people.people.get(self.life.journey.person_id)
        values: dict[str, JsonValue | datetime] = dict(self.life.told_at(moment))
        if applicant is not None:
            values |= {f"person.{name}": value for name, value in applicant.attributes.items()}
        values |= {"stage": self.life.track.visit(moment).stage, "now": moment}
        allowed = self.life.allowed(moment)
        values |= {f"allows.{word}": word in allowed for word in allowances(self.plan)}
        if spoken_of := messages_of(condition):
            declared |= message_names(self.plan)
            values |= {f"{what}.{rule}": self.happened(what, rule, item, moment) for what, rule in spoken_of}
        return evaluate(condition, declared, values, self.plan.timezone)

    def happened(self, what: str, rule: str, item: str | None, moment: datetime) -> bool:
        """Whether a message of a rule had been sent, delivered or refused for good by `moment`."""
        for row in self.sent.values():
            key = parse(row.key)
            if key is None or key.rule != rule or (item is not None and key.item not in {None, item}):
                continue
            at = row.delivered_at if what == "delivered" else row.at
            states = FAILED if what == "failed" else GONE
            if row.state in states and at is not None and at <= moment:
                return True
        return False
