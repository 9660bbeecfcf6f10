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
EXTRAS = ["--extra", "embedded", "--extra", "demo", "--extra", "desk", "--extra", "traces"]
SETS = {
    "run": ["pyproject.toml", *EXTRAS],
    # What the image holds: no Java, nothing that fetches jars, no mail server of a demo.
    "serve": ["pyproject.toml", "--extra", "serve", "--extra", "traces", "-c", "requirements/run.txt"],
    "test": ["pyproject.toml", *EXTRAS, "--extra", "evidence", "--group", "test", "-c", "requirements/run.txt"],
    "build": ["-"],
    "bench": ["-", "-c", "requirements/test.txt"],
    # What lists the image's parts and their licences, and asks whether any is known to be weak.
    "audit": ["-"],
    # The sector's validator of the SSDA903 return, for a test. Its pins do not go with the hub's, so it gets an
    # environment of its own; and what it pins is older than Python 3.12, so there it runs with what is newer.
    "ssda903": ["-", "--override", "{overrides}"],
}
OVERRIDES = """\
numpy<1.25 ; python_version < "3.12"
numpy>=2.1,<3 ; python_version >= "3.12"
pandas<2 ; python_version < "3.12"
pandas>=2.2.3,<3 ; python_version >= "3.12"
"""


def build_requirements() -> str:
    """What the build backend needs: the pinned backend itself, and what it asks for in an editable installation."""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return "\n".join([*backend, "editables>=0.5"])


def bench_requirements() -> str:
    """What the benches need besides the test set."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return "\n".join([*project["project"]["optional-dependencies"]["training"], *project["dependency-groups"]["bench"]])


def main() -> None:
    upgrade = [] if "--keep" in sys.argv[1:] else ["--upgrade"]
    given = {"build": build_requirements(), "bench": bench_requirements(), "ssda903": "csc-validator-be-903==0.1.17"}
    given["audit"] = "cyclonedx-bom>=7\npip-audit>=2.9"
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)  # noqa: S603
        overrides = Path(folder, "overrides.txt")
        overrides.write_text(OVERRIDES)
        for name, what in SETS.items():
            lock = f"requirements/{name}.txt"
            print(f"Resolving {lock}", flush=True)
            options = [option.format(overrides=overrides) for option in what]
            command = [python, "-m", "uv", "pip", "compile", *OPTIONS, *upgrade, *PLAIN, *options]
            subprocess.run(  # noqa: S603
                [*command, "--output-file", lock],
                check=True,
                cwd=ROOT,
                input=given.get(name, ""),
                text=True,
                stdout=subprocess.DEVNULL,
            )


if __name__ == "__main__":
    main()
