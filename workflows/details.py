"""The current details of a journey: Markdown for the Web UI, under 4 KB, nobody named, foreign text escaped."""

import re
from collections.abc import Iterable
from typing import Final

from workflows.wire import Snapshot

LIMIT: Final = 3900  # bytes; the Web UI puts the text into a URL
ESCAPED: Final = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+!|~&"})
# What renderers make a link of by themselves.
LINK: Final = re.compile(r":(?=//)|(?<=mailto):|(?<=www)\.", re.IGNORECASE)

HOW_TO_ACT: Final = (
    "Send a signal named after the event, for example `submitted`, with no input or one JSON object "
    '`{"id": "…", "at": "2026-12-01T09:00:00-05:00", "item": "…", "data": {…}}`, every field optional. '
    "An update with the same name and object answers with the verdict. **Never put a name, an address or free text "
    "into a signal: the server stores it before anyone can look at it.**"
)

PENDING: Final = "[Pending sends](/namespaces/{namespace}/workflows/{workflowId}/{runId}/pending-activities)"
TAIL: Final = f"\n\n### How to act\n{HOW_TO_ACT}\n\n{PENDING}"  # stays whatever must be cut above it


def escaped(text: str) -> str:
    """`text` on one line, shown by Markdown as it is."""
    return LINK.sub(r"\\\g<0>", " ".join(text.split()).translate(ESCAPED))


def markdown(snapshot: Snapshot) -> str:
    """What staff read first when they open a journey: where it stands, what comes, what happened, what is wrong."""
    sections = [
        f"**{escaped(snapshot.status) or 'Starting'}**",
        (
            f"Stage **{escaped(snapshot.stage) or '–'}** · plan `{snapshot.plan_version or '–'}` · "
            f"{len(snapshot.in_flight)} sending · {snapshot.held} held"
        ),
        _list("Next", snapshot.upcoming),
        _list("Problems", snapshot.problems),
        _list("Last events", reversed(snapshot.recent)),
        _list(
            f"Rejected events ({snapshot.rejected_count})",
            (f"{r.name} ({r.size} bytes, {r.hash}): {r.reason}" for r in snapshot.rejected[-3:]),
        ),
    ]
    story = "\n\n".join(section for section in sections if section).encode()
    return story[: LIMIT - len(TAIL.encode())].decode("utf-8", "ignore") + TAIL


def _list(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"- {escaped(line[:200])}" for line in lines)
    return f"### {title}\n{body}" if body else ""
