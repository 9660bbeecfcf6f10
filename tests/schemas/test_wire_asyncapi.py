"""The AsyncAPI document: complete, sound in itself, alike in JSON and YAML; and the page and the server beside it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas.asyncapi import document
from schemas.channels import CHANNELS
from schemas.cloudevents import read
from schemas.inbound import INBOUND, parse_message
from schemas.outbound import OUTBOUND
from schemas.page import page
from schemas.topics import TopicKind, parse_topic
from schemas.yaml import dump

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@cache
def whole() -> Any:
    """The document, made once, and only where tests are run and not counted."""
    return document()


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def resolved(reference: str) -> Any:
    target: Any = whole()
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def test_it_is_asyncapi_3_about_kafka() -> None:
    assert whole()["asyncapi"] == "3.0.0"
    assert whole()["info"].keys() >= {"title", "version", "description"}
    assert [server["protocol"] for server in whole()["servers"].values()] == ["kafka"]


def test_every_reference_leads_somewhere_and_stands_alone() -> None:
    references = [node for node in nodes(whole()) if isinstance(node.get("$ref"), str)]
    assert len(references) > 200
    for node in references:
        assert resolved(node["$ref"])
        assert node.keys() == {"$ref"}


def test_every_name_is_one_that_asyncapi_takes() -> None:
    for place in ("messages", "schemas"):
        assert all(re.fullmatch(r"[\w.-]+", name) for name in whole()["components"][place])


def test_every_message_stands_in_it_and_on_a_channel() -> None:
    messages = whole()["components"]["messages"]
    assert messages.keys() == INBOUND.keys() | OUTBOUND.keys()
    carried = {name for channel in whole()["channels"].values() for name in channel["messages"]}
    assert carried == messages.keys()


def test_every_channel_says_its_topic_its_parameters_and_its_bindings() -> None:
    for channel in whole()["channels"].values():
        kafka = channel["bindings"]["kafka"]
        assert kafka["topic"] == channel["address"]
        assert kafka["partitions"] > 0
        assert set(re.findall(r"{(\w+)}", channel["address"])) == channel["parameters"].keys()
        assert parse_topic(re.sub(r"{\w+}", "x", channel["address"])) is not None


def test_only_the_register_is_compacted() -> None:
    policies = {
        name: channel["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"]
        for name, channel in whole()["channels"].items()
    }
    assert [name for name, policy in policies.items() if policy == ["compact"]] == [TopicKind.REGISTER]


def test_the_hub_receives_what_comes_in_and_sends_what_goes_out() -> None:
    operations = whole()["operations"].values()
    for channel, operation in zip(CHANNELS, operations, strict=True):
        assert operation["action"] == {"in": "receive", "out": "send"}[channel.direction]
        place = operation["channel"]["$ref"]
        assert resolved(place)["address"] == channel.address
        assert [m["$ref"] for m in operation["messages"]] == [f"{place}/messages/{name}" for name in channel.types]
        assert ("groupId" in operation["bindings"]["kafka"]) == (channel.direction == "in")


@pytest.mark.parametrize("name", [*INBOUND, *OUTBOUND])
def test_every_message_has_a_payload_a_key_and_an_example_that_is_one(name: str) -> None:
    message = whole()["components"]["messages"][name]
    assert message["summary"]
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert resolved(message["payload"]["$ref"])["type"] == "object"
    shown = message["examples"][0]
    headers = [(header, value.encode()) for header, value in shown["headers"].items()]
    envelope = read(headers, json.dumps(shown["payload"]).encode())
    assert envelope.type == name
    if name in INBOUND:
        assert parse_message(envelope)
    known = resolved(message["headers"]["$ref"])
    assert shown["headers"].keys() <= known["properties"].keys()
    assert shown["headers"].keys() >= set(known["required"])


def test_yaml_and_json_say_the_same() -> None:
    assert yaml.safe_load(dump(whole())) == json.loads(json.dumps(whole()))


@given(JSON)
def test_any_data_can_be_written_as_yaml_and_read_again(value: Any) -> None:
    assert yaml.safe_load(dump(value)) == value


def test_the_page_shows_every_message_topic_and_field_and_needs_nothing_from_elsewhere() -> None:
    text = page()
    for name in (*INBOUND, *OUTBOUND):
        assert f'id="{name}"' in text
    for channel in CHANNELS:
        assert channel.address in text
    assert "last_seen_by_responsible_adult_at" in text
    assert "://" not in text
    assert not re.search(r"<(link|img|iframe)\b|\bsrc=|@import", text)


@pytest.mark.parametrize("served", [True, False])
def test_every_link_on_the_page_leads_somewhere(served: bool) -> None:
    text = page(served=served)
    anchors = set(re.findall(r'\bid="([^"]+)"', text))
    links = re.findall(r'\bhref="([^"]+)"', text)
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= anchors
    beside = {link for link in links if not link.startswith("#")}
    if served:
        from schemas.serving import files

        assert {f"/{link}" for link in beside} <= files().keys()
    else:
        assert beside == set()
