"""From this version to the next and back, two hubs one after the other, under load: the same is said as without it."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from next_version import FIELD, next_steps
from sqlalchemy import select, text

from homeward.embedded import EmbeddedKafka
from homeward.settings import load_settings
from homeward.torture.audit import audited
from homeward.torture.rig import Rig
from store import Store
from store.migrating import migrate, missing_steps
from store.tables import episodes
from tests.hub.rolling import HeldMail, Load, Message, VersionedHub, all_heard, ran

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub reads every topic of its kind, so these have a Kafka of their own."""
    folder, cache = tmp_path_factory.mktemp("rolling"), load_settings().cache
    with EmbeddedKafka(folder, cache=cache, heap=256) as broker:
        yield broker.bootstrap


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    postgres: Callable[[], str] = request.getfixturevalue("postgres")
    return postgres()


class Upgrade:
    """Two hubs on one database, and what is to be done with them."""

    def __init__(self, rig: Rig, mail: HeldMail, load: Load, steps: Path) -> None:
        self.rig, self.mail, self.load, self.steps = rig, mail, load, steps
        made = [rig.another() for _ in range(2)]
        self.hubs = [VersionedHub(hub.name, hub.settings, hub.log, hub.port) for hub in made]

    async def migrate(self) -> None:
        """`homeward migrate` of the next version, while this one works."""
        assert await ran("next", ["migrate", "--database", self.rig.database], self.steps) == 0
        assert await missing_steps(self.rig.database) == []

    async def roll(self, hub: VersionedHub, version: str) -> None:
        """One hub stops, while e-mails are under way and more children go missing, and comes back as this version."""
        self.mail.hold()
        await self.load.more(3)
        async with asyncio.timeout(60):
            await self.mail.knocked.wait()
        assert await self.count("deliveries WHERE state = 'sending' AND lease_owner IS NOT NULL")
        hub.send(signal.SIGTERM)
        await self.load.more(1)
        self.mail.free.set()
        await hub.ended()
        assert hub.process is not None
        assert hub.process.returncode == 0, hub.log.read_text()[-2000:]
        await hub.become(version, self.steps)

    async def stop(self) -> None:
        for hub in self.hubs:
            hub.send(signal.SIGTERM)
        await asyncio.gather(*(hub.ended() for hub in self.hubs))

    async def count(self, what: str) -> int:
        async with self.rig.store.reading_connection() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {what}"))).scalar_one())

    async def documents_of_the_next(self) -> int:
        """How many documents the next version has written."""
        async with self.rig.store.reading_connection() as connection:
            return sum(FIELD in doc for doc in (await connection.execute(select(episodes.c.doc))).scalars())

    async def promised(self) -> set[Message]:
        async with self.rig.store.reading() as tx:
            return {(each.row.message_id, each.row.destination) for each in await tx.outbox_after(0, 10_000)}


async def test_what_is_said_while_two_hubs_are_upgraded_and_go_back_is_what_would_have_been_said(
    own_kafka: str, database: str, tmp_path: Path
) -> None:
    await migrate(database)
    mail, store = await HeldMail().listening(), Store.open(database)
    rig, load = Rig(tmp_path, database, None, own_kafka, mail, store), Load(own_kafka, "RU" if store.postgres else "RS")
    upgrade = Upgrade(rig, mail, load, next_steps(tmp_path / "steps"))
    try:
        async with load.running():
            await asyncio.gather(*(hub.become("this", upgrade.steps) for hub in upgrade.hubs))
            await load.more(2)
            await upgrade.migrate()
            for hub in upgrade.hubs:
                await upgrade.roll(hub, "next")
            await load.more(2)
            assert await upgrade.documents_of_the_next()
            for hub in upgrade.hubs:
                await upgrade.roll(hub, "this")
            expected = await load.expected()
            await all_heard(rig, expected)
    finally:
        await upgrade.stop()
        await mail.close()
    assert await upgrade.count("episodes WHERE state = 'open'") == len(load.told)
    assert await upgrade.promised() == expected
    audit = await audited(rig, load.published, ())
    assert (audit.lost, audit.effects, audit.disorder) == ((), (), ())
    assert (audit.twice, audit.mails_twice) == (0, 0)
    await store.close()
