"""`homeward evidence`: a stranger with the bundle and Python sees what happened, and whether it is what was written."""

import asyncio
import base64
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from rdflib import RDF, Dataset, Namespace, URIRef
from stamp_service import stamp_service
from wire_messages import child, context, found, missing

from homeward.cli import main
from homeward.sealing import Sealer
from homeward.stamping import stamp_newest
from store import Store
from store.migrating import migrate

CHILD = {**child("compact:K-1"), "forename": "Robin", "surname": "Hawthorn"}
PROV = Namespace("http://www.w3.org/ns/prov#")
Altered = Callable[[random.Random, dict[str, Any]], str]


class Lived:
    """A hub's database with an episode of two days, sealed and stamped."""

    def __init__(self, url: str, episode: str) -> None:
        self.url, self.episode = url, episode

    def evidence(self, to: Path, *options: str) -> Result:
        return CliRunner().invoke(main, ["evidence", self.episode, "--to", str(to), "--database", self.url, *options])


@pytest_asyncio.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("lived")
    url = f"sqlite+aiosqlite:///{folder}/hub.db"
    await migrate(url)
    hub = Hub(Store.open(url))
    sealer = Sealer(hub.store, hub.clock.now)
    worker = {"service": "cscs", "worker": "sw1", "manager": "tm1"}
    await hub.take(context(-1, "compact:K-1", services=[worker]), missing(0, "P-1", child=CHILD))
    await sealer.look()
    await hub.take(found(30, "P-1"))
    await sealer.look()
    with stamp_service(folder / "service") as service:
        await stamp_newest(hub.store, service.url, hub.clock.now())
    async with hub.store.reading() as tx:
        (episode,) = {line.episode for line in await tx.ledger_after(0, 100) if line.kind == "fact"}
    await hub.store.close()
    assert episode
    return Lived(url, episode)


