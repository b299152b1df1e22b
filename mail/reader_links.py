"""The links of a message to its reader's own pages: each is a key, so they are in what is sent and nowhere else."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from mail.frozen import Frozen

Page = Literal["view", "preferences", "unsubscribe"]
PATHS: Final[Mapping[Page, str]] = {"view": "m", "preferences": "p", "unsubscribe": "u"}
LABELS: Final[Mapping[Page, str]] = {
    "view": "View this message online",
    "preferences": "Choose which messages you get",
}
BLANK: Final = "…"
CLASS: Final = "own-pages"  # of the line that shows them
ONE_CLICK: Final = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1: also the body that a mail program posts


class ReaderLinks(Frozen):
    """What one attempt carries: a fresh token for each page. `public_url` has no slash at its end."""

    public_url: str
    tokens: Annotated[Mapping[Page, Annotated[str, StringConstraints(min_length=16)]], Field(repr=False)]

    def address(self, page: Page) -> str:
        """Where the page is; only of a page that has a token."""
        return f"{self.public_url}/{PATHS[page]}/{self.tokens[page]}"

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Label and address of each link that stands in the message."""
        return tuple((label, self.address(page)) for page, label in LABELS.items() if page in self.tokens)

    @property
    def headers(self) -> Mapping[str, str]:
        """By which a mail program offers to unsubscribe with one click (RFC 8058), where this message allows it."""
        if "unsubscribe" not in self.tokens:
            return {}
        return {"List-Unsubscribe": f"<{self.address('unsubscribe')}>", "List-Unsubscribe-Post": ONE_CLICK}

    def blanked(self, text: str) -> str:
        """The text as it may be kept, without a token."""
        for token in self.tokens.values():
            text = text.replace(token, BLANK)
        return text


def without_links(html: str) -> str:
    """A kept message as it is shown online, where the line of these links would lead nowhere."""
    return html.replace("</head>", f"<style>.{CLASS} {{ display: none !important; }}</style>\n</head>", 1)
