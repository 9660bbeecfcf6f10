"""Resolve the requirements of pyproject.toml anew into the lock files under requirements/, with uv from a virtual
environment that is thrown away. Hashes for every system, no address of an index. Standard library only.

    tools/lock.py           the newest of everything that pyproject.toml allows
    tools/lock.py --keep    what is locked stays where it still fits: to add one requirement
"""

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
# The lock files say what and not where from: whichever index a machine uses, the hashes decide.
PLAIN = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
SETS = {
    "run": ["pyproject.toml", "--extra", "embedded", "--extra", "demo"],
    "test": [
        "pyproject.toml",
        "--extra",
        "embedded",
        "--extra",
        "demo",
        "--group",
        "test",
        "-c",
        "requirements/run.txt",
    ],
    "build": ["-"],
    "bench": ["-", "-c", "requirements/test.txt"],
}


def build_requirements() -> str:
    """What the build backend needs: the pinned backend itself, and what it asks for in an editable installation."""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return "\n".join([*backend, "editables>=0.5"])


def bench_requirements() -> str:
    """What the bench of matching needs besides the test set."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    return "\n".join(extras["training"])


def main() -> None:
    upgrade = [] if "--keep" in sys.argv[1:] else ["--upgrade"]
    given = {"build": build_requirements(), "bench": bench_requirements()}
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)  # noqa: S603
        for name, what in SETS.items():
            lock = f"requirements/{name}.txt"
            print(f"Resolving {lock}", flush=True)
            command = [python, "-m", "uv", "pip", "compile", *OPTIONS, *upgrade, *PLAIN, *what, "--output-file", lock]
            subprocess.run(  # noqa: S603
                command, check=True, cwd=ROOT, input=given.get(name, ""), text=True, stdout=subprocess.DEVNULL
            )


if __name__ == "__main__":
    main()
