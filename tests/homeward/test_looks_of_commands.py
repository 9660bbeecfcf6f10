"""Every command either leaves a row of the ledger when it shows a child, or says here why it shows none. A command that
is in no list fails. And `homeward access`, which tells who looked."""

import asyncio
import os
import pwd
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result
from hub_in_memory import POLICE, Hub
from wire_messages import child, context, found, later, missing

from homeward.cli import main
from homeward.history import HistoryLoad
from intake.records import RawRecord
from store import Store
from store.history import LedgerEntry
from tests.shipped import shipped_directories, shipped_packs

ROOT = Path(__file__).parents[2]
PACK = ROOT / "protocols" / "nottinghamshire" / "6.5.toml"
SHOWS = {
    "explain": ("explain", "EPISODE"),
    "report": ("report", "nottinghamshire", "--period", "2026-06", "--table", "episodes"),
    "rehearse": ("rehearse", "CHANGED", "--since", "2026-06-01", "--json"),
    "load-history": ("load-history", "REPORTS", "--until", "2026-06-30"),
    "access": ("access", "--child", "K-1"),
    "reconcile": ("reconcile", "XX", "LIST"),
    "child show": ("child", "K-1", "show"), "child disclosures": ("child", "K-1", "disclosures"),
    "child export": ("child", "K-1", "export", "BUNDLE"),
    "child rectify": ("child", "K-1", "rectify", "--set", "given_name=Kim"),
    "child restrict": ("child", "K-1", "restrict"),
    "evidence": ("evidence", "EPISODE", "--to", "NEW"),
}  # fmt: skip
"""How each is run where it shows a child."""
OF_NO_CHILD = {"quarantine show": ("quarantine", "show", "QUARANTINED", "--body", "--why", "is it for us?")}
"""What leaves a row although it names no child: nobody knows whom a message is about that could not be read."""
SHOWS_NONE = {
    "run": "takes in and sends; the desk beside it has a list of its own",
    "desk": "its pages have a list of their own",
    "demo": "made-up children", "torture": "made-up children",
    "simulate": "what is in a file that its user has",
    "matching train": "what is in files that its user has; names of fewer than ten children are left out",
    "matching show": "weights", "broker": "a server",
    "packs show": "procedures", "packs check": "procedures and their scenarios",
    "doctor": "what the hub depends on",
    "deliveries list": "destinations, states and reasons; no subject",
    "deliveries release": "a count", "deliveries pause": "a destination and a count",
    "deliveries resume": "a destination",
    "bounces read": "what a message came to, and not about whom", "bounces fetch": "a count",
    "feeds list": "topics, times and rates", "feeds week": "rates", "feeds forget": "a topic",
    "register status": "ages", "register reread": "a count",
    "quarantine causes": "causes and counts", "quarantine list": "places in Kafka and reasons",
    "quarantine replay": "a count", "purge": "counts", "child forget": "a count; `tests/keeping` has its row",
    "schemas export": "schemas", "schemas check": "schemas", "topics": "topics and rights", "docs": "the contract",
    "keys status": "whether there are keys", "keys give-up": "a line; `tests/keeping` has its row",
    "ledger verify": "ids of rows", "ledger roots": "hashes", "ledger stamp": "a hash",
    "migrate": "steps", "grants": "SQL",
    "move": "copies, and shows counts", "backup": "copies, and shows counts", "restore": "copies, and shows counts",
}  # fmt: skip


def leaves(command: click.Command, path: str = "") -> Iterator[str]:
    """The commands that do something, by the words that call them."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, f"{path} {name}".strip())
    else:
        yield path


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of two children, one of whom went missing before the first live day; of a record that
    could not be read; a changed procedure and a file of reports."""
    folder = tmp_path_factory.mktemp("looked-at")
    text = PACK.read_text("utf-8").replace('interview = {within = "72h"', 'interview = {within = "48h"')
    (folder / "6.6.toml").write_text(text.replace('version = "6.5"', 'version = "6.6"'))
    (folder / "list.csv").write_text("reference\n")
    (folder / "reports.jsonl").write_bytes(missing(-1990, "P-5", child=child("compact:K-5")) + b"\n")
    asyncio.run(_live(f"sqlite+aiosqlite:///{folder}/homeward.db"))
    return folder


async def _live(url: str) -> None:
    store = Store.open(url)
    await store.create()
    before = RawRecord(POLICE, 0, 1000, missing(-2000, "P-0", child=child("compact:K-0")), later(-2000))
    await HistoryLoad(store, shipped_packs(), shipped_directories()).run([before])
    hub = Hub(store)
    await hub.take(context(-1, "compact:K-1"))
    await hub.take(missing(0), found(30), missing(100, "P-2"), found(130, "P-2"))
    await hub.intake.process_batch([hub.raw(b"not json", POLICE)])
    await hub.fall(300)
    await store.close()


