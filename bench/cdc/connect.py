"""Kafka Connect by itself, with Debezium's connector for the outbox: fetched, pinned, and run on the Java that the
embedded Kafka runs on."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from homeward.embedded.jars import fetched, pinned
from homeward.embedded.java import find_java
from homeward.embedded.probe import free_port
from homeward.settings import load_settings

SHIPPED = Path(__file__).parents[2] / "deploy" / "debezium"
_PREPARED_BY = re.sub(r"(?m)--.*|^\\.*", "", (SHIPPED / "prepare.sql").read_text("utf-8"))
PREPARED_BY = [*filter(str.strip, _PREPARED_BY.split(";\n\n"))]
"""What the database needs first, statement by statement."""


@contextmanager
def connect(folder: Path, kafka: str, database: URL) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that runs until the end; its log is `connect.log` in the folder. Raises EmbeddedError where a part
    cannot be had."""
    settings = load_settings()
    jars = fetched("Kafka Connect with Debezium", _cache(settings.cache), pinned("bench.cdc"), print)
    java = find_java(settings.java_home, print)
    worker = _written(folder, "connect.properties", {
        "bootstrap.servers": kafka,
        "offset.storage.file.filename": str(folder / "offsets"),
        "listeners": f"http://127.0.0.1:{free_port(())}",
        "plugin.discovery": "service_load",
    })  # fmt: skip
    connector = _written(folder, "outbox.properties", {
        "database.hostname": str(database.host),
        "database.port": str(database.port),
        "database.user": str(database.username),
        "database.password": database.password or "",
        "database.dbname": str(database.database),
    })  # fmt: skip
    run = [
        str(java.executable), "-Xmx256m", "-cp", os.pathsep.join(map(str, jars)),
        "org.apache.kafka.connect.cli.ConnectStandalone", str(worker), str(connector),
    ]  # fmt: skip
    with (folder / "connect.log").open("wb") as log, subprocess.Popen(run, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()


def _cache(chosen: Path | None) -> Path:
    return (chosen or Path.home() / ".cache" / "homeward") / "connect-4.3.1"


def _written(folder: Path, name: str, own: Mapping[str, str]) -> Path:
    """The file as it is shipped, with what this run adds."""
    lines = (f"{key}={value}" for key, value in own.items())
    path = folder / name
    path.write_text("\n".join([(SHIPPED / name).read_text("utf-8"), *lines, ""]), encoding="utf-8")
    return path
