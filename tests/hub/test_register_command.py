"""`homeward register`: the age of what registers have told, and reading one again while nothing else is disturbed."""

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner

from homeward import clock
from homeward.cli import main
from schemas.topics import register_children
from store import Store
from store.migrating import migrate
from store.register_freshness import RegisterFreshness

_numbers = itertools.count(1)


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["register", *arguments], env=environment)
    return done.exit_code, done.output


async def prepared(url: str, *freshness: RegisterFreshness) -> None:
    await migrate(url)
    store = Store.open(url)
    async with store.transaction() as tx:
        await tx.note_register_freshness(freshness)
    await store.close()


def test_the_status_says_how_old_each_register_is(tmp_path: Path) -> None:
    url, now = f"sqlite+aiosqlite:///{tmp_path}/hub.db", clock.now()
    old, young = now - timedelta(days=3, hours=2, minutes=1), now - timedelta(hours=5, minutes=1)
    asyncio.run(
        prepared(url, RegisterFreshness("nottinghamshire", old, now), RegisterFreshness("islington", young, now))
    )
    code, text = run("status", "--database", url)
    assert code == 0
    assert [line.split()[0] for line in text.splitlines()] == ["islington", "nottinghamshire"]
    assert "5 h 1 min old" in text
    assert "3 d 2 h old" in text


def test_the_status_of_a_new_hub_says_so(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    asyncio.run(prepared(url))
    code, text = run("status", "--database", url)
    assert (code, text.strip()) == (0, "No register has sent anything yet.")


def test_an_authority_that_is_not_there_is_named_with_the_ones_that_are(tmp_path: Path) -> None:
    code, text = run("reread", "nowhere", HOMEWARD_DATA=str(tmp_path))
    assert code != 0
    assert "Unknown authority 'nowhere'. Choose one of: " in text
    assert "nottinghamshire" in text


def record(number: str, worker: str) -> bytes:
    child = {"identifiers": [{"system": "mosaic", "value": number}]}
    services = [{"service": "cscs", "worker": worker}]
    data = {"authority": "nottinghamshire", "child": child, "services": services}
    told = {"specversion": "1.0", "id": f"reread-{next(_numbers)}", "source": "/casework/nottinghamshire",
            "type": "case.context", "time": clock.now(), "data": data}  # fmt: skip
    return orjson.dumps(told)


@pytest.mark.kafka
async def test_a_register_is_read_again_from_its_beginning(kafka: str, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    await prepared(url)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for number, worker in (("RR-1", "former"), ("RR-2", "sw2"), ("RR-1", "sw1")):
        await producer.send_and_wait(register_children("nottinghamshire"), record(number, worker), key=number.encode())
    await producer.send_and_wait(register_children("nottinghamshire"), None, key=b"RR-2")
    await producer.stop()
    environment = {"HOMEWARD_KAFKA_BOOTSTRAP": kafka, "HOMEWARD_DATABASE_URL": url}
    kept = []
    for _ in range(2):  # the second time finds everything as it is
        code, text = await asyncio.to_thread(run, "reread", "nottinghamshire", **environment)
        assert code == 0, text
        assert "records of nottinghamshire again." in text
        store = Store.open(url)
        async with store.reading() as tx:
            where = await tx.find([("nottinghamshire", "mosaic", n) for n in ("RR-1", "RR-2")], [], [])
            people, _ = await tx.load({row.person for row in where.identifiers})
            kept.append(len(await tx.ledger_after(0, 1000)))
            freshness = [register.authority for register in await tx.register_freshness()]
        await store.close()
        assert [row.value for row in where.identifiers] == ["RR-1"]
        assert b'"sw1"' in next(iter(people.values())).doc
        assert freshness == ["nottinghamshire"]
    assert kept[0] == kept[1]
