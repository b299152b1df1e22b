"""The pages of a message's reader, each opened by a token: see it online, unsubscribe, choose.

A GET changes nothing, since mail filters open every link; some run its scripts too, so there is none. Whoever has a
token is the reader, for it was sent to no other address.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, Final, ParamSpec

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy import Connection

from ledger import LedgerAway, bodies, page_events
from ledger.opt_outs import ALL
from ledger.page_tokens import Purpose
from starter import choices
from starter.api.forms import Form, posted
from starter.api.opened import Opened, asked_for_mail, choices_of, let_go, opened_by, stopped, welcome_back
from starter.api.page_html import message, page
from starter.api.surroundings import Surroundings

P = ParamSpec("P")
Posted = Annotated[Form, Depends(posted)]
LOOK: Final = ["GET", "HEAD"]
ONE_CLICK: Final = ("List-Unsubscribe", "one-click")  # RFC 8058, 3.1
TRY_AGAIN: Final = "60"  # seconds


def routes(surroundings: Surroundings) -> APIRouter:
    """Every one of them takes its token from the path alone: no cookie, no login, no redirect.

    A token is whatever follows, slashes too, so that a link that was spoilt on its way leads to a page as well.
    """
    router = APIRouter()

    @router.api_route("/m/{token:path}", methods=LOOK)
    def look(token: str) -> Response:
        return _read(surroundings, token, "view", _looking)

    @router.post("/m/{token:path}")
    def view(token: str, form: Posted) -> Response:
        return _written(surroundings, token, "view", form, _viewed)

    @router.api_route("/u/{token:path}", methods=LOOK)
    def ask(token: str) -> Response:
        return _read(surroundings, token, "unsubscribe", _unsubscribing)

    @router.post("/u/{token:path}")
    def unsubscribe(token: str, form: Posted) -> Response:
        return _written(surroundings, token, "unsubscribe", form, _unsubscribed)

    @router.api_route("/p/{token:path}", methods=LOOK)
    def offer(token: str) -> Response:
        return _read(surroundings, token, "preferences", _preferences)

    @router.post("/p/{token:path}")
    def save(token: str, form: Posted) -> Response:
        return _written(surroundings, token, "preferences", form, _saved)

    return router


def _friendly(answer: Callable[P, Response]) -> Callable[P, Response]:
    """A reader who comes while the ledger is away is told so in a page."""

    @wraps(answer)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return answer(*args, **kwargs)
        except LedgerAway:
            return _later()

    return guarded


@_friendly
def _read(
    surroundings: Surroundings, token: str, purpose: Purpose, answer: Callable[[Connection, Opened], Response]
) -> Response:
    with surroundings.ledger.read() as connection:
        opened = opened_by(connection, token, purpose)
        return _nothing() if opened is None else answer(connection, opened)


@_friendly
def _written(
    surroundings: Surroundings,
    token: str,
    purpose: Purpose,
    form: Form,
    answer: Callable[[Connection, Opened, Form], Response],
) -> Response:
    """One transaction, after which journeys are told. Mail that is wanted again must be free to leave first."""
    if purpose != "unsubscribe" and asked_for_mail(form) and not let_go(surroundings, token, purpose):
        return _later()
    with surroundings.ledger.write() as connection:
        opened = opened_by(connection, token, purpose)
        if opened is None:
            return _nothing()
        answered = answer(connection, opened, form)
    surroundings.committed()
    return answered


def _later() -> Response:
    away = page("later", 503, program_title=None)
    away.headers["Retry-After"] = TRY_AGAIN
    return away


def _nothing() -> Response:
    """For a token that never was and for one whose time is over: which of the two is nobody's business."""
    return page("gone", 404, program_title=None)


def _named(connection: Connection, opened: Opened) -> dict[str, Any]:
    title = choices.program_title(connection, opened.row.program)
    return {"program_title": title, "subject": opened.row.subject or title}


def _looking(connection: Connection, opened: Opened, *, back: bool = False) -> Response:
    return page("view", **_named(connection, opened), stopped=stopped(connection, opened), back=back)


def _viewed(connection: Connection, opened: Opened, form: Form) -> Response:
    if welcome_back(connection, opened, form):
        return _looking(connection, opened, back=True)
    body = bodies.body(connection, opened.row.id, opened.attempt)
    if body is None:
        return page("erased", 410, **_named(connection, opened))
    page_events.record(connection, opened.row.id, opened.attempt, "viewed", datetime.now(UTC))
    return message(body.html)


def _unsubscribed(connection: Connection, opened: Opened, form: Form) -> Response:
    wanted = _wanted(form)
    if wanted is None:
        return _unsubscribing(connection, opened, status=400)
    _choose(connection, opened, {ALL: wanted})
    return _unsubscribing(connection, opened, undone=wanted)


def _wanted(form: Form) -> bool | None:
    """Whether optional messages are wanted, as the form says; None: it says neither."""
    name, value = ONE_CLICK
    if form.get("undo") == ("yes",):
        return True
    return False if [one.strip().lower() for one in form.get(name, ())] == [value] else None


def _choose(connection: Connection, opened: Opened, wanted: dict[str, bool]) -> None:
    row, now = opened.row, datetime.now(UTC)
    changed = choices.choose(connection, opened.person.id, row.program, wanted, choices.BY_READER, now, row.id)
    if changed and wanted.get(ALL) is False:
        page_events.record(connection, row.id, opened.attempt, "unsubscribed", now)


def _unsubscribing(connection: Connection, opened: Opened, *, status: int = 200, undone: bool = False) -> Response:
    given = choices.choices(connection, opened.person.id, opened.row.program, frozenset())
    values = {"program_title": given.program_title, "all_off": given.all_off, "undone": undone}
    return page("unsubscribe", status, **values)


def _saved(connection: Connection, opened: Opened, form: Form) -> Response:
    """Only what the form showed is changed: the plan may have changed since it was opened."""
    if form.get("optional") not in {("chosen",), ("none",)}:
        return _preferences(connection, opened, not_understood=True)
    offered = {choice.name for choice in choices_of(connection, opened).optional}
    wanted: dict[str, bool] = {ALL: form["optional"] == ("chosen",)}
    if wanted[ALL]:
        wanted |= {name: name in form.get("want", ()) for name in form.get("shown", ()) if name in offered}
    _choose(connection, opened, wanted)
    welcome_back(connection, opened, form)
    return _preferences(connection, opened, saved=True)


def _preferences(
    connection: Connection, opened: Opened, *, saved: bool = False, not_understood: bool = False
) -> Response:
    given = choices_of(connection, opened)
    return page(
        "preferences",
        400 if not_understood else 200,
        **given._asdict(),
        stopped=stopped(connection, opened),
        saved=saved,
        not_understood=not_understood,
    )
