"""`GET /health`, for load balancers: whether this process can do its work."""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from ledger.schema import schema_problem
from starter.api.surroundings import Surroundings

PATIENCE: Final = timedelta(seconds=2)  # a balancer asks every few seconds


def routes(surroundings: Surroundings) -> APIRouter:
    """The answer names nobody and nothing but the ledger's own trouble."""
    router = APIRouter()
    ledger = surroundings.ledger.with_wait(PATIENCE)

    @router.get("/health")
    def health() -> Response:
        with ledger.read() as connection:
            problem = schema_problem(connection)
        return JSONResponse({"detail": problem or "ready"}, 503 if problem else 200)

    return router
