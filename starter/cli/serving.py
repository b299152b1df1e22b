"""`waypost serve`."""

import asyncio
from typing import Annotated

import typer

from starter.cli.options import Folder
from starter.settings import load_settings


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen at. [default: api.host of the settings, 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one. [default: api.port, 8085]")
    ] = None,
    folder: Folder = None,
) -> int:
    """Answers over HTTP until it is stopped: events that SendGrid reports, and the pages of readers.

    Example: waypost serve --dir /srv/waypost --host 0.0.0.0
    """
    from starter.api import serving  # noqa: PLC0415 - a web framework that no other command should wait for

    settings = load_settings(folder)
    asyncio.run(
        serving.run(
            settings,
            settings.api.host if host is None else host,
            settings.api.port if port is None else port,
        )
    )
    return 0
