"""Kafka as the hub finds it: whether it can be reached, what it allows, which topics there are, how far intake has
read."""

import asyncio
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.backlog import partitions_of
from consumers.clients import open_client
from consumers.subscriber import PATTERN
from homeward.doctor.finding import Finding
from homeward.kafka import principal
from homeward.rights import look
from homeward.settings import PREFIX, Settings
from homeward.wiring import HUB_PARTS, consumer_connection
from outbox.directory import Directory
from producers.bearer import BearerTokens
from producers.smtp import TokenError
from schemas.topics import TopicKind, parse_topic

_KNOCK = 5.0  # seconds for a connection
_SHOWN = 8  # names of a list


async def kafka_findings(settings: Settings, directories: Mapping[str, Directory]) -> list[Finding]:
    """Reached, allowed, topics, backlog: each rests on the one before."""
    connection = consumer_connection(settings)
    knocks = [knock for address in settings.kafka_addresses if (knock := await _knock(address, connection))]
    if len(knocks) == len(settings.kafka_addresses):
        return knocks
    if (tokens := connection["sasl_oauth_token_provider"]) and (refused := await _without_token(tokens)):
        return [*knocks, refused]
    try:
        rights = await look(connection, directories, settings.kafka_group, HUB_PARTS, settings.canary_every > 0)
    except (KafkaError, OSError) as error:
        return [*knocks, _not_let_in(settings, error)]
    knocks = [replace(knock, severity="warning") for knock in knocks]  # others answer
    found = [*knocks, Finding("kafka", "ok", f"it answers at {settings.kafka_bootstrap}")]
    for need in rights.missing:
        grant = need.command(settings.kafka_bootstrap, principal(settings))
        found.append(Finding("kafka rights", "fault", f"missing: {need}", grant))
    for topic in rights.unreadable:
        found.append(Finding("kafka rights", "fault", f"{topic} can be seen but not read", "grant Read on it"))
    if not rights.missing and not rights.unreadable:
        found.append(Finding("kafka rights", "ok", "the hub has every right that it needs"))
    if rights.absent:
        says = f"{len(rights.absent)} topics that the hub writes to do not exist: {_listed(rights.absent)}"
        found.append(Finding("topics", "warning", says, "create them, or let the broker create topics on first use"))
    for part in (_topics(connection), _backlog(settings, connection)):
        try:
            found += await part
        except (KafkaError, OSError) as error:
            says = f"the rest could not be checked ({type(error).__name__})"
            found.append(Finding("kafka", "warning", says, "fix the faults above, then run this again"))
    return found


async def _without_token(tokens: BearerTokens) -> Finding | None:
    """What keeps the hub from getting a token, in the words of whoever gives them."""
    try:
        await tokens.get()
    except TokenError as error:
        says, _, fix = str(error).partition(": ")
        return Finding("kafka", "fault", says, fix)
    return None


def _not_let_in(settings: Settings, error: Exception) -> Finding:
    if settings.kafka_tokens:
        user, wrong = f"{settings.kafka_oauth_client_id} (OAUTHBEARER)", "KAFKA_OAUTH_ISSUER, _CLIENT_ID or _SCOPE"
    elif settings.kafka_user:
        user, wrong = f"{settings.kafka_user} ({settings.kafka_sasl_mechanism})", "KAFKA_SECURITY, _USER or _PASSWORD"
    elif settings.kafka_cert_file:
        user, wrong = f"the owner of {settings.kafka_cert_file}", "KAFKA_CERT_FILE or _SECURITY"
    else:
        user, wrong = "a stranger", "KAFKA_SECURITY, _USER and _PASSWORD, or _CERT_FILE"
    says = f"it answers but does not accept the hub as {user}: {type(error).__name__}"
    return Finding("kafka", "fault", says, f"correct {PREFIX}{wrong}")


async def _knock(address: str, connection: Mapping[str, object]) -> Finding | None:
    """What keeps a connection to one address from being made, in the words of the network."""
    host, _, port = address.rpartition(":")
    context = connection["ssl_context"]
    assert context is None or isinstance(context, ssl.SSLContext)
    try:
        async with asyncio.timeout(_KNOCK):
            _, writer = await asyncio.open_connection(host, int(port), ssl=context)
            writer.close()
    except ssl.SSLError as error:
        fix = f"set the CA in {PREFIX}KAFKA_CA_FILE, or correct {PREFIX}KAFKA_SECURITY"
        return Finding("kafka", "fault", f"{address} does not accept TLS ({error.reason})", fix)
    except ValueError:
        return Finding("kafka", "fault", f"{address} is not an address", f"write host:port in {PREFIX}KAFKA_BOOTSTRAP")
    except (OSError, TimeoutError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
        fix = f"start it, or correct {PREFIX}KAFKA_BOOTSTRAP"
        return Finding("kafka", "fault", f"{address} cannot be reached ({why})", fix)
    return None


async def _topics(connection: dict[str, object]) -> list[Finding]:
    """The inbound topics that there are, and whether registers are compacted as they should be."""
    admin = AIOKafkaAdminClient(**connection)
    async with open_client(admin.start(), admin.close):
        inbound = sorted(topic for topic in await admin.list_topics() if re.match(PATTERN, topic))
        registers = [t for t in inbound if (known := parse_topic(t)) and known.kind is TopicKind.REGISTER]
        policies = await _policies(admin, registers)
    if not inbound:
        fix = "create police.<force>.notifications.v1 and the others; the hub subscribes within seconds"
        return [Finding("topics", "warning", "the hub cannot see any inbound topic", fix)]
    found = [Finding("topics", "ok", f"{len(inbound)} inbound topics: {_listed(inbound)}")]
    for topic, policy in policies.items():
        if "compact" not in policy:
            fix = f"kafka-configs.sh --alter --topic {topic} --add-config cleanup.policy=compact"
            found.append(
                Finding("topics", "warning", f"{topic} is not compacted ({policy}): it will lose records", fix)
            )
    return found


async def _policies(admin: AIOKafkaAdminClient, topics: list[str]) -> dict[str, str]:
    """The clean-up policy of each topic, as far as it may be asked for."""
    if not topics:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic, {"cleanup.policy": None}) for topic in topics]
    try:
        answers = await admin.describe_configs(resources)
    except KafkaError:
        return {}
    rows = (row for answer in answers for row in answer.resources)
    return {name: str(configs[0][1]) for fault, _, _, name, configs in rows if not fault and configs}


async def _backlog(settings: Settings, connection: dict[str, object]) -> list[Finding]:
    """How many records wait for the group."""
    partitions = await partitions_of(connection, PATTERN)
    consumer = AIOKafkaConsumer(group_id=settings.kafka_group, enable_auto_commit=False, **connection)
    async with open_client(consumer.start(), consumer.stop):
        try:
            begins = await consumer.beginning_offsets(partitions) if partitions else {}
            ends = await consumer.end_offsets(partitions) if partitions else {}
            read = {tp: max(await consumer.committed(tp) or 0, begins[tp]) for tp in partitions}
        except KafkaError as error:
            return [Finding("backlog", "warning", f"the backlog is not known ({type(error).__name__})", "grant Read")]
    waiting = {tp: ends[tp] - read[tp] for tp in partitions if ends[tp] > read[tp]}
    if not waiting:
        return [Finding("backlog", "ok", f"the group {settings.kafka_group} has read everything")]
    most = max(waiting, key=lambda tp: waiting[tp])
    says = f"{sum(waiting.values())} records wait, most in {most.topic}[{most.partition}]"
    return [Finding("backlog", "warning", says, "none if it gets smaller, else check that a hub is ready")]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
