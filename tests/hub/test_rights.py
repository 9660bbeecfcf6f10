"""A Kafka that allows nothing that was not granted: with the least set of rights everything works; without each one of
them the hub says which is missing and is not ready, and goes on with the rest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from token_server import CLIENT

from consumers.clients import open_client
from homeward import clock, watching
from homeward.doctor.kafka_checks import kafka_findings
from homeward.hub import Hub
from homeward.wiring import Parts, library, senders
from producers.fakes import MemoryMailSender
from schemas.topics import (
    canary_end,
    canary_start,
    casework_outcomes,
    police_intelligence,
    police_notifications,
    register_children,
)
from store import Store
from store.migrating import migrate
from tests.services.secured import USER, Grant, SecuredKafka

pytestmark = pytest.mark.kafka
PATIENCE = 120.0  # seconds
_TOLD_WITHIN = watching.RIGHTS_EVERY + watching._LOOK_EVERY + watching._ANSWER_WITHIN  # outside these tests
AUTHORITY, FORCE = "nottinghamshire", "ZX"
POLICE, CASEWORK, REGISTER = police_notifications(FORCE), casework_outcomes(AUTHORITY), register_children(AUTHORITY)
AUTHORITIES = ("buckinghamshire", "islington", "mfh-borough", "nottinghamshire", "quick-guide")
POLICE_RIGHT, CASEWORK_RIGHT = Grant("read", "police.", "prefixed"), Grant("read", "casework.", "prefixed")
LEAST = [
    POLICE_RIGHT,
    CASEWORK_RIGHT,
    Grant("read", "register.", "prefixed"),
    Grant("write", "hub.operators.v1"),
    Grant("write", police_intelligence(FORCE)),
    Grant("write", canary_start()),
    Grant("read", canary_end(AUTHORITY)),
]
HOME = [Grant("read", canary_end(authority)) for authority in AUTHORITIES if authority != AUTHORITY]
OWN = [Grant("write", f"{authority}.", "prefixed") for authority in AUTHORITIES]
CHILD = {"identifiers": [{"system": "mosaic", "value": "M-1"}], "given_name": "Robin", "date_of_birth": "2012-03-01"}


def of_group(kafka: SecuredKafka) -> Grant:
    return Grant("read", kafka.group, resource="group")


@pytest.fixture
async def kafka(secured: SecuredKafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> SecuredKafka:
    """With the least set granted, every topic made, and rights that are asked for at each look. Each test has a group
    of its own: a hub that may not even leave its group is a member of it for a while."""
    monkeypatch.setattr(watching, "RIGHTS_EVERY", 0.0)
    secured.group = topic_prefix
    await secured.revoke_all()
    await secured.grant(of_group(secured), *LEAST, *OWN, *HOME)
    admin = AIOKafkaAdminClient(bootstrap_servers=secured.plain)
    _, directories = library(secured.settings())
    services = {f"{a}.{s}.v1" for a, d in directories.items() for s in {*d.services.values(), *d.by_type.values()}}
    topics = {POLICE, CASEWORK, REGISTER, police_intelligence(FORCE), canary_start(), *services}
    topics |= {canary_end(authority) for authority in AUTHORITIES}
    async with open_client(admin.start(), admin.close):
        await admin.create_topics([NewTopic(topic, 1, 1) for topic in sorted(topics - {*await admin.list_topics()})])
    return secured


@asynccontextmanager
async def running(kafka: SecuredKafka, folder: Path, **known_by: object) -> AsyncIterator[Hub]:
    settings = kafka.settings(**known_by, database_url=f"sqlite+aiosqlite:///{folder}/hub.db")
    await migrate(settings.database)
    packs, directories = library(settings)
    ways = {"topic": senders(settings)["topic"], "mail": MemoryMailSender()}
    hub = Hub(Parts(settings, packs, directories, Store.open(settings.database), ways), ["consumers", "relay"])
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def publish(kafka: SecuredKafka, topic: str, type_: str, id_: str, **data: Any) -> None:
    event = {"specversion": "1.0", "id": id_, "source": "/test", "type": type_, "data": data}
    producer = AIOKafkaProducer(bootstrap_servers=kafka.plain)
    async with open_client(producer.start(), producer.stop):
        await producer.send_and_wait(topic, orjson.dumps(event), key=b"one")


async def missing(kafka: SecuredKafka, incident: str) -> None:
    await publish(
        kafka, POLICE, "police.missing", incident, incident=incident, force=FORCE, child=CHILD,
        classification="missing", responsible_authority=AUTHORITY, reported_at="2026-03-02T09:00:00Z",
    )  # fmt: skip


async def faults(hub: Hub, wanted: bool) -> str:
    """What the hub says of rights, once it says something (or nothing any more)."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await hub.watch.turn()
            state = await hub.health.state()
            if ("rights" in state["faults"]) is wanted:
                assert state["ready"] is not wanted or not wanted
                return str(state["faults"].get("rights", ""))


