"""`homeward ledger` as an officer sees it; and the root of a day, stamped by a service and sent to a mailbox."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from sqlalchemy import text
from stamp_service import StampService, stamp_service
from wire_messages import context, missing

from homeward.cli import main
from homeward.hub import Hub as RunningHub
from homeward.sealing import Sealer
from homeward.settings import Settings
from homeward.stamping import stamp_time
from homeward.wiring import Parts
from homeward.witnessing import Witnesses
from homeward.wordings import PackWordings
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from schemas.delivery import Outgoing, Verdict
from store import Store
from store.migrating import migrate
from store.sealing import LedgerStamp
from tests.shipped import shipped_directories

OFFICER = "officer@governance.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/hub.db"


async def in_thread(*arguments: str, **settings: str) -> Result:
    """Commands run a loop of their own."""
    environment = {f"HOMEWARD_{name}": value for name, value in settings.items()}
    return await asyncio.to_thread(lambda: CliRunner(env=environment).invoke(main, [*arguments]))


async def a_day(url: str) -> Hub:
    """A hub that has taken reports in on one day and has sealed it on the next."""
    await migrate(url)
    hub = Hub(Store.open(url))
    await hub.take(context(-1, "compact:K-1"), missing(0, "P-1"))
    await Sealer(hub.store, hub.clock.now).look()
    hub.clock.set(hub.clock.now() + DAY)
    await Sealer(hub.store, hub.clock.now).look()
    return hub


async def test_an_officer_reads_that_the_ledger_holds_and_which_roots_vouch_for_it(url: str) -> None:
    assert "There is no root yet" in (await made(url, "roots")).output
    hub = await a_day(url)
    async with hub.store.reading() as tx:
        first, closing = await tx.roots_after(0, 10)
    await hub.store.close()
    done = await in_thread("ledger", "verify", "--database", url, "--root", first.root)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "The ledger is what was written.")
    assert f"Newest root: 2, of {closing.at:%Y-%m-%d %H:%M:%S}Z, {closing.root}" in done.output
    listed = await in_thread("ledger", "roots", "--database", url)
    assert [line.split()[0] for line in listed.output.splitlines()] == ["2"]
    assert f"closes {closing.closes}" in listed.output
    every = await in_thread("ledger", "roots", "--all", "--database", url)
    assert first.root in every.output


async def test_a_ledger_without_a_root_says_that_nothing_vouches_for_it(url: str) -> None:
    await migrate(url)
    hub = Hub(Store.open(url))
    await hub.take(missing(0, "P-1"))
    await hub.store.close()
    done = await in_thread("ledger", "verify", "--database", url)
    assert done.exit_code == 0
    assert "There is no root: nothing vouches" in done.output


async def a_day_less(url: str, table: str, rows: str) -> None:
    """A day of which somebody who may do anything took these rows of an append-only table out."""
    hub = await a_day(url)
    async with hub.store.connection() as connection:
        await connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
        await connection.execute(text(f"DELETE FROM {rows}"))
    await hub.store.close()


async def test_where_all_roots_were_taken_out_that_is_a_fault(url: str) -> None:
    await a_day_less(url, "ledger_roots", "ledger_roots")
    done = await in_thread("ledger", "verify", "--database", url)
    assert done.exit_code == 1
    assert "Roots: all of them are missing" in done.output
    assert "all roots were taken out" in done.output


async def made(url: str, *arguments: str) -> Result:
    await migrate(url)
    return await in_thread("ledger", *arguments, "--database", url)


async def test_an_officer_reads_which_row_is_gone_and_that_a_root_from_an_e_mail_is_not_there(url: str) -> None:
    await a_day_less(url, "ledger", "ledger WHERE position = 2")
    done = await in_thread("ledger", "verify", "--database", url, "--root", "f" * 64)
    assert done.exit_code == 1
    assert "Row 2: it is missing: root 1 (" in done.output
    assert f"Root {'f' * 64}: it is not here" in done.output
    assert done.output.splitlines()[-1].startswith("Error: The ledger is not what was written: ")


async def test_the_root_of_a_day_is_stamped_once_and_only_the_certificates_of_that_service_vouch_for_it(
    url: str, tmp_path: Path
) -> None:
    hub = await a_day(url)
    with stamp_service(tmp_path / "service") as service:
        witnesses = Witnesses(hub.store, hub.clock.now, service.url, None)
        service.refuses = True
        await witnesses.attend()
        service.refuses = False
        await witnesses.attend()  # not again at once
        assert await _stamps(hub.store) == {}
        hub.clock.set(hub.clock.now() + HOUR)
        await witnesses.attend()
        await witnesses.attend()
        stamps = await _stamps(hub.store)
        async with hub.store.reading() as tx:
            roots = await tx.roots_after(0, 10)
        assert list(stamps) == [2]
        assert service.verified(stamps[2], roots[1].root)
        assert not service.verified(stamps[2], roots[0].root)
        good = await made(url, "verify", "--certificates", str(service.certificates))
        assert (good.exit_code, good.output.splitlines()[-1]) == (0, "The ledger is what was written.")
        other = StampService(tmp_path / "other")
        bad = await made(url, "verify", "--certificates", str(other.certificates))
        assert (bad.exit_code, "Stamp of root 2: it does not hold" in bad.output) == (1, True)
        async with hub.store.connection() as connection:  # the stamp of one root beside another
            await connection.execute(text("DROP TRIGGER ledger_stamps_no_update"))
            await connection.execute(text("UPDATE ledger_stamps SET number = 1"))
        bad = await made(url, "verify", "--certificates", str(service.certificates))
        assert "Stamp of root 1: it does not hold (Mismatch between messages)" in bad.output
    await hub.store.close()


async def test_a_person_has_the_newest_root_stamped(url: str, tmp_path: Path) -> None:
    hub = await a_day(url)
    assert "No service is set. Set HOMEWARD_STAMP_URL" in (await made(url, "stamp")).output
    with stamp_service(tmp_path / "service") as service:
        done = await in_thread("ledger", "stamp", "--database", url, STAMP_URL=service.url)
        assert (done.exit_code, done.output.startswith("Root 2 is stamped: ")) == (0, True), done.output
        (stamp,) = await _all_stamps(hub.store)
        assert f"  stamped {stamp_time(stamp):%Y-%m-%d %H:%M:%S}Z" in (await made(url, "roots")).output
    gone = await in_thread("ledger", "stamp", "--database", f"{url}.new", STAMP_URL=service.url)
    assert gone.exit_code == 1
    await hub.store.close()


async def test_the_root_of_a_day_reaches_a_mailbox_once_and_says_nothing_of_a_child(url: str) -> None:
    hub, away = await a_day(url), [Verdict.AWAY]

    def accident(_item: Outgoing) -> Verdict | None:
        return away.pop() if away else None

    mail = MemoryMailSender(accident, words_of=PackWordings(hub.packs))
    witnesses = Witnesses(hub.store, hub.clock.now, None, (mail, OFFICER))
    for _ in range(3):
        await witnesses.attend()
        hub.clock.set(hub.clock.now() + HOUR)
    (post,) = mail.posts
    said = post.content.decode().replace("=\r\n", "")
    async with hub.store.reading() as tx:
        closing = await tx.closing_root()
    assert closing is not None
    assert post.mailbox == OFFICER
    assert closing.root in said
    assert "K-1" not in said
    assert "P-1" not in said
    await hub.store.close()


async def _all_stamps(store: Store) -> list[LedgerStamp]:
    async with store.reading() as tx:
        return await tx.stamps()


async def _stamps(store: Store) -> dict[int, bytes]:
    return {stamp.number: stamp.token for stamp in await _all_stamps(store)}


async def test_a_hub_that_runs_the_timers_seals_by_itself_and_tells_of_the_root_of_a_day(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await a_day(url)
    hub.clock.set(hub.clock.now() + DAY)
    told = asyncio.Event()

    def accident(item: Outgoing) -> None:
        if orjson.loads(item.body)["number"] == 3:  # not the one that was there before
            told.set()

    async def wait(_until: object, woken: asyncio.Event) -> None:
        await woken.wait()

    monkeypatch.setattr("homeward.sealing.EVERY", 0.01)
    monkeypatch.setattr("homeward.witnessing._LOOK_EVERY", 0.01)
    ways = {"mail": MemoryMailSender(accident), "topic": MemoryKafkaSender()}
    settings = Settings(roots_to=OFFICER, database_url=url)
    parts = Parts(settings, hub.packs, shipped_directories(), hub.store, ways, now=hub.clock.now, wait=wait)
    running = RunningHub(parts, ["timers"])
    await running.start()
    await asyncio.wait_for(told.wait(), 60)
    await running.stop()
    assert "     3  " in (await made(url, "roots")).output


async def test_sealing_goes_on_whatever_fails(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = await a_day(url)
    failed, again = asyncio.Event(), asyncio.Event()

    def now() -> datetime:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("a fault of ours")
        again.set()
        return hub.clock.now()

    monkeypatch.setattr("homeward.sealing.EVERY", 0.01)
    running = asyncio.create_task(Sealer(hub.store, now).run())
    await asyncio.wait_for(again.wait(), 60)
    running.cancel()
    await asyncio.wait([running])
    await hub.store.close()
