"""Whatever a sender may choose is put in, in messages of every type; no row of the ledger holds it, and people read it
all the same while it is kept."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from hub_in_memory import POLICE, Hub
from inbound_examples import example, topic_of
from lives import AUTHORITY, everything_arrives, hub_on
from sqlalchemy import text
from wire_messages import event, found, later, missing

from homeward.evidence.bundle import evidence_of
from homeward.explaining import explained
from homeward.keeping.bundle import bundle_of
from homeward.keeping.erasing import forget_children
from homeward.rehearsal.history import read_reports
from intake.records import RawRecord
from routing.ledger_words import former_cause, recorded_id
from schemas.cloudevents import Envelope, binary, read
from schemas.inbound import INBOUND, parse_message
from schemas.unreadable import Unreadable
from store import Store
from store.pausing import Pause
from store.rows import LedgerRow, SendersName

_OWNERS = ("authority", "force", "responsible_authority")  # those of the topic, or the hub asks whose child it is
_LISTED = ("kind", "type", "decision", "service")  # words of a pack, or the record is quarantined
_WORD = re.compile(r"canary\d{3}", re.IGNORECASE)


class Words:
    """Words that stand nowhere else, each with the place that it was put in."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self.incident, self.number = self.one("incident"), self.one("number")

    def one(self, place: str) -> str:
        word = f"Canary{len(self.places):03}"
        self.places[word.lower()] = place
        return word

    def seen_in(self, text: str) -> set[str]:
        """The places whose words stand in the text; all workers are one place, and all roles."""
        found = {self.places[word.lower()] for word in _WORD.findall(text)}
        return {re.sub(r".*'(?:person|worker|manager)'\)", "a worker", re.sub(r".*'role'\)", "a role", place))
                for place in found}  # fmt: skip

    def in_rows(self, rows: Iterator[Any]) -> list[str]:
        found = {(word.lower(), row.kind, column) for row in rows for column, value in row._mapping.items()
                 for word in _WORD.findall(str(value))}  # fmt: skip
        return sorted(f"{self.places[word]} in {column} of a {kind}" for word, kind, column in found)


