"""What sending costs beside the bare sum of its parts: rendering, the moves of the row, one post that is kept alive.

`python -m bench.notify_cost [--json]`. Processor time of this process alone; whoever takes the mail is another one.
Status 1 when the bar of docs/performance.md is missed.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from temporalio.testing import ActivityEnvironment

from activities.compose import Composed, compose
from activities.notify import LEASE
from bench.installation import Installation
from bench.taker import taker
from bench.turns import Spread, spread
from ledger import bodies, channels, journeys, messages, page_tokens, plans, sending
from ledger.case import case
from ledger.message_rows import Claimed, MessageRow
from ledger.wording import values
from mail.render import Letterhead, Rendered, render
from mail.sendgrid_mail import SendGrid
from mail.template import Template, parse
from mail.transport import Accepted
from plan.decide import decide
from plan.footers import why
from workflows.wire import SendRequest

ROUNDS: Final = 16
AT_ONCE: Final = 10  # messages of each way in a round
BAR: Final = 1.5
PUBLIC_URL: Final = "https://mail.example.org"

Seconds = dict[str, float]


class NotifyCost(BaseModel):
    """`ratio`: notify to the sum of its parts, one a round. Milliseconds of processor time a message, medians.

    `parts` are the yardstick; `beside` is what notify cannot do without and no part has: it is in its own time.
    """

    model_config = ConfigDict(frozen=True)

    messages: int
    ratio: Spread
    notify: float
    parts: Mapping[str, float]
    beside: Mapping[str, float]


class Prepared(NamedTuple):
    """A message that was decided, with everything that its parts need."""

    request: SendRequest
    now: datetime
    template: Template
    values: Mapping[str, str]
    letterhead: Letterhead
    composed: Composed
    plan_version: str
    row: MessageRow


class Bench:
    """One installation whose mail is posted to `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.transport = SendGrid("SG.bench", url)
        self.installation = Installation(folder, self.transport, PUBLIC_URL)
        self._environment = ActivityEnvironment()

    def notify(self, request: SendRequest, now: datetime) -> None:
        outcome = self.installation.send(self._environment, request, now)
        if outcome.result != "sent":
            raise SystemExit(f"the bench's message was not sent: {outcome}")

    def parts(self, given: Prepared, spent: Seconds) -> None:
        """What notify writes, in as many transactions, without asking whether it may."""
        ledger, row = self.installation.ledger, given.row
        email, links = given.composed.email, given.composed.links
        with timed(spent, "claim"), ledger.write() as conn:
            claim = sending.claim(conn, row.id, row.fence, LEASE, given.now, datetime.now(UTC))
        with timed(spent, "render"):
            rendered = render(given.template, given.values, given.letterhead, links)
        if not isinstance(claim, Claimed) or not isinstance(rendered, Rendered) or links is None:
            raise SystemExit(f"the bench's message cannot be sent: {claim}, {rendered}")
        attempt = claim.row.attempt
        with timed(spent, "on the wire, text kept"), ledger.write() as conn:
            wall = datetime.now(UTC)
            sending.to_wire(
                conn,
                row.id,
                row.fence,
                attempt,
                address=email.to[0].email,
                subject=email.subject,
                plan_version=given.plan_version,
                template_version=given.composed.template_version,
                transport=self.transport.name,
                evidence=self.transport.evidence,
                clock=given.now,
                now=wall,
            )
            bodies.keep(
                conn, row.id, attempt, email.subject, links.blanked(email.html), links.blanked(email.text), wall
            )
            page_tokens.keep(conn, row.id, attempt, links.tokens, wall)
        with timed(spent, "post"):
            handed = self.transport.hand_over(email, attempt)
        if not isinstance(handed, Accepted):
            raise SystemExit(f"the bench's message was not taken: {handed}")
        with timed(spent, "accepted"), ledger.write() as conn:
            wall = datetime.now(UTC)
            channels.accepted(conn, self.transport.name, wall)
            sending.accepted(conn, row.id, attempt, handed.provider_id, given.now, wall)

    def prepared(self, person: str, beside: Seconds) -> Prepared:
        """A message of its own for the parts. What notify needs to come so far is timed `beside` them."""
        request, now = self.installation.due(person)
        with self.installation.ledger.read() as conn:
            plan = self.installation.shelf.current(conn, "bench")
            journey = journeys.journey(conn, request.journey)
            row = messages.row(conn, request.message_id)
            if plan is None or journey is None or row is None:
                raise SystemExit("the bench's message is not in the ledger")
            with timed(beside, "reading the case"):
                known = case(conn, journey, plan, now)
            with timed(beside, "deciding once more"):
                agenda = decide(plan, known.journey, known.facts, known.people, known.sent, now)
            occurrence = next(one for one in agenda.occurrences if one.key == row.key)
            said = values(conn, plan, known, agenda, occurrence, now)
            stored = plans.template(conn, plan.program, plan.template_of(row.rule), "en")
            template = parse(stored.source) if stored else None
            composed = compose(conn, plan, known, agenda, occurrence, row, now, PUBLIC_URL)
        if not isinstance(template, Template) or not isinstance(composed, Composed):
            raise SystemExit(f"the bench's message cannot be composed: {composed}")
        letterhead = Letterhead(
            program_title=plan.title,
            sender_name=plan.sender.name,
            help_address=plan.sender.reply_to,
            footer=(why(plan, row.rule),),
        )
        return Prepared(request, now, template, said, letterhead, composed, plan.version, row)

    def close(self) -> None:
        self.installation.close()
        self.transport.close()


@contextmanager
def timed(spent: Seconds, name: str) -> Iterator[None]:
    began = process_time()
    yield
    spent[name] += process_time() - began


def measure(rounds: int = ROUNDS, at_once: int = AT_ONCE) -> NotifyCost:
    """Rounds of `at_once` messages of each way in turns; rounds begin with one and the other."""
    with tempfile.TemporaryDirectory() as folder, taker() as url:
        bench = Bench(Path(folder) / "installation", url)
        try:
            _round(bench, "warm-up", 0, at_once)
            found = [_round(bench, f"r{number}", number, at_once) for number in range(rounds)]
        finally:
            bench.close()
    return NotifyCost(
        messages=rounds * at_once,
        ratio=spread(ours / sum(parts.values()) for ours, parts, _ in found),
        notify=_milliseconds((ours for ours, _, _ in found), at_once),
        parts={name: _milliseconds((parts[name] for _, parts, _ in found), at_once) for name in found[0][1]},
        beside={name: _milliseconds((beside[name] for _, _, beside in found), at_once) for name in found[0][2]},
    )


def _round(bench: Bench, name: str, number: int, at_once: int) -> tuple[float, Seconds, Seconds]:
    parts, beside, ours = defaultdict[str, float](float), defaultdict[str, float](float), 0.0
    sends = [bench.installation.due(f"{name}-n{n}") for n in range(at_once)]
    prepared = [bench.prepared(f"{name}-p{n}", beside) for n in range(at_once)]
    for turn in (number, number + 1):
        if turn % 2:
            began = process_time()
            for request, now in sends:
                bench.notify(request, now)
            ours = process_time() - began
        else:
            for given in prepared:
                bench.parts(given, parts)
    return ours, parts, beside


def _milliseconds(rounds: Iterable[float], at_once: int) -> float:
    return round(spread(each * 1000 / at_once for each in rounds).median, 3)


def main(arguments: list[str]) -> int:
    """Prints the table; status 1 when the bar is missed."""
    found = measure()
    if "--json" in arguments:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        sys.stdout.write(_text(found))
    return 0 if found.ratio.median <= BAR else 1


def _text(found: NotifyCost) -> str:
    lines = [
        f"notify: {found.ratio} x the sum of its parts, bar {BAR}; {found.messages} messages of each",
        f"  one message: {found.notify:.2f} ms, its parts {sum(found.parts.values()):.2f} ms: "
        + ", ".join(f"{name} {spent:.2f}" for name, spent in found.parts.items()),
        "  in its own time also: " + ", ".join(f"{name} {spent:.2f} ms" for name, spent in found.beside.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