@pytest.fixture(scope="module")
def bundle(lived: Lived, pango: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "evidence"
    done = lived.evidence(folder, "--contents", "--why", "inquest")
    assert done.exit_code == 0, done.output
    return folder


def verified(folder: Path, *arguments: str) -> tuple[int, str]:
    """What a stranger sees: the file alone, without anything that is installed here."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_stranger_sees_that_all_rows_are_what_was_written_and_to_which_root_they_lead(bundle: Path) -> None:
    data = json.loads((bundle / "ledger.json").read_text())
    code, said = verified(bundle)
    assert code == 0, said
    assert f"All {len(data['rows'])} rows are what was written" in said
    assert f"They lead to root 2, made {data['roots'][-1]['at']}: {data['roots'][-1]['root']}" in said
    assert "openssl ts -verify -data stamps/root-2.txt -in stamps/root-2.tsr" in said
    assert (bundle / "stamps" / "root-2.txt").read_text() == data["roots"][-1]["root"]
    assert {row["kind"] for row in data["rows"]} >= {"report", "fact", "decision", "timers", "look"}
    assert any(b"Hawthorn" in base64.b64decode(row.get("contents", "")) for row in data["rows"])
    assert {row["root"] for row in data["rows"]} == {1, 2, None}


def _row(rng: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = rng.choice(data["rows"])
    return row


def _alter_row(rng: random.Random, data: dict[str, Any]) -> str:
    row, name = _row(rng, data), rng.choice(["id", "at", "kind", "authority", "episode", "causation", "entry", "hash"])
    row[name] = "another"
    return f"Row {row['position']} "


def _alter_link(rng: random.Random, data: dict[str, Any]) -> str:
    row = rng.choice([row for row in data["rows"] if row["number"]])
    row["link"] = "f" * 64
    return f"Row {row['position']} "


def _alter_contents(rng: random.Random, data: dict[str, Any]) -> str:
    row = rng.choice([row for row in data["rows"] if "contents" in row])
    row["contents"] = base64.b64encode(b"another").decode()
    return f"Row {row['position']} "


def _leave_out(rng: random.Random, data: dict[str, Any]) -> str:
    row = rng.choice([row for row in data["rows"] if row["number"]])
    data["rows"].remove(row)
    return f"Rows {row['number']} to {row['number']} of the chain are missing"


def _alter_path(rng: random.Random, data: dict[str, Any]) -> str:
    row = rng.choice([row for row in data["rows"] if row["path"]])
    row["path"][0][1] = "f" * 64
    return f"Row {row['position']} "


def _alter_root(rng: random.Random, data: dict[str, Any]) -> str:
    root = rng.choice(data["roots"])
    root[rng.choice(["at", "closes", "rows", "through", "root"])] = "another"
    return f"Root {root['number']}: it was changed"


def _alter_stamp(_: random.Random, data: dict[str, Any]) -> str:
    data["stamps"][0]["number"] = 1
    return "Stamp of root 1: it is of something else."


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "alter", [_alter_row, _alter_link, _alter_contents, _leave_out, _alter_path, _alter_root, _alter_stamp]
)
def test_a_stranger_is_told_what_is_wrong(bundle: Path, tmp_path: Path, alter: Altered, seed: int) -> None:
    data = json.loads((bundle / "ledger.json").read_text())
    named = alter(random.Random(seed), data)
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(data, ensure_ascii=False))
    code, said = verified(bundle, str(altered))
    assert code == 1
    assert any(line.startswith(named) for line in said.splitlines()), (named, said)
    assert "NOT what was written" in said


def test_people_read_what_happened_in_london_time_and_who_was_told_and_not_who_the_child_is(bundle: Path) -> None:
    page = (bundle / "chronology.html").read_text()
    assert "Chronology: P-1" in page
    assert "reported missing" in page.lower()
    assert "NOTTS" not in page
    assert "social worker" in page
    assert (bundle / "chronology.pdf").read_bytes().startswith(b"%PDF-")
    for told in (page, (bundle / "provenance.jsonld").read_text()):
        assert "K-1" not in told
        assert "Hawthorn" not in told


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:rdflib")  # of itself, within the library
def test_where_each_row_came_from_is_a_graph_that_others_can_read(bundle: Path) -> None:
    graph = Dataset(default_union=True).parse(bundle / "provenance.jsonld", format="json-ld")
    rows = json.loads((bundle / "ledger.json").read_text())["rows"]
    entities = set(graph.subjects(RDF.type, PROV.Entity))
    assert {URIRef(f"urn:homeward:row:{row['id']}") for row in rows} <= entities
    derived = [*graph.subject_objects(PROV.wasDerivedFrom)]
    assert derived
    assert {thing for pair in derived for thing in pair} <= entities
    decisions = [URIRef(f"urn:homeward:row:{row['id']}") for row in rows if row["kind"] == "decision"]
    for decision in decisions:
        (doing,) = graph.objects(decision, PROV.wasGeneratedBy)
        (by,) = graph.objects(doing, PROV.qualifiedAssociation)
        assert (graph.value(by, PROV.hadPlan), RDF.type, PROV.Plan) in graph
    assert list(graph.subjects(RDF.type, PROV.Person))


async def test_the_ledger_keeps_who_took_evidence_and_another_authority_finds_nothing(
    lived: Lived, tmp_path: Path
) -> None:
    store = Store.open(lived.url)

    async def looks() -> list[dict[str, Any]]:
        async with store.reading() as tx:
            return [line.entry for line in await tx.ledger_of_episode(lived.episode) if line.kind == "look"]

    before = await looks()
    for options in (("--authority", "islington"), ("--authority", "nobody")):
        refused = await _in_thread(lived, tmp_path / "none", *options)
        assert refused.exit_code != 0
    assert not (tmp_path / "none").exists()
    assert await looks() == before
    zipped = tmp_path / "evidence.zip"
    done = await _in_thread(lived, zipped, "--as", "j.officer", "--authority", "nottinghamshire")
    assert done.exit_code == 0, done.output
    assert [look["who"] for look in (await looks())[len(before) :]] == ["j.officer"]
    with zipfile.ZipFile(zipped) as archive:
        told = json.loads(archive.read("ledger.json"))
    assert not any("contents" in row for row in told["rows"])
    again = await _in_thread(lived, zipped)
    assert (again.exit_code, "exists. Name a new folder or file." in again.output) == (1, True)
    await store.close()


async def _in_thread(lived: Lived, to: Path, *options: str) -> Result:
    return await asyncio.to_thread(lived.evidence, to, *options)
