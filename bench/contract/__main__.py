"""`python -m bench.contract`: generates code from the exported schemas with quicktype, datamodel-code-generator and
Modelina, type-checks a small program against each, runs it, and has the hub read what it built."""

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench.contract.generating import GENERATORS, NODE, PROGRAMS, Generator, in_folder, numbered
from schemas.asyncapi import document
from schemas.cloudevents import Envelope
from schemas.examples import example
from schemas.export import export_bundle
from schemas.inbound import INBOUND, parse_message
from schemas.inbound.police_missing import PoliceMissing
from schemas.outbound import OUTBOUND

TASK = example("task.create")["data"]
# What each program says of the task.
READ = {
    "kind": TASK["kind"],
    "roles": [recipient["role"] for recipient in TASK["to"]],
    "clauses": TASK["clauses"],
    "proposal": TASK["modality"] == "may",
}


@click.command()
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Folder to leave the generated code in.")
def main(keep: Path | None) -> None:
    """Prints a table and exits with 1 where a generator makes names by number or code that does not work."""
    table = Table(
        "generator", "version", "types", "named by number", "checks", "hub reads", title="Code from the contract"
    )
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        folder = keep or Path(made)
        _lay_out(folder)
        for generator in GENERATORS:
            names, odd, fault = _tried(generator, folder)
            table.add_row(generator.name, _version(generator.name), str(names), str(len(odd)), *_verdicts(fault))
            faults += [f"{generator.name}: {fault}"] if fault else []
            faults += [f"{generator.name}: named by number: {', '.join(odd)}"] if odd else []
    Console(width=110).print(table)
    if faults:
        sys.exit("\n".join(faults))


def _lay_out(folder: Path) -> None:
    export_bundle(folder)
    (folder / "asyncapi.json").write_text(json.dumps(document()))
    (folder / "task.json").write_text(json.dumps(TASK))
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "mypy.ini").write_text("[mypy]\nplugins = pydantic.mypy\n")
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(NODE / "node_modules")
    for program in PROGRAMS.iterdir():
        if program.is_file():
            shutil.copy(program, folder)


def _tried(generator: Generator, folder: Path) -> tuple[int, list[str], str]:
    """How many types were made, which of them by number, and what went wrong."""
    try:
        in_folder(folder, generator.make)
        names = generator.names(folder)
        assert len(names) >= len(INBOUND) + len(OUTBOUND)
        in_folder(folder, generator.check)
        told = json.loads(in_folder(folder, generator.run))
    except subprocess.CalledProcessError as error:
        return 0, [], f"{error}\n{error.stdout}{error.stderr}"
    return len(names), numbered(names), _misread(told)


def _misread(told: dict[str, Any]) -> str:
    """What the hub does not read as it was meant, or the program did not."""
    report = parse_message(
        Envelope(id="1", source="/police/ZX", type="police.missing", time=None, data=told["missing"])
    )
    assert isinstance(report, PoliceMissing)
    read = {name: told["read"][name] for name in READ}
    if report.model_extra or (report.risk, report.child.given_name) != ("medium", "Alex"):
        return f"the hub reads the police.missing as {report!r}"
    return "" if read == READ else f"the program reads the task.create as {read}"


def _verdicts(fault: str) -> tuple[str, str]:
    return ("no", "no") if fault else ("yes", "yes")


def _version(name: str) -> str:
    package = {"quicktype": "quicktype", "Modelina": "@asyncapi/modelina"}.get(name)
    if package is None:
        return version(name)
    found: str = json.loads((NODE / "node_modules" / package / "package.json").read_text())["version"]
    return found


if __name__ == "__main__":
    main()
