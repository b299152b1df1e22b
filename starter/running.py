"""What `waypost dev` runs in a folder, written down for the commands beside it and for the `dev` after it."""

from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from starter.processes import ProcessMark

FILE: Final = "dev.json"


class Running(BaseModel):
    """Where everything answers. It stays behind when `dev` is killed: the addresses hold for the next one too."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: AwareDatetime
    temporal: str  # host:port of gRPC
    http_api: str
    web_ui: str
    namespace: str
    api: str = ""  # our own pages and webhooks; empty: they were not served
    parts: tuple[ProcessMark, ...] = ()  # `dev` itself first


def running(folder: Path) -> Running | None:
    """What runs or ran last; None when nothing ever did, or the file was cut short by a crash."""
    try:
        return Running.model_validate_json((folder / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write(folder: Path, state: Running) -> None:
    """Replaces the file in one step, so that nobody reads half of it."""
    draft = folder / f"{FILE}.new"
    draft.write_text(state.model_dump_json(indent=2))
    draft.replace(folder / FILE)
