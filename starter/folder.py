"""The folder of an embedded installation: its settings, its logs, its ports, and who may use it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from starter.engine import Ports
from starter.ledgers import make_folder
from starter.ports import choose
from starter.refusal import Refused
from starter.running import FILE as RUNNING
from starter.running import Running, running
from starter.settings import FILE, Settings, load_settings

LOCK: Final = "dev.lock"
LOGS: Final = "logs"
DEMONSTRATION: Final = "demonstration"  # an empty file that says: this folder may be emptied
USUAL_PORT: Final = 7233  # Temporal's own, and 8233 for its Web UI
USUAL_HTTP_PORT: Final = 7243  # as in Temporal's server image
USUAL_UI_PORT: Final = 8233
BIG_LOG: Final = 10_000_000  # bytes; a log larger than this begins anew
TEXT: Final = """\
# Settings of this installation; each is also read from the environment, as WAYPOST_ENVIRONMENT, WAYPOST_MAIL_FOLDER, …
environment = "development"
fast_forward = {fast_forward}  # kept from the first start; changing it later has no effect

[mail]
transport = "folder"  # or "smtp", with smtp_host; or "sendgrid", with the key in SENDGRID_API_KEY
folder = "mail"
only_to = []  # outside production SMTP and SendGrid write to nobody else
"""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Makes the folder and holds it against a second `dev`. Raises Refused, saying what runs there."""
    make_folder(folder / LOGS)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(_beside(folder)) from None
        yield


def empty(folder: Path) -> None:
    """Removes what the last demonstration left. Raises Refused for a folder that was made for anything else."""
    there = [path for path in folder.iterdir() if path.name not in {LOCK, LOGS}]
    if there and not (folder / DEMONSTRATION).exists():
        raise Refused(f"{folder} holds something else than a demonstration; name another folder by --dir")
    (folder / DEMONSTRATION).touch()
    for path in there:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in {DEMONSTRATION, RUNNING}:
            path.unlink()


def settle(folder: Path, *, fast_forward: bool) -> Settings:
    """Writes the settings of a new folder. Raises Refused for settings that `dev` is not made for."""
    settings = load_settings(folder)
    if settings.environment == "production":
        raise Refused("waypost dev is for evaluation and development, and environment is production")
    if settings.temporal.address:
        raise Refused(f"temporal.address is {settings.temporal.address}; waypost dev runs a Temporal server of its own")
    if not (folder / FILE).exists():
        (folder / FILE).write_text(TEXT.format(fast_forward=str(fast_forward or settings.fast_forward).lower()))
        settings = load_settings(folder)
    make_folder(settings.mail_folder)
    return settings


def choose_ports(temporal: int | None, web_ui: int | None, before: Running | None) -> Ports:
    """As asked, else as before, so that links and shells of the last time still work.

    Beside another server none of its usual ports is tried: it may be about to take the next one.
    """
    last = [int(url.rpartition(":")[2]) for url in (before.temporal, before.http_api, before.web_ui)] if before else []
    own = choose(temporal, "--temporal-port", usual=(*last[:1], USUAL_PORT))
    page = choose(web_ui, "--ui-port", usual=(*last[2:], USUAL_UI_PORT), taken={own})
    usual_http = (USUAL_HTTP_PORT,) if own == USUAL_PORT else ()
    return Ports(own, choose(None, "", usual=(*last[1:2], *usual_http), taken={own, page}), page)


def choose_api_port(folder: Path, asked: int | None, before: Running | None, ports: Ports) -> int:
    """As asked, else as before, else as the settings of the folder say. Raises Refused."""
    last = (int(before.api.rpartition(":")[2]),) if before and before.api else ()
    taken = {ports.temporal, ports.http_api, ports.web_ui}
    return choose(asked, "--api-port", usual=(*last, load_settings(folder).api.port), taken=taken)


def log_file(folder: Path, name: str) -> Path:
    """Where a part writes; what follows is appended."""
    log = folder / LOGS / f"{name}.log"
    if log.exists() and log.stat().st_size > BIG_LOG:
        log.unlink()
    return log


def _beside(folder: Path) -> str:
    there = running(folder)
    if there is None or not there.parts or not there.parts[0].alive:
        return f"waypost dev is starting in {folder} already"
    return (
        f"waypost dev runs in {folder} already, since {there.since:%Y-%m-%d %H:%M} UTC (process {there.parts[0].pid}):"
        f" Temporal {there.temporal}, HTTP API {there.http_api}, Web UI {there.web_ui}"
    )
