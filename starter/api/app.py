"""The HTTP application: built for its surroundings, so that importing it does nothing.

Each module of routes has one `routes(surroundings)`. Routes that ask the ledger are plain functions, which FastAPI runs
in threads; a LedgerAway that leaves one is a 503 (`starter.api.edge`).
"""

from fastapi import FastAPI

from starter.api import health, pages, webhooks
from starter.api.edge import Edge
from starter.api.surroundings import Surroundings


def application(surroundings: Surroundings) -> FastAPI:
    """No schema and no explorer is served: what is here is for providers and browsers."""
    app = FastAPI(title="Waypost", openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(Edge)
    for module in (health, webhooks, pages):
        app.include_router(module.routes(surroundings))
    return app
