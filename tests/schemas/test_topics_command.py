"""`homeward topics`: every topic that the hub reads or writes, once, in the form that Kafka is to create it."""

import asyncio
import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from click.testing import CliRunner, Result

from homeward.cli import main
from homeward.library import read_directories
from outbox.writer import destinations
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Recipient
from schemas.asyncapi import document
from schemas.catalogue import TopicShape, concrete_topics
from schemas.channels import CANARY_TYPE as CANARY
from schemas.topics import HUB_FORCE, OWN_PATTERNS, TopicKind, parse_topic

PATIENCE = 30.0  # seconds until the test gives up


def run(*arguments: str, command: str = "topics") -> Result:
    return CliRunner().invoke(main, [command, *arguments])


def told(*arguments: str) -> dict[str, dict[str, object]]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return {topic["topic"]: topic for topic in json.loads(result.stdout)}


def test_the_topics_of_an_authority_and_a_force_each_with_its_owner() -> None:
    topics = told("--authority", "Nottinghamshire", "--force", "zx")
    assert [(name, topic["owner"]) for name, topic in topics.items() if topic["direction"] == "in"] == [
        ("police.zx.notifications.v1", "ZX"),
        ("casework.nottinghamshire.outcomes.v1", "nottinghamshire"),
        ("register.nottinghamshire.children.v1", "nottinghamshire"),
        ("police.hub.notifications.v1", "HUB"),
    ]
    assert {"police.zx.intelligence.v1", "nottinghamshire.escalations.v1", "nottinghamshire.social-care.v1"} < set(
        topics
    )
    assert topics["register.nottinghamshire.children.v1"]["types"] == ["case.context"]
    assert topics["nottinghamshire.canary.v1"]["types"] == topics["police.hub.notifications.v1"]["types"] == [CANARY]


def test_without_an_authority_every_one_that_has_a_pack_and_the_operator() -> None:
    topics = told()
    owners = {parse_topic(name).owner for name in topics}  # type: ignore[union-attr]
    assert owners == {*read_directories(), HUB_FORCE}
    assert "hub.operators.v1" in topics
    assert not any(name.startswith(("casework.hub", "register.hub", "hub.canary")) for name in topics)
    assert [name for name in topics if name.startswith("police.")] == ["police.hub.notifications.v1"]
    assert "Name the forces with --force." in run().stderr


@pytest.mark.parametrize("authority", sorted(read_directories()))
def test_every_topic_that_a_message_can_go_to_is_among_them(authority: str) -> None:
    directory = read_directories()[authority]
    known = {t.name for t in concrete_topics({authority: directory.service_topics}, ["ZX"], TopicShape())}
    for type_ in MESSAGE_TYPES:
        for role in directory.services:
            for force in (None, "ZX"):
                message = _message(authority, type_, role, force)
                assert {d.removeprefix("topic/") for d in destinations(message, directory)} <= known


def _message(authority: str, type_: str, role: str, force: str | None) -> Message:
    return Message(
        id="m", type=type_, rule="r", at=datetime(2026, 9, 1, tzinfo=UTC), authority=authority, pack="p", version="1",
        clauses=("C-1",), to=(Recipient(role),), subject_key="s", force=force,
    )  # fmt: skip


def test_only_the_register_is_compacted_and_nothing_is_kept_for_ever() -> None:
    for name, topic in told("--force", "zx", "--days", "7").items():
        config = topic["config"]
        assert isinstance(config, dict)
        found = parse_topic(name)
        assert found
        compacted = found.kind is TopicKind.REGISTER
        assert config["cleanup.policy"] == ("compact" if compacted else "delete")
        days = 1 if found.kind in OWN_PATTERNS else 7
        kept = config["delete.retention.ms" if compacted else "retention.ms"]
        assert kept == str(days * 24 * 60 * 60 * 1000)
        assert config["min.insync.replicas"] == "2"


