"""The rules of the house, held over every file of the tree: openings, length, imports, locks, addresses, verbs."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["build.txt", "run.txt", "test.txt", "bench.txt", "ssda903.txt"]
RESERVED = re.compile(r"(^|\.)(example|test|invalid|localhost)$|(^|\.)example\.(org|com|net)$")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})\b")
# What git knows or would take in; without git (an unpacked archive) the tree less its hidden and built folders.
SKIPPED = {".venv", ".git", ".cache", "__pycache__", "build", "dist", "var"}


@cache
def tree() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())
    return tuple(p for p in ROOT.rglob("*") if p.is_file() and not SKIPPED & set(p.relative_to(ROOT).parts))


def texts(*suffixes: str, under: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = []
    for path in tree():
        name = path.relative_to(ROOT)
        if (not suffixes or path.suffix in suffixes) and (not under or name.parts[0] in under):
            found.append((str(name), path.read_text(encoding="utf-8", errors="replace")))
    return found


def packages() -> tuple[str, ...]:
    """What the wheel holds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return tuple(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_every_python_file_opens_by_saying_what_lives_in_it() -> None:
    silent = [name for name, text in texts(".py") if ast.get_docstring(ast.parse(text)) is None]
    assert silent == []


def test_no_file_passes_three_hundred_lines() -> None:
    long = {name: text.count("\n") for name, text in texts(".py") if text.count("\n") > 300}
    assert long == {}


def test_nothing_is_left_to_be_done_later() -> None:
    left = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    assert [name for name, text in texts(".py", ".md", ".toml", ".yaml", ".yml", ".sh") if left.search(text)] == []


def test_imports_point_up_the_list_of_folders() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_public_name_has_two_meanings() -> None:
    """Classes, functions and constants of the packages, the verbs of the command line left out. A fact that crosses the
    wire has one name on both sides."""
    same_fact = {name for name in _public("schemas") if not name.islower()}
    homes: dict[str, set[str]] = {}
    for package in packages():
        for name, files in _public(package).items():
            homes.setdefault(name, set()).update(file for file in files if "/commands/" not in file)
    twice = {name: sorted(files) for name, files in homes.items() if len(files) > 1}
    assert {name: files for name, files in twice.items() if name not in same_fact | {"log"}} == {}


def _public(package: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file, text in texts(".py", under=(package,)):
        if "/migrations/" in file:
            continue
        for node in ast.parse(text).body:
            names = [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else []
            if isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                names = [node.target.id]
            for name in names:
                if not name.startswith("_"):
                    found.setdefault(name, set()).add(file)
    return found


def test_the_environment_and_the_clock_each_have_one_reader() -> None:
    environment = re.compile(r"\bos\.(environ|getenv)\b|from os import .*\b(environ|getenv)\b")
    clock = re.compile(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(")
    code = texts(".py", under=packages())
    assert {name for name, text in code if environment.search(text)} <= {"homeward/settings.py"}
    assert {name for name, text in code if clock.search(text)} <= {"homeward/clock.py"}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_a_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_what_runs_is_what_is_tested() -> None:
    run, test = ((ROOT / "requirements" / lock).read_text() for lock in ("run.txt", "test.txt"))
    pinned = re.compile(r"^[a-z0-9._-]+==[^ ]+", re.MULTILINE)
    assert set(pinned.findall(run)) <= set(pinned.findall(test))


def test_make_help_lists_the_verbs() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.findall(r"^  make ([\w-]+)", done.stdout, re.MULTILINE)[:7] == [
        "help",
        "demo",
        "run",
        "test",
        "test-long",
        "check",
        "fuzz",
    ]


def test_no_address_outside_the_reserved_example_domains() -> None:
    files = texts(under=("protocols", "docs", "homeward", "producers", "README.md"))
    real = [
        (name, found[0]) for name, text in files for found in ADDRESS.finditer(text) if not RESERVED.search(found[1])
    ]
    assert real == []
