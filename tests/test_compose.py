"""docker-compose.yml as far as no container engine is needed: its structure, and its scripts on a real server."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from starter.installation import RETENTION, equip
from tests.temporal_server import TemporalServer

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRET = re.compile(r"PASSWORD|PWD|TOKEN|_KEY$")
SCRIPTS = sorted((ROOT / "deploy").glob("*.sh"))
BIN = Path(sys.executable).parent


def test_there_is_a_database_a_server_a_web_ui_a_worker_and_an_api() -> None:
    assert {"postgres", "temporal", "temporal-ui", "worker", "api"} <= set(SERVICES)


def test_every_image_is_pinned_to_a_release() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+\.\d+", service["image"]), name
    assert re.search(r"^FROM python:\d+\.\d+-", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_engine_is_the_one_that_the_embedded_default_runs() -> None:
    said = subprocess.run([BIN / "temporal", "--version"], capture_output=True, text=True, check=True).stdout
    server, ui = re.findall(r"(?:Server|UI) ([\d.]+)", said)

    assert SERVICES["temporal"]["image"] == f"temporalio/server:{server}"
    assert SERVICES["temporal-schema"]["image"] == f"temporalio/admin-tools:{server}"
    assert SERVICES["temporal-ui"]["image"] == f"temporalio/ui:{ui}"


def test_no_secret_is_in_the_file() -> None:
    secrets = [
        (name, key, str(value))
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
        if SECRET.search(key)
    ]

    assert secrets
    for name, key, value in secrets:
        assert re.fullmatch(r"\$\{[A-Z_]+(:\?[^}]+|:-)\}", value), (name, key)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_starts_after_what_it_needs_is_really_there(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        service = SERVICES[needed]
        if how["condition"] == "service_healthy":
            assert service["healthcheck"]["test"]
            assert service["restart"] == "unless-stopped"
        else:
            assert how["condition"] == "service_completed_successfully"
            assert "restart" not in service  # a job that is restarted for ever never completes


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_port_is_open_to_this_host_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_everything_mounted_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_for_a_plain_shell_and_can_be_run(script: Path) -> None:
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
    subprocess.run(["/bin/sh", "-n", script], check=True)


def test_the_image_is_given_every_room() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    let_in = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))

    assert copied == {"activities", "ledger", "mail", "plan", "programs", "starter", "workflows"}
    assert copied <= let_in


async def test_the_namespace_job_can_be_run_again_and_migrate_can_follow_at_once(
    temporal_server: TemporalServer,
) -> None:
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": temporal_server.address,
        "TEMPORAL_NAMESPACE": "compose",
    }

    for _ in range(2):
        job = await asyncio.create_subprocess_exec(ROOT / "deploy" / "namespace.sh", env=environment)
        assert await job.wait() == 0

    client = await temporal_server.client("compose")
    await equip(client)
    namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="compose"))
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
