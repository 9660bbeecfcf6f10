"""A real OpenID Connect provider for the tests: Keycloak at the address in HOMEWARD_TEST_KEYCLOAK, else fetched as the
Maven artifact that is pinned here, and run on the Java that the embedded Kafka runs on. The first start builds it, and
what is built is kept beside the download."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from homeward.embedded import EmbeddedError
from homeward.embedded.jars import Jar, fetched
from homeward.embedded.java import find_java
from homeward.embedded.probe import free_port
from homeward.settings import load_settings
from tests.services.sharing import folder_of_the_run, shared

VERSION = "26.4.0"
ZIP = Jar(
    "org.keycloak",
    "keycloak-quarkus-dist",
    VERSION,
    160_003_335,
    "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a",
    "zip",
)
CLIENT, SECRET, PASSWORD = "desk", "a-secret-of-the-test", "pw"
_PATIENCE = 300.0  # seconds until it answers, on a machine that does much else
_BUILD = ("build", "--db=dev-mem", "--health-enabled=false")
_START = (
    *("start", "--optimized", "--import-realm", "--http-enabled=true", "--hostname-strict=false"),
    *("--http-host=127.0.0.1", "--cache=local"),
)


@pytest.fixture(scope="session")
def keycloak(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The issuer of a realm with the people of `REALM`, for the session."""
    folder = folder_of_the_run(request.config, tmp_path_factory.getbasetemp())
    with shared(folder, "keycloak", _started) as issuer:
        yield issuer


@contextmanager
def _started() -> Iterator[str]:
    if given := os.environ.get("HOMEWARD_TEST_KEYCLOAK"):
        yield f"{given}/realms/desk"
        return
    try:
        home, java = _home(), find_java(load_settings().java_home, print)
    except EmbeddedError as error:
        pytest.fail(f"The tests need a real Keycloak, and none could be had: {error}", pytrace=False)
    # It lives for a minute: what the second compiler makes of its code comes too late to pay for itself.
    options = {"JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1", "JAVA_OPTS_GC": "-XX:+UseSerialGC"}
    environment = {**os.environ, **options, "JAVA_HOME": str(java.executable.resolve().parents[1])}
    script = ["bash", str(home / "bin" / "kc.sh")]
    built = home / "built"
    if not built.exists():
        subprocess.run([*script, *_BUILD], env=environment, check=True, capture_output=True)
        built.touch()
    port = free_port(())
    with tempfile.TemporaryFile() as log:
        run = [*script, *_START, f"--http-port={port}"]
        process = subprocess.Popen(run, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            issuer = f"http://127.0.0.1:{port}/realms/desk"
            _await(issuer, process)
            yield issuer
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # the script that was started leaves its Java behind
            process.wait(30)


def _home() -> Path:
    """The unpacked distribution with the realm of the test in it."""
    cache = (load_settings().cache or Path.home() / ".cache" / "homeward") / "keycloak"
    (packed,) = fetched("Keycloak, for the tests", cache, [ZIP], print)
    home = cache / f"keycloak-{VERSION}"
    if not (home / "bin").exists():
        with ZipFile(packed) as archive:
            archive.extractall(cache)
    realm = home / "data" / "import"
    realm.mkdir(parents=True, exist_ok=True)
    (realm / "desk-realm.json").write_text(json.dumps(REALM))
    return home


def _await(issuer: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"Keycloak did not answer within {_PATIENCE:.0f} s", pytrace=False)


def _person(name: str, first: str, last: str, *groups: str) -> dict[str, object]:
    secret = [{"type": "password", "value": PASSWORD, "temporary": False}]
    told = {"username": name, "firstName": first, "lastName": last, "email": f"{name}@council.example"}
    return {**told, "enabled": True, "emailVerified": True, "credentials": secret, "groups": list(groups)}


_GROUPS = {
    "name": "groups",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
    "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true", "userinfo.token.claim": "true"},
}
REALM = {
    "realm": "desk",
    "enabled": True,
    "sslRequired": "none",
    "groups": [{"name": "notts-duty"}, {"name": "hub-operators"}],
    "clients": [
        {
            "clientId": CLIENT, "secret": SECRET, "standardFlowEnabled": True,
            "redirectUris": ["http://127.0.0.1/sign-in/done"], "protocolMappers": [_GROUPS],
        }
    ],
    "users": [
        _person("o.kaur", "O.", "Kaur", "notts-duty"),
        _person("h.ops", "H.", "Ops", "hub-operators"),
        _person("stranger", "A", "Stranger"),
    ],
}  # fmt: skip
