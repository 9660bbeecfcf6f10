"""`python -m bench.desk`: how long each page of the desk takes with 100,000 episodes of which 1,000 are open, as the
median of many requests, and as a ratio to the same page of a desk with one."""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import click
import httpx2 as httpx
import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.cloning import clone
from bench.databases import databases
from consumers.parsing import parse_record
from desk.application import application
from desk.desk import Desk
from desk.options import DeskOptions
from desk.people import DeskUser, Grant
from homeward import clock
from homeward.clock import VirtualClock
from homeward.desk.downloads import PeriodFiles
from homeward.desk.letters import MailLetters
from homeward.desk.rehearsal import IntakeRehearsal
from homeward.logs import configure
from homeward.settings import Settings
from homeward.wiring import library
from homeward.wordings import PackWordings
from intake.intake import Intake
from intake.records import RawRecord
from routing.messages import derived_id
from schemas.topics import police_notifications, register_children
from store import OutboxRow, Store

AUTHORITY, FORCE = "nottinghamshire", "BENCH"
ASKED = Grant(AUTHORITY, frozenset({"allocated_social_worker"}))
OFFICER = DeskUser(
    "d.officer", "D. Officer", (Grant(AUTHORITY),), operator=True, local=True, asked=(ASKED,), forces=frozenset({FORCE})
)
HERE = "http://127.0.0.1"
_BATCH = 10
"""Records that are taken in at one time of the clock."""
_LOADED = 200
"""Episodes that are over and are taken in; the others are copies of them."""
_LETTERS = 2
"""Messages that stand in the outbox for each episode that is over."""


@click.command()
@click.option("--episodes", default=100_000, show_default=True, help="Episodes in the large database.")
@click.option("--open", "still_open", default=1000, show_default=True, help="How many of them are open.")
@click.option("--rounds", default=15, show_default=True, help="Requests for each page.")
@click.option("--only", type=click.Choice(["SQLite", "Postgres"]), help="One of the two databases.")
def main(episodes: int, still_open: int, rounds: int, only: str | None) -> None:
    """Measures the pages of the desk on a large and on a small database."""
    configure("ERROR", "text")
    title = f"The desk: {episodes:,} episodes, {still_open:,} open; medians of {rounds} requests"
    table = Table("page", "on", "large, ms", "small, ms", "ratio", title=title)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, fresh in stack.enter_context(databases(folder)).items():
            if only in (None, name):
                asyncio.run(_compare(table, name, fresh, episodes, still_open, rounds))
    Console(width=110).print(table)


async def _compare(
    table: Table, name: str, fresh: Callable[[], str], episodes: int, still_open: int, rounds: int
) -> None:
    large = await _measured(fresh(), episodes, still_open, rounds)
    small = await _measured(fresh(), 1, 1, rounds)
    for page, took in large.items():
        table.add_row(page, name, f"{took:,.0f}", f"{small[page]:,.0f}", f"{took / small[page]:.1f}")


async def _measured(url: str, episodes: int, still_open: int, rounds: int) -> dict[str, float]:
    """Page → the median in milliseconds."""
    store = Store.open(url)
    await store.create()
    try:
        began = time.perf_counter()
        await fill(store, episodes, still_open)
        click.echo(f"{episodes:,} episodes in {time.perf_counter() - began:,.0f} s", err=True)
        return await measure(store, rounds)
    finally:
        await store.close()


def moment() -> datetime:
    """The instant at which all is measured: late in the afternoon, when the handover tells of a whole day."""
    return clock.now().replace(hour=15, minute=30, second=0, microsecond=0)


async def fill(store: Store, episodes: int, still_open: int) -> None:
    """Lets intake take in what is open and some of what is over, and copies the latter."""
    packs, directories = library(Settings(trial=True))
    now = moment()
    at, over = VirtualClock(now - timedelta(days=800)), episodes - still_open
    loaded = min(over, _LOADED)
    past = Intake(store, packs, directories, parse_record, at.now, history=True)
    await _take(past, _history(loaded, now), at)
    await clone(store, over // loaded if loaded else 0)
    at.set(now)
    live = Intake(store, packs, directories, parse_record, at.now)
    await _take(live, _missing(still_open, now), at)
    await _letters(store, over, now)
    if store.postgres:
        async with store.connection() as connection:
            await connection.execute(text("ANALYZE"))


async def measure(store: Store, rounds: int) -> dict[str, float]:
    """The same of a database that is filled."""
    packs, directories = library(Settings(trial=True))
    letters = MailLetters(PackWordings(packs, HERE))
    rehearsal = IntakeRehearsal(Intake(store, packs, directories, parse_record, moment))
    options = DeskOptions(url=HERE, local_user=OFFICER, requests=1_000_000)
    files = PeriodFiles(packs)
    return await _asked(Desk(options, store, packs, letters, _Nowhere(), files, rehearsal, moment), rounds)


class _Nowhere:
    """Nothing is answered here."""

    async def publish(self, topic: str, key: bytes, headers: Sequence[tuple[str, bytes]], value: bytes) -> None:
        raise NotImplementedError


async def _asked(desk: Desk, rounds: int) -> dict[str, float]:
    async with desk.store.reading() as tx:
        first = (await tx.open_episodes(AUTHORITY))[0].id
        message = (await tx.work_of(AUTHORITY))[0].message
    pages: dict[str, tuple[str, dict[str, str]]] = {
        "Now": ("/now", {}), "Wall": ("/now/wall", {}), "Since 17:00": ("/now/since", {}), "To do": ("/todo", {}),
        "Episode": (f"/e/{first}", {}), "Answer": (f"/m/{message}", {}), "Own force": ("/force", {}),
        "Find a reference": ("/find", {"sought": "B-0"}), "Find a number": ("/find", {"sought": "K-0"}),
        "Find a name": ("/find", {"sought": "Robin Madeup", "born": "2011-09-01"}),
        "Held up": ("/held-up", {}), "Rules": (f"/rules/{AUTHORITY}", {}), "My requests": ("/requests", {}),
        "Figures of a month": ("/figures", {}),
    }  # fmt: skip
    found = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(desk)), base_url=HERE) as client:
        await client.get("/rules")
        session = desk.sessions.of(client.cookies["homeward_desk"], moment())
        assert session is not None
        for name, (path, form) in pages.items():
            took = []
            for _ in range(rounds + 1):
                began = time.perf_counter()
                sent = {"csrf": session.csrf, **form}
                response = await (client.post(path, data=sent) if form else client.get(path))
                took.append((time.perf_counter() - began) * 1000)
                assert response.status_code == 200, (name, response.status_code)
            found[name] = median(took[1:])  # the first warms up
    return found