async def heard(kafka: SecuredKafka, topic: str, type_: str, since: datetime) -> None:
    """Returns when a message of that type stands in the topic that was written since then."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka.plain, auto_offset_reset="earliest")
    async with open_client(consumer.start(), consumer.stop), asyncio.timeout(PATIENCE):
        async for record in consumer:
            is_new = record.timestamp >= since.timestamp() * 1000
            if is_new and dict(record.headers)["ce_type"].decode() == type_:
                break


async def taken(hub: Hub, message: str) -> None:
    """Returns when the message with this id has been taken in."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with hub.parts.store.reading() as tx:
                lines = await tx.ledger_after(0, 10_000)
                names = await tx.names_of([line.contents_hash for line in lines if line.contents_hash])
            if message in {name.id for name in names.values()}:
                return
            await hub.watch.turn()


@pytest.mark.parametrize("known_by", ["password", "certificate", "token"])
async def test_with_the_least_set_everything_works_however_kafka_knows_the_hub(
    kafka: SecuredKafka, tmp_path: Path, known_by: str
) -> None:
    how = {"password": {}, "certificate": kafka.certificate(), "token": kafka.token()}[known_by]
    user = {"password": USER, "certificate": f"CN={USER}", "token": CLIENT}[known_by]
    begun = clock.now()
    await kafka.revoke_all()
    await kafka.grant(*(replace(right, user=user) for right in (of_group(kafka), *LEAST, *OWN, *HOME)))
    async with running(kafka, tmp_path, **how) as hub:
        assert await faults(hub, wanted=False) == ""
        service = {"service": "childrens_social_care", "worker": "sw-1"}
        await publish(kafka, REGISTER, "case.context", "c1", authority=AUTHORITY, child=CHILD, services=[service])
        await taken(hub, "c1")
        await missing(kafka, "W-1")
        await heard(kafka, f"{AUTHORITY}.social-care.v1", "episode.open", begun)
        found = "2026-03-02T12:00:00Z"
        await publish(kafka, POLICE, "police.found", "f1", incident="W-1", force=FORCE, returned_at=found)
        await publish(
            kafka, CASEWORK, "rhi.outcome", "o1", authority=AUTHORITY, incident="W-1", force=FORCE, result="completed",
            intelligence="by the station", at="2026-03-03T12:00:00Z", by={"role": "return_interviewer"},
        )  # fmt: skip
        await publish(kafka, POLICE, "police.nonsense", "n1")
        await heard(kafka, police_intelligence(FORCE), "police.intel", begun)
        await heard(kafka, "hub.operators.v1", "exception.raise", begun)
        state = await hub.health.state()
        assert (state["checks"]["rights"], state["checks"]["consumers"]) == (True, True)


