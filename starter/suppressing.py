"""Stops and clears addresses by the word of staff: at the provider first, so that what we send is not dropped there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ledger import Ledger, audit, suppressions
from ledger.suppressions import Cause, SuppressionRow
from mail.sendgrid_lists import ListName, NotNow, SendGridLists
from starter.provider_lists import CAUSES
from starter.refusal import Refused

LISTS: Final[Mapping[Cause, ListName]] = {cause: name for name, cause in CAUSES.items()}
LIFTABLE: Final[Sequence[Cause]] = ("bounced", "invalid", "unsubscribed", "staff")
COMPLAINED: Final = (
    "its reader reported us as spam, and only their own word ends that: ask them by other means, and have them choose "
    "so on the page of any message of ours that they still have"
)
CHANGED: Final = "suppression"  # why journeys look again


class Lifted(NamedTuple):
    """What stands no more, and how many journeys are owed a look."""

    rows: Sequence[SuppressionRow]
    woken: int


def stop(ledger: Ledger, address: str, why: str, by: str, now: datetime) -> int | None:
    """Nothing is sent to the address any more; how many journeys are owed a look. None: staff had stopped it."""
    with ledger.write() as connection:
        if not suppressions.suppress(connection, address, "staff", "staff", by, now, detail=why):
            return None
        row = next(
            row for row in suppressions.active(connection, [address])[address.casefold()] if row.source == "staff"
        )
        audit.record(connection, by, "suppression_added", row.id, {"why": why}, now)
        return suppressions.look_again(connection, [address], CHANGED, now)


def clear(lists: SendGridLists | None, address: str, causes: Collection[Cause]) -> NotNow | None:
    """Takes the address off the provider's lists for these causes. What kept it from that; None: it is off them."""
    for name in (LISTS[cause] for cause in causes if cause in LISTS):
        answer = lists.remove(name, address) if lists is not None else False
        if isinstance(answer, NotNow):
            return answer
    return None


def lift(
    ledger: Ledger,
    lists: SendGridLists | None,
    address: str,
    causes: Collection[Cause],
    why: str,
    by: str,
    now: datetime,
) -> Lifted:
    """Ends what stands against the address for these causes, or for all of them if none is named. Refused: nothing was.

    A complaint is refused always. Without `lists` the provider's own are not touched.
    """
    with ledger.read() as connection:
        standing = {row.cause for row in suppressions.active(connection, [address]).get(address.casefold(), ())}
    if "complained" in (causes or standing):
        raise Refused(COMPLAINED)
    ending = [cause for cause in LIFTABLE if cause in standing and cause in (causes or standing)]
    if not ending:
        return Lifted((), 0)
    if (trouble := clear(lists, address, ending)) is not None:
        raise Refused(f"{trouble.sentence}; nothing was lifted")
    with ledger.write() as connection:
        rows = suppressions.lift(connection, address, ending, by, why, now)
        woken = suppressions.look_again(connection, [address], CHANGED, now) if rows else 0
    return Lifted(rows, woken)
