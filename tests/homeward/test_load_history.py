"""`homeward load-history`: a year comes in without a message, twice as well as once; what is still open is shown, and
its clocks run when a person says so."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from wire_messages import context, found, later, missing

from homeward.cli import main
from homeward.history import HistoryLoad, history_to_load, lines_of, loaded_absences
from schemas.topics import police_notifications
from store import Store, Transaction
from store.migrating import migrate
from tests.shipped import shipped_directories, shipped_packs

DAY = 24.0
SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
YEAR = (
    context(-24, "compact:K-1", services=SERVICES),
    missing(0, "P-1"), found(6, "P-1"),
    missing(5 * DAY, "P-2"), found(5 * DAY + 80, "P-2"),
    missing(30 * DAY, "P-3"),
    missing(40 * DAY, "P-4"),
)  # fmt: skip
UNTIL = later(35 * DAY).date().isoformat()
_T = TypeVar("_T")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty database and a year of reports, not in their order, one of them unreadable."""
    (tmp_path / "var").mkdir()
    (tmp_path / "year.jsonl").write_bytes(b"\n".join((*reversed(YEAR), b"not json", b"")))
    monkeypatch.chdir(tmp_path)
    asyncio.run(migrate(url(tmp_path)))
    return tmp_path


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/var/homeward.db"


def asked(folder: Path, work: Callable[[Transaction], Awaitable[_T]]) -> _T:
    async def done() -> _T:
        store = Store.open(url(folder))
        try:
            async with store.reading() as tx:
                return await work(tx)
        finally:
            await store.close()

    return asyncio.run(done())


def said(folder: Path) -> list[str]:
    return [each.row.type for each in asked(folder, lambda tx: tx.outbox_after(0, 1000))]


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, ["load-history", *words])
    assert done.exit_code == 0, done.output
    return done


def test_a_dry_run_shows_what_would_come_of_it_and_writes_nothing(folder: Path) -> None:
    told = run("year.jsonl", "--until", UNTIL, "--dry-run").output
    assert f"Would load 6 reports up to {UNTIL}. Loaded before: 0. Later: 1. Unusable: 1." in told
    assert "year.jsonl:8: bad_json" in told
    assert "nottinghamshire  XX/P-3  since" in told
    assert asked(folder, lambda tx: tx.ledger_after(0, 10)) == []


def test_history_is_loaded_without_a_message_and_once(folder: Path) -> None:
    assert "Loaded 6 reports" in run("year.jsonl", "--until", UNTIL).output
    assert "Loaded 0 reports" in (again := run("year.jsonl", "--until", UNTIL).output)
    assert "Loaded before: 6" in again
    assert said(folder) == []
    assert asked(folder, lambda tx: tx.next_timer()) is None


def test_live_the_same_records_are_repeats(folder: Path) -> None:
    run("year.jsonl", "--until", UNTIL)

    async def live() -> list[str]:
        store = Store.open(url(folder))
        hub = Hub(store)
        hub.clock.set(later(36 * DAY))
        await hub.take(*YEAR[:-1])
        types = [message["type"] for message in await hub.said()]
        await store.close()
        return types

    assert asyncio.run(live()) == []


def test_what_is_still_open_is_started_by_its_reference(folder: Path) -> None:
    run("year.jsonl", "--until", UNTIL)
    assert run("--start", "XX/P-3").output == "Time limits started: 1.\n"
    assert "notify.missing" in said(folder)
    refused = CliRunner().invoke(main, ["load-history", "--start", "P-3"])
    assert (refused.exit_code, "No loaded absence whose time limits stand still is called P-3" in refused.output) == (
        2,
        True,
    )


def test_all_that_is_still_open_is_started_at_once(folder: Path) -> None:
    run("year.jsonl", "--until", later(41 * DAY).date().isoformat())
    still = asked(folder, lambda tx: tx.people_of("nottinghamshire", "", 10))
    assert len(still) == 1
    assert run("--all").output != "Time limits started: 0.\n"
    assert run("--all").output == "Time limits started: 0.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Name what to load"),
        (("year.jsonl",), "--until is missing"),
        (("year.jsonl", "--until", UNTIL, "--all"), "Name what to load"),
        (("no.such.topic", "--until", UNTIL), "neither a file nor an inbound topic"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder: Path, words: tuple[str, ...], says: str) -> None:
    refused = CliRunner().invoke(main, ["load-history", *words])
    assert (refused.exit_code, says in refused.output) == (2, True)


def test_a_person_at_a_terminal_sees_how_far_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen, terminal = os.openpty()
    with ThreadPoolExecutor(1) as person:
        seen = person.submit(everything_on, screen)
        with os.fdopen(terminal, "w") as err, monkeypatch.context() as shown_to:
            shown_to.setattr(sys, "stderr", err)
            main(["load-history", "year.jsonl", "--until", UNTIL], standalone_mode=False)
        shown = seen.result()
    os.close(screen)
    assert "Loading history" in shown
    assert shown.index("0/6") < shown.index("6/6")


def everything_on(screen: int) -> str:
    """What is written there until nobody writes any more, which is an error to whoever reads a terminal on Linux."""
    seen = b""
    with suppress(OSError):
        while part := os.read(screen, 4096):
            seen += part
    return seen.decode()


def test_nothing_of_the_bar_goes_to_a_pipe(folder: Path) -> None:
    (folder / "year.jsonl").write_bytes(YEAR[1])
    piped = run("year.jsonl", "--until", UNTIL)
    assert piped.stderr == ""
    assert piped.stdout.startswith("Loaded 1 reports")


async def test_a_load_that_is_stopped_in_the_middle_is_finished_by_the_next(folder: Path) -> None:
    store = Store.open(url(folder))
    history = history_to_load(lines_of(folder / "year.jsonl"), date.fromisoformat(UNTIL))

    class Killed(BaseException):
        pass

    def dies(records: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        await HistoryLoad(store, shipped_packs(), shipped_directories()).run(history.records, dies)
    fresh = await HistoryLoad(store, shipped_packs(), shipped_directories()).run(history.records)
    assert 0 < fresh < len(history.records)
    assert [each.incident for each in await loaded_absences(store, ["nottinghamshire"]) if each.is_open] == ["P-3"]
    await store.close()


@pytest.mark.kafka
def test_a_topic_is_loaded_as_a_file_is(
    kafka: str, topic_prefix: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = police_notifications(topic_prefix)

    async def publish() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=kafka)
        await producer.start()
        for report in (found(6, "P-1", force=topic_prefix.upper()), missing(0, "P-1", force=topic_prefix.upper())):
            await producer.send_and_wait(topic, report, key=b"one")
        await producer.stop()

    asyncio.run(publish())
    monkeypatch.setenv("HOMEWARD_KAFKA_BOOTSTRAP", kafka)
    told = run(topic, "--until", UNTIL).output
    assert "Loaded 2 reports" in told
    assert "No loaded absence is still open." in told
    assert said(folder) == []