async def _take(intake: Intake, records: Iterator[RawRecord], at: VirtualClock) -> None:
    while batch := list(itertools.islice(records, _BATCH)):
        at.set(max(at.now(), *(record.timestamp for record in batch)))
        await intake.process_batch(batch)


def _history(count: int, now: datetime) -> Iterator[RawRecord]:
    """Episodes of the last two years that are over."""
    for n in reversed(range(1, count + 1)):  # in the order of their times
        at = now - timedelta(days=730) * (n / (count + 1)) - timedelta(days=3)
        yield _record(f"h{n}", "police.missing", at, _report(f"H-{n}", n, at))
        back = at + timedelta(hours=5)
        returned = {"incident": f"H-{n}", "force": FORCE, "returned_at": back.isoformat()}
        yield _record(f"f{n}", "police.found", back, returned)


def _missing(count: int, now: datetime) -> Iterator[RawRecord]:
    """Children with a record on the register who are missing still."""
    for n in reversed(range(count)):  # in the order of their times
        at = now - timedelta(minutes=30 + 10 * n)
        record = {"authority": AUTHORITY, "child": _child(f"K-{n}", n), "plan": "looked_after",
                  "services": [{"service": "cscs", "worker": f"sw{n % 40}", "manager": f"tm{n % 8}"}]}  # fmt: skip
        yield _record(f"c{n}", "case.context", at, record)
        yield _record(f"m{n}", "police.missing", at, _report(f"B-{n}", n, at, f"K-{n}"))


def _report(incident: str, n: int, at: datetime, number: str = "") -> dict[str, object]:
    return {
        "incident": incident, "force": FORCE, "child": _child(number or f"P-{incident}", n), "risk": "medium",
        "responsible_authority": AUTHORITY, "classification": "missing", "reported_at": at.isoformat(),
        "missing_from": "placement",
    }  # fmt: skip


def _child(number: str, n: int) -> dict[str, object]:
    """Made-up names of which some hundred children share each."""
    return {
        "identifiers": [{"system": "compact", "value": number}],
        "given_name": ("Robin", "Ashley", "Kit", "Sam", "Jules", "Frankie", "Charlie", "Alex")[n % 8],
        "family_name": "Madeup" if n % 100 == 0 else f"Madeup{n % 997}",
        "date_of_birth": f"20{8 + n % 8:02}-{1 + n % 12:02}-{1 + n % 28:02}",
    }


def _record(id_: str, type_: str, at: datetime, data: dict[str, object]) -> RawRecord:
    topic = register_children(AUTHORITY) if type_ == "case.context" else police_notifications(FORCE)
    source = "/casework/bench" if type_ == "case.context" else f"/police/{FORCE}"
    event = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": at.isoformat(), "data": data}
    return RawRecord(topic, 0, 0, orjson.dumps(event), at, id_.encode())


async def _letters(store: Store, count: int, now: datetime) -> None:
    """What was sent for the episodes that are over, all of it accepted long ago."""
    async with store.reading() as tx:
        position = max((d.position for d in await tx.outbox_after(0, 1_000_000)), default=0)
    names = itertools.product(range(count), range(_LETTERS))
    while batch := list(itertools.islice(names, 5000)):
        rows = [
            OutboxRow(derived_id("letter", str(n), str(k)), derived_id("m", str(n), str(k)), "episode",
                      derived_id("subject", str(n)), "notify.missing", b"{}", now - timedelta(days=4), None, ("HUB",),
                      AUTHORITY, None, f"mail/{AUTHORITY}/team_manager", "routine", None)
            for n, k in batch
        ]  # fmt: skip
        async with store.transaction() as tx:
            await tx.append((), rows)
    async with store.connection() as connection:
        sent = text("UPDATE deliveries SET state = 'accepted' WHERE position > :after")
        await connection.execute(sent, {"after": position})


if __name__ == "__main__":
    main()
