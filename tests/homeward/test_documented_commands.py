"""Every `homeward` command that README and docs show is run as it is written, and prints what its reader needs."""

import asyncio
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hub_in_memory import POLICE, Hub
from wire_messages import child, context, found, later, missing

from homeward.cli import main
from homeward.history import HistoryLoad
from intake.listening import Listening
from intake.records import RawRecord
from store import Store
from store.migrating import migrate
from tests.shipped import shipped_directories, shipped_packs

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
ELSEWHERE = {
    "homeward run": "tests/homeward/test_first_start.py",
    "homeward docs --serve": "tests/schemas/test_wire_asyncapi.py",
    "homeward register reread": "tests/hub/test_register_command.py",
    "homeward evidence": "tests/homeward/test_evidence.py",
    "homeward ledger verify --": "tests/homeward/test_ledger_command.py",
    "homeward ledger stamp": "tests/homeward/test_ledger_command.py",
    "homeward matching train": "tests/enrichment/matching/test_matching_training.py",
    "homeward deliveries release 123": "tests/hub/test_deliveries_command.py",
    "homeward deliveries resume": "tests/hub/test_deliveries_command.py",
    "homeward restore": "tests/homeward/test_custody.py",
    "homeward child": "tests/keeping/test_child_command.py",
    "homeward torture": "tests/torture/test_a_short_run.py",
    "homeward child K-1 forget": "tests/keeping/test_child_command.py",
}
"""What needs a server, the extra *training*, a mailbox that refuses, an empty database or a child of its own, and the
file that runs it."""
BY_SCHEDULE = {"homeward purge", "homeward purge --dry-run"}
"""What needs a schedule beside the directory."""
EXCERPTS = {
    "homeward docs": "Written to asyncapi",
    "homeward schemas export": " schemas written to contract/v1.",
    "homeward schemas check": " schemas, all compatible.",
    "homeward topics": "police.zx.notifications.v1",
    "homeward load-history reports.jsonl --until 2026-02-28 --dry-run": "Would load",
    "homeward load-history reports.jsonl": "Loaded",
    "homeward load-history --all": "Time limits started: 1.",
    "homeward load-history --start": "Time limits started: 1.",
    "homeward access --child M-1 --authority": "[]",
    "homeward access": "Nobody has looked",
    "homeward reconcile": "P-8",
    "homeward grants": "GRANT SELECT, INSERT ON ledger TO",
    "homeward ledger verify": "The ledger is what was written.",
    "homeward ledger roots": "There is no root yet.",
    "homeward migrate": "The database is already up to date.",
    "homeward feeds list": "police.xx.notifications.v1  2026-06-01 22:00Z",
    "homeward feeds week": "Monday",
    "homeward feeds forget": "is forgotten.",
    "homeward register status": "nottinghamshire  sent 2026-06-01",
    "homeward backup": "and the ledger holds.",
    "homeward quarantine causes": "police.XX.notifications.v1  bad_json: the body is not valid JSON",
    "homeward quarantine list": "police.XX.notifications.v1[0]@3  bad_json  held",
    "homeward quarantine show": "the body is not valid JSON",
    "homeward quarantine replay": "1 to be replayed by the running hub",
    "homeward deliveries list": "prepared by mail (immediate), oldest since 2026-06-01 12:00Z",
    "homeward deliveries release": "0 released.",
    "homeward deliveries pause": "is paused.",
    "homeward purge --older-than 90 --only claims": "claims: ",
    "homeward purge --older-than": "quarantine: 0",
    "homeward purge": "every authority  claims: ",
    "homeward child K-1 show": "numbers: 1",
    "homeward child K-1 disclosures": "by topic prepared",
    "homeward child K-1 export": "What Nottinghamshire holds about you",
    "homeward child K-1 rectify": '"date_of_birth":"2012-11-28"',
    "homeward child K-1 restrict --lift": "There was none.",
    "homeward child K-1 restrict": "Nothing of this child goes from now on.",
    "homeward packs check": "Everything holds.",
    "homeward packs": "Homeward does",
    "homeward rehearse new/6.6.toml": "Would have been sent otherwise: 0",
    "homeward rehearse nottinghamshire/local.toml": "What would change for Nottinghamshire",
    "homeward simulate": "notify.missing",
    "homeward report": "nottinghamshire",
}
"""Words that each command prints, or leaves in the file that it writes."""
ANYSHIRE = re.compile(r"^`anyshire/([\w.]+)`:\n\n```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documented() -> Iterator[tuple[str, str]]:
    """(page, command) for every line of an indented block that begins with `homeward`, without its comment."""
    for page in PAGES:
        for line in re.findall(r"^ {4,}(homeward .+)$", page.read_text(), re.MULTILINE):
            yield page.relative_to(ROOT).as_posix(), re.sub(r"\s+# .*", "", line).strip()


COMMANDS = sorted(set(documented()))


def elsewhere(command: str) -> str | None:
    if command in BY_SCHEDULE:
        return "tests/keeping/test_daily_purge.py"
    return next((file for beginning, file in ELSEWHERE.items() if command.startswith(beginning)), None)


@pytest.mark.parametrize("file", sorted(set(ELSEWHERE.values())))
def test_what_needs_a_server_is_run_in_its_own_test(file: str) -> None:
    assert (ROOT / file).is_file()


def test_they_are_found_and_each_kind_is_known() -> None:
    assert len(COMMANDS) > 30
    for _, command in COMMANDS:
        assert elsewhere(command) or any(command.startswith(known) for known in EXCERPTS), command


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of a child who went missing and came back and of one whose absence was loaded from
    history, a record that could not be read, a pack of one's own, a changed one, a
    file of reports, a force's list and a retention schedule."""
    folder = tmp_path_factory.mktemp("lived-in")
    for name, text in ANYSHIRE.findall((ROOT / "docs/packs.md").read_text()):
        home = folder / "my-packs" / "anyshire"
        home.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    for name in ("reports.jsonl", "course.jsonl"):
        shutil.copy(ROOT / "docs/example/reports.jsonl", folder / name)
    for name in ("new/6.6.toml", "nottinghamshire/local.toml"):
        (folder / name).parent.mkdir()
    shutil.copy(ROOT / "protocols/nottinghamshire/6.5.toml", folder / "new/6.6.toml")
    (folder / "nottinghamshire/local.toml").write_text('authority = "nottinghamshire"\nauto_release = false\n')
    (folder / "list.csv").write_text("reference,missing_since\nP-0,2026-03-10 04:00\nP-8,2026-06-01 13:00\n")
    (folder / "directory/nottinghamshire").mkdir(parents=True)
    shutil.copy(ROOT / "docs/example/retention.toml", folder / "directory/nottinghamshire")
    (folder / "var").mkdir()
    asyncio.run(_live(f"sqlite+aiosqlite:///{folder}/var/homeward.db"))
    return folder


async def _live(url: str) -> None:
    await migrate(url)
    store = Store.open(url)
    try:
        before = RawRecord(POLICE, 0, 1000, missing(-2000, "P-0", child=child("compact:K-0")), later(-2000))
        await HistoryLoad(store, shipped_packs(), shipped_directories()).run([before])
        hub = Hub(store)
        await hub.take(
            context(-24, "compact:K-1", services=[{"service": "cscs", "worker": "sw1", "manager": "tm1"}]), missing(0)
        )
        await hub.intake.process_batch([hub.raw(b"not json", POLICE)])
        await hub.take(found(10))
        await Listening(store, hub.packs, shipped_directories(), hub.clock.now).look()
    finally:
        await store.close()


async def _held(url: str) -> str:
    """The id of what is in quarantine."""
    store = Store.open(url)
    try:
        async with store.reading() as tx:
            return (await tx.quarantined())[0].row.id
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("page", "command"), [c for c in COMMANDS if not elsewhere(c[1])], ids=lambda text: text.replace("/", "-")
)
def test_it_does_what_the_page_says(
    page: str, command: str, lived_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(lived_in, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    command = re.sub(r"\bID\b", asyncio.run(_held("sqlite+aiosqlite:///var/homeward.db")), command)
    if command.startswith("homeward purge"):
        monkeypatch.setenv("HOMEWARD_DIRECTORY", "directory")
    if command.startswith("homeward schemas check"):
        CliRunner().invoke(main, ["schemas", "export", "contract"])
    done = CliRunner().invoke(main, shlex.split(command.partition(" > ")[0])[1:])
    assert done.exception is None or isinstance(done.exception, SystemExit), (page, done.exception)
    assert done.exit_code in (0, 3 if "--table" in command or "reconcile" in command else 0), (page, done.output)
    written = [p for p in tmp_path.rglob("*") if p.is_file() and not (lived_in / p.relative_to(tmp_path)).exists()]
    said = done.output + "".join(p.read_text(errors="replace") for p in written)
    assert next(words for known, words in EXCERPTS.items() if command.startswith(known)) in said, (page, done.output)
