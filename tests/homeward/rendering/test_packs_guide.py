"""docs/packs.md stays true: its reference is what the code reads, and its first pack and its examples work as they
stand there. The sixth authority is made by following the page and nothing else."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeward.cli import main
from homeward.library import read_packs
from routing.loading import load_pack
from routing.tables import PackError, TomlTable

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`anyshire/([\w.]+)`:\n\n```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))
EXAMPLES = dict(re.findall(r"^<!-- example: (\w+) -->\n```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))
PACK = FILES["1.toml"]

sys.path.insert(0, str(ROOT / "tools"))
import packs_guide  # noqa: E402


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the page tells one to make."""
    home = tmp_path / "my-packs" / "anyshire"
    home.mkdir(parents=True)
    for name, text in FILES.items():
        (home / name).write_text(text, encoding="utf-8")
    return home.parent


def packs(*words: object) -> Result:
    return CliRunner().invoke(main, ["packs", *map(str, words)])


def test_the_reference_is_what_the_code_says() -> None:
    command = [sys.executable, str(ROOT / "tools" / "packs_guide.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "run .venv/bin/python tools/packs_guide.py" + done.stderr


# What stands in a table of a pack, by the place that its faults name → the chapter of the page.
PLACES = {
    r"the pack": "The file",
    r"the pack\.(source|terms|calendar|words)": "`[{}]`",
    r"roles\.\w+": "`[roles]`",
    r"roles\.\w+\.from": "`from` of a role",
    r"kinds\..+": "`[kinds]`",
    r"limits\.\w+": "`[limits]`",
    r"criteria\.\w+": "`[criteria]`",
    r"audiences\.\w+": "`[audiences]`",
    r"clauses\.[\w-]+": "`[clauses]`",
    r"rules [\w, ]+": "`[[rules]]`",
    r"rules [\w, ]+\.to": "Recipients: `to`, `contact`",
    r"rules [\w, ]+\.(?:at|over|before|due|target)": "Instants: `at`, `over`, `before`, `due`, `target`",
    r"statuses .+": "`[[statuses]]`",
    r"periodic \w+": "`[[periodic]]`",
    r"release": "`[release]`",
    r".+, row \d+": "A row of a criterion",
}


def chapter_of(place: str) -> str | None:
    for pattern, chapter in PLACES.items():
        if found := re.fullmatch(pattern, place):
            return chapter.format(*found.groups())
    return None


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The keys that the shipped packs are read for, by chapter."""
    known: dict[str, set[str]] = {}
    done = TomlTable.done

    def noted(self: TomlTable) -> None:
        if chapter := chapter_of(self.place):
            known.setdefault(chapter, set()).update(self._known)
        done(self)

    monkeypatch.setattr(TomlTable, "done", noted)
    read_packs()
    return known


def test_every_key_that_is_read_is_explained_and_no_other(read: dict[str, set[str]]) -> None:
    explained = {title: {*packs_guide.keys(function)[1]} for title, function in packs_guide.TABLES.items()}
    explained["`[[rules]]`"] -= {"each"}  # taken apart before the rules are read
    assert read == explained


def test_the_first_pack_holds_as_it_stands_on_the_page(folder: Path) -> None:
    done = packs("check", folder)
    assert done.output.splitlines()[-1] == "Everything holds.", done.output
    assert done.exit_code == 0


def test_the_first_pack_is_told_in_plain_english(folder: Path) -> None:
    told = " ".join(packs("anyshire", "--packs", folder).output.split())
    assert "Of 5 clauses of the source Homeward keeps 4, each of them proved by a scenario; 1 is left to" in told
    assert "24 hours after the start of the episode, if the child is still missing, Homeward alerts the service" in told
    assert "Left to people: A talk between people; nothing is to be sent." in told


def test_the_fault_that_the_page_shows_is_the_one_that_is_said(folder: Path) -> None:
    shown = re.search(r"^    (rules tell_worker: .*)$", GUIDE, re.MULTILINE)
    assert shown is not None
    with pytest.raises(PackError) as raised:
        load_pack(PACK.replace('to = ["social_worker"]', 'to = ["social_workr"]'), "1.toml")
    assert str(raised.value) == f"1.toml: {shown[1]}"


def joined(example: str) -> str:
    """The first pack with an example in it: a table that both have is filled by both."""
    pack = PACK
    for table in ("limits", "criteria", 'kinds."senior.alert"'):
        lines = re.search(rf"^\[{table}\]\n(.*?)(?=^\[|\Z)", example, re.MULTILINE | re.DOTALL)
        if lines and f"[{table}]" in pack:
            pack = re.sub(rf"^(\[{table}\][^\n]*\n)", lambda m, own=lines[1]: m[1] + own, pack, flags=re.MULTILINE)
            example = example.replace(lines[0], "")
    return pack.replace("[clauses]\n", f"{example}\n[clauses]\n")


@pytest.mark.parametrize("name", ["each", "criterion", "limit"])
def test_an_example_fits_into_the_first_pack(name: str) -> None:
    held = load_pack(joined(EXAMPLES[name]), "1.toml")
    assert len(held.rules) > len(load_pack(PACK, "1.toml").rules)


def newer() -> Iterator[str]:
    """The first pack with the lines of the next version in the place of its own."""
    lines = dict(line.split(" = ", 1) for line in EXAMPLES["version"].splitlines())
    for line in PACK.splitlines():
        key = line.split(" = ", 1)[0]
        yield f"{key} = {lines.pop(key)}" if key in lines else line
    assert lines == {}


def test_the_next_version_is_the_three_lines_of_the_page(folder: Path) -> None:
    (folder / "anyshire" / "2.toml").write_text("\n".join(newer()), encoding="utf-8")
    told = packs("anyshire", "--packs", folder, "--diff", "1", "2").output
    assert "- 72 hours (ANY-3, since 1 April 2026)" in told
    assert "+ 96 hours (ANY-3, since 1 April 2027)" in told
    assert packs("check", folder).exit_code == 0  # the scenarios of 2026 are governed by the version of 2026


def test_every_file_that_a_how_to_names_is_there() -> None:
    folders = "routing|schemas|homeward|producers|outbox|episodes|consumers|tests|tools"
    named: list[str] = re.findall(rf"`((?:{folders})/[\w/.]+)`", GUIDE)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert len(named) > 15
