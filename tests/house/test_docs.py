"""The documents stay true: the table of settings, links between pages, and every command and verb that they name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_and_verb_exists(page: Path) -> None:
    text = page.read_text()
    verbs = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(re.findall(r"`[^`\n]+`|^ {4}.+$|(?<=```\n)[^`]+", text, re.MULTILINE))
    assert set(re.findall(r"\bhomeward ([a-z][a-z-]*)\b", code)) <= set(COMMANDS)
    assert set(re.findall(r"\bmake ([a-z]+)\b", code)) <= verbs


def test_the_table_of_settings_is_what_the_settings_say() -> None:
    command = [sys.executable, str(ROOT / "tools" / "settings_table.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "run .venv/bin/python tools/settings_table.py" + done.stderr


def test_every_guarantee_is_held_by_a_test_that_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/guarantees.md").read_text())
    assert len(named) > 20
    for file, name in named:
        assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{name}"


def test_every_decision_is_listed_and_has_a_number_of_its_own() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(page.name for page in folder.glob("0*.md"))
    assert re.findall(r"\]\((0\d{3}[^)]+)\)", (folder / "README.md").read_text()) == pages
    assert [name[:4] for name in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