def _texts(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(told, str):
        yield path
    for key, inner in told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ():
        yield from _texts(inner, (*path, key))


def _replaced(told: Any, path: tuple[Any, ...], word: str) -> Any:
    copy = inner = orjson.loads(orjson.dumps(told))
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = word
    return copy


def _with_words(type_: str, hours: float, words: Words) -> bytes:
    """A message of the type in which every text that the contract leaves to its sender is a word of ours."""
    data = orjson.loads(orjson.dumps(example(type_)))
    for path in [*_texts(data)]:
        if path[0] in _OWNERS or path[-1] in _LISTED or path[0] in ("incident", "child"):
            continue  # incident and number are the same words in all
        changed = _replaced(data, path, words.one(f"{type_} {path!r}"))
        try:
            parse_message(Envelope("x", "/s", type_, later(1), data=changed))
        except Unreadable:
            continue  # a word of a closed list
        data = changed
    id_, source = words.one(f"id of {type_}"), f"/police/{words.one(f'source of {type_}')}"
    told = event(type_, later(hours + 0.5), data, id_, source)
    return told.replace(b'"P-1"', b'"%s"' % words.incident.encode()).replace(b'"K-1"', b'"%s"' % words.number.encode())


@pytest_asyncio.fixture
async def hub(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    monkeypatch.setattr("homeward.evidence.bundle.as_pdf", lambda page: None)  # the same page, drawn
    async with hub_on(url, tmp_path / "keys.db") as hub:
        yield hub


async def _rows(store: Store) -> Any:
    async with store.connection() as connection:
        return (await connection.execute(text("SELECT * FROM ledger"))).all()


_BEGINNING = {"case.context": 3.0, "police.missing": 4.0, "police.found": 72.0}
_ENDS = 24.0 * 20
_TYPES = {**_BEGINNING, **dict.fromkeys((each for each in INBOUND if each not in _BEGINNING), _ENDS)}


async def _everything_is_told(hub: Hub, words: Words) -> list[str]:
    """A message of every type, and what falls due meanwhile; returns the ids of the episodes."""
    for type_, hours in _TYPES.items():
        await hub.fall(hours)
        owner = "XX" if type_.startswith("police.") else AUTHORITY
        await hub.intake.process_batch([hub.raw(_with_words(type_, hours, words), topic_of(type_, owner))])
    await hub.fall(2 * _ENDS)
    await everything_arrives(hub.store, hub.clock.now())
    assert [each.row.detail for each in await hub.held()] == []
    return sorted({line.episode for line in await hub.ledger("fact") if line.episode})


async def test_no_word_that_a_sender_chose_stands_in_a_row_of_the_ledger(hub: Hub) -> None:
    words = Words()
    await _everything_is_told(hub, words)
    lanes = {row.lane for row in await hub.rows() if _WORD.search(row.lane)}
    assert lanes, "nothing went to a worker's own mailbox"
    async with hub.store.transaction() as tx:
        for lane in (*lanes, *(lane.partition("|")[2] for lane in lanes)):
            await tx.pause(Pause(lane, "h.ops", hub.clock.now(), "moved"))
    rows = await _rows(hub.store)
    assert {row.kind for row in rows} >= {"report", "fact", "decision", "delivery", "timers", "pause"}
    assert words.in_rows(rows) == []
    async with hub.store.reading() as tx:
        assert (await tx.prove_ledger()).faults == []


async def _shown(hub: Hub, episodes: Sequence[str]) -> dict[str, str]:
    """What people are shown of these episodes by command and page."""
    shown = dict.fromkeys(_READ, "")
    for episode in episodes:
        why = await explained(hub.store, episode, hub.packs)
        evidence = await evidence_of(hub.store, episode, hub.packs, hub.clock.now(), contents=False)
        shown["explain"] += str(why and why.steps)
        for name in ("chronology.html", "provenance.jsonld"):
            shown[name] += evidence.files.get(name, b"").decode()
    async with hub.store.reading() as tx:
        for person in await tx.people_of(AUTHORITY, "", 10):
            told = (await bundle_of(tx, person, hub.packs, None, hub.clock.now())).told
            shown["disclosures"] += str(told["disclosures"])
    return shown


_READ = {
    "explain": {"source of police.missing", "id of police.missing", "a worker", "a role"},
    "chronology.html": {"source of police.missing", "a worker", "a role"},
    "provenance.jsonld": {"source of police.missing"},
    "disclosures": {"a worker", "a role"},
}


async def test_people_read_these_words_until_the_child_is_forgotten(hub: Hub) -> None:
    words = Words()
    episodes = await _everything_is_told(hub, words)
    shown = await _shown(hub, episodes)
    assert {name: wanted - words.seen_in(shown[name]) for name, wanted in _READ.items()} == {n: set() for n in _READ}
    await hub.take(found(2 * _ENDS, words.incident))  # nobody who is missing is forgotten
    await everything_arrives(hub.store, hub.clock.now())
    async with hub.store.reading() as tx:
        people = await tx.people_of(AUTHORITY, "", 10)
    assert (await forget_children(hub.store, people, "dpo1", "", hub.clock.now())).refused == {}
    for name, page in (await _shown(hub, episodes)).items():
        assert words.seen_in(page) - {"a worker"} == set(), name  # the outbox keeps whose mailbox it was


async def test_a_rehearsal_takes_reports_in_under_the_names_that_their_senders_gave_them(hub: Hub) -> None:
    told = _with_words("police.missing", 4, words := Words())
    headers, value = binary(read((), told))
    await hub.intake.process_batch([RawRecord(POLICE, 0, 1, value, hub.clock.now(), headers=tuple(headers))])
    (record,) = (await read_reports(hub.store, lambda _: None)).records
    again = dict(record.headers)
    assert (again["ce_id"], again["ce_source"]) == (dict(headers)["ce_id"], dict(headers)["ce_source"])
    assert {"id of police.missing", "source of police.missing"} <= words.seen_in(str(again))


async def test_rows_of_an_earlier_version_are_read_as_they_were(hub: Hub) -> None:
    """They hold the source, and whom a message was for, in clear; their contents have the id alone."""
    await hub.take(missing(0, id_="new"))
    (fact,) = await hub.ledger("fact")
    source, id_, now = "/police/old", "old", hub.clock.now()
    entry = {"type": "police.missing", "source": source, "id": recorded_id(source, id_), "topic": POLICE,
             "partition": 0, "offset": 77}  # fmt: skip
    decided = (await hub.ledger("decision"))[0].entry
    decided |= {"message": "m-old", "to": [["team_manager", "tm7"]], "destinations": []}
    cause = former_cause(source, id_)
    rows = [
        LedgerRow("r-old", now, "report", AUTHORITY, None, cause, entry, b"{}", name=SendersName(None, id_)),
        LedgerRow("f-old", now, "fact", AUTHORITY, fact.episode, cause,
                  {"report": [source, recorded_id(source, id_)], "events": []}),
        LedgerRow("d-old", now, "decision", AUTHORITY, fact.episode, cause, decided),
    ]  # fmt: skip
    async with hub.store.transaction() as tx:
        await tx.append(rows, ())
    why = await explained(hub.store, str(fact.episode), hub.packs)
    assert why is not None
    told = {step["what"] for step in why.steps} | {line for step in why.steps for line in step["lines"]}
    assert {"report old from /police/old changed the episode", "message m-old to team_manager (tm7)"} <= told
    assert any(what.endswith("because of /police/old#old") for what in told)
    async with hub.store.reading() as tx:
        assert {line.id for line in await tx.ledger_about(recorded_id(source, id_), cause)} == {
            "r-old",
            "f-old",
            "d-old",
        }
        assert (await tx.prove_ledger()).faults == []
    records = (await read_reports(hub.store, lambda _: None)).records
    assert dict(records[-1].headers)["ce_source"] == source.encode()
