"""Engine and ledger of one installation: they carry the same id, or nothing may run on them.

So a copied ledger cannot mail anyone: its copy meets a namespace of another installation, or one without an id.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig, UpdateNamespaceInfo
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeNamespaceResponse,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from ledger import installation
from ledger.engine import Ledger
from ledger.installation import Installation
from starter.refusal import Refused
from workflows.wire import SEARCH_ATTRIBUTES

MARK: Final = "waypost.installation"  # key in the namespace's data
RETENTION: Final = timedelta(days=400)  # of closed journeys' histories: a certification year and its audit


async def claim(client: Client, ledger: Ledger, environment: str, *, fast_forward: bool) -> Installation:
    """Gives both sides one id where they have none. Raises Refused when they belong to different installations.

    The ledger first: cut short between the two, a second claim completes it.
    """
    given = (await _describe(client)).namespace_info.data.get(MARK)
    own = await asyncio.to_thread(_installation, ledger)
    if given and given != (own.id if own else None):
        raise _stranger(client, own)
    if own is None:
        own = await asyncio.to_thread(_create, ledger, environment, fast_forward)
    if given is None:
        await _update(client, UpdateNamespaceRequest(update_info=UpdateNamespaceInfo(data={MARK: own.id})))
    return own


async def check(client: Client, ledger: Ledger) -> Installation:
    """The installation, if namespace and ledger are both of it. Raises Refused."""
    given = (await _describe(client)).namespace_info.data.get(MARK)
    own = await asyncio.to_thread(_installation, ledger)
    if own is None:
        raise Refused("this ledger belongs to no installation yet; run: waypost migrate")
    if given is None:
        raise Refused(f"namespace {client.namespace} belongs to no installation yet; run: waypost migrate")
    if given != own.id:
        raise _stranger(client, own)
    return own


async def equip(client: Client) -> None:
    """Sees to it that the namespace has our search attributes and keeps histories long enough. Raises Refused."""
    missing = await _missing(client)
    if missing:
        kinds = {name: IndexedValueType.ValueType(number) for name, number in missing.items()}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            raise Refused(f"{_lacking(client, missing)}; adding them was refused: {error.message}") from None
    if (await _describe(client)).config.workflow_execution_retention_ttl.ToTimedelta() < RETENTION:
        config = NamespaceConfig()
        config.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
        await _update(client, UpdateNamespaceRequest(config=config))


async def check_search_attributes(client: Client) -> None:
    """Raises Refused when one is missing: upserting it would block every journey."""
    if missing := await _missing(client):
        raise Refused(f"{_lacking(client, missing)}; run: waypost migrate")


async def _missing(client: Client) -> Mapping[str, int]:
    try:
        found = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        raise _unusable(client, error) from None
    for key in SEARCH_ATTRIBUTES:
        kind = found.custom_attributes.get(key.name)
        if kind is not None and int(kind) != int(key.indexed_value_type):
            raise Refused(f"search attribute {key.name} of namespace {client.namespace} has another type than ours")
    return {key.name: key.indexed_value_type for key in SEARCH_ATTRIBUTES if key.name not in found.custom_attributes}


def _lacking(client: Client, missing: Mapping[str, int]) -> str:
    return f"namespace {client.namespace} lacks the search attribute(s) {', '.join(missing)}"


async def _describe(client: Client) -> DescribeNamespaceResponse:
    try:
        return await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        raise _unusable(client, error) from None


async def _update(client: Client, request: UpdateNamespaceRequest) -> None:
    request.namespace = client.namespace
    try:
        await client.workflow_service.update_namespace(request)
    except RPCError as error:
        raise _unusable(client, error) from None


def _unusable(client: Client, error: RPCError) -> Refused:
    if error.status is RPCStatusCode.NOT_FOUND:
        return Refused(f"the Temporal server has no namespace {client.namespace}")
    return Refused(f"namespace {client.namespace} cannot be used: {error.message}")


def _stranger(client: Client, own: Installation | None) -> Refused:
    this = f"this ledger is of installation {own.id}" if own else "this ledger is new"
    return Refused(f"namespace {client.namespace} belongs to another installation; {this} and will not be used with it")


def _installation(ledger: Ledger) -> Installation | None:
    with ledger.read() as connection:
        return installation.installation(connection)


def _create(ledger: Ledger, environment: str, fast_forward: bool) -> Installation:
    now = datetime.now(UTC)
    new = Installation(id=str(uuid4()), environment=environment, fast_forward=fast_forward, created_at=now)
    with ledger.write() as connection:
        installation.create(connection, new.id, environment, fast_forward, now)
        return installation.installation(connection) or new  # somebody else's, if it came first
