"""From this version to the next and back, two hubs one after the other, under load: the same is said as without it."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from next_version import FIELD, next_steps
from sqlalchemy import select, text

from homeward.embedded import EmbeddedKafka
from homeward.settings import load_settings
from homeward.torture.audit import disorder, message_ids, messages_lost
from homeward.torture.listening import overheard
from homeward.torture.promised import all_promised
from store import Store
from store.migrating import migrate, missing_steps
from store.tables import episodes
from tests.hub.rolling import HeldMail, Load, VersionedHub, all_heard, ran

pytestmark = pytest.mark.kafka


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[str]:
    """A hub reads every topic of its kind, so these have a Kafka of their own."""
    with EmbeddedKafka(tmp_path / "kafka", cache=load_settings().cache, heap=256) as broker:
        yield broker.bootstrap


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    postgres: Callable[[], str] = request.getfixturevalue("postgres")
    return postgres()


class Upgrade:
    """Two hubs on one database, and what is to be done with them."""

    def __init__(self, folder: Path, database: str, mail: HeldMail, load: Load) -> None:
        self.database, self.store, self.mail, self.load = database, Store.open(database), mail, load
        self.steps = next_steps(folder / "steps")
        settings = {
            "KAFKA_BOOTSTRAP": load.bootstrap, "DATABASE_URL": database, "DATA": str(folder), "TRIAL": "true",
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mail.port), "SMTP_TLS": "plain",
        }  # fmt: skip
        self.hubs = [VersionedHub([], settings, folder / f"hub-{n}.log", 0) for n in range(2)]

    async def migrate(self) -> None:
        """`homeward migrate` of the next version, while this one works."""
        assert await ran("next", ["migrate", "--database", self.database], self.steps) == 0
        assert await missing_steps(self.database) == []

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
        async with self.store.reading_connection() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {what}"))).scalar_one())

    async def documents_of_the_next(self) -> int:
        """How many documents the next version has written."""
        async with self.store.reading_connection() as connection:
            return sum(FIELD in doc for doc in (await connection.execute(select(episodes.c.doc))).scalars())


async def test_what_is_said_while_two_hubs_are_upgraded_and_go_back_is_what_would_have_been_said(
    own_kafka: str, database: str, tmp_path: Path
) -> None:
    await migrate(database)
    mail, load = await HeldMail().listening(), Load(own_kafka, "RU")
    upgrade = Upgrade(tmp_path, database, mail, load)
    try:
        async with load.running():
            await load.more(2)
            await asyncio.gather(*(hub.become("this", upgrade.steps) for hub in upgrade.hubs))
            await upgrade.migrate()
            for hub in upgrade.hubs:
                await upgrade.roll(hub, "next")
            await load.more(2)
            assert await upgrade.documents_of_the_next()
            for hub in upgrade.hubs:
                await upgrade.roll(hub, "this")
            expected = await load.expected()
            await all_heard(own_kafka, expected)
            await mail.all_accepted(upgrade.store)
    finally:
        await upgrade.stop()
        await mail.close()
    rows, posts = await all_promised(upgrade.store), Counter(message_ids(mail.posts))
    told = await overheard(own_kafka, {to.removeprefix("topic/") for _, to in expected if to.startswith("topic/")})
    ids = Counter((topic, id_) for topic, parts in told.items() for part in parts.values() for id_ in part)
    assert await upgrade.count("episodes WHERE state = 'open'") == len(load.told)
    assert {(row.message, row.destination) for row in rows} == expected
    assert [*messages_lost(rows, told, posts), *disorder(rows, told)] == []
    assert [each for each, times in (*ids.items(), *posts.items()) if times > 1] == []
    await upgrade.store.close()