def test_the_table_is_for_people() -> None:
    lines = run("--authority", "islington", "--force", "zx", "--replicas", "1").stdout.splitlines()
    assert lines[0].split() == ["topic", "written", "by", "partitions", "replicas", "clean-up", "days"]
    assert lines[1].split() == ["police.zx.notifications.v1", "in", "ZX", "6", "1", "delete", "30"]


def test_an_authority_without_a_pack_is_told_with_those_that_have_one() -> None:
    result = run("--authority", "elsewhere")
    assert result.exit_code == 2
    assert "Unknown authority 'elsewhere'." in result.stderr
    assert "nottinghamshire" in result.stderr


async def test_kafka_takes_the_topics_as_the_commands_describe_them(kafka: str, topic_prefix: str) -> None:
    commands = run(
        "--authority",
        "nottinghamshire",
        "--force",
        "zx",
        "--replicas",
        "1",
        "--partitions",
        "2",
        "--format",
        "commands",
    ).stdout.splitlines()
    assert len(commands) == len(told("--authority", "nottinghamshire", "--force", "zx"))
    wanted = {f"{topic_prefix}.{name}": rest for name, rest in map(_read, commands)}
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics(
            [
                NewTopic(name, partitions, replicas, topic_configs=c)
                for name, (partitions, replicas, c) in wanted.items()
            ]
        )
        made: dict[str, int] = {}
        async with asyncio.timeout(PATIENCE):  # a broker hears of a new topic a moment after the controller
            while made != {name: partitions for name, (partitions, _, _) in wanted.items()}:
                made = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics([*wanted])}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
        for answer in await admin.describe_configs(resources):
            for _, _, _, name, entries in answer.resources:
                held = {entry[0]: entry[1] for entry in entries}
                assert wanted[name][2].items() <= held.items()
    finally:
        await admin.delete_topics([*wanted])
        await admin.close()


def _read(command: str) -> tuple[str, tuple[int, int, dict[str, str]]]:
    """What a `kafka-topics.sh --create` asks for: the topic, its partitions, replicas and configuration."""
    words = shlex.split(command)
    assert words[0] == "kafka-topics.sh"
    assert {"--create", "--if-not-exists"} <= set(words)
    after = {
        word: words[place + 1] for place, word in enumerate(words) if word.startswith("--") and place + 1 < len(words)
    }
    config = [words[place + 1].split("=", 1) for place, word in enumerate(words) if word == "--config"]
    return after["--topic"], (int(after["--partitions"]), int(after["--replication-factor"]), dict(config))


def test_the_asyncapi_document_has_the_topics_one_by_one_where_it_is_asked_for_them(tmp_path: Path) -> None:
    out = tmp_path / "asyncapi.json"
    assert run("--authority", "nottinghamshire", "--force", "zx", "--out", str(out), command="docs").exit_code == 0
    made = json.loads(out.read_text())
    topics = told("--authority", "nottinghamshire", "--force", "zx")
    assert [*made["channels"]] == [name for name, topic in topics.items() if topic["types"] != [CANARY]]
    for name, channel in made["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert channel["address"] == kafka["topic"] == name
        assert "parameters" not in channel
        assert isinstance(kafka["topicConfiguration"]["cleanup.policy"], list)
    assert made["channels"].keys() == {
        o["channel"]["$ref"].removeprefix("#/channels/") for o in made["operations"].values()
    }
    assert made["components"] == json.loads(json.dumps(document()))["components"]


@pytest.mark.parametrize("options", [["--serve"], ["--format", "html"]])
def test_owners_are_for_the_asyncapi_document_only(options: list[str]) -> None:
    result = run("--force", "zx", *options, command="docs")
    assert result.exit_code == 2
    assert "are for the AsyncAPI document" in result.stderr


def test_the_document_has_a_licence_and_a_contact() -> None:
    info = document()["info"]
    assert info["license"]["name"] == "MIT"
    assert info["contact"]["email"].endswith(".example")
