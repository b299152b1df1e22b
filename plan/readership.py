"""Who the messages of one journey go to, each reader with the window as they have it."""

from plan.facts import People
from plan.life import Life
from plan.model import Plan
from plan.planned import Planned
from plan.recipients import Recipient, always_the_same, recipients
from plan.timing import Reader, reader


class Readership:
    """Asked for one occurrence after the other; where a rule has the same readers every time, they are found once."""

    def __init__(self, plan: Plan, life: Life, people: People) -> None:
        self._plan, self._life, self._people = plan, life, people
        self._of_rules: dict[str, tuple[tuple[Recipient, Reader], ...]] = {}
        self._readers: dict[str, Reader] = {}

    def of(self, planned: Planned) -> tuple[tuple[Recipient, Reader], ...]:
        """Never empty."""
        rule = planned.rule
        known = self._of_rules.get(rule.name)
        if known is not None:
            return known
        found = recipients(self._plan, self._life, self._people, planned)
        of = tuple((recipient, self._reader(recipient)) for recipient in found)
        if always_the_same(rule, self._plan):
            self._of_rules[rule.name] = of
        return of

    def _reader(self, recipient: Recipient) -> Reader:
        known = self._readers.get(recipient.to)
        if known is None:
            known = self._readers[recipient.to] = reader(self._plan, recipient, self._life.journey.id)
        return known