class Commands:
    """Runs commands on one database, and reads what they left in the ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, f"sqlite+aiosqlite:///{folder}/homeward.db"
        self.episode, self.quarantined = asyncio.run(self._ids())

    async def _ids(self) -> tuple[str, str]:
        store = Store.open(self.url)
        async with store.reading() as tx:
            (episode,) = await tx.episodes_of_incident("P-1", 10)
            (held,) = await tx.quarantined()
        await store.close()
        return episode, held.row.id

    def run(self, *words: str) -> Result:
        known = {
            "EPISODE": self.episode,
            "QUARANTINED": self.quarantined,
            "CHANGED": str(self.folder / "6.6.toml"),
            "LIST": str(self.folder / "list.csv"),
            "BUNDLE": str(self.folder / "bundle"),
            "REPORTS": str(self.folder / "reports.jsonl"),
            "NEW": str(self.folder / f"evidence{len(self.looks())}.zip"),
        }
        return CliRunner().invoke(main, [known.get(word, word) for word in words])

    def looks(self) -> list[LedgerEntry]:
        async def read() -> list[LedgerEntry]:
            store = Store.open(self.url)
            async with store.reading() as tx:
                lines = [line for line in await tx.ledger_after(0, 10_000) if line.kind == "look"]
            await store.close()
            return lines

        return asyncio.run(read())


@pytest.fixture
def commands(lived_in: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    commands = Commands(lived_in)
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", commands.url)
    return commands


def test_every_command_is_in_one_list_and_no_list_has_more() -> None:
    assert sorted([*SHOWS, *OF_NO_CHILD, *SHOWS_NONE]) == sorted(leaves(main))


def test_a_command_that_shows_a_child_is_held_to_one_authority() -> None:
    by_their_own = {"report": "authority", "rehearse": "file", "load-history": "sources"}  # of one already
    for path in {**SHOWS, **OF_NO_CHILD}:
        parameters = {name for command in _along(path) for each in command.params for name in (each.name, *each.opts)}
        assert {"--authority", by_their_own.get(path)} & parameters, path


def _along(path: str) -> Iterator[click.Command]:
    """The commands that these words go through."""
    command: click.Command | None = main
    for word in path.split():
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
        assert command is not None
        yield command


@pytest.mark.parametrize("path", [*SHOWS, *OF_NO_CHILD])
def test_a_command_that_shows_a_child_leaves_a_row_that_says_who_what_which_and_why(
    path: str, commands: Commands
) -> None:
    before = len(commands.looks())
    words = (SHOWS | OF_NO_CHILD)[path]
    done = commands.run(*words, *(() if "--why" in words else ("--why", "asked by a court")), "--as", "j.smith")
    assert done.exit_code in (0, 3 if path == "reconcile" else 0), done.output
    new = commands.looks()[before:]
    assert new, f"homeward {path} shows a child and leaves no row"
    for look in new:
        assert look.entry["what"].startswith(f"homeward {path}")
        assert look.entry["who"] == look.causation == "j.smith"
        assert look.contents_hash
    assert any(look.episode for look in new) is (path in SHOWS)


def test_who_gives_no_name_is_known_by_the_account_and_who_gives_one_by_both(commands: Commands) -> None:
    account = f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
    commands.run("explain", "EPISODE")
    commands.run("explain", "EPISODE", "--as", "j.smith", "--json")
    own, named = (line.entry for line in commands.looks()[-2:])
    assert own == {"who": account, "what": "homeward explain"}
    assert named == {"who": "j.smith", "what": "homeward explain", "account": account}


def test_figures_and_what_is_unknown_leave_no_row(commands: Commands) -> None:
    before = len(commands.looks())
    assert commands.run("report", "nottinghamshire", "--period", "2026-06").exit_code == 0
    assert commands.run("explain", "nothing").exit_code == 1
    assert len(commands.looks()) == before


def test_a_body_is_shown_only_to_who_says_why(commands: Commands) -> None:
    refused = commands.run("quarantine", "show", "QUARANTINED", "--body")
    assert refused.exit_code == 2
    assert "--body needs --why" in refused.output
    shown = commands.run("quarantine", "show", "QUARANTINED", "--body", "--why", "is it for us?")
    assert "not json" in shown.output
    assert commands.looks()[-1].entry["what"] == f"homeward quarantine show {commands.quarantined} --body"


def test_a_database_that_may_only_be_read_shows_nobody_and_says_so_in_one_line(
    commands: Commands, tmp_path: Path
) -> None:
    url = f"{commands.url.replace('///', '///file:')}?mode=ro&uri=true"
    refused = CliRunner().invoke(main, ["explain", commands.episode, "--database", url])
    assert refused.exit_code == 1
    assert "Nothing is shown: the ledger must say who looked" in refused.output
    assert len(refused.output.splitlines()) == 1


def test_access_tells_who_looked_at_a_child_when_by_what_and_why(commands: Commands) -> None:
    commands.run("explain", "EPISODE", "--as", "w.h.o", "--why", "asked by a court")
    told = commands.run("access", "--child", "P-1").stdout
    assert "w.h.o (" in told
    assert "homeward explain" in told
    assert "asked by a court" in told
    data = orjson.loads(commands.run("access", "--child", "K-1", "--authority", "nottinghamshire", "--json").stdout)
    assert ("w.h.o", commands.episode, "asked by a court") in [(d["who"], d["about"], d["why"]) for d in data]
    assert commands.run("access", "--child", "P-0").output.count(commands.episode) == 0


def test_access_tells_what_somebody_looked_at_since_a_day_and_that_is_a_look_too(commands: Commands) -> None:
    commands.run("explain", "EPISODE", "--as", "one.person")
    told = commands.run("access", "--by", "one.person", "--as", "i.governance")
    assert told.output.count("homeward explain") == 1
    assert commands.looks()[-1].entry["what"] == "homeward access --by"
    assert "Nobody has looked" in commands.run("access", "--by", "one.person", "--since", "2999-01-01").output
    assert "Nobody has looked" in commands.run("access", "--by", "one.person", "--authority", "islington").output


@pytest.mark.parametrize("words", [("access",), ("access", "--child", "1", "--by", "x")])
def test_access_asks_about_a_child_or_about_a_person(words: tuple[str, ...], commands: Commands) -> None:
    refused = commands.run(*words)
    assert refused.exit_code == 2
    assert "Give --child or --by." in refused.output
