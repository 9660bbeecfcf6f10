"""Asking Kafka what its user may do, and who reads what: the operations allowed on topics and on a consumer group, and
the group's members. The client's own
requests do not tell: that for metadata is of an older version, and that for groups reads the answer by a wrong form."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment  # type: ignore[import-untyped]
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError  # type: ignore[import-untyped]
from aiokafka.protocol.admin import DescribeGroupsResponse_v3  # type: ignore[import-untyped]
from aiokafka.protocol.api import Request, RequestStruct, Response  # type: ignore[import-untyped]
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String  # type: ignore[import-untyped]

from consumers.clients import open_client

READ, WRITE = "Read", "Write"
_BITS = {READ: 1 << 3, WRITE: 1 << 4}
_DENIED, _UNKNOWN = 29, 3
_GROUP = 0  # the kind of coordinator
_AT_REST = ("Stable", "Empty", "Dead")
_TEXT = String("utf-8")
_ANSWER_MS = 4_000  # of one node


@dataclass(frozen=True, slots=True)
class Allowed:
    """`on`: operations by the name of the topic, none where not even its existence may be known. `group`: those on the
    consumer group. `topics`: all that the user can see. `absent`: names asked for that do not exist. `unassigned`: the
    topics of which a partition is read by no member of the group, None while the group does not say who reads what.
    `silent`: the nodes (ids) that belong to the cluster, as it says, and do not answer."""

    on: dict[str, frozenset[str]]
    group: frozenset[str]
    topics: frozenset[str]
    absent: frozenset[str]
    unassigned: frozenset[str] | None = None
    silent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Group:
    """What may be done with it, and which partitions its members read; None while they share them out anew."""

    operations: frozenset[str]
    assigned: frozenset[tuple[str, int]] | None = None


async def operations_on(
    connection: dict[str, Any], group: str, names: Callable[[frozenset[str]], Iterable[str]]
) -> Allowed:
    """What the user of the connection may do with every topic that it can see, with the topics that `names` makes of
    those (they need not exist), and with the group. Raises KafkaError where Kafka does not answer."""
    client = AIOKafkaClient(**{**connection, "request_timeout_ms": _ANSWER_MS})
    async with open_client(client.bootstrap(), client.close):
        nodes = frozenset(broker.nodeId for broker in client.cluster.brokers())
        silent = frozenset([node for node in nodes if not await client.ready(node)])
        node = random.choice([*(nodes - silent or nodes)])  # noqa: S311 - any will do
        seen = await client.send(node, _Metadata(None))
        topics = frozenset(topic for fault, topic, internal, *_ in seen.topics if not fault and not internal)
        asked = await client.send(node, _Metadata(sorted(set(names(topics)))))
        on_group = await _described(client, group)
    told = {topic: (fault, bits) for fault, topic, _, _, bits in [*seen.topics, *asked.topics]}
    return Allowed(
        on={topic: frozenset() if fault == _DENIED else _named(bits) for topic, (fault, bits) in told.items()},
        group=on_group.operations,
        topics=topics,
        absent=frozenset(topic for topic, (fault, _) in told.items() if fault == _UNKNOWN),
        unassigned=_unassigned(seen.topics, on_group.assigned),
        silent=silent,
    )


def _unassigned(
    topics: Iterable[tuple[Any, ...]], assigned: frozenset[tuple[str, int]] | None
) -> frozenset[str] | None:
    if assigned is None:
        return None
    return frozenset(
        topic for fault, topic, internal, partitions, _ in topics
        if not fault and not internal and any((topic, number) not in assigned for _, number, *_ in partitions)
    )  # fmt: skip


async def _described(client: AIOKafkaClient, group: str) -> _Group:
    try:
        node = await client.coordinator_lookup(_GROUP, group)
        answer = await client.send(node, _Groups(group))
    except GroupAuthorizationFailedError:
        return _Group(frozenset())
    except KafkaError:
        return _Group(frozenset((READ,)))  # no coordinator yet: it may at least be known that there is such a group
    ((fault, _, state, _, _, members, bits),) = answer.groups
    if fault == GroupAuthorizationFailedError.errno:
        return _Group(frozenset())
    if fault:
        return _Group(frozenset((READ,)))  # while a coordinator begins or moves the answer tells no rights at all
    if state not in _AT_REST:
        return _Group(_named(bits))
    read = (ConsumerProtocolMemberAssignment.decode(given) for *_, given in members if given)
    return _Group(_named(bits), frozenset((tp.topic, tp.partition) for each in read for tp in each.partitions()))


def _named(bits: int) -> frozenset[str]:
    return frozenset(name for name, bit in _BITS.items() if bits >= 0 and bits & bit)


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY, API_VERSION = 3, 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT))),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        ("topics", Array(
            ("error_code", Int16), ("topic", _TEXT), ("is_internal", Boolean),
            ("partitions", Array(
                ("error_code", Int16), ("partition", Int32), ("leader", Int32), ("leader_epoch", Int32),
                ("replicas", Array(Int32)), ("isr", Array(Int32)), ("offline", Array(Int32)),
            )),
            ("authorized_operations", Int32),
        )),
        ("cluster_authorized_operations", Int32),
    )  # fmt: skip


class _MetadataRequest(RequestStruct):  # type: ignore[misc]
    API_KEY, API_VERSION, RESPONSE_TYPE = 3, 8, _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(_TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _Metadata(Request[_MetadataRequest]):  # type: ignore[misc]
    """Of these topics, with what may be done with each; None: of all. No topic is made by asking for it."""

    API_KEY = 3

    def __init__(self, topics: list[str] | None) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        return request_struct_class(self._topics, False, False, True)


class _GroupsRequest(RequestStruct):  # type: ignore[misc]
    API_KEY, API_VERSION, RESPONSE_TYPE = 15, 3, DescribeGroupsResponse_v3
    SCHEMA = Schema(("groups", Array(_TEXT)), ("include_authorized_operations", Boolean))


class _Groups(Request[_GroupsRequest]):  # type: ignore[misc]
    """Of one group, with what may be done with it."""

    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[_GroupsRequest]) -> _GroupsRequest:
        return request_struct_class([self._group], True)
