"""What the hub's image promises, tried on the image itself: what it holds, what it may do, and whether it starts."""

import json
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from image_engine import Engine

from homeward.embedded.kafka import EmbeddedKafka

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
_START_WITHIN = 90.0  # seconds
_TRIAL = {"HOMEWARD_TRIAL": "true", "HOMEWARD_MAIL_BY": "folder"}  # the shipped addresses are examples
_HELD = """import importlib.metadata as m, json, shutil
print(json.dumps([sorted({d.name for d in m.distributions()}), shutil.which("java")]))"""
_RIGHTS = """import json, os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
rights = {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
rights |= {"user": os.geteuid(), "read-only": bool(os.statvfs("/").f_flag & os.ST_RDONLY)}
print(json.dumps(rights | {"no new privileges": status["NoNewPrivs"] == "1"}))"""
_WANTED = {"user": 10001, "read-only": True, "no new privileges": True}
_WANTED |= dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), 0)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _run(engine: Engine, tag: str, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = engine.inside(tag, command, environment)
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


def contents(engine: Engine, tag: str) -> str | None:
    """What is in it that is in no lock file of the image; None where nothing is."""
    asked = _run(engine, tag, "python", "-c", _HELD)
    if asked.returncode:
        return asked.stderr
    held, java = json.loads(asked.stdout)
    locks = "".join((REQUIREMENTS / f"{name}.txt").read_text("utf-8") for name in ("build", "serve"))
    known = {*map(_canonical, re.findall(r"^([\w.-]+)==", locks, re.MULTILINE)), "homeward", "pip", "setuptools"}
    more = sorted({*map(_canonical, held)} - known)
    return f"it holds {more} and Java at {java}" if more or java else None


def commands(engine: Engine, tag: str) -> str | None:
    """Which command does not work in it."""
    for word in ("--version", "packs"):
        asked = _run(engine, tag, "homeward", word)
        if asked.returncode:
            return f"homeward {word}: {asked.stderr}"
    return None


def rights(engine: Engine, tag: str) -> str | None:
    """What it may do that it must not."""
    asked = _run(engine, tag, "python", "-c", _RIGHTS)
    if asked.returncode:
        return asked.stderr
    found = json.loads(asked.stdout)
    return None if found == _WANTED else f"it has {found}, not {_WANTED}"


def start(engine: Engine, tag: str) -> str | None:
    """What is wrong with its start beside a Kafka of its own, its answers and its health check on another port."""
    with tempfile.TemporaryDirectory(prefix="homeward-kafka-") as folder:
        kafka = EmbeddedKafka(Path(folder))
        kafka.start()
        try:
            environment = {"HOMEWARD_KAFKA_BOOTSTRAP": kafka.bootstrap, "HOMEWARD_HEALTH_PORT": str(_free_port())}
            return _started(engine, tag, environment | _TRIAL)
        finally:
            kafka.stop()


def _started(engine: Engine, tag: str, environment: dict[str, str]) -> str | None:
    port = environment["HOMEWARD_HEALTH_PORT"]
    line = engine.inside(tag, ["homeward", "run"], environment)
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(line, stdout=said, stderr=said) as hub:
        try:
            if fault := _answers(port, hub):
                said.seek(0)
                return f"{fault}\n{said.read()[-2000:]}"
            return _health_check(engine, tag, environment)
        finally:
            engine.stop(hub)


def _answers(port: str, hub: "subprocess.Popen[bytes]") -> str | None:
    until = time.monotonic() + _START_WITHIN
    for path in ("ready", "live", "startup"):
        while fault := _asked(f"http://127.0.0.1:{port}/{path}"):
            if hub.poll() is not None or time.monotonic() > until:
                return f"/{path}: {fault}"
            time.sleep(0.2)
    return None


def _asked(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode("utf-8", "replace")
    except OSError as error:
        return str(error)


def _health_check(engine: Engine, tag: str, environment: dict[str, str]) -> str | None:
    how, *command = engine.inspect(tag)[0]["Healthcheck"]["Test"]
    if how != "CMD":
        return f"its health check is run by {how}, not by CMD"
    if (asked := _run(engine, tag, *command, **environment)).returncode:
        return f"its health check does not find it: {asked.stderr}"
    elsewhere = environment | {"HOMEWARD_HEALTH_PORT": str(_free_port())}
    if not _run(engine, tag, *command, **elsewhere).returncode:
        return "its health check is content where nothing listens"
    return None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


CHECKS: dict[str, Callable[[Engine, str], str | None]] = {
    "holds what is locked for it, and no Java": contents,
    "its commands work": commands,
    "read-only, without capabilities, as a user of its own": rights,
    "is ready, and its health check follows HOMEWARD_HEALTH_PORT": start,
}


def check(engine: Engine, tag: str) -> int:
    """Prints how each promise holds, and the size. 1 where one does not."""
    try:
        faults = {}
        for promise, broken in CHECKS.items():
            faults[promise] = broken(engine, tag)
            print(f"{'NO' if faults[promise] else 'ok':<3} {promise}", faults[promise] or "", flush=True)
        print(f"{tag} by {engine.name}: {engine.inspect(tag)[1] / 1e6:.0f} MB")
        return int(any(faults.values()))
    finally:
        engine.close()
