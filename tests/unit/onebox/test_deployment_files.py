"""The containers and the environment's example agree with the code that reads them."""

from __future__ import annotations

import re

import pytest
import yaml

from capweb.onebox import paths

ROOT = paths.PROJECT_ROOT
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}")


@pytest.fixture(scope="module")
def compose_text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(compose_text) -> dict:
    return yaml.safe_load(compose_text)["services"]


@pytest.fixture(scope="module")
def exemplified() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, flags=re.MULTILINE))


def test_every_variable_of_the_containers_is_in_the_example(compose_text, exemplified):
    assert {name for name, _, _ in VARIABLE.findall(compose_text)} <= exemplified


def test_every_variable_of_the_settings_is_in_the_example(exemplified):
    settings = (ROOT / "capweb" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r"env\.\w+\(\"(\w+)\"", settings)) <= exemplified


def test_no_secret_has_a_default(compose_text):
    secrets = [found for found in VARIABLE.findall(compose_text) if "PASSWORD" in found[0] or "SECRET" in found[0]]
    assert secrets
    demanded = {name for name, how, _ in secrets if how == ":?"}
    assert demanded == {name for name, _, _ in secrets}
    assert not [name for name, how, _ in secrets if how == ":-"]


def test_every_service_tells_whether_it_is_healthy(services):
    assert all("healthcheck" in service for service in services.values())


def test_nothing_of_the_product_starts_before_the_tables_are_there(services):
    for name in ("web", "worker", "documents", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_containers_make_the_roles_with_the_administrators_own_file(services):
    mounted = [volume.split(":")[0] for volume in services["postgres"]["volumes"]]
    assert "./capweb/onebox/database_roles.sql" in mounted


def test_the_containers_serve_every_queue(services):
    from capweb.celery import app

    routed = {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}
    commands = [service.get("command", []) for service in services.values()]
    served = {
        queue
        for command in commands
        if "--queues" in command
        for queue in command[command.index("--queues") + 1].split(",")
    }
    assert routed <= served


def test_the_image_copies_every_room(services):
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"capweb", "eligibility", "policies", "reinsurance", "templates"} <= copied
    let_through = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert copied <= let_through
