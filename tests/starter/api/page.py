"""A page as its reader meets it: title, headings, text, and forms that are filled in and sent as a browser does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Control:
    """One field of a form."""

    name: str
    value: str
    kind: str
    checked: bool


@dataclass
class Page(HTMLParser):
    """The answer, read."""

    response: httpx.Response
    tags: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    pieces: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.response.text)
        self.close()

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def title(self) -> str:
        return self.pieces["title"].strip()

    @property
    def heading(self) -> str:
        return self.pieces["h1"].strip()

    @property
    def text(self) -> str:
        return " ".join(self.pieces["body"].split())

    @property
    def filled_in(self) -> dict[str, list[str]]:
        """What a browser would send if nothing is touched."""
        form: dict[str, list[str]] = {}
        for control in self.controls:
            if control.checked or control.kind not in {"checkbox", "radio"}:
                form.setdefault(control.name, []).append(control.value)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "input":
            kind = given.get("type") or "text"
            self.controls.append(Control(given["name"] or "", given["value"] or "", kind, "checked" in given))
        elif tag not in {"meta", "br", "link"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        for tag in set(self._open):
            self.pieces[tag] = self.pieces.get(tag, "") + data
