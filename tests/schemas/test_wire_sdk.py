"""A foreign client: what the CloudEvents SDK writes, the hub reads, and what the hub writes, the SDK reads."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from schemas.cloudevents import binary, read, structured
from schemas.examples import example
from schemas.inbound import INBOUND, parse_message
from schemas.outbound import OUTBOUND


def foreign(name: str) -> CloudEvent:
    event = example(name)
    attributes = {key: value for key, value in event.items() if key not in ("data", "time")}
    attributes["time"] = datetime.fromisoformat(event["time"])
    return CloudEvent(attributes=attributes | {"partitionkey": "opaque"}, data=event["data"])


@pytest.mark.parametrize("name", INBOUND)
@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_the_hub_reads_what_the_sdk_writes(name: str, write: object) -> None:
    assert callable(write)
    message = write(foreign(name))
    envelope = read(list(message.headers.items()), message.value)
    expected = example(name)
    assert (envelope.id, envelope.source, envelope.type) == (expected["id"], expected["source"], name)
    assert envelope.time == datetime.fromisoformat(expected["time"]).astimezone(UTC)
    assert envelope.extensions["partitionkey"] == "opaque"
    assert structured(envelope)["data"] == expected["data"]
    assert isinstance(parse_message(envelope), INBOUND[name])


@pytest.mark.parametrize("name", OUTBOUND)
def test_the_sdk_reads_what_the_hub_writes(name: str) -> None:
    event = example(name)
    headers, body = binary(read([], json.dumps(event).encode()))
    received = from_kafka_event(KafkaMessage(headers=dict(headers), key=None, value=body))
    assert received.get_id() == event["id"]
    assert received.get_subject() == event.get("subject")
    assert received.get_time() == datetime.fromisoformat(event["time"])
    assert received.get_data() == event["data"]
