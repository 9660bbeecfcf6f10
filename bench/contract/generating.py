"""The generators, each as a value: the commands that make, check and run its code in a folder, and what it made."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
NODE = Path(sys.prefix) / "contract"  # where `make bench-contract` installs package.json beside this file
_TSC = (
    *("npx", "--prefix", str(NODE), "tsc", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"),
    *("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", ""),
)
_PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Generator:
    """`make`, `check` and `run`: commands in the folder, where v1.json, asyncapi.json and task.json lie. `names`: the
    types that it made."""

    name: str
    make: tuple[str, ...]
    check: tuple[str, ...]
    run: tuple[str, ...]
    program: str
    names: Callable[[Path], list[str]]


def numbered(names: list[str]) -> list[str]:
    """The names that no person would give: without a meaning, or told apart by a number or a chance word."""
    odd = re.compile(r"\d|Anonymous|^(Purple|Fluffy|Tentacled|Sticky|Indigo|Indecent|Hilarious)")
    return [name for name in names if odd.search(name)]


def in_folder(folder: Path, command: tuple[str, ...]) -> str:
    """What the command prints. Raises CalledProcessError, with all that it said, where it fails."""
    program = shutil.which(command[0])
    if program is None:
        sys.exit(f"{command[0]} is not installed; the bench of the contract needs Node.js with npm")
    done = subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command[:4], done.stdout, done.stderr)
    return done.stdout


def _exported(file: str) -> Callable[[Path], list[str]]:
    def names(folder: Path) -> list[str]:
        return re.findall(r"^export (?:interface|enum|type) (\w+)", (folder / file).read_text(), re.MULTILINE)

    return names


def _files(folder: Path) -> list[str]:
    return [file.stem for file in sorted((folder / "modelina").glob("*.ts"))]


def _classes(folder: Path) -> list[str]:
    return re.findall(r"^class (\w+)", (folder / "datamodel.py").read_text(), re.MULTILINE)


GENERATORS = (
    Generator(
        "quicktype",
        (
            *("npx", "--prefix", str(NODE), "quicktype", "--src-lang", "schema", "--lang", "ts"),
            *("--out", "quicktype.ts", "v1.json#/$defs/"),
        ),
        (*_TSC, "with_quicktype.ts"),
        ("node", "runner.mjs", "with_quicktype.js", "task.json"),
        "with_quicktype.ts",
        _exported("quicktype.ts"),
    ),
    Generator(
        "datamodel-code-generator",
        (
            *(_PYTHON, "-m", "datamodel_code_generator", "--input", "v1.json", "--input-file-type", "jsonschema"),
            *("--output", "datamodel.py", "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"),
            *("--target-python-version", "3.11", "--use-annotated"),
        ),
        (_PYTHON, "-m", "mypy", "--strict", "with_datamodel.py"),
        (_PYTHON, "with_datamodel.py", "task.json"),
        "with_datamodel.py",
        _classes,
    ),
    Generator(
        "Modelina",
        ("node", "modelina.mjs", "asyncapi.json", "modelina"),
        (*_TSC, "with_modelina.ts"),
        ("node", "runner.mjs", "with_modelina.js", "task.json"),
        "with_modelina.ts",
        _files,
    ),
)
