"""Everything that the course of one journey follows from, and whether it is the same as before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from plan.facts import Fact, Journey, People
from plan.model import Plan
from plan.send_window import share


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """Equal when nothing that deciding reads can differ. A plan is compared by identity: it has too much in it.

    `facts` include what became of our own messages, as far as clocks wait for it. `until` is None where nothing comes
    again by itself. The hash takes no content in, so that to ask costs little; one journey has few of the same hash.
    """

    plan: Plan
    journey: Journey
    facts: tuple[Fact, ...]
    people: People
    until: datetime | None

    def __hash__(self) -> int:
        return share(self.journey.id) + len(self.facts)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Circumstances)
            and self.plan is other.plan
            and self.until == other.until
            and self.journey == other.journey
            and self.facts == other.facts
            and self.people == other.people
            and all(map(_spelled_alike, self._values(), other._values()))
        )

    def _values(self) -> list[Mapping[str, JsonValue]]:
        """What senders and directories say in their own types."""
        return [fact.data for fact in self.facts] + [person.attributes for person in self.people.people.values()]


def _spelled_alike(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> bool:
    """Python takes 1, 1.0 and True for equal; conditions do not."""
    return one is other or repr(one) == repr(other)
