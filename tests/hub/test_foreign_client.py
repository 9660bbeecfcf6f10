"""End to end with a foreign client: events of the CloudEvents SDK in, topics and a mail server out."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from homeward.demo.sink import MailSink
from schemas.topics import police_notifications, register_children
from tests.hub.hubs import running

FORCE = "SDK"


def event(id_: str, type_: str, source: str, data: dict[str, object]) -> CloudEvent:
    attributes = {"id": id_, "source": source, "type": type_, "time": datetime(2026, 3, 2, 21, 0, tzinfo=UTC)}
    return CloudEvent(attributes={**attributes, "specversion": "1.0", "datacontenttype": "application/json"}, data=data)


async def publish(kafka: str, topic: str, message: KafkaMessage, key: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(topic, message.value, key=key, headers=list(message.headers.items()))
    await producer.stop()


@pytest.mark.kafka
async def test_events_of_the_sdk_lead_to_topics_and_e_mails(kafka: str, tmp_path: Path) -> None:
    numbers = [{"system": "mosaic", "value": "M-sdk"}, {"system": "compact", "value": "K-sdk"}]
    record = event("sdk-c-1", "case.context", "/casework/nottinghamshire",
                   {"authority": "nottinghamshire", "child": {"identifiers": numbers},
                    "services": [{"service": "tsyjs", "worker": "yj1", "manager": "yjm1"}]})  # fmt: skip
    missing = event("sdk-m-1", "police.missing", "/police/SDK",
                    {"incident": "SDK-1", "force": FORCE, "child": {"identifiers": numbers[1:]},
                     "responsible_authority": "nottinghamshire", "classification": "missing",
                     "reported_at": datetime.now(UTC).isoformat()})  # fmt: skip
    with MailSink(tmp_path / "mail") as sink:
        smtp = {"by_smtp": True, "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "plain"}
        async with running(kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", FORCE, register=True, **smtp) as hub:
            await publish(kafka, register_children("nottinghamshire"), to_binary_event(record), b"M-sdk")
            await hub.has_read("sdk-c-1")
            await publish(kafka, police_notifications(FORCE), to_structured_event(missing), b"SDK-1")
            await hub.has_read("sdk-m-1")
            async with hub.parts.store.reading() as tx:
                promises = await tx.outbox_after(0, 1000)
    told = [p for p in promises if p.row.type == "notify.missing"]
    assert {p.row.destination for p in told} == {
        "topic/nottinghamshire.early-help.v1",
        "mail/nottinghamshire/tsyjs_case_manager/yj1",
    }
    assert await the_sdk_reads(kafka, "nottinghamshire.early-help.v1", told[0].row.message_id)
    mails = [message_from_bytes(f.read_bytes(), policy=default) for f in (tmp_path / "mail").glob("*.eml")]
    [mail] = [m for m in mails if "notify.missing" in m["X-Homeward-Type"]]
    assert mail["To"].addresses[0].addr_spec == "tsyjs@nottinghamshire.example"
    assert "NOTTS-34" in mail["X-Homeward-Clauses"]


async def the_sdk_reads(kafka: str, topic: str, id_: str) -> bool:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        await consumer.getmany(timeout_ms=0)
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    read = from_kafka_event(KafkaMessage(headers=dict(record.headers), key=None, value=record.value))
                    if read.get_id() == id_:
                        data = read.get_data()
                        data = orjson.loads(data) if isinstance(data, bytes) else data
                        return bool(data["to"][0]["person"] == "yj1" and read.get_source() == "/homeward")
    finally:
        await consumer.stop()
    return False
