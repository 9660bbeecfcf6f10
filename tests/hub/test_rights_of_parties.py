"""What `homeward topics --acl` prints, granted to the parties of a real Kafka: each can do its own and nothing else."""

import shlex
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from click.testing import CliRunner
from token_server import unsigned

from consumers.clients import open_client
from homeward.cli import main
from homeward.kafka import kafka_settings
from homeward.rights.asking import Allowed, operations_on
from producers.bearer import BearerTokens
from tests.services.secured import Grant, SecuredKafka

pytestmark = pytest.mark.kafka
# Two forces and two authorities: what one may do with its own, it may not do with the other's.
TOPICS = {
    "police.zx.notifications.v1", "police.zx.intelligence.v1",
    "police.zy.notifications.v1", "police.zy.intelligence.v1",
    "casework.nottinghamshire.outcomes.v1", "register.nottinghamshire.children.v1", "nottinghamshire.social-care.v1",
    "casework.islington.outcomes.v1", "register.islington.children.v1", "islington.social-care.v1", "hub.operators.v1",
    "police.hub.notifications.v1", "nottinghamshire.canary.v1", "islington.canary.v1",
    "nottinghamshire.police.v1",  # what is for the police while no force is known
}  # fmt: skip
HUB_WRITES = {"police.zx.intelligence.v1", "police.zy.intelligence.v1", "nottinghamshire.social-care.v1",
              "islington.social-care.v1", "nottinghamshire.police.v1", "hub.operators.v1"}  # fmt: skip
HOME = {"nottinghamshire.canary.v1", "islington.canary.v1"}
SET_OUT = "police.hub.notifications.v1"
INBOUND = TOPICS - HUB_WRITES
# party: what it may write, what it may read
MAY = {
    "consumers": (set(), INBOUND | {t for t in TOPICS if t.startswith("police.")}),
    "relay": (HUB_WRITES | HOME | {SET_OUT}, set()),
    "homeward-desk": ({"casework.nottinghamshire.outcomes.v1", "casework.islington.outcomes.v1"}, set()),
    "police.zx": ({"police.zx.notifications.v1"}, {"police.zx.intelligence.v1"}),
    "police.zy": ({"police.zy.notifications.v1"}, {"police.zy.intelligence.v1"}),
    "casework.nottinghamshire": (
        {"casework.nottinghamshire.outcomes.v1"}, {"nottinghamshire.social-care.v1", "nottinghamshire.police.v1"},
    ),
    "casework.islington": ({"casework.islington.outcomes.v1"}, {"islington.social-care.v1"}),
    "register.nottinghamshire": ({"register.nottinghamshire.children.v1"}, set()),
    "register.islington": ({"register.islington.children.v1"}, set()),
    "operators": (set(), {"hub.operators.v1"}),
    "stranger": (set(), set()),
}  # fmt: skip


def printed(*more: str) -> str:
    asked = ["topics", "--acl", "--force", "zx", "--force", "zy", "--format", "commands"]
    result = CliRunner().invoke(main, [*asked, *more])
    assert result.exit_code == 0, result.output
    return result.output


def granted_by(line: str) -> Grant:
    """What a printed command grants, read as Kafka's tool reads it."""
    words = shlex.split(line)
    resource = "group" if "--group" in words else "topic"
    said = {name: words[words.index(name) + 1] for name in ("--allow-principal", "--operation", f"--{resource}")}
    grade = "prefixed" if "--resource-pattern-type" in words else "literal"
    user = said["--allow-principal"].removeprefix("User:")
    return Grant(said["--operation"].lower(), said[f"--{resource}"], grade, resource, user)  # type: ignore[arg-type]


async def allowed(kafka: SecuredKafka, user: str, group: str) -> Allowed:
    """What Kafka lets this user do with every topic of the test."""
    connection = kafka_settings(kafka.settings(**kafka.token())).connection()

    async def token() -> str:
        return unsigned(user)

    return await operations_on(
        {**connection, "sasl_oauth_token_provider": BearerTokens(token)}, group, lambda _: TOPICS
    )


@pytest.fixture
async def kafka(secured: SecuredKafka) -> AsyncIterator[SecuredKafka]:
    """With the topics made, and granted what is printed. They go with the test: by its topic a hub knows a force."""
    await secured.revoke_all()
    admin = AIOKafkaAdminClient(bootstrap_servers=secured.plain)
    async with open_client(admin.start(), admin.close):
        missing = TOPICS - {*await admin.list_topics()}
        await admin.create_topics([NewTopic(topic, 1, 1) for topic in sorted(missing)])
        lines = printed("--user", "hub.consumers=consumers", "--user", "hub.relay=relay").splitlines()
        await secured.grant(*(granted_by(line) for line in lines if not line.startswith("#")))
        yield secured
        await admin.delete_topics(sorted(missing))


async def test_each_party_may_do_its_own_and_nothing_else(kafka: SecuredKafka) -> None:
    for party, (writes, reads) in MAY.items():
        on = (await allowed(kafka, party, "homeward")).on
        assert {topic for topic in TOPICS if "Write" in on.get(topic, ())} == writes, party
        assert {topic for topic in TOPICS if "Read" in on.get(topic, ())} == reads, party


@pytest.mark.parametrize(
    ("user", "group", "may"),
    [
        ("consumers", "homeward", True),
        ("relay", "homeward", False),
        ("police.zx", "homeward", False),
        ("police.zx", "police.zx.of-intelligence", True),
        ("police.zy", "police.zx.of-intelligence", False),
    ],
)
async def test_each_reader_has_groups_of_its_own(kafka: SecuredKafka, user: str, group: str, may: bool) -> None:
    assert ("Read" in (await allowed(kafka, user, group)).group) is may
