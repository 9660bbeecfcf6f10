"""The gate over the worked cases: a case that held may not be lost, whatever the others do."""

import subprocess
import sys
from pathlib import Path

GATE = Path(__file__).parents[1] / "acceptance" / "gate.py"
OUTPUT = """\
ok   N01    nottinghamshire  a child comes back
FAIL N02    nottinghamshire  a ladder
       expected one senior.alert, got none
ok   N03    nottinghamshire  a meeting
nottinghamshire  2 of 3
2 of 3 cases hold
"""


def gate(folder: Path, listed: str, output: str) -> tuple[int, str]:
    (folder / "holding.txt").write_text(listed)
    (folder / "output").write_text(output)
    command = [sys.executable, str(GATE), str(folder / "holding.txt"), str(folder / "output")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_passes_while_every_listed_case_holds_and_names_the_new_ones(tmp_path: Path) -> None:
    code, said = gate(tmp_path, "N01\n", OUTPUT)
    assert code == 0
    assert "N03" in said
    assert "1 of 1 listed cases still hold" in said


def test_a_lost_case_fails_with_what_was_said_about_it(tmp_path: Path) -> None:
    code, said = gate(tmp_path, "N01\nN02\n", OUTPUT)
    assert code == 1
    assert "expected one senior.alert, got none" in said


def test_a_case_that_vanished_is_lost(tmp_path: Path) -> None:
    assert gate(tmp_path, "N01\nN99\n", OUTPUT)[0] == 1


def test_a_run_without_cases_and_an_unsorted_list_fail(tmp_path: Path) -> None:
    assert gate(tmp_path, "", "cannot run homeward\n")[0] == 1
    assert gate(tmp_path, "N03\nN01\n", OUTPUT)[0] == 1
