"""The example on the first screen of the README is what the hub does with the reports beside it."""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "README.md").read_text().splitlines()
    if re.match(r"\| (Mon|Tue|Wed|Thu|Fri|Sat|Sun) ", line)
]


@pytest.fixture(scope="module")
def said() -> list[dict[str, Any]]:
    command = [sys.executable, "-c", "from homeward.cli import main; main()", "simulate", "docs/example/reports.jsonl"]
    command += ["--until", "2026-03-10T00:00:00Z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def at(message: dict[str, Any]) -> str:
    instant = datetime.fromisoformat(message["time"])
    return f"{instant:%a} {instant.day} {instant:%b %H:%M}"


@pytest.mark.parametrize("row", [row for row in ROWS if row[4]], ids=lambda row: f"{row[0]} {row[4]}")
def test_a_row_that_names_a_clause_is_a_message(row: list[str], said: list[dict[str, Any]]) -> None:
    kind = re.search(r"`([a-z_.]+)`", row[2])
    assert kind
    assert [m for m in said if at(m) == row[0] and m["type"] == kind[1] and row[4] in m["data"]["clauses"]]


@pytest.mark.parametrize("row", [row for row in ROWS if row[2].startswith("nothing")], ids=lambda row: str(row[0]))
def test_a_row_that_says_nothing_is_silence(row: list[str], said: list[dict[str, Any]]) -> None:
    assert [m["type"] for m in said if at(m) == row[0]] == []


def test_the_interview_is_due_when_the_row_says(said: list[dict[str, Any]]) -> None:
    assert [m["data"]["due"] for m in said if m["type"] == "rhi.request"] == ["2026-03-09T07:30:00Z"]
