"""Who vouches for the root of a day: where one is not stamped or not sent for two days, the hub says so."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hub_in_memory import Hub
from prometheus_client import CollectorRegistry
from seals import seal
from stamp_service import stamp_service
from wire_messages import context, missing

from homeward.health.gauges import Gauges
from homeward.hub import Hub as RunningHub
from homeward.sealing import Sealer
from homeward.settings import Settings
from homeward.wiring import Parts
from homeward.witnessing import Witnesses
from homeward.wordings import PackWordings
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from schemas.delivery import Outgoing, Verdict
from store import Store
from store.migrating import migrate
from tests.shipped import shipped_directories

OFFICER = "officer@governance.example"
DAY = timedelta(days=1)


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hub]:
    """With a ledger that is sealed each day."""
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    if request.param == "postgres":
        fresh: Callable[[], str] = request.getfixturevalue("postgres")
        url = fresh()
    await migrate(url)
    made = Hub(Store.open(url))
    await made.take(context(-1, "compact:K-1"), missing(0, "P-1"))
    await next_day(made, 0)
    yield made
    await made.store.close()


async def next_day(hub: Hub, days: int = 1) -> None:
    """So many days pass, and what is there is sealed."""
    hub.clock.set(hub.clock.now() + days * DAY)
    await seal(Sealer(hub.store, hub.clock.now))


async def test_a_service_that_stamps_no_root_for_two_days_is_told_of_also_after_a_restart(
    hub: Hub, tmp_path: Path
) -> None:
    with stamp_service(tmp_path / "service") as service:

        async def told() -> tuple[str | None, dict[str, int]]:
            witnesses = Witnesses(hub.store, hub.clock.now, service.url, None)
            await witnesses.attend()
            return witnesses.fault(), witnesses.waits()

        assert await told() == (None, {"stamp": 0}), "there is nothing to stamp yet"
        await next_day(hub)
        assert await told() == (None, {"stamp": 0})
        service.refuses = True
        for days in (0, 1):
            await next_day(hub)
            assert await told() == (None, {"stamp": days * 86_400})
        await next_day(hub)
        since = hub.clock.now() - 2 * DAY
        said = f"roots of days have not been stamped since {since:%Y-%m-%d %H:%M}: see the log"
        assert await told() == (said, {"stamp": 2 * 86_400})
        service.refuses = False
        assert await told() == (None, {"stamp": 0})


async def test_a_service_that_is_first_set_on_an_old_hub_has_two_days_from_the_first_try_also_over_restarts(
    hub: Hub, tmp_path: Path
) -> None:
    await next_day(hub)
    await next_day(hub, 365)
    first = hub.clock.now()
    with stamp_service(tmp_path / "service") as service:
        service.refuses = True
        for days in range(3):
            witnesses = Witnesses(hub.store, hub.clock.now, service.url, None)
            await witnesses.attend()
            late = f"roots of days have not been stamped since {first:%Y-%m-%d %H:%M}: see the log"
            assert (witnesses.fault(), witnesses.waits()) == (late if days == 2 else None, {"stamp": days * 86_400})
            await next_day(hub)
        mail = MemoryMailSender(lambda _item: Verdict.AWAY, words_of=PackWordings(hub.packs))
        both = Witnesses(hub.store, hub.clock.now, service.url, (mail, OFFICER))
        await both.attend()
        assert both.waits() == {"stamp": 3 * 86_400, "mail": 0}, "each has a first try of its own"


async def test_a_mailbox_that_takes_no_root_for_two_days_is_told_of(hub: Hub) -> None:
    away = False

    def accident(_item: Outgoing) -> Verdict | None:
        return Verdict.AWAY if away else None

    mail = MemoryMailSender(accident, words_of=PackWordings(hub.packs))
    witnesses = Witnesses(hub.store, hub.clock.now, None, (mail, OFFICER))
    await next_day(hub)
    await witnesses.attend()
    away = True
    for days in range(3):
        assert witnesses.fault() is None
        await next_day(hub)
        await witnesses.attend()
        assert witnesses.waits() == {"mail": days * 86_400}
    assert "roots of days have not been sent since" in (witnesses.fault() or "")
    away = False
    await next_day(hub)
    await witnesses.attend()
    assert (witnesses.fault(), witnesses.waits()) == (None, {"mail": 0})


@pytest.mark.parametrize("answer", [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno"])
async def test_a_service_that_does_not_speak_http_keeps_no_root_from_the_mailbox(hub: Hub, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        mail = MemoryMailSender(words_of=PackWordings(hub.packs))
        witnesses = Witnesses(hub.store, hub.clock.now, url, (mail, OFFICER))
        await next_day(hub, 2)
        await witnesses.attend()
    assert len(mail.posts) == 1
    assert witnesses.waits() == {"stamp": 0, "mail": 0}
    hub.clock.set(hub.clock.now() + 2 * DAY)
    assert "have not been stamped" in (witnesses.fault() or "")


async def test_where_nobody_is_to_vouch_nothing_is_told(hub: Hub) -> None:
    witnesses = Witnesses(hub.store, hub.clock.now, None, None)
    await next_day(hub, 9)
    await witnesses.attend()
    assert (witnesses.fault(), witnesses.waits()) == (None, {})


async def test_what_fails_is_called_by_its_name_and_the_hub_says_it_in_ready_and_in_a_gauge(
    hub: Hub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = [asyncio.Event(), asyncio.Event()]

    def accident(_item: Outgoing) -> Verdict | None:
        next(one for one in tries if not one.is_set() or one is tries[-1]).set()
        raise RuntimeError("a fault of ours")

    ways = {"mail": MemoryMailSender(accident), "topic": MemoryKafkaSender()}
    settings = Settings(roots_to=OFFICER)
    parts = Parts(settings, hub.packs, shipped_directories(), hub.store, ways, now=hub.clock.now)
    running = RunningHub(parts, ["timers"])
    await next_day(hub)
    caplog.clear()
    monkeypatch.setattr("homeward.witnessing._LOOK_EVERY", 0.01)
    at_work = asyncio.create_task(parts.witnesses.run())
    await asyncio.wait_for(tries[-1].wait(), 60)  # it goes on whatever fails
    at_work.cancel()
    await asyncio.wait([at_work])
    hub.clock.set(hub.clock.now() + 2 * DAY)
    said = {line.message for line in caplog.records if line.levelno >= logging.WARNING}
    assert said == {"Could not have the root of a day vouched for, retrying"}
    state = await running.health.state()
    assert state["faults"]["witness"].startswith("roots of days have not been sent since")
    registry = CollectorRegistry()
    registry.register(Gauges(running.health.board))
    assert registry.get_sample_value("homeward_root_waits_seconds", {"witness": "mail"}) == 2 * 86_400
