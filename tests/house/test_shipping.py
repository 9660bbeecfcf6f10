"""What is shipped: the wheel, and what the repository says to whoever takes part in it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with ZipFile(built) as archive:
        return set(archive.namelist())


def test_every_package_says_that_it_is_typed(wheel: set[str]) -> None:
    # protocols/ holds data only.
    with_code = {name.partition("/")[0] for name in wheel if name.endswith(".py")}
    assert with_code == {*PACKAGES} - {"protocols"}
    assert {f"{package}/py.typed" for package in with_code} <= wheel


def test_the_wheel_holds_what_the_code_reads_beside_itself(wheel: set[str]) -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    named = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    assert len(named) > 300
    assert named <= wheel


def test_the_workflow_runs_the_gate_on_the_oldest_python_and_on_newer_ones() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    job = workflow["jobs"]["gate"]
    assert [step["run"] for step in workflow["jobs"]["image"]["steps"] if "run" in step] == ["make sbom", "make audit"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert job["strategy"]["matrix"]["python"][0] == oldest
    # "on" is read as true by YAML 1.1.
    assert set(workflow.get("on", workflow.get(True))) == {"push", "pull_request"}


def test_the_workflow_may_only_read_and_takes_each_action_at_one_commit() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []


def test_the_changelog_has_the_form_that_its_readers_know() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert releases[0] == "[Unreleased]"
    assert [r for r in releases[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", r)] == []
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= SECTIONS


def test_the_version_is_released_or_the_next_to_be() -> None:
    version, text = PROJECT["project"]["version"], (ROOT / "CHANGELOG.md").read_text()
    assert f"## [{version}] - " in text or f"the next release, {version}" in text.split("\n## ")[1]


def test_weaknesses_are_reported_to_an_address_that_the_operator_must_replace() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    assert re.findall(r"[\w.]+@[\w.]+", text) == ["security@homeward.example"]
    assert "Operators: replace this address" in text


@pytest.mark.parametrize("page", ["SECURITY.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"`([\w.]+(?:/[\w.]+)*(?:/|\.py))`", (ROOT / page).read_text())
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("Ask for the interview once\n\nA second found is the same fact.", ""),
        ("Ask for the interview once", ""),
        ("x" * 72, ""),
        ("Merge branch 'a' of a name that is much longer than any subject of ours may ever become here", ""),
        ("x" * 73, "73 characters"),
        ("Ask for the interview once.", "full stop"),
        ("Ask for the interview once\nA second found is the same fact.", "second line"),
        ("\n\nNo subject", "first line is empty"),
    ],
)
def test_a_commit_message_has_a_short_subject_and_its_reason_below(tmp_path: Path, message: str, fault: str) -> None:
    (tmp_path / "message").write_text(message)
    command = [sys.executable, str(ROOT / "tools" / "commit_subjects.py"), str(tmp_path / "message")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, fault in done.stderr) == (1 if fault else 0, True)


def test_the_commits_since_a_base_are_looked_at(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@homeward.example", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "--quiet")
    for subject in ("x" * 80, "Begin here", "y" * 80, "Go on"):
        git("commit", "--quiet", "--allow-empty", "-m", subject)
    command = [sys.executable, str(ROOT / "tools" / "commit_subjects.py"), "--since"]
    for base, expected in (("HEAD~1", 0), ("HEAD~2", 1)):
        done = subprocess.run([*command, base], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("80 characters")) == (expected, expected), done.stderr


def test_every_row_of_the_threat_model_names_tests_that_there_are() -> None:
    model = (ROOT / "SECURITY.md").read_text().partition("## Threat model")[2].partition("\n## ")[0]
    rows = [row for row in model.splitlines() if row.startswith("| ")][1:]
    threats = ("Spoofing", "Tampering", "Repudiation", "Information disclosure", "Denial of service", "Elevation of")
    assert all(any(row.startswith(f"| **{threat}") for row in rows) for threat in threats)
    for row in rows:
        named = re.findall(r"`(tests/[\w/.]+)`", row.rpartition("|")[0].rpartition("|")[2])
        assert named, row
        assert all((ROOT / test).exists() for test in named), row


def test_a_package_without_a_licence_is_not_shipped_unseen(tmp_path: Path) -> None:
    listed = [
        {
            "name": "one",
            "version": "1.0",
            "licenses": [{"license": {"id": "MIT"}}, {"expression": "MIT OR Apache-2.0"}],
        },
        {"name": "two", "version": "2.0", "licenses": [{"license": {"name": "BSD License\nof many lines"}}]},
    ]
    for licences, code in ((listed, 0), ([*listed, {"name": "three", "version": "3.0"}], 1)):
        (tmp_path / "sbom.json").write_text(json.dumps({"components": licences}))
        tool = [sys.executable, str(ROOT / "tools" / "licences.py"), str(tmp_path / "sbom.json")]
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        assert done.returncode == code
    assert done.stdout.splitlines() == ["one 1.0    MIT, MIT OR Apache-2.0", "three 3.0  ?", "two 2.0    BSD License"]
    assert done.stderr == "No licence is named by: three 3.0\n"