@pytest.mark.parametrize(
    "one", [of_group, *LEAST, *OWN], ids=lambda one: "group" if callable(one) else f"{one.operation} {one.name}"
)
async def test_without_one_right_the_hub_says_which_and_is_not_ready_until_it_is_granted(
    kafka: SecuredKafka, tmp_path: Path, one: Grant | Callable[[SecuredKafka], Grant], caplog: pytest.LogCaptureFixture
) -> None:
    right = one if isinstance(one, Grant) else one(kafka)
    await missing(kafka, "seen")  # that there is such a force is known by its topic
    async with running(kafka, tmp_path) as hub:
        assert await faults(hub, wanted=False) == ""
        await kafka.revoke(right)
        said = await faults(hub, wanted=True)
        what = {"group": "the group ", "topic": "the topic "}[right.resource]
        of = f"topics that begin with {right.name}" if right.grade == "prefixed" else f"{what}{right.name}"
        assert f"{right.operation.title()} on {of}" in said
        (grant,) = {
            r.__dict__["grant"] for r in caplog.records if f"on {of}" in r.getMessage() and "grant" in r.__dict__
        }
        assert f"--operation {right.operation.title()} --{right.resource} {right.name}" in grant
        assert ("--resource-pattern-type prefixed" in grant) is (right.grade == "prefixed")
        await kafka.grant(right)
        assert await faults(hub, wanted=False) == ""


def test_a_right_that_is_missing_is_told_within_a_minute_however_slow_kafka_is() -> None:
    assert _TOLD_WITHIN < 60


async def test_the_doctor_says_which_rights_are_missing_and_how_to_grant_them(kafka: SecuredKafka) -> None:
    settings = kafka.settings()
    _, directories = library(settings)
    assert {f.severity for f in await kafka_findings(settings, directories)} <= {"ok", "warning"}
    await kafka.revoke(CASEWORK_RIGHT, OWN[0])
    found = [f for f in await kafka_findings(settings, directories) if f.check == "kafka rights"]
    assert [f.says for f in found] == [
        "missing: Read on topics that begin with casework.",
        "missing: Write on topics that begin with buckinghamshire.",
    ]
    assert found[0].fix == (
        f"kafka-acls.sh --bootstrap-server {kafka.secured} --command-config admin.properties --add --allow-principal "
        "User:homeward --operation Read --topic casework. --resource-pattern-type prefixed"
    )


async def test_a_hub_that_starts_without_its_group_says_so_and_begins_when_it_is_granted(
    kafka: SecuredKafka, tmp_path: Path
) -> None:
    await kafka.revoke(of_group(kafka))
    async with running(kafka, tmp_path) as hub:
        assert f"Read on the group {kafka.group}" in await faults(hub, wanted=True)
        await missing(kafka, "G-1")
        await kafka.grant(of_group(kafka))
        await taken(hub, "G-1")


async def test_a_topic_that_may_be_seen_and_not_read_is_left_out_and_keeps_no_other_from_being_read(
    kafka: SecuredKafka, tmp_path: Path
) -> None:
    await kafka.revoke(CASEWORK_RIGHT)
    await kafka.grant(Grant("describe", CASEWORK))
    async with running(kafka, tmp_path) as hub:
        assert f"Read on the topic {CASEWORK}" in await faults(hub, wanted=True)
        await missing(kafka, "D-1")
        await taken(hub, "D-1")
        await publish(
            kafka, CASEWORK, "document.updated", "d1", authority=AUTHORITY, child=CHILD, kind="risk_assessment"
        )
        await kafka.grant(CASEWORK_RIGHT)
        await taken(hub, "d1")
        assert await faults(hub, wanted=False) == ""


async def test_a_right_that_is_lost_while_records_come_stops_only_what_it_was_for(
    kafka: SecuredKafka, tmp_path: Path
) -> None:
    async with running(kafka, tmp_path) as hub:
        await missing(kafka, "L-1")
        await taken(hub, "L-1")
        await kafka.revoke(POLICE_RIGHT)
        assert "police." in await faults(hub, wanted=True)
        await publish(kafka, REGISTER, "case.context", "l2", authority=AUTHORITY, child=CHILD)
        await taken(hub, "l2")
        await missing(kafka, "L-3")
        await kafka.grant(POLICE_RIGHT)
        await taken(hub, "L-3")
