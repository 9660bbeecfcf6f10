"""Translation reads every field that the contract declares, from the model that declares it, or leaves it out on
purpose; so a field that is renamed in the contract fails the type check, and a new one is not forgotten."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.inbound import INBOUND

ROOT = Path(__file__).parents[2]
READERS = ("translating", "register_record", "describing")
# What only people read, in the bytes that the ledger keeps; no rule asks for it.
PASSED_OVER = {"police.status_change": {"from_"}}


def read_fields() -> set[str]:
    found: set[str] = set()
    for name in READERS:
        tree = ast.parse((ROOT / "consumers" / f"{name}.py").read_text())
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found


@pytest.mark.parametrize("type_", INBOUND)
def test_every_field_is_read_or_passed_over_on_purpose(type_: str) -> None:
    unread = set(INBOUND[type_].model_fields) - read_fields()
    assert unread == PASSED_OVER.get(type_, set())


def test_nothing_is_read_by_a_name_in_a_string() -> None:
    for name in READERS:
        assert "getattr" not in (ROOT / "consumers" / f"{name}.py").read_text()


def test_a_renamed_field_fails_the_type_check(tmp_path: Path) -> None:
    for package in ("schemas", "episodes", "routing", "enrichment", "store", "consumers", "intake"):
        (tmp_path / package).symlink_to(ROOT / package)
    (tmp_path / "schemas").unlink()
    subprocess.run(["cp", "-r", str(ROOT / "schemas"), str(tmp_path / "schemas")], check=True)
    model = tmp_path / "schemas" / "inbound" / "police_found.py"
    model.write_text(model.read_text().replace("end_reason:", "ending:"))
    checked = [str(tmp_path / "consumers" / "translating.py")]
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *checked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert '"PoliceFound" has no attribute "end_reason"' in done.stdout
